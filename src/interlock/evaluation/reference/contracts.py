"""Contracts: which of them hold of the tables that a plan gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from interlock.evaluation.frames import Frame
from interlock.evaluation.reference.expressions import compile_expression
from interlock.evaluation.reference.nodes.calls import keys_of, ordered
from interlock.evaluation.reference.nodes.quality import unmet
from interlock.ir.types import Type, parse_column_type


def broken(
    plan: Mapping[str, Any], frames: Mapping[str, Frame], given: Mapping[str, tuple[Type, Any]]
) -> Iterator[tuple[str, str]]:
    """What the contracts of a plan say that is not so: the node, and what was expected of it."""
    written = {node["params"]["path"]: node["id"] for node in plan["nodes"] if node["type"].startswith("write_")}
    for subject, body in (plan.get("contracts") or {}).items():
        name = subject if subject in frames else written[subject]
        for what in _broken(frames[name], body, name, given):
            yield name, what


def _broken(table: Frame, body: Mapping[str, Any], name: str, given: Mapping[str, tuple[Type, Any]]) -> Iterator[str]:
    wanted = body.get("columns") or {}
    types = dict(wanted) if isinstance(wanted, Mapping) else dict.fromkeys(wanted)
    kinds = {name.casefold(): kind for name, kind in table.columns}
    for column, text in types.items():
        if column.casefold() not in kinds:
            yield f"there is a column `{column}`"
        elif text is not None:
            kind, nullable = parse_column_type(text)
            if kinds[column.casefold()] != kind:
                yield f"`{column}` is {kind}"
            if not nullable and None in table.values(column):
                yield f"`{column}` is never null"
    if not body.get("additional_columns", True) and len(types) < len(table.columns):
        yield "there are no other columns"
    keys = keys_of(table, body.get("order") or [])
    if any(after < before for before, after in pairwise(ordered(table, keys))):
        yield "the rows come in this order"

    def holds(text: str) -> Any:
        compiled = compile_expression(text, table.columns, given, expect=Type("boolean"), tables={name: table.columns})
        return lambda row: compiled.evaluate(row) is True

    yield from unmet(table, body, holds)
