"""Windows: columns computed from neighbouring rows."""

from __future__ import annotations

import math
from typing import Any

from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.known import Col, Known
from interlock.evaluation.generate.steps.choosing import literal_of, new_name, one, plain, refer, some, sort_keys
from interlock.evaluation.generate.steps.drawing import Drawing, Feed
from interlock.evaluation.generate.steps.grouping import aggregable, sum_type
from interlock.ir.expressions.promotion import BIGINT, DOUBLE, INTERVAL
from interlock.ir.types import Type

FUNCTIONS = (
    "lag", "lead", "first", "last", "row_number", "running_sum", "running_mean", "running_min", "running_max", "running_count",
    "rolling_sum", "rolling_mean", "rolling_min", "rolling_max", "share", "difference", "percent_change",
)  # fmt: skip
OFFSET = ("lag", "lead", "difference", "percent_change")


def _takes(function: str, column: Col) -> bool:
    measure = function.rpartition("_")[2]
    if measure in ("sum", "mean"):
        return aggregable(measure, column)
    if function in ("share", "percent_change"):
        return column.type.is_numeric and aggregable("sum", column)
    if function == "difference":
        return (column.type.is_numeric and column.reach < 1e15) or column.type.name in ("date", "timestamp")
    return plain(column) or function in ("lag", "lead", "first", "last")


def _type(function: str, kind: Type) -> Type:
    if function in ("row_number", "running_count"):
        return BIGINT
    if function.endswith("_sum"):
        return sum_type(kind)
    if function.endswith("_mean") or function in ("share", "percent_change"):
        return DOUBLE
    if function == "difference":
        return _difference(kind)
    return kind


def _difference(kind: Type) -> Type:
    if kind.name == "date":
        return BIGINT
    if kind.name == "timestamp":
        return INTERVAL
    if kind.is_integer:
        return Type("hugeint" if kind.name in ("hugeint", "ubigint", "uhugeint") else "bigint")
    if kind.name == "decimal":
        width, scale = kind.precision or (18, 3)
        return Type("decimal", (min(width + 1, 38), scale))
    return kind


def _window(draft: Draft, table: Known, names: list[str]) -> tuple[dict[str, Any], Col] | None:
    function = draft.random.choice(FUNCTIONS)
    wanted: dict[str, Any] = {"name": new_name(draft, names), "function": function}
    column = None
    if function != "row_number" and (function != "running_count" or draft.chance(0.6)):
        column = one(draft, table, lambda each: _takes(function, each))
        if column is None:
            return None
        wanted["column"] = column.name
    if draft.chance(0.4):
        wanted["partition_by"] = refer(draft, some(draft, table, 2))
    if function != "share" and draft.chance(0.6):
        keys = some(draft, table, 2)
        if keys:
            wanted["order_by"] = sort_keys(draft, keys)[0]
    if function in OFFSET and draft.chance(0.5):
        wanted["offset"] = draft.random.choice((1, 2, 7, 1_000_000_000))
    if function in ("lag", "lead") and column is not None and draft.chance(0.4):
        default = literal_of(draft, column, tame=True)
        if default is not None:
            wanted["default"] = default
    if function.startswith("rolling_"):
        wanted["rows"] = draft.random.choice((1, 2, 3, 100))
    source = column or Col("", BIGINT, True, 0)
    kind = _type(function, source.type)
    reach = source.reach
    if function.endswith("_sum"):
        reach = source.reach * max(table.most, 1)
    elif function == "difference":
        reach = source.reach * 2
    elif kind == DOUBLE and function not in (
        "running_min",
        "running_max",
        "rolling_min",
        "rolling_max",
        "first",
        "last",
    ):
        reach = math.inf
    if function in ("row_number", "running_count"):
        reach = max(table.most, 1)
    if "default" in wanted:
        reach = max(reach, 10_000_000)
    return wanted, Col(wanted["name"], kind, function not in ("row_number", "running_count"), reach)


def window_columns(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    columns = list(table.columns)
    wanted = []
    for _ in range(draft.random.choice((1, 1, 2, 3))):
        found = _window(draft, table, [each.name for each in columns])
        if found is not None:
            wanted.append(found[0])
            columns.append(found[1])
    return Step({"columns": wanted}, table.with_columns(columns)) if wanted else None


DRAWINGS: dict[str, Drawing] = {"window_columns": window_columns}
