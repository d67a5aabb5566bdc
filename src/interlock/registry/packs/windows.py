"""Windows: columns computed from neighbouring rows, running and rolling totals, shares, changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field
from sqlglot import exp

from interlock.ir.types import Type
from interlock.registry import sql
from interlock.registry.floats_inside import plain
from interlock.registry.kinds import Column, Literally, NewColumn, Params, SortKey
from interlock.registry.node import node
from interlock.registry.packs.grouping import refuse_clash, summable, whole_sum, wrong_type
from interlock.registry.packs.reshape import typed_literal
from interlock.registry.phrases import groups as phrases
from interlock.registry.tables import NodeError, Select, Table

_OFFSET = ("lag", "lead", "difference", "percent_change")
_ROLLING = ("rolling_sum", "rolling_mean", "rolling_min", "rolling_max")
_COUNTED = ("row_number", "running_count")


class WindowColumn(Params):
    """One new column, such as `{name: so_far, function: running_sum, column: sales, order_by: [day]}`."""

    name: NewColumn
    function: Literal[
        "lag", "lead", "first", "last", "row_number", "running_sum", "running_mean", "running_min", "running_max", "running_count",
        "rolling_sum", "rolling_mean", "rolling_min", "rolling_max", "share", "difference", "percent_change",
    ]  # fmt: skip
    column: Column | None = None
    partition_by: list[Column] = Field(default_factory=list)
    order_by: list[SortKey] = Field(default_factory=list)
    offset: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    default: Literally = None
    rows: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None


@node(version=1, says=phrases.WINDOW_COLUMNS)
def window_columns(table: Table, *, columns: Annotated[list[WindowColumn], Field(min_length=1)]) -> Select:
    """Add columns computed for each row from other rows of its partition; the rows and their order are kept.

    Each of the `columns` has a `name`, a `function` and mostly a `column` to work on. `partition_by` divides the rows
    (without it the table is one partition), `order_by` orders them for this column only; equal keys, and no `order_by`,
    go by the order of the rows. Functions:

    - `lag` and `lead`: the value `offset` rows before or after (1 without it), `default` where there is none;
    - `first` and `last`: the value of the partition's first or last row, which may be null;
    - `row_number`: 1, 2, 3 … within the partition; it takes no `column`;
    - `running_sum`, `running_mean`, `running_min`, `running_max`, `running_count`: over the rows up to this one;
      `running_count` counts values that are not null, or rows if it has no `column`;
    - `rolling_sum`, `rolling_mean`, `rolling_min`, `rolling_max`: over the last `rows` rows, this one included; the first
      rows of a partition have fewer;
    - `share`: the value divided by the partition's total: 0.25 is a quarter; null where the total is 0;
    - `difference`: the value minus the one `offset` rows before;
    - `percent_change`: that difference divided by the earlier value: 0.1 is 10% more; null where the earlier value is 0.

    Sums and means ignore nulls and are null where there is no value; their types are those of `aggregate`. Shares and
    percentages are double. A `difference` of integers is bigint (of those wider hugeint), of dates a number of days, of
    timestamps an interval; one that does not fit stops the run, and so do infinite timestamps and values of uhugeint
    that no hugeint holds.

    Example:
        table: [{day: 2, sold: 5}, {day: 1, sold: 3}, {day: 3, sold: 4}]
        params:
          columns:
            - {name: so_far, function: running_sum, column: sold, order_by: [day]}
            - {name: before, function: lag, column: sold, order_by: [day], default: 0}
            - {name: two_days, function: rolling_mean, column: sold, order_by: [day], rows: 2}
        gives:
          - {day: 2, sold: 5, so_far: 8, before: 3, two_days: 4.0}
          - {day: 1, sold: 3, so_far: 3, before: 0, two_days: 3.0}
          - {day: 3, sold: 4, so_far: 12, before: 5, two_days: 4.5}

    Example:
        table: [{shop: A, sold: 1}, {shop: B, sold: 5}, {shop: A, sold: 3}]
        params:
          columns:
            - {name: part, function: share, column: sold, partition_by: [shop]}
            - {name: nr, function: row_number, partition_by: [shop]}
        gives: [{shop: A, sold: 1, part: 0.25, nr: 1}, {shop: B, sold: 5, part: 1.0, nr: 1}, {shop: A, sold: 3, part: 0.75, nr: 2}]
    """
    names = [(("columns", i, "name"), str(each.name)) for i, each in enumerate(columns)]
    refuse_clash(names, table.schema.names, "a new column needs a name that no other column has")
    made = [sql.named(_window_column(each, table, ("columns", i)), str(each.name)) for i, each in enumerate(columns)]
    tree = table.select_numbered(*table.columns, *made)
    tree.set("order", sql.order([sql.column(table.position)]))
    certain = {column.name for column in table.schema if not column.nullable}
    certain |= {str(each.name) for each in columns if each.function in _COUNTED}
    return Select(tree, non_null=frozenset(certain))


def _window_column(wanted: WindowColumn, table: Table, path: tuple[str | int, ...]) -> exp.Expr:
    """The SQL of a new column; raises NodeError where its parts do not go together."""
    function, column = wanted.function, wanted.column
    _refuse_misfits(wanted, table, path)
    order = [*(key.sql for key in wanted.order_by), sql.ordered(sql.column(table.position))]

    def over(call: exp.Expr, frame: exp.WindowSpec | None = None) -> exp.Expr:
        return sql.window(call, [each.sql for each in wanted.partition_by], [key.copy() for key in order], frame)

    if function == "row_number":
        return over(exp.RowNumber())
    running = sql.rows_frame(None if function not in _ROLLING else (wanted.rows or 1) - 1)
    if function == "running_count":
        return over(exp.Count(this=column.sql if column is not None else exp.Star()), running)
    assert column is not None
    if function in ("first", "last"):
        return over(sql.call(f"{function}_value", column.sql), sql.rows_frame(None, None))
    offset = sql.literal(wanted.offset or 1)
    if function in ("lag", "lead"):
        arguments = [column.sql, offset]
        if wanted.default is not None:
            arguments.append(typed_literal(wanted.default, column.type, (*path, "default"), column.name))
        return over(sql.call(function, *arguments))
    if function == "difference":
        value = _signed(column)
        return exp.Sub(this=value, expression=over(sql.call("lag", value.copy(), offset)))
    double = column.sql if column.type.name == "double" else sql.cast(column.sql, Type("double"))
    if function == "percent_change":
        before = over(sql.call("lag", double.copy(), offset))
        change = exp.Paren(this=exp.Sub(this=double, expression=before))
        return exp.Div(this=change, expression=sql.call("nullif", before.copy(), sql.literal(0)))
    if function == "share":
        whole = _double_sum(column, lambda call: sql.window(call, [each.sql for each in wanted.partition_by]))
        return exp.Div(this=double, expression=sql.call("nullif", whole, sql.literal(0)))
    kind = function.partition("_")[2]
    if kind in ("min", "max"):
        return plain(over((exp.Min if kind == "min" else exp.Max)(this=column.sql), running), column.type)
    if kind == "sum":
        return _sum_over(column, lambda call: over(call, running.copy()))
    total = _double_sum(column, lambda call: over(call, running.copy()))
    return exp.Div(this=total, expression=over(exp.Count(this=column.sql), running))


def _refuse_misfits(wanted: WindowColumn, table: Table, path: tuple[str | int, ...]) -> None:
    function, column = wanted.function, wanted.column
    if column is None and function not in _COUNTED:
        raise NodeError(
            (*path, "column"), f"`{function}` needs a `column` to work on", candidates=tuple(table.schema.names)
        )
    for given, name, users in (
        (function == "row_number" and column is not None, "column", ()),
        (wanted.offset is not None, "offset", _OFFSET),
        (wanted.default is not None, "default", ("lag", "lead")),
        (wanted.rows is not None, "rows", _ROLLING),
        (function == "share" and bool(wanted.order_by), "order_by", ()),
    ):
        if given and function not in users:
            help = (f"Remove `{name}`." if not users else f"Only {', '.join(f'`{user}`' for user in users)} take it.",)
            raise NodeError((*path, name), f"`{name}` has no meaning for `{function}`", help=help)
    if function in _ROLLING and wanted.rows is None:
        raise NodeError(
            (*path, "rows"), f"`{function}` needs `rows`: over how many rows, this one included, such as `rows: 7`"
        )
    if column is None:
        return
    measure = "sum" if function in ("share", "difference", "percent_change") else function.partition("_")[2]
    if function == "difference" and column.type.name in ("date", "timestamp", "timestamptz"):
        return
    wrong = wrong_type(measure, column.type, column.name) if measure in ("sum", "mean") else None
    if wrong is not None:
        raise NodeError(
            (*path, "column"),
            wrong[0].replace(f"`{measure}`", f"`{function}`"),
            help=("Cast the column in a step before this one.",),
        )


def _signed(column: Column) -> exp.Expr:
    """The value, in a type that holds differences: unsigned integers would wrap below zero."""
    if column.type.name.startswith("u") and column.type.is_integer:
        return sql.cast(column.sql, Type("hugeint" if column.type.name in ("ubigint", "uhugeint") else "bigint"))
    return (
        sql.cast(column.sql, Type("bigint")) if column.type.is_integer and column.type.name != "hugeint" else column.sql
    )


def _sum_over(column: Column, over: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """The sum over a window, the same on any number of threads."""
    if column.type.is_float:
        return _exact_sum(column, over)
    return whole_sum(over(exp.Sum(this=summable(column.sql, column.type))), column.type)


def _double_sum(column: Column, over: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """The sum over a window as a double, which one of integers may be without fitting into a bigint."""
    if column.type.is_float or column.type.name == "uhugeint":
        return _exact_sum(column, over)
    return sql.cast(over(exp.Sum(this=column.sql)), Type("double"))


def _exact_sum(column: Column, over: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """The sum of floats, put together from the sums of their integer parts."""
    parts = [over(exp.Sum(this=sql.call(f"exact_{part}", column.sql))) for part in ("whole", "high", "low")]
    odd = exp.NEQ(this=sql.call("exact_rest", column.sql), expression=sql.literal(0))
    rest = over(sql.filtered(sql.call("list", sql.call("exact_rest", column.sql)), odd))
    return sql.call("exact_total", *parts, rest)
