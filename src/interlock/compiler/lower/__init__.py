"""From a checked plan to a program: named passes, each valid in and valid out, with a verifier between any two."""

from __future__ import annotations

from collections.abc import Callable

from interlock.compiler.checked import CheckedPlan
from interlock.compiler.collector import without_collector
from interlock.compiler.lower.build import build
from interlock.compiler.lower.dead_steps import drop_dead_steps
from interlock.compiler.lower.explicit_columns import name_columns
from interlock.compiler.lower.merge_steps import merge_steps
from interlock.compiler.lower.ordering import settle_order
from interlock.compiler.lower.placement import place_checkpoints
from interlock.compiler.lower.prune_columns import prune_columns
from interlock.compiler.lower.reproducible import make_reproducible
from interlock.compiler.lower.verify import verify, verify_bound
from interlock.ir.program import Program

PASSES: tuple[Callable[[Program], Program], ...] = (
    drop_dead_steps,
    merge_steps,
    make_reproducible,
    settle_order,
    prune_columns,
    place_checkpoints,
)
REQUIRED = frozenset({make_reproducible, settle_order, place_checkpoints})
"""Passes that give a program its meaning; the others only make it cheaper and may be left out."""


@without_collector
def lower(checked: CheckedPlan, passes: tuple[Callable[[Program], Program], ...] = PASSES) -> Program:
    """The program of a checked plan. `passes` is for tests that leave an optimisation out."""
    program = name_columns(build(checked))
    verify(program, "build")
    for each in passes:
        before, program = program, each(program)
        verify(program, each.__name__, before)
    verify_bound(program, {bound.node.id: bound.result.tree for bound in checked.nodes if bound.result is not None})
    return program
