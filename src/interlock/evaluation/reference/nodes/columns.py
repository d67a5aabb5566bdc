"""Columns: chosen, named, converted, computed and mapped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from interlock.evaluation.frames import Frame, Stops
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.nodes.calls import (
    Call,
    Node,
    is_blank,
    places_of,
    replaced,
    value_of,
)
from interlock.evaluation.reference.values import group_key
from interlock.ir.common_types import common_type
from interlock.ir.types import Type, parse_type


def select_columns(call: Call) -> Frame:
    """These columns, in this order."""
    return _only(call.table, places_of(call.table, call.params["columns"]))


def drop_columns(call: Call) -> Frame:
    """All columns but these."""
    dropped = places_of(call.table, call.params["columns"])
    return _only(call.table, [place for place in range(len(call.table.columns)) if place not in dropped])


def _only(table: Frame, places: list[int]) -> Frame:
    columns = tuple(table.columns[place] for place in places)
    return Frame(columns, tuple(tuple(row[place] for place in places) for row in table.rows))


def rename_columns(call: Call) -> Frame:
    """The same table with other names."""
    new = {old.casefold(): name for old, name in call.params["columns"].items()}
    return _named(call.table, lambda name: new.get(name.casefold(), name))


def normalize_names(call: Call) -> Frame:
    """The same table with all names in one style."""
    style: dict[str, Callable[[str], str]] = {"snake_case": snake_case, "lower": str.lower, "upper": str.upper}
    return _named(call.table, style[call.get("style", "snake_case")])


def _named(table: Frame, name: Callable[[str], str]) -> Frame:
    return Frame(tuple((name(old), kind) for old, kind in table.columns), table.rows)


def snake_case(name: str) -> str:
    """Words of letters and digits in lower case, joined by `_`.

    A word ends before a capital after a small letter or digit, and before the last of several capitals if a small
    letter follows it.
    """
    cut = {
        place
        for place, (before, here) in enumerate(pairwise(name), 1)
        if _capital(here)
        and (
            (before.isalnum() and not _capital(before))
            or (_capital(before) and name[place + 1 : place + 2].islower() and name[place + 1 : place + 2].isalpha())
        )
    }
    parted = "".join(("_" if place in cut else "") + sign for place, sign in enumerate(name))
    words = "".join(sign if sign.isalnum() else "_" for sign in parted).split("_")
    return "_".join(word for word in words if word).lower()


def _capital(sign: str) -> bool:
    return sign.isupper()


def cast_columns(call: Call) -> Frame:
    """The table with these columns as other types."""
    table, made = call.table, {}
    tentative, blank_is_null = call.get("on_error", "fail") != "fail", call.get("blank_as_null", False)
    for name, text in call.params["types"].items():
        place, to = table.index(name), parse_type(text)
        source = table.types[place]
        if source == to:
            continue
        blank = blank_is_null and source.is_text and not to.is_text
        cells = [
            None if cell is None or (blank and is_blank(cell)) else cast(cell, source, to, tentative=tentative)
            for cell in table.values(name)
        ]
        made[table.names[place]] = (to, cells)
    return replaced(table, made)


def derive_columns(call: Call) -> Frame:
    """The table with columns computed from the columns that came in."""
    made = {}
    for name, text in call.params["columns"].items():
        compiled = call.compiled(text)
        made[name] = (compiled.type, [compiled.evaluate(row) for row in call.table.rows])
    return replaced(call.table, made)


def map_values(call: Call) -> Frame:
    """The table with a column's values replaced by others, in its place or in a new column."""
    table, place = call.table, call.table.index(call.params["column"])
    source, unmatched, default = table.types[place], call.get("unmatched", "keep"), call.get("default")
    keeps = default is None and unmatched == "keep"
    pairs = list(_pairs(call.params["mapping"], source))
    kind = source if keeps else _type_of([*(new for _, new in pairs), default])
    new = {group_key(old): value_of(value, kind) for old, value in pairs}
    rest = value_of(default, kind)

    def mapped(value: Any) -> Any:
        key = group_key(value)
        if key in new:
            return new[key]
        if value is None or keeps:
            return value
        if default is None and unmatched == "fail":
            raise Stops(f"`{table.names[place]}` has a value outside the mapping")
        return rest

    name = call.get("into") or table.names[place]
    return replaced(table, {name: (kind, [mapped(row[place]) for row in table.rows])})


def _pairs(mapping: Any, kind: Type) -> Iterator[tuple[Any, Any]]:
    """Old value, as one of the column's type, and new value of each entry."""
    if isinstance(mapping, list):
        for entry in mapping:
            yield value_of(entry["from"], kind), entry["to"]
        return
    for text, new in mapping.items():
        old: Any = text
        if kind.is_numeric and re.fullmatch(r"-?\d+", text):
            old = int(text)
        elif kind.is_numeric:
            old = float(text)
        elif kind.name == "boolean":
            old = text.lower() == "true"
        yield value_of(old, kind), new


def _type_of(values: list[Any]) -> Type:
    """The one type of values that a plan writes: boolean, bigint, double or varchar."""
    kind = Type("null")
    for value in values:
        if value is None:
            continue
        whole = "bigint" if isinstance(value, int) and abs(value) < 2**63 else "hugeint"
        found = Type({bool: "boolean", int: whole, float: "double"}.get(type(value), "varchar"))
        kind = common_type(kind, found) or found
    return Type("varchar") if kind.is_null else kind


NODES: dict[str, Node] = {
    "select_columns": select_columns,
    "drop_columns": drop_columns,
    "rename_columns": rename_columns,
    "normalize_names": normalize_names,
    "cast_columns": cast_columns,
    "derive_columns": derive_columns,
    "map_values": map_values,
}
