"""Decide which results are stored once, which are part of their one consumer's statement, and which are worth keeping.

Valid in, valid out, same effects. A result is stored if it is used more than once (a check and a preview are uses),
if Python makes it, and at least every `DEEPEST` steps, so that no statement grows without bound. It pays to keep a
result in a file, for a run that goes on after a crash, where making it again is dear: behind joins, sorts, groups and
Python code, and where several steps read it. What a person is asked about is always stored and kept: they answer for those rows.
"""

from __future__ import annotations

from sqlglot import exp

from interlock.ir.program import Program, Step, relations

DEEPEST = 40
DEAR = (exp.Join, exp.Group, exp.Order, exp.Window, exp.Distinct, exp.SetOperation, exp.AggFunc, exp.Pivot)
"""What makes the engine see all rows before it gives the first, in a statement."""


def place_checkpoints(program: Program) -> Program:
    """The program with `materialise` and `checkpoint` settled on every step."""
    uses: dict[str, int] = {step.id: 0 for step in program.steps}
    for step in program.steps:
        for name in _mentions(step):
            uses[name] = uses.get(name, 0) + 1
    shown = {name for step in program.steps if step.asks for name in step.reads}
    consumers = program.consumers()
    depth: dict[str, int] = {}
    placed: list[Step] = []
    for step in program.steps:
        depth[step.id] = 1 + max((depth[name] for name in step.reads), default=0)
        store = not step.is_sink and (
            step.kind == "rows"
            or step.asks is not None
            or step.id in shown
            or uses[step.id] + bool(step.preview) > 1
            or depth[step.id] >= DEEPEST
        )
        if store:
            depth[step.id] = 0
        keep = not step.is_sink and (_is_dear(step) or step.id in shown or len(consumers[step.id]) > 1)
        placed.append(step.with_(materialise=store, checkpoint=keep))
    return program.with_steps(placed)


def _is_dear(step: Step) -> bool:
    return step.kind == "rows" or (step.query is not None and step.query.find(*DEAR) is not None)


def _mentions(step: Step) -> list[str]:
    found = list(step.mentions) if step.query is not None else list(step.reads)
    for check in step.checks:
        found += dict.fromkeys(relations(check.violations))
    return found
