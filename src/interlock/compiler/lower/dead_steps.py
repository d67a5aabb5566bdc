"""Drop steps that reach no effect: valid in, valid out, same effects.

An effect is a sink, a preview, a question to a person, or a planted check. A program without any sink keeps its last results and shows them.
"""

from __future__ import annotations

from interlock.ir.program import Program

SHOWN = 20
"""Rows shown of each last result of a program that writes nothing."""


def drop_dead_steps(program: Program) -> Program:
    """The program with only the steps that something depends on."""
    consumers = program.consumers()
    steps = list(program.steps)
    if not any(step.is_sink for step in steps):
        steps = [step.with_(preview=SHOWN) if not consumers[step.id] and not step.preview else step for step in steps]
    needed: set[str] = set()
    for step in reversed(steps):
        if step.is_sink or step.preview or step.asks or step.checks or step.id in needed:
            needed.add(step.id)
            needed.update(step.reads)
    return program.with_steps([step for step in steps if step.id in needed])
