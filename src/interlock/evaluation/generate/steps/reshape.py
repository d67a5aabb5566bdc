"""Reshape: values become columns, columns become rows."""

from __future__ import annotations

from typing import Any

from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.known import Col, Known
from interlock.evaluation.generate.steps.choosing import literal_of, new_name, one, plain, refer, some
from interlock.evaluation.generate.steps.drawing import Drawing, Feed
from interlock.evaluation.generate.steps.grouping import aggregable, result_of
from interlock.ir.common_types import common_type
from interlock.ir.expressions.lexer import unseen
from interlock.ir.expressions.promotion import BIGINT, VARCHAR

FUNCTIONS = ("sum", "count", "mean", "min", "max", "median", "first", "last")


def _named(value: Any) -> str:
    return (
        {None: "null", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else str(value)
    )


def pivot(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    names = ("varchar", "bigint", "boolean", "integer", "date", "smallint")
    column = one(draft, table, lambda each: each.type.name in names)
    index = [each for each in some(draft, table, 2) if column is None or each.name != column.name]
    if column is None or not index:
        return None
    values: list[Any] = [literal_of(draft, column) for _ in range(draft.random.choice((1, 2, 4)))]
    values = [each for each in dict.fromkeys(values) if each is not None and each != "" and not unseen(str(each))]
    if column.type.name == "boolean":
        values = [True, False]
    if draft.chance(0.3):
        values.append(None)
    if not values:
        return None
    function = draft.random.choice(FUNCTIONS)
    value = one(draft, table, lambda each: plain(each) and aggregable(function, each))
    if value is None and function != "count":
        return None
    params: dict[str, Any] = {
        "index": refer(draft, index),
        "column": column.name,
        "values": values,
        "function": function,
    }
    if value is not None and (function != "count" or draft.chance(0.5)):
        params["value"] = value.name
    prefix = draft.random.choice(("p_", "", "é ", "x"))
    if prefix or draft.chance(0.2):
        params["prefix"] = prefix
    listed = column.type.name == "boolean" and (None in values or not column.nullable)
    if not listed and not draft.risky:
        params["others"] = "drop"
    new = [prefix + _named(each) for each in values]
    folded = [each.casefold() for each in (*new, *(each.name for each in index))]
    if len(set(folded)) < len(folded):
        return None
    kind = result_of(function, value.type) if value is not None and function != "count" else BIGINT
    reach = table.most if function == "count" else (value.reach if value is not None else 0) * max(table.most, 1)
    columns = [*index, *(Col(name, kind, function != "count", reach) for name in new)]
    order = tuple({"column": each.name, "descending": False, "nulls": "last"} for each in index)
    keys = (tuple(each.name for each in index),)
    return Step(params, Known(tuple(columns), table.most, min(1, table.least), keys, order))


def unpivot(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    first = one(draft, table)
    if first is None:
        return None
    chosen, kind = [first], first.type
    for each in draft.random.sample(list(table.columns), len(table.columns)):
        common = common_type(kind, each.type) if each.name != first.name and len(chosen) < 4 else None
        if common is not None and plain(each) and common.is_numeric == kind.is_numeric:
            chosen.append(each)
            kind = common
    gone = {each.name for each in chosen}
    kept = [each for each in table.columns if each.name not in gone]
    names_to = new_name(draft, table.names)
    values_to = new_name(draft, [*table.names, names_to])
    params: dict[str, Any] = {"columns": refer(draft, chosen), "names_to": names_to, "values_to": values_to}
    drop = draft.chance(0.3)
    if drop or draft.chance(0.1):
        params["drop_nulls"] = drop
    nullable = not drop and any(each.nullable for each in chosen)
    value = Col(values_to, kind, nullable, max(each.reach for each in chosen), first.sample)
    columns = (*kept, Col(names_to, VARCHAR, False, 100, tuple(each.name for each in chosen)), value)
    most = table.most * len(chosen)
    return Step(params, Known(columns, most, 0 if drop else table.least * len(chosen)))


DRAWINGS: dict[str, Drawing] = {"pivot": pivot, "unpivot": unpivot}
