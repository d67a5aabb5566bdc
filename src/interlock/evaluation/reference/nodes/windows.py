"""Windows: columns computed from neighbouring rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interlock.evaluation.frames import Frame
from interlock.evaluation.reference.aggregates import aggregate
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.expressions import compile_expression
from interlock.evaluation.reference.nodes.calls import (
    BIGINT,
    DOUBLE,
    Call,
    Node,
    grouped,
    keys_of,
    ordered,
    places_of,
    replaced,
    value_of,
)
from interlock.evaluation.reference.nodes.grouping import measured
from interlock.ir.types import Type


def window_columns(call: Call) -> Frame:
    """The table with the new columns at its end."""
    table, made = call.table, {}
    for wanted in call.params["columns"]:
        keys = keys_of(table, wanted.get("order_by") or [])
        cells: list[Any] = [None] * len(table.rows)
        kind = _over(wanted, *_column(table, wanted, []))[0]
        for group in grouped(table, places_of(table, wanted.get("partition_by") or [])).values():
            places = ordered(table, keys, group)
            for place, cell in zip(places, _over(wanted, *_column(table, wanted, places))[1], strict=True):
                cells[place] = cell
        made[wanted["name"]] = (kind, cells)
    return replaced(table, made)


def _column(table: Frame, wanted: Mapping[str, Any], places: Sequence[int]) -> tuple[Type, list[Any]]:
    """The type and the values to work on; without a column, something that is never null."""
    if wanted.get("column") is None:
        return BIGINT, [1] * len(places)
    place = table.index(wanted["column"])
    return table.types[place], [table.rows[row][place] for row in places]


def _over(wanted: Mapping[str, Any], kind: Type, values: list[Any]) -> tuple[Type, list[Any]]:
    """The type of a new column, and its values for one partition in its order."""
    function, offset = wanted["function"], wanted.get("offset") or 1
    if function == "row_number":
        return BIGINT, list(range(1, len(values) + 1))
    if function in ("first", "last"):
        return kind, (values[:1] if function == "first" else values[-1:]) * len(values)
    if function in ("lag", "lead"):
        away = value_of(wanted.get("default"), kind)
        return kind, _moved(values, offset if function == "lag" else -offset, away)
    if function == "share":
        total = aggregate("sum", [(kind, values)])
        whole = cast(total[1], total[0], DOUBLE)
        parts = [cast(value, kind, DOUBLE) for value in values]
        return DOUBLE, [None if part is None or not whole else _divided(part, whole) for part in parts]
    if function == "percent_change":
        doubles = [cast(value, kind, DOUBLE) for value in values]
        pairs = zip(doubles, _moved(doubles, offset, None), strict=True)
        return DOUBLE, [
            None if here is None or not before else _divided(here - before, before) for here, before in pairs
        ]
    if function == "difference":
        return _difference(kind, values, _moved(values, offset, None))
    family, measure = function.split("_")
    size = wanted["rows"] if family == "rolling" else len(values)
    frames = [values[max(0, place + 1 - size) : place + 1] for place in range(len(values))]
    return measured(measure, kind, [])[0], [measured(measure, kind, frame)[1] for frame in frames]


def _moved(values: list[Any], offset: int, away: Any) -> list[Any]:
    """The values `offset` rows before each."""
    return [values[place - offset] if 0 <= place - offset < len(values) else away for place in range(len(values))]


def _divided(value: float, by: float) -> float:
    """A quotient of doubles; one that is too large is infinite."""
    return value / by


def _difference(kind: Type, values: list[Any], before: list[Any]) -> tuple[Type, list[Any]]:
    """The values minus those before: of integers as bigint (hugeint where wider)."""
    wide = kind
    if kind.is_integer and kind.name != "hugeint":
        wide = Type("hugeint") if kind.name in ("ubigint", "uhugeint") else BIGINT
    minus = compile_expression("here - before", [("here", wide), ("before", wide)])
    pairs = zip(values, before, strict=True)
    return minus.type, [minus.evaluate((cast(here, kind, wide), cast(there, kind, wide))) for here, there in pairs]


NODES: dict[str, Node] = {"window_columns": window_columns}
