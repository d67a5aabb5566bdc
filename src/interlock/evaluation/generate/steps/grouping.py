"""Grouping: aggregates, descriptions, ranks, the top of each group, duplicates."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.expressions.parts import room
from interlock.evaluation.generate.known import Col, Known
from interlock.evaluation.generate.steps.choosing import expressions, new_name, one, plain, refer, some, sort_keys
from interlock.evaluation.generate.steps.drawing import Drawing, Feed
from interlock.ir.expressions.promotion import BIGINT, BOOLEAN, DOUBLE, TIMESTAMP, VARCHAR
from interlock.ir.types import Type

FUNCTIONS = (
    "count", "count_distinct", "sum", "mean", "median", "min", "max", "std", "first", "last", "quantile", "join", "any", "all",
    "list",
)  # fmt: skip
ORDERED = ("first", "last", "join", "list")
SPREAD = ("median", "quantile")


def aggregable(function: str, column: Col) -> bool:
    """Whether a function takes values of this column, and surely has room for its result."""
    kind = column.type
    if kind.name in ("struct", "map", "json"):
        return function in ("first", "last", "count", "list")
    if function in ("sum", "mean"):
        return kind.is_numeric and (kind.is_float or column.reach * 100 < room(sum_type(kind)))
    if function == "std":
        return kind.is_numeric
    if function in SPREAD:
        return kind.is_numeric or kind.name in ("date", "timestamp")
    if function in ("any", "all"):
        return kind == BOOLEAN
    return kind.is_text if function == "join" else True


def sum_type(kind: Type) -> Type:
    """The type of a sum: wide integers, wide decimals, doubles."""
    if kind.is_float:
        return DOUBLE
    if kind.name == "decimal":
        return Type("decimal", (38, (kind.precision or (18, 3))[1]))
    return Type("hugeint" if kind.name in ("hugeint", "uhugeint", "ubigint") else "bigint")


def result_of(function: str, kind: Type) -> Type:
    """The type of an aggregate over values of a type."""
    if function.startswith("count"):
        return BIGINT
    if function == "sum":
        return sum_type(kind)
    if function in ("mean", "std"):
        return DOUBLE
    if function in SPREAD:
        return DOUBLE if kind.is_numeric else TIMESTAMP
    if function in ("any", "all"):
        return BOOLEAN
    if function == "join":
        return VARCHAR
    return Type("list", element=kind) if function == "list" else kind


def _reach(function: str, column: Col, rows: int) -> float:
    if function.startswith("count"):
        return rows
    if function == "sum":
        return column.reach * max(rows, 1)
    if function == "join":
        return (column.reach + 5) * max(rows, 1)
    if function == "list":
        return rows
    return column.reach if function in ("min", "max", "first", "last", "median", "quantile") else math.inf


def _measure(draft: Draft, table: Known, names: list[str]) -> tuple[dict[str, Any], Col] | None:
    function = draft.random.choice(FUNCTIONS)
    name = new_name(draft, names)
    measure: dict[str, Any] = {"name": name, "function": function}
    source: Col | None = None
    if function != "count" or draft.chance(0.5):
        source = one(draft, table, lambda each: aggregable(function, each)) if draft.chance(0.7) else None
        if source is not None:
            measure["column"] = source.name
        else:
            source = _computed(draft, table, function, measure)
            if source is None:
                return None
    if draft.chance(0.25):
        measure["where"] = expressions(draft, table).condition(2).written
    if function == "quantile":
        measure["q"] = draft.random.choice((0, 1, 0.5, 0.9, 0.25))
    distinct = function in ("join", "list") and source is not None and plain(source) and draft.chance(0.3)
    if distinct:
        measure["distinct"] = True
    elif function in ORDERED and draft.chance(0.5):
        keys = some(draft, table, 2)
        if keys:
            measure["order_by"] = sort_keys(draft, keys)[0]
    if function == "join" and draft.chance(0.5):
        measure["separator"] = draft.random.choice(("; ", "", "|", "'"))
    column = source or Col("", BIGINT)
    certain = function.startswith("count")
    return measure, Col(name, result_of(function, column.type), not certain, _reach(function, column, table.most))


def _computed(draft: Draft, table: Known, function: str, measure: dict[str, Any]) -> Col | None:
    """An expression that the function takes, put into the measure."""
    draw = expressions(draft, table)
    for _ in range(5):
        if function in ("any", "all"):
            part = draw.condition(2)
        elif function == "join":
            part = draw.of(VARCHAR, 2)
        elif function in ("sum", "mean", "std"):
            part = draw.number(2)
        else:
            part = draw.value(2)
        column = Col("", part.type, part.nullable, part.reach)
        if aggregable(function, column):
            measure["expression"] = part.written
            return column
    return None


def aggregate(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    by = some(draft, table) if draft.chance(0.8) else []
    params: dict[str, Any] = {}
    if by or draft.chance(0.2):
        params["by"] = refer(draft, by)
    measures: list[dict[str, Any]] = []
    columns = list(by)
    for _ in range(draft.random.choice((1, 1, 2, 3, 4))):
        found = _measure(draft, table, [each.name for each in columns])
        if found is not None:
            measures.append(found[0])
            columns.append(found[1])
    if not measures:
        return None
    params["measures"] = measures
    order = tuple({"column": each.name, "descending": False, "nulls": "last"} for each in by)
    names = tuple(each.name for each in by)
    least = min(1, table.least) if by else 1
    result = Known(tuple(columns), table.most if by else 1, least, (names,) if by else (), order)
    return Step(params, result)


def describe(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    if not all(plain(each) for each in table.columns):
        return None
    columns = [Col("name", VARCHAR, False, 100), Col("type", VARCHAR, False, 100)]
    columns += [Col(name, BIGINT, False, max(table.most, 1)) for name in ("rows", "nulls", "distinct")]
    columns += [Col(name, VARCHAR) for name in ("min", "max")]
    columns += [Col(name, DOUBLE) for name in ("mean", "std", "median")]
    width = len(table.columns)
    return Step({}, Known(tuple(columns), width, width))


def rank_rows(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    keys = some(draft, table)
    if not keys:
        return None
    params: dict[str, Any] = {"order_by": sort_keys(draft, keys)[0], "into": new_name(draft, table.names)}
    if draft.chance(0.4):
        params["partition_by"] = refer(draft, some(draft, table, 2))
    method = draft.random.choice(("row_number", "rank", "dense_rank", "percent"))
    if method != "rank" or draft.chance(0.3):
        params["method"] = method
    kind = DOUBLE if method == "percent" else BIGINT
    column = Col(params["into"], kind, False, 1 if method == "percent" else max(table.most, 1))
    return Step(params, table.with_columns([*table.columns, column]))


def top_n(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    keys = some(draft, table, 2)
    if not keys:
        return None
    shown, _ = sort_keys(draft, keys, descending=True)
    params: dict[str, Any] = {"n": draft.random.choice((1, 2, 3, 10, 1_000_000_000)), "by": shown}
    per = some(draft, table, 2) if draft.chance(0.4) else []
    if per:
        params["per"] = refer(draft, per)
    if draft.chance(0.4):
        params["ties"] = draft.random.choice(("first", "all"))
    return Step(params, replace(table.fewer(), order=()))


def distinct_rows(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    params: dict[str, Any] = {}
    keys = some(draft, table) if draft.chance(0.6) else []
    if keys:
        params["keys"] = refer(draft, keys)
        if draft.chance(0.4):
            params["order_by"] = sort_keys(draft, some(draft, table, 2))[0]
    if draft.chance(0.5):
        params["keep"] = draft.random.choice(("first", "last"))
    names = tuple(each.name for each in keys) or tuple(table.names)
    result = replace(table.fewer(), least=min(1, table.least))
    kept = table.order
    if not keys and any(table.get(each["column"]).type.is_float for each in kept):
        kept = ()  # 0.0 stands for -0.0 there, and an order by what was changed is not proven
    return Step(params, replace(result, keys=(*result.keys, names), order=kept))


DRAWINGS: dict[str, Drawing] = {
    "aggregate": aggregate,
    "describe": describe,
    "rank_rows": rank_rows,
    "top_n": top_n,
    "distinct_rows": distinct_rows,
}
