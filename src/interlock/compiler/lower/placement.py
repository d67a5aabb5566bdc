"""Decide which results are stored once, and which are part of their one consumer's statement.

Valid in, valid out, same effects. A result is stored if it is used more than once (a check and a preview are uses),
if Python makes it, and at least every `DEEPEST` steps, so that no statement grows without bound.
"""

from __future__ import annotations

from interlock.ir.program import Program, Step, relations

DEEPEST = 40


def place_checkpoints(program: Program) -> Program:
    """The program with `materialise` settled on every step."""
    uses: dict[str, int] = {step.id: 0 for step in program.steps}
    for step in program.steps:
        for name in _mentions(step):
            uses[name] = uses.get(name, 0) + 1
    depth: dict[str, int] = {}
    placed: list[Step] = []
    for step in program.steps:
        depth[step.id] = 1 + max((depth[name] for name in step.reads), default=0)
        store = not step.is_sink and (
            step.kind == "rows" or uses[step.id] + bool(step.preview) > 1 or depth[step.id] >= DEEPEST
        )
        if store:
            depth[step.id] = 0
        placed.append(step.with_(materialise=store))
    return program.with_steps(placed)


def _mentions(step: Step) -> list[str]:
    found = list(step.mentions) if step.query is not None else list(step.reads)
    for check in step.checks:
        found += dict.fromkeys(relations(check.violations))
    return found
