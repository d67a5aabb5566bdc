"""Quality: what must hold of a table, and a look at it. Sinks, which pass their rows on. Tables in the plan itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from interlock.evaluation.frames import Frame, Row, Stops
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.expressions import compile_expression
from interlock.evaluation.reference.nodes.calls import (
    BIGINT,
    DOUBLE,
    VARCHAR,
    Call,
    Node,
    places_of,
    rank_of,
    value_of,
)
from interlock.evaluation.reference.values import group_key, key_of
from interlock.ir.common_types import common_type
from interlock.ir.types import Type, parse_type


def expect(call: Call) -> Frame:
    """The table; stops where it is not as expected."""
    for what in unmet(call.table, call.params, call.holds):
        raise Stops(f"expected that {what}")
    wanted = call.get("refers_to")
    if wanted is not None:
        columns = wanted["columns"]
        if not _refers(call.table, columns, call.inputs["reference"], wanted.get("reference_columns") or columns):
            raise Stops("a value does not occur in the reference")
    return call.table


def unmet(table: Frame, expected: Mapping[str, Any], holds: Callable[[str], Callable[[Row], bool]]) -> Iterator[str]:
    """What does not hold of a table among `rows`, `unique`, `not_null`, `ranges`, `allowed`, `matches` and `where`."""
    limits = expected.get("rows") or {}
    most = limits.get("max")
    if len(table.rows) < (limits.get("min") or 0) or (most is not None and len(table.rows) > most):
        yield "there are so many rows"
    unique = expected.get("unique") or []
    for columns in unique if unique and isinstance(unique[0], list) else [unique] if unique else []:
        places = places_of(table, columns)
        if len({key_of([row[place] for place in places]) for row in table.rows}) < len(table.rows):
            yield f"{columns} is unique"
    for name in expected.get("not_null") or []:
        if None in table.values(name):
            yield f"`{name}` is never null"
    for name, limits in (expected.get("ranges") or {}).items():
        if not all(_within(value, table.types[table.index(name)], limits) for value in table.values(name)):
            yield f"`{name}` is in its range"
    for name, values in (expected.get("allowed") or {}).items():
        kind = table.types[table.index(name)]
        known = {group_key(value_of(value, kind)) for value in values} | {group_key(None)}
        if any(group_key(value) not in known for value in table.values(name)):
            yield f"`{name}` is one of those allowed"
    for name, pattern in (expected.get("matches") or {}).items():
        quoted = "'" + pattern.replace("'", "''") + "'"
        fits = compile_expression(f"regexp_full_match(x, {quoted})", [("x", VARCHAR)]).evaluate
        if not all(fits((value,)) for value in table.values(name) if value is not None):
            yield f"`{name}` matches its pattern"
    conditions = expected.get("where") or []
    for condition in [conditions] if isinstance(conditions, str) else conditions:
        if not all(map(holds(condition), table.rows)):
            yield f"`{condition}` is true for every row"


def _within(value: Any, kind: Type, limits: Mapping[str, Any]) -> bool:
    """Whether a value is null, or within the limits; NaN is in no range."""
    if value is None:
        return True
    if value != value:
        return False
    rank = rank_of(kind)
    least, most = (limits.get(end) for end in ("min", "max"))
    return (least is None or not rank(value) < rank(value_of(least, kind))) and (
        most is None or not rank(value) > rank(value_of(most, kind))
    )


def _refers(table: Frame, columns: Sequence[str], reference: Frame, others: Sequence[str]) -> bool:
    """Whether the values of the columns, where none is null, occur together in the reference."""
    here, there = places_of(table, columns), places_of(reference, others)
    kinds = [common_type(table.types[one], reference.types[other]) for one, other in zip(here, there, strict=True)]

    def key(row: Row, frame: Frame, places: Sequence[int]) -> Any:
        cells = [row[place] for place in places]
        wanted = zip(cells, places, kinds, strict=True)
        if any(cell is None for cell in cells):
            return None
        return key_of([_sought(cell, frame.types[at], kind) for cell, at, kind in wanted])

    known = {key(row, reference, there) for row in reference.rows}
    return all((found := key(row, table, here)) is None or found in known for row in table.rows)


def _sought(value: Any, kind: Type, wanted: Type | None) -> Any:
    """A value in the type in which it is looked for, or as it is where it has no place there and equals none."""
    try:
        return value if wanted is None else cast(value, kind, wanted)
    except Stops:
        if kind.element:
            raise
        return value


def passed_on(call: Call) -> Frame:
    """The rows that came in: what a look at them, and what writing them, gives."""
    return call.table


def inline_table(call: Call) -> Frame:
    """The rows that are written in the plan."""
    rows, types = call.params["rows"], {name.casefold(): kind for name, kind in (call.get("types") or {}).items()}
    names = {name.casefold(): name for row in rows for name in row}
    for name in call.get("types") or {}:
        names.setdefault(name.casefold(), name)
    columns = []
    for folded, name in names.items():
        kind = parse_type(types[folded]) if folded in types else _kind_of([row.get(name) for row in rows])
        columns.append((name, kind))
    cells = (tuple(_typed(row.get(name), kind) for name, kind in columns) for row in rows)
    return Frame(tuple(columns), tuple(cells))


def _kind_of(values: Sequence[Any]) -> Type:
    """The type of values that a plan writes, where none is declared."""
    present = [value for value in values if value is not None]
    if not present or isinstance(present[0], str):
        return VARCHAR
    if isinstance(present[0], bool):
        return Type("boolean")
    if any(isinstance(value, float) for value in present):
        return DOUBLE
    return BIGINT if all(-(2**63) <= value < 2**63 for value in present) else Type("hugeint")


def _typed(value: Any, kind: Type) -> Any:
    """A written value as one of a declared type: as a cast makes it one."""
    if isinstance(value, str):
        return cast(value, VARCHAR, kind)
    if isinstance(value, bool):
        return cast(value, Type("boolean"), kind)
    if isinstance(value, float) and (kind.name in ("varchar", "decimal")):
        return cast(repr(value), VARCHAR, kind)
    if isinstance(value, float):
        return cast(value, DOUBLE, kind)
    return cast(value, Type("hugeint"), kind)


NODES: dict[str, Node] = {
    "expect": expect,
    "preview": passed_on,
    "inline_table": inline_table,
    **dict.fromkeys(
        ("write_csv", "write_json", "write_jsonl", "write_parquet", "write_excel", "write_sqlite"), passed_on
    ),
}
