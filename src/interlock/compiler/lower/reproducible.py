"""Make sums, means and deviations of floats independent of the order in which threads reach the rows.

Valid in, valid out, same effects; values differ from the engine's own by rounding only. Built-in nodes use the exact
macros from the start; this pass rewrites what a `query` or a node type of your own writes as `sum(x)`.
"""

from __future__ import annotations

from collections.abc import Mapping

from interlock.compiler.exact import made_exact
from interlock.ir.program import Program, Step
from interlock.ir.types import Schema


def make_reproducible(program: Program) -> Program:
    """The program with exact aggregates in place of order-dependent ones."""
    schemas = {step.id: step.schema for step in program.steps}
    return program.with_steps(
        [_rewritten(step, {name: schemas[name] for name in step.reads}) for step in program.steps]
    )


def _rewritten(step: Step, schemas: Mapping[str, Schema]) -> Step:
    if step.query is None or step.source is not None:
        return step
    found = made_exact(step.query, schemas)
    return step if found is step.query else step.with_(query=found)
