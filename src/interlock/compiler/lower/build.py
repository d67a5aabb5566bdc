"""The first program: one step for every node, sinks passing on what they were given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from interlock.compiler.check.resolve import plain
from interlock.compiler.checked import BoundNode, CheckedPlan
from interlock.ir.program import Program, PythonCall, RuntimeCheck, Step
from interlock.registry import kinds, sql
from interlock.registry.tables import ANSWER, THIS, Check, Copy, Described, Form, Select

CODES = {"multiplicity": "IL905"}
"""Run-time codes of checks that node types plant, by the check's name; others are expectations."""

OUTWARD = frozenset({"network", "model"})
"""The effects of node types that wait for another machine."""


def build(checked: CheckedPlan) -> Program:
    """A program with one step a node, in the checked plan's order."""
    passes: dict[str, str] = {}
    steps: list[Step] = []
    for bound in checked.nodes:
        if bound.type.is_sink and bound.inputs:
            origin = bound.inputs[0][1]
            passes[bound.node.id] = passes.get(origin, origin)
        steps.append(_step(bound, passes))
    return Program(tuple(_with_contracts(steps, checked, passes)), checked.inputs, checked.digest)


def _step(bound: BoundNode, passes: Mapping[str, str]) -> Step:
    reads = tuple(dict.fromkeys(passes.get(source, source) for _, source in bound.inputs))
    if bound.type.is_sink and bound.inputs:
        reads = (passes[bound.node.id],)
    common = {
        "id": bound.node.id,
        "schema": bound.schema,
        "reads": reads,
        "node_type": bound.type.reference,
        "source": bound.source,
        "known_shape": bound.type.known_shape,
        "retry": bound.node.retry,
    }
    if isinstance(bound.result, Select):
        inputs = {source for _, source in bound.inputs}
        checks = tuple(_check(check, bound.node.id, passes, inputs) for check in bound.result.checks)
        query = redirect(bound.result.tree, _renames(bound, passes))
        asks = None
        if bound.result.asks is not None:
            query, asks = _answered(query, bound.node.id), _form(bound.result.asks)
        return Step(kind="select", query=query, checks=checks, preview=bound.result.preview, asks=asks, **common)
    if isinstance(bound.result, Copy):
        query = redirect(bound.result.tree, _renames(bound, passes))
        return Step(kind="copy", query=query, path=str(bound.result.path), options=bound.result.options, **common)
    call = _call(bound)
    written = [call.writes] if call.writes in call.paths else call.paths
    path = next((str(call.arguments[name]) for name in written), None)
    if bound.type.is_sink:
        return Step(kind="writes", call=call, path=path, **common)
    # one that also writes has its turn or none: it must not act for a run that fails before
    outward = not OUTWARD.isdisjoint(bound.type.effects) and "writes" not in bound.type.effects
    return Step(kind="rows", call=call, path=path, outward=outward, **common)


def _answered(tree: exp.Query, name: str) -> exp.Query:
    """The statement with its answers under the name of the step: `review.approved`."""
    found = tree.copy()
    for each in list(found.find_all(exp.Literal)):
        if (
            isinstance(each.parent, exp.Anonymous)
            and each.parent.name == "getvariable"
            and each.this.startswith(ANSWER)
        ):
            each.replace(exp.Literal.string(f"{name}.{each.this.removeprefix(ANSWER)}"))
    return found


def _form(form: Form) -> dict[str, Any]:
    return {
        "question": form.question,
        "fields": {name: dict(each) for name, each in form.fields.items()},
        "show": form.show,
    }


def _renames(bound: BoundNode, passes: Mapping[str, str]) -> dict[str, str]:
    return {source: passes[source] for _, source in bound.inputs if source in passes}


def _call(bound: BoundNode) -> PythonCall:
    arguments = {name: plain(value) for name, value in bound.params.items()}
    paths = tuple(name for name in arguments if kinds.path_effect(bound.type.hints.get(name)) and arguments[name])
    if bound.type.wants_description and bound.source is not None:
        arguments["source"] = Described(bound.source.columns, bound.source.facts)
    if not bound.type.is_sink:
        return PythonCall(bound.type.function, arguments, paths)
    writes, staging = bound.type.writes_to or "", bound.type.wants_staging
    return PythonCall(bound.type.function, arguments, paths, writes, bound.type.repeat, staging)


def _check(check: Check, name: str, passes: Mapping[str, str], inputs: set[str]) -> RuntimeCheck:
    renames = {THIS: name} | {source: passes[source] for source in inputs if source in passes}
    return RuntimeCheck(check.title, redirect(check.violations, renames), name, CODES.get(check.name, "IL904"))


def _with_contracts(steps: list[Step], checked: CheckedPlan, passes: Mapping[str, str]) -> list[Step]:
    """Contracts on a node become checks of the step that makes its rows."""
    planted: dict[str, list[RuntimeCheck]] = {}
    for check in checked.contract_checks:
        target = passes.get(check.node, check.node)
        violations = redirect(check.violations, {check.node: target})
        planted.setdefault(target, []).append(RuntimeCheck(check.title, violations, check.node, check.code))
    return [step.with_(checks=(*step.checks, *planted.get(step.id, ()))) for step in steps]


def redirect(tree: exp.Query, renames: Mapping[str, str]) -> exp.Query:
    """The statement reading other relations, under the names that it knows; itself where nothing is renamed."""
    if not renames or not any(
        isinstance(table.this, exp.Identifier) and table.name in renames for table in tree.find_all(exp.Table)
    ):
        return tree
    found = tree.copy()
    for table in list(found.find_all(exp.Table)):
        if isinstance(table.this, exp.Identifier) and table.name in renames:
            sql.redirect(table, renames[table.name])
    return found
