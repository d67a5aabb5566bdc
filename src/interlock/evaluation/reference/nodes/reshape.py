"""Reshape: values of a column become columns, columns become rows."""

from __future__ import annotations

from typing import Any

from interlock.evaluation.frames import Frame, Stops
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.nodes.calls import (
    BIGINT,
    VARCHAR,
    Call,
    Key,
    Node,
    grouped,
    known,
    ordered,
    places_of,
    plain_zero,
    value_of,
)
from interlock.evaluation.reference.nodes.grouping import measured
from interlock.evaluation.reference.terms import Untyped
from interlock.evaluation.reference.values import group_key
from interlock.ir.common_types import common_type
from interlock.ir.types import Type


def pivot(call: Call) -> Frame:
    """A row for each combination of the index columns, with a column for each of the listed values."""
    table, function = call.table, call.params["function"]
    index, column = places_of(table, call.params["index"]), table.index(call.params["column"])
    listed = [group_key(value_of(value, table.types[column])) for value in call.params["values"]]
    if call.get("others", "refuse") == "refuse" and any(group_key(row[column]) not in listed for row in table.rows):
        raise Stops(f"`{table.names[column]}` has a value that is not listed")
    groups = list(grouped(table, index).values())
    first = Frame(table.columns, tuple(table.rows[group[0]] for group in groups))
    groups = [groups[place] for place in ordered(first, [Key(place) for place in index])]
    columns = [table.columns[place] for place in index]
    cells: list[list[Any]] = [[plain_zero(table.rows[group[0]][place]) for group in groups] for place in index]
    value = table.index(call.params["value"]) if call.get("value") is not None else None
    kind = BIGINT if value is None else table.types[value]
    for written, key in zip(call.params["values"], listed, strict=True):
        columns.append((call.get("prefix", "") + _name(written), known(measured(function, kind, [])[0])))
        chosen = (
            [table.rows[place] for place in group if group_key(table.rows[place][column]) == key] for group in groups
        )
        cells.append(
            [measured(function, kind, [1 if value is None else row[value] for row in rows])[1] for rows in chosen]
        )
    return Frame(tuple(columns), tuple(zip(*cells, strict=True)))


def _name(value: Any) -> str:
    """A value as the name of its column."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def unpivot(call: Call) -> Frame:
    """A row for each row and each of the columns."""
    table, turned = call.table, places_of(call.table, call.params["columns"])
    kept = [place for place in range(len(table.columns)) if place not in turned]
    kind: Type | None = table.types[turned[0]]
    for place in turned[1:]:
        kind = common_type(kind, table.types[place])
        if kind is None:
            raise Untyped("the columns do not go together")
    names = (call.params["names_to"], VARCHAR), (call.params["values_to"], known(kind))
    columns = (*(table.columns[place] for place in kept), *names)
    rows = tuple(
        (*(row[each] for each in kept), table.names[place], cast(row[place], table.types[place], kind))
        for row in table.rows
        for place in turned
        if row[place] is not None or not call.get("drop_nulls", False)
    )
    return Frame(columns, rows)


NODES: dict[str, Node] = {"pivot": pivot, "unpivot": unpivot}
