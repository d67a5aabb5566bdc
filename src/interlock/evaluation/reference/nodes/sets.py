"""Sets of rows: without duplicates, and stacked one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from interlock.evaluation.frames import Frame, Row
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.nodes.calls import (
    VARCHAR,
    Call,
    Node,
    grouped,
    keys_of,
    ordered,
    places_of,
    plain_zero,
)
from interlock.evaluation.reference.terms import Untyped
from interlock.evaluation.reference.values import key_of
from interlock.ir.common_types import common_type
from interlock.ir.types import Type


def distinct_rows(call: Call) -> Frame:
    """One row of each that are equal in the keys, the first or the last; of whole rows, with 0.0 for -0.0."""
    table, keys = call.table, call.get("keys")
    wanted = 0 if call.get("keep", "first") == "first" else -1
    order = keys_of(table, call.get("order_by", []))
    groups = grouped(table, places_of(table, keys if keys is not None else table.names)).values()
    kept = sorted(ordered(table, order, group)[wanted] for group in groups)
    if keys is not None:
        return table.with_rows([table.rows[place] for place in kept])
    return table.with_rows([tuple(map(plain_zero, table.rows[place])) for place in kept])


def union_tables(call: Call) -> Frame:
    """The rows of all inputs, columns matched by name, in types that all of them fit in."""
    kinds: dict[str, tuple[str, Type]] = {}
    for table in call.inputs.values():
        for name, kind in table.columns:
            spelled, known = kinds.get(name.casefold(), (name, kind))
            common = common_type(known, kind)
            if common is None:
                raise Untyped(f"{known} and {kind} do not mix")
            kinds[name.casefold()] = (spelled, common)
    rows: list[tuple[str, Row]] = []
    for port, table in call.inputs.items():
        place = {name.casefold(): place for place, name in enumerate(table.names)}
        takes = [(place.get(name), kind) for name, (_, kind) in kinds.items()]
        rows += [(port, tuple(_taken(row, table.types, at, kind) for at, kind in takes)) for row in table.rows]
    if call.get("distinct"):
        first: dict[tuple[Any, ...], tuple[str, Row]] = {}
        for port, row in rows:
            first.setdefault(key_of(row), (port, tuple(map(plain_zero, row))))
        rows = list(first.values())
    columns, source = tuple(kinds.values()), call.get("source")
    if source is None:
        return Frame(columns, tuple(row for _, row in rows))
    return Frame((*columns, (source, VARCHAR)), tuple((*row, port) for port, row in rows))


def _taken(row: Row, kinds: Sequence[Type], place: int | None, kind: Type) -> Any:
    """A row's value in a column, as another type; null where the row has no such column."""
    if place is None or row[place] is None or kinds[place] == kind:
        return None if place is None else row[place]
    return cast(row[place], kinds[place], kind)


NODES: dict[str, Node] = {"distinct_rows": distinct_rows, "union_tables": union_tables}
