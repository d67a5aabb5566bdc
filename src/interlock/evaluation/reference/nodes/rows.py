"""Rows: kept, ordered, cut, sampled, and their gaps filled."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any

from interlock.evaluation.frames import Frame
from interlock.evaluation.reference.nodes.calls import (
    Call,
    Node,
    grouped,
    keys_of,
    ordered,
    places_of,
    replaced,
    value_of,
)


def filter_rows(call: Call) -> Frame:
    """The rows for which the condition is true."""
    holds = call.holds(call.params["where"])
    return call.table.with_rows([row for row in call.table.rows if holds(row)])


def sort_rows(call: Call) -> Frame:
    """The rows in the order of the keys."""
    table = call.table
    return table.with_rows([table.rows[place] for place in ordered(table, keys_of(table, call.params["by"]))])


def limit_rows(call: Call) -> Frame:
    """The first rows, after some that are skipped."""
    start = call.get("offset", 0)
    return call.table.with_rows(call.table.rows[start : start + call.params["rows"]])


def sample_rows(call: Call) -> Frame:
    """The rows with the smallest draws: a draw is the MD5 of the seed and the row's place, as text."""
    table, seed = call.table, call.get("seed", 0)
    count = call.get("rows")
    if count is None:
        count = math.floor(float(call.params["fraction"]) * len(table.rows) + 0.5)
    draws = [hashlib.md5(f"{seed}:{place}".encode()).hexdigest() for place in range(1, len(table.rows) + 1)]
    kept = sorted(range(len(draws)), key=lambda place: draws[place])[:count]
    return table.with_rows([table.rows[place] for place in sorted(kept)])


def drop_nulls(call: Call) -> Frame:
    """The rows without a null (or with anything else) in the columns."""
    table = call.table
    places = places_of(table, call.get("columns") or table.names)
    enough = all if call.get("how", "any") == "any" else any
    return table.with_rows([row for row in table.rows if enough(row[place] is not None for place in places)])


def fill_nulls(call: Call) -> Frame:
    """The table with nulls replaced by fixed values, or by the nearest value above or below."""
    table, values = call.table, call.get("values")
    if values is not None:
        fixed = {table.index(name): value_of(value, table.types[table.index(name)]) for name, value in values.items()}
        return table.with_rows(
            [tuple(fixed.get(place) if cell is None else cell for place, cell in enumerate(row)) for row in table.rows]
        )
    group = places_of(table, call.get("group", []))
    names = call.get("columns") or [name for place, name in enumerate(table.names) if place not in group]
    backward = call.params["method"] == "backward"
    parts = grouped(table, group).values()
    made = {}
    for place in places_of(table, names):
        cells = [row[place] for row in table.rows]
        for part in parts:
            _carry(cells, part[::-1] if backward else part)
        made[table.names[place]] = (table.types[place], cells)
    return replaced(table, made)


def _carry(cells: list[Any], places: Sequence[int]) -> None:
    """Fill each null among these places with the last value before it."""
    last = None
    for place in places:
        if cells[place] is None:
            cells[place] = last
        last = cells[place]


NODES: dict[str, Node] = {
    "filter_rows": filter_rows,
    "sort_rows": sort_rows,
    "limit_rows": limit_rows,
    "sample_rows": sample_rows,
    "drop_nulls": drop_nulls,
    "fill_nulls": fill_nulls,
}
