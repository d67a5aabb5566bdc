"""What can be proved about a plan before anything runs.

`check` never raises on bad input and has no effect beyond looking at the headers of declared sources. Each family of
rules reports all it finds; a family that needs what an earlier one could not establish skips just that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from interlock.compiler.check.context import Context
from interlock.compiler.check.contracts import check_contracts
from interlock.compiler.check.flow import flow
from interlock.compiler.check.limits import plant_limits
from interlock.compiler.check.rules import (
    bad_input_default,
    cycle,
    database_not_allowed,
    duplicate_id,
    effect_not_allowed,
    empty_plan,
    input_arity,
    model_not_allowed,
    needless_retry,
    not_a_file,
    not_carriable,
    orphan,
    overwrites_input,
    path_not_allowed,
    too_much_data,
    two_writers,
    unknown_edge_end,
    unknown_node_type,
    unknown_port,
    unknown_version,
    unsafe_retry,
    unused_input,
    unused_result,
)
from interlock.compiler.checked import CheckedPlan
from interlock.compiler.collector import without_collector
from interlock.gates.policy import Policy
from interlock.ir.diagnostics import Diagnostic
from interlock.ir.plan import Input, Plan
from interlock.ir.program import RunInput
from interlock.ir.types import Schema
from interlock.registry.registry import Registry

STRUCTURE: tuple[Callable[[Context], Iterator[Diagnostic]], ...] = (
    empty_plan.check,
    unknown_node_type.check,
    unknown_version.check,
    duplicate_id.check,
    unknown_edge_end.check,
    unknown_port.check,
    cycle.check,
    input_arity.check,
    orphan.check,
    bad_input_default.check,
)
EFFECTS: tuple[Callable[[Context], Iterator[Diagnostic]], ...] = (
    path_not_allowed.check,
    database_not_allowed.check,
    effect_not_allowed.check,
    model_not_allowed.check,
    too_much_data.check,
    overwrites_input.check,
    two_writers.check,
    not_a_file.check,
    needless_retry.check,
    unsafe_retry.check,
)
AFTER: tuple[Callable[[Context], Iterator[Diagnostic]], ...] = (
    not_carriable.check,
    unused_result.check,
    unused_input.check,
)


@dataclass(frozen=True)
class Verdict:
    """What `check` found: a CheckedPlan if no error was among it, and every diagnostic in the plan's order."""

    checked: CheckedPlan | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(each for each in self.diagnostics if each.severity == "error")


@without_collector
def check(plan: Plan, registry: Registry, policy: Policy) -> Verdict:
    """Prove what can be proved about `plan`."""
    context = Context(plan, registry, policy)
    for family in STRUCTURE:
        context.diagnostics += family(context)
    flow(context)
    for family in EFFECTS:
        context.diagnostics += family(context)
    check_contracts(context)
    plant_limits(context)
    for family in AFTER:
        context.diagnostics += family(context)
    diagnostics = tuple(context.diagnostics)
    if any(each.severity == "error" for each in diagnostics):
        return Verdict(None, diagnostics)
    nodes = tuple(context.bound[name] for name in context.order)
    return Verdict(
        CheckedPlan(
            _pinned(context),
            nodes,
            tuple(
                RunInput(given.name, str(context.inputs[given.name]), _default(context, given), given.has_default)
                for given in sorted(plan.inputs, key=lambda given: given.name)
            ),
            tuple(context.contract_checks),
            {bound.node.id: bound for bound in nodes},
        ),
        diagnostics,
    )


def known_schemas(plan: Plan, registry: Registry, policy: Policy) -> dict[str, Schema]:
    """The columns of each result that can be told, by node id, also of a plan that is only begun."""
    context = Context(plan, registry, policy)
    for family in STRUCTURE:
        context.diagnostics += family(context)
    flow(context)
    return {name: bound.schema for name, bound in context.bound.items()}


def _default(context: Context, given: Input) -> Any:
    """The default as a program holds it: a whole number where its type is one, else as written."""
    kind = context.inputs[given.name]
    return int(given.default) if kind.is_integer and isinstance(given.default, float) else given.default


def _pinned(context: Context) -> Plan:
    """The plan with every node under its type's own name, its version pinned, its parameters as that version's."""
    plan = context.plan
    nodes = tuple(
        replace(
            node,
            type=context.types[node.id].name,
            version=context.types[node.id].version,
            params=context.params[node.id],
        )
        for node in plan.nodes
    )
    return Plan(nodes, plan.edges, plan.inputs, plan.contracts, plan.name, plan.task)
