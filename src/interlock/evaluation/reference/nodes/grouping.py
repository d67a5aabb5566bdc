"""Grouping: aggregated, described, ranked, and the top of each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interlock.evaluation.frames import Frame, Stops
from interlock.evaluation.reference.aggregates import aggregate as engine_aggregate
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.nodes.calls import (
    BIGINT,
    DOUBLE,
    VARCHAR,
    Call,
    Key,
    Node,
    grouped,
    keys_of,
    known,
    ordered,
    places_of,
    plain_zero,
    replaced,
)
from interlock.evaluation.reference.values import Endless, key_of
from interlock.ir.types import Type

_CALLS = {
    "count_distinct": "count",
    "std": "stddev_samp",
    "median": "quantile_cont",
    "quantile": "quantile_cont",
    "join": "string_agg",
    "any": "bool_or",
    "all": "bool_and",
}
"""What the functions of measures are called in queries."""


def total_type(kind: Type) -> Type:
    """The type of a sum: of integers bigint, or hugeint where they are wider; decimal(38, s); double."""
    if kind.is_integer:
        return Type("hugeint") if kind.name in ("hugeint", "uhugeint", "ubigint") else BIGINT
    return Type("decimal", precision=(38, (kind.precision or (18, 3))[1])) if kind.name == "decimal" else DOUBLE


def measured(
    function: str,
    kind: Type,
    values: Sequence[Any],
    *,
    q: float = 0.5,
    separator: str = ", ",
    distinct: bool = False,
) -> tuple[Type, Any]:
    """The type and value of a measure over values in their order."""
    if function == "sum" and kind.name == "uhugeint":
        kind, values = Type("hugeint"), [cast(value, kind, Type("hugeint")) for value in values]
    if function in ("sum", "mean"):
        found, total = engine_aggregate("sum", [(kind, values)])
        wanted = found if function == "mean" and kind.is_integer else total_type(kind)
        total = cast(total, found, wanted)
        if function == "sum":
            return wanted, total
        count = sum(value is not None for value in values)
        return DOUBLE, None if total is None else cast(total, wanted, DOUBLE) / count
    arguments = [(kind, [plain_zero(value) for value in values] if distinct else values)]
    if function in ("median", "quantile"):
        if any(isinstance(value, Endless) for value in values):
            raise Stops(f"the {function} of moments of which one is infinite")
        if kind.is_numeric or kind.is_null:
            arguments = [(DOUBLE, [cast(value, kind, DOUBLE) for value in values])]
        arguments.append((DOUBLE, [q] * len(values)))
    if function == "std":
        arguments = [(DOUBLE, [cast(value, kind, DOUBLE) for value in values])]
    if function == "join":
        arguments.append((VARCHAR, [separator] * len(values)))
    name = _CALLS.get(function, function)
    found, value = engine_aggregate(name, arguments, len(values), distinct=distinct or function == "count_distinct")
    return found, plain_zero(value) if function in ("min", "max", "median", "quantile") else value


def aggregate(call: Call) -> Frame:
    """A row for each combination of the keys, in their order, with the measures."""
    table = call.table
    by = places_of(table, call.get("by", []))
    groups = list(grouped(table, by).values()) if by else [list(range(len(table.rows)))]
    if by:
        first = Frame(table.columns, tuple(table.rows[group[0]] for group in groups))
        groups = [groups[place] for place in ordered(first, [Key(place) for place in by])]
    columns = [(table.names[place], table.types[place]) for place in by]
    values: list[list[Any]] = [[plain_zero(table.rows[group[0]][place]) for group in groups] for place in by]
    for measure in call.params["measures"]:
        kind, cells = _measure(call, measure, groups)
        columns.append((measure["name"], known(kind)))
        values.append(cells)
    return Frame(tuple(columns), tuple(zip(*values, strict=True)))


def _measure(call: Call, measure: Mapping[str, Any], groups: Sequence[list[int]]) -> tuple[Type, list[Any]]:
    """The type of a measure and its value for each group."""
    table, function = call.table, measure["function"]
    holds = call.holds(measure["where"]) if measure.get("where") is not None else None
    keys = keys_of(table, measure.get("order_by", []))
    cells: list[Any] = [None] * len(table.rows)
    kind = Type("null")
    if measure.get("column") is not None:
        kind, cells = table.types[table.index(measure["column"])], table.values(measure["column"])
    elif measure.get("expression") is not None:
        compiled = call.compiled(measure["expression"])
        kind, cells = compiled.type, [compiled.evaluate(row) for row in table.rows]
    bare = measure.get("column") is None and measure.get("expression") is None
    options = {name: measure[name] for name in ("separator", "distinct") if measure.get(name) is not None}
    if measure.get("q") is not None:
        options["q"] = float(measure["q"])
    found, results = _type_of(function, kind, options), []
    for group in groups:
        places = [place for place in group if holds is None or holds(table.rows[place])]
        if bare:
            results.append(len(places))
            continue
        values = [cells[place] for place in (ordered(table, keys, places) if keys else places)]
        if options.get("distinct"):
            column = Frame((("value", kind),), tuple((value,) for value in values))
            values = [values[place] for place in ordered(column, [Key(0)])]
        results.append(measured(function, kind, values, **options)[1])
    return BIGINT if bare else found, results


def _type_of(function: str, kind: Type, options: Mapping[str, Any]) -> Type:
    return measured(function, kind, [], **options)[0]


def describe(call: Call) -> Frame:
    """A row for each column that sums up its values."""
    table = call.table
    columns = (
        [("name", VARCHAR), ("type", VARCHAR)]
        + [(name, BIGINT) for name in ("rows", "nulls", "distinct")]
        + [(name, VARCHAR) for name in ("min", "max")]
        + [(name, DOUBLE) for name in ("mean", "std", "median")]
    )
    rows = []
    for name, kind in table.columns:
        values = table.values(name)
        ends = (cast(measured(each, kind, values)[1], kind, VARCHAR) for each in ("min", "max"))
        numbers = (measured(each, kind, values)[1] if kind.is_numeric else None for each in ("mean", "std", "median"))
        nulls = sum(value is None for value in values)
        distinct = measured("count_distinct", kind, values)[1]
        rows.append((name, str(kind), len(values), nulls, distinct, *ends, *numbers))
    return Frame(tuple(columns), tuple(rows))


def ranks(table: Frame, keys: Sequence[Key], places: Sequence[int]) -> list[tuple[int, int, int]]:
    """Place, rank and dense rank of each row of a group, in the order of the keys."""
    found: list[tuple[int, int, int]] = []
    before, rank, dense = None, 0, 0
    for number, place in enumerate(ordered(table, keys, places), 1):
        here = key_of([table.rows[place][key.place] for key in keys])
        if here != before:
            before, rank, dense = here, number, dense + 1
        found.append((place, rank, dense))
    return found


def top_n(call: Call) -> Frame:
    """The first rows of each group by the keys, in the order of the groups and the keys."""
    table, count = call.table, call.params["n"]
    per, by = places_of(table, call.get("per", [])), keys_of(table, call.params["by"], descending=True)
    kept: list[int] = []
    for group in grouped(table, per).values():
        found = ranks(table, by, group)
        if call.get("ties", "first") == "all":
            kept += [place for place, rank, _ in found if rank <= count]
        else:
            kept += [place for place, _, _ in found[:count]]
    order = ordered(table, [*(Key(place) for place in per), *by], sorted(kept))
    return table.with_rows([table.rows[place] for place in order])


def rank_rows(call: Call) -> Frame:
    """The table with each row's rank in its group."""
    table, method = call.table, call.get("method", "rank")
    keys, cells = keys_of(table, call.params["order_by"]), [None] * len(table.rows)
    made: list[Any] = list(cells)
    for group in grouped(table, places_of(table, call.get("partition_by", []))).values():
        for number, (place, rank, dense) in enumerate(ranks(table, keys, group), 1):
            percent = (rank - 1) / (len(group) - 1) if len(group) > 1 else 0.0
            made[place] = {"row_number": number, "rank": rank, "dense_rank": dense, "percent": percent}[method]
    return replaced(table, {call.params["into"]: (DOUBLE if method == "percent" else BIGINT, made)})


NODES: dict[str, Node] = {"aggregate": aggregate, "describe": describe, "top_n": top_n, "rank_rows": rank_rows}
