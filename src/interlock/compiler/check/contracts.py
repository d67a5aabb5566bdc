"""Contracts: proven here where the schemas allow it, planted as run-time checks where only the data can tell."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from sqlglot import exp

from interlock.compiler.check.context import Context
from interlock.compiler.check.paths import each_path
from interlock.compiler.check.resolve import Resolver
from interlock.compiler.check.rules import (
    additional_column,
    bad_type,
    contract_form,
    missing_output_column,
    node_refuses,
    not_sorted,
    source_drift,
    unknown_subject,
    wrong_output_type,
)
from interlock.compiler.check.shapes import shape
from interlock.compiler.checked import BoundNode, SortTerm
from interlock.ir.diagnostics import Place
from interlock.ir.plan import Contract
from interlock.ir.program import RuntimeCheck
from interlock.ir.types import TypeTextError, parse_column_type
from interlock.registry.kinds import Column, Literally, Predicate, SortKey
from interlock.registry.node import node
from interlock.registry.packs.quality import Range, RowCount, expect
from interlock.registry.tables import THIS, NodeError, Select, Table

CODE = "IL903"
"""What a run reports when a planted contract does not hold."""


@node()
def contract(
    table: Table,
    *,
    columns: dict[str, str | None] | list[str] | None = None,
    additional_columns: bool = True,
    unique: list[Column] | list[list[Column]] | None = None,
    not_null: list[Column] | None = None,
    order: Annotated[list[SortKey], Field(min_length=1)] | None = None,
    rows: RowCount | None = None,
    ranges: dict[Column, Range] | None = None,
    allowed: dict[Column, list[Literally]] | None = None,
    where: Predicate | list[Predicate] | None = None,
) -> Select:
    """What must hold of a result."""
    sets = [unique] if unique and not isinstance(unique[0], list) else unique or []
    return expect.function(
        table,
        rows=rows,
        unique=sets,
        not_null=not_null or [],
        ranges=ranges or {},
        allowed=allowed or {},
        where=where if isinstance(where, list) else [where] if where else [],
    )


def check_contracts(context: Context) -> None:
    """Check every contract against the bound result of its subject."""
    written = {path: node.id for node, _, path, effect in each_path(context) if effect == "writes"}
    for each in sorted(context.plan.contracts, key=lambda each: each.subject):
        name = each.subject if each.subject in context.nodes else written.get(each.subject)
        if name is None:
            context.diagnostics.append(unknown_subject.found(each.at, each.subject, context.nodes, written))
            continue
        model = shape(contract, dict(each.body), each.at)
        if isinstance(model, list):
            context.diagnostics += [contract_form.found(problem) for problem in model]
            continue
        bound = context.bound.get(name)
        if bound is not None:
            _check(context, each, bound, model)


def _check(context: Context, each: Contract, bound: BoundNode, model: Any) -> None:
    changes = _drift(bound, model)
    if changes:
        path = bound.source.path if bound.source else None
        context.diagnostics.append(source_drift.found(each.at.key(), bound.node.id, path, changes))
        return
    resolver = Resolver(contract, {"table": bound.schema}, {"table": bound.node.id}, context.inputs)
    params = resolver.resolve(model, each.at, each.body)
    context.inputs_used |= resolver.inputs_used
    context.diagnostics += [
        missing_output_column.found(problem.at, str(problem.data["found"]), bound.node.id, bound.schema)
        if problem.code == "IL301" and problem.at.start is None
        else problem
        for problem in resolver.diagnostics
    ]
    certain = _columns(context, each, bound, params)
    if certain is None or resolver.diagnostics:
        return
    _order(context, each, bound, params)
    _plant(context, each, bound, params, certain)


def _drift(bound: BoundNode, model: Any) -> list[str]:
    """How the columns of a source differ from the types that its contract pins, in words; nothing for other nodes."""
    wanted = model.columns
    pinned = isinstance(wanted, dict) and None not in wanted.values() and not model.additional_columns
    if bound.source is None or not bound.type.is_source or not pinned:
        return []
    changes = [f"column `{name}` ({text}) is missing" for name, text in wanted.items() if name not in bound.schema]
    for name, text in wanted.items():
        column = bound.schema.get(name)
        try:
            kind = parse_column_type(text)[0]
        except TypeTextError:
            return []  # told as a type that cannot be read
        if column is not None and kind != column.type:
            changes.append(f"column `{name}` was {kind} and now looks like {column.type}")
    known = {name.casefold() for name in wanted}
    changes += [
        f"column `{column.name}` ({column.type}) is new"
        for column in bound.schema
        if column.name.casefold() not in known
    ]
    return changes


def _columns(context: Context, each: Contract, bound: BoundNode, params: dict[str, Any]) -> list[str] | None:
    """Names that the contract wants non-null and the plan does not prove so; None if the columns break it."""
    wanted = params["columns"] or {}
    at = each.at.child("columns")
    texts: list[tuple[str, str | None, Place]] = (
        [(name, None, at.child(index)) for index, name in enumerate(wanted)]
        if isinstance(wanted, list)
        else [(name, text, at.child(name)) for name, text in wanted.items()]
    )
    broken = False
    unproven: list[str] = []
    for name, text, place in texts:
        column = bound.schema.get(name)
        if column is None:
            at_name = place if isinstance(wanted, list) else place.key()
            context.diagnostics.append(missing_output_column.found(at_name, name, bound.node.id, bound.schema))
            broken = True
            continue
        if text is None:
            continue
        try:
            kind, nullable = parse_column_type(text)
        except TypeTextError as error:
            context.diagnostics.append(bad_type.found(place, text, error))
            broken = True
            continue
        if kind != column.type:
            context.diagnostics.append(wrong_output_type.found(place, column, kind, bound.node.id))
            broken = True
        if not nullable and column.nullable:
            unproven.append(column.name)
    if not params["additional_columns"]:
        listed = {name.casefold() for name, _, _ in texts}
        extra = [name for name in bound.schema.names if name.casefold() not in listed]
        if extra:
            place = each.at.child("additional_columns")
            context.diagnostics.append(additional_column.found(place, extra, bound.node.id))
            broken = True
    return None if broken else unproven


def _order(context: Context, each: Contract, bound: BoundNode, params: dict[str, Any]) -> None:
    if not params["order"]:
        return
    wanted = tuple(SortTerm(key.column.name, key.descending, key.nulls == "first") for key in params["order"])
    actual = bound.sorted_by[: len(wanted)]
    same = len(actual) == len(wanted) and all(
        have.column.casefold() == want.column.casefold()
        and have.descending == want.descending
        and (have.nulls_first == want.nulls_first or not bound.schema[want.column].nullable)
        for have, want in zip(actual, wanted, strict=False)
    )
    if not same:
        context.diagnostics.append(not_sorted.found(each.at.child("order"), wanted, bound.sorted_by, bound.node.id))


def _plant(context: Context, each: Contract, bound: BoundNode, params: dict[str, Any], unproven: list[str]) -> None:
    """Plant as run-time checks what is not proven: uniqueness of known keys and known non-null columns are."""
    proven = [{key.casefold() for key in keys} for keys in bound.keys]
    sets = params["unique"] or []
    sets = [sets] if sets and not isinstance(sets[0], list) else sets
    params["unique"] = [
        columns
        for columns in sets
        if not any(keys <= {column.name.casefold() for column in columns} for keys in proven)
    ]
    wanted = {column.name: column for column in params["not_null"] or [] if column.nullable}
    wanted |= {name: Column(name, bound.schema[name].type) for name in unproven}
    params["not_null"] = list(wanted.values())
    try:
        result = contract.function(Table(THIS, bound.schema), **params)
    except NodeError as error:
        context.diagnostics.append(node_refuses.found(each.at.child(*error.param_path), error))
        return
    context.contract_checks += [
        RuntimeCheck(check.title, _on(check.violations, bound.node.id), bound.node.id, CODE) for check in result.checks
    ]


def _on(tree: exp.Query, name: str) -> exp.Query:
    """The violations of `THIS`, read from the node `name`."""
    found = tree.copy()
    for table in found.find_all(exp.Table):
        if table.name == THIS:
            table.set("this", exp.Identifier(this=name, quoted=True))
    return found
