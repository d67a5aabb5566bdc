"""Grouping: aggregate, describe, take the top of each group, rank."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlglot import exp

from interlock.ir.types import Type, quote_name
from interlock.registry import sql
from interlock.registry.floats_inside import plain
from interlock.registry.kinds import Column, Measure, Measures, NewColumn, SortKey, SortKeys
from interlock.registry.node import node
from interlock.registry.phrases import groups as phrases
from interlock.registry.tables import NodeError, Select, Table

_NUMBERS = ("sum", "mean", "std", "median", "quantile")
_ORDERED = ("first", "last", "join", "list")


def refuse_clash(new: Iterable[tuple[tuple[str | int, ...], str]], kept: Iterable[str], what: str) -> None:
    """Raise NodeError for the first new column whose name is taken; `what` says what the others are."""
    taken = {name.casefold(): name for name in kept}
    for path, name in new:
        other = taken.get(name.casefold())
        if other is not None:
            raise NodeError(
                path,
                f"the result would have two columns `{other}`: {what}",
                help=("Give the new column another name.",),
            )
        taken[name.casefold()] = name


def group_key(column: Column) -> exp.Expr:
    """What to group by: the column, with values that are equal shown alike."""
    return plain(column.sql, column.type)


def wrong_type(function: str, kind: Type, name: str) -> tuple[str, tuple[str, ...]] | None:
    """Why a function cannot aggregate values of this type, and how to mend it; None if it can."""
    if kind.is_null:
        return None
    if function in ("median", "quantile") and kind.is_temporal and kind.name != "time":
        return None
    quoted = quote_name(name)
    if function in _NUMBERS and not kind.is_numeric:
        helps = {
            "varchar": f"Numbers kept as text need a cast: `expression: cast({quoted} as double)` in place of `column`. It stops the run at a text that is no number, and says which.",
            "boolean": f"To count the rows where it is true use `function: count` with `where: {quoted}`.",
        }
        found = helps.get(kind.name, "Take `min`, `max`, `count` or `count_distinct`, which work for every type.")
        return f"`{function}` needs numbers, but `{name}` is {kind}", (found,)
    if function in ("any", "all") and kind.name != "boolean":
        return f"`{function}` needs true/false values, but `{name}` is {kind}", (
            "Write a condition as `expression`, for example `expression: amount > 0`.",
        )
    if function == "join" and not kind.is_text:
        return f"`join` needs text, but `{name}` is {kind}", (
            f"Use `expression: cast({quoted} as varchar)` in place of `column`.",
        )
    return None


def aggregated(
    function: str,
    value: exp.Expr | None,
    kind: Type,
    *,
    where: exp.Expr | None = None,
    order: Sequence[exp.Ordered] = (),
    q: float | None = None,
    separator: str = ", ",
    distinct: bool = False,
) -> exp.Expr:
    """The SQL of one aggregate over a value of this type; nulls are ignored except by first, last and list."""
    if function == "count":
        return sql.filtered(exp.Count(this=exp.Star() if value is None else value), where)
    assert value is not None
    floats = ("sum", "mean") if kind.is_float else ("mean",) if kind.name == "uhugeint" else ()
    if function in (*floats, "std"):
        chosen = exp.Case(ifs=[exp.If(this=where, true=value)]) if where is not None else value
        return sql.call(f"exact_{function}", chosen)
    if distinct and not kind.is_null and value.find(exp.Column) is None:
        value = sql.cast(value, kind)  # the engine sorts by no bare constant
    value = plain(value, kind) if distinct else value
    unique: exp.Expr = exp.Distinct(expressions=[value]) if distinct else value
    if function == "count_distinct":
        return sql.filtered(exp.Count(this=exp.Distinct(expressions=[value])), where)
    if function == "sum":
        return whole_sum(sql.filtered(exp.Sum(this=summable(value, kind)), where), kind)
    if function == "mean":
        total = sql.cast(sql.filtered(exp.Sum(this=value), where), Type("double"))
        count = sql.filtered(exp.Count(this=value.copy()), where.copy() if where else None)
        return exp.Div(this=total, expression=count)
    if function in ("min", "max"):
        return plain(sql.filtered((exp.Min if function == "min" else exp.Max)(this=value), where), kind)
    if function in ("median", "quantile"):
        number = kind.is_numeric or kind.is_null
        inner = sql.cast(value, Type("double")) if number and kind.name != "double" else value
        if not number:  # the engine would take an infinite moment for a far one, or break
            far = sql.all_of(where.copy() if where is not None else None, sql.call("isinf", value.copy()))
            told = sql.call("error", f"the {function} of moments of which one is infinite")
            inner = exp.Case(ifs=[exp.If(this=far, true=told)], default=value)
        found = sql.filtered(sql.call("quantile_cont", inner, sql.literal(0.5 if q is None else q)), where)
        return sql.call("plain_zero", found) if number else found
    if function == "join":
        by = [sql.ordered(value.copy())] if distinct else list(order)
        return sql.filtered(
            sql.call("string_agg", unique, exp.Order(this=sql.literal(str(separator)), expressions=by)), where
        )
    if function in ("first", "last", "list"):
        by = [sql.ordered(value.copy())] if distinct else list(order)
        return sql.filtered(sql.call(function, exp.Order(this=unique, expressions=by)), where)
    return sql.filtered(sql.call({"any": "bool_or", "all": "bool_and"}[function], value), where)


def summable(value: exp.Expr, kind: Type) -> exp.Expr:
    """What to add up: the engine adds values of uhugeint as floats, in the order in which threads reach the rows."""
    return sql.cast(value, Type("hugeint")) if kind.name == "uhugeint" else value


def whole_sum(total: exp.Expr, kind: Type) -> exp.Expr:
    """The sum of integers as bigint (hugeint where they are wider), which fails loudly instead of wrapping round."""
    if kind.name == "decimal":
        return total
    return sql.cast(total, Type("hugeint" if kind.name in ("hugeint", "uhugeint", "ubigint") else "bigint"))


def _aggregator_params(params: dict[str, Any]) -> dict[str, Any]:
    """`{group_by, agg_fn, column}` as `{by, measures}`."""
    found = dict(params)
    if "group_by" in found and "by" not in found:
        by = found.pop("group_by")
        found["by"] = [by] if isinstance(by, str) else by
    function = found.pop("agg_func", None) or found.get("agg_fn")
    found.pop("agg_fn", None)
    if isinstance(function, str) and "measures" not in found:
        function = {"avg": "mean", "average": "mean", "nunique": "count_distinct"}.get(
            function.lower(), function.lower()
        )
        column = found.pop("column", None)
        measure: dict[str, Any] = {
            "name": "count" if function == "count" or column is None else column,
            "function": function,
        }
        found["measures"] = [measure if function == "count" or column is None else {**measure, "column": column}]
    return found


@node(version=1, says=phrases.AGGREGATE, aliases={"Aggregator": _aggregator_params})
def aggregate(table: Table, *, by: list[Column] = [], measures: Measures) -> Select:  # noqa: B006
    """Make one row for each distinct combination of the `by` columns, with one column for each measure; without `by`,
    one row for the whole table.

    Rows come in order of the `by` columns, nulls last; a null in `by` makes a group of its own. Measures ignore nulls
    (`first`, `last` and `list` keep them), and give null for a group that has no value, except that counts give 0.

    `measures` functions: `count` (of rows, or with `column` of values that are not null), `count_distinct`, `sum`,
    `mean`, `std` (of a sample), `min`, `max`, `median` and `quantile` (with `q` from 0 to 1; between two values it
    takes the point on the line between them), `any` and `all` (of true/false values), `join` (text, with `separator`),
    `list`, `first` and `last` (by `order_by`; equal keys, or no `order_by`, go by the order of the rows). Each measure
    takes a `column`, or an `expression` computed for every row, and only the rows that satisfy its `where`. `distinct`
    makes `join` and `list` keep each value once, in ascending order. Sums of integers are bigint (of those wider than
    bigint hugeint), of decimals decimal(38, s), of floats double; one that does not fit stops the run. A mean is the sum
    divided by the number of values, of uhugeint that of the values as double. Means, medians, quantiles and `std` are
    double; of dates, medians and quantiles are timestamps, and stop at an infinite one. In keys, `min`, `max`, medians
    and distinct lists, 0.0 stands for -0.0, also inside of nested values.

    Example:
        table:
          - {region: East, revenue: 10.5, units: 1}
          - {region: West, revenue: null, units: 2}
          - {region: East, revenue: 4.5, units: 3}
        params:
          by: [region]
          measures:
            - {name: total, function: sum, column: revenue}
            - {name: orders, function: count}
            - {name: big, function: count, where: units > 1}
            - {name: value, function: max, expression: units * 2}
        gives:
          - {region: East, total: 15.0, orders: 2, big: 1, value: 6}
          - {region: West, total: null, orders: 1, big: 1, value: 4}

    Example:
        table: [{day: 2, city: Bonn}, {day: 1, city: Ulm}, {day: 2, city: Bonn}]
        params:
          measures:
            - {name: start, function: first, column: city, order_by: [day]}
            - {name: cities, function: join, column: city, distinct: true, separator: "; "}
        gives: [{start: Ulm, cities: Bonn; Ulm}]
    """
    refuse_clash((((("by", i), c.name) for i, c in enumerate(by))), (), "`by` names a column twice")
    names = [(("measures", i, "name"), str(measure.name)) for i, measure in enumerate(measures)]
    refuse_clash(
        names, [column.name for column in by], "each measure needs a name of its own, different from the `by` columns"
    )
    columns = [sql.named(group_key(column), column.name) for column in by]
    certain = {column.name for column in by if not column.nullable}
    for i, measure in enumerate(measures):
        columns.append(sql.named(_measured(measure, table, ("measures", i)), str(measure.name)))
        source = measure.column or measure.expression
        filled = (
            source is not None
            and not source.nullable
            and bool(by)
            and measure.where is None
            and measure.function != "std"
        )
        if measure.function.startswith("count") or filled:
            certain.add(str(measure.name))
    numbered = any(measure.function in _ORDERED and not measure.distinct for measure in measures)
    tree = table.select_numbered(*columns) if numbered else table.select(*columns)
    if by:
        tree.set("group", exp.Group(expressions=[group_key(column) for column in by]))
        tree.set("order", sql.order(sql.column(column.name) for column in by))
    return Select(tree, keys=tuple(column.name for column in by), non_null=frozenset(certain))


def _measured(measure: Measure, table: Table, path: tuple[str | int, ...]) -> exp.Expr:
    """The aggregate of a measure; raises NodeError where its parts do not go together."""
    function, source = measure.function, measure.column or measure.expression
    if measure.column is not None and measure.expression is not None:
        raise NodeError(
            (*path, "expression"),
            "a measure takes either `column` or `expression`, not both",
            help=("Remove one of them.",),
        )
    if source is None and function != "count":
        needed = f"`{function}` needs a `column` or an `expression` to work on"
        raise NodeError((*path, "column"), needed, candidates=tuple(table.schema.names))
    for given, name, users in (
        (measure.q is not None, "q", ("quantile",)),
        (bool(measure.order_by), "order_by", _ORDERED),
        (measure.distinct, "distinct", ("join", "list")),
        (measure.separator != ", ", "separator", ("join",)),
    ):
        if given and function not in users:
            known = " and ".join(f"`{user}`" for user in users)
            help = ("Use `function: count_distinct`.",) if (name, function) == ("distinct", "count") else ()
            raise NodeError((*path, name), f"`{name}` has no meaning for `{function}`; only for {known}", help=help)
    if function == "quantile" and measure.q is None:
        raise NodeError(
            (*path, "q"), "`quantile` needs `q`, for example `q: 0.9` for the value that 90% of the rows do not exceed"
        )
    if measure.distinct and measure.order_by:
        raise NodeError(
            (*path, "order_by"),
            "distinct values come in ascending order; `order_by` cannot change that",
            help=("Remove `order_by` or `distinct`.",),
        )
    if source is not None:
        wrong = wrong_type(function, source.type, measure.column.name if measure.column else "expression")
        if wrong is not None:
            raise NodeError((*path, "column" if measure.column else "expression"), wrong[0], help=wrong[1])
    return aggregated(
        function,
        source.sql if source is not None else None,
        source.type if source is not None else Type("null"),
        where=measure.where.sql if measure.where is not None else None,
        order=[*(key.sql for key in measure.order_by), sql.ordered(sql.column(table.position))],
        q=measure.q,
        separator=measure.separator,
        distinct=measure.distinct,
    )


@node(version=1, says=phrases.DESCRIBE, aliases=["DescriptiveStats"])
def describe(table: Table) -> Select:
    """Make one row for each column of the input, in order, that sums up its values.

    The result has `name` and `type` of the column; `rows`, `nulls` and `distinct` (values that are not null); `min`
    and `max` as text; and, of numbers, `mean`, `std` (of a sample) and `median`, which are null for other columns.

    Example:
        table: [{city: Ulm, sold: 3}, {city: Bonn, sold: 5}, {city: null, sold: 4}]
        types: {sold: integer}
        gives:
          - {name: city, type: varchar, rows: 3, nulls: 1, distinct: 2, min: Bonn, max: Ulm, mean: null, std: null, median: null}
          - {name: sold, type: integer, rows: 3, nulls: 0, distinct: 3, min: "3", max: "5", mean: 4.0, std: 1.0, median: 4.0}
    """
    facts = []
    for place, column in enumerate(table.schema):
        value, kind = sql.column(column.name), column.type
        number = kind.is_numeric and not kind.is_null

        def of(function: str, value: exp.Expr = value, kind: Type = kind) -> exp.Expr:
            return aggregated(function, value.copy(), kind)

        facts.append(
            sql.struct(
                {
                    "place": sql.literal(place),
                    "name": sql.literal(column.name),
                    "type": sql.literal(str(kind)),
                    "rows": exp.Count(this=exp.Star()),
                    "nulls": exp.Sub(this=exp.Count(this=exp.Star()), expression=exp.Count(this=value.copy())),
                    "distinct": of("count_distinct"),
                    **{name: sql.cast(of(name), Type("varchar")) for name in ("min", "max")},
                    **{
                        name: sql.cast(of(name) if number else exp.Null(), Type("double"))
                        for name in ("mean", "std", "median")
                    },
                }
            )
        )
    inner = table.select(sql.named(sql.call("unnest", exp.Array(expressions=facts)), "fact"))
    names = ("name", "type", "rows", "nulls", "distinct", "min", "max", "mean", "std", "median")
    tree = sql.select(*(sql.named(_field("fact", name), name) for name in names))
    tree = tree.from_(exp.Subquery(this=inner, alias=exp.TableAlias(this=sql.name_of("facts"))), copy=False)
    tree.set("order", sql.order([_field("fact", "place")]))
    return Select(tree, keys=("name",), non_null=frozenset(names[:5]))


def _field(struct: str, name: str) -> exp.Expr:
    return sql.call("struct_extract", sql.column(struct), name)


class RankKey(SortKey):
    """A column to find the top by: `revenue` (the largest first), `revenue asc` (the smallest first)."""

    descending: bool = True


@node(version=1, says=phrases.TOP_N)
def top_n(
    table: Table,
    *,
    n: Annotated[int, Field(ge=1, le=1_000_000_000)],
    by: Annotated[list[RankKey], Field(min_length=1)],
    per: list[Column] = [],  # noqa: B006
    ties: Literal["first", "all"] = "first",
) -> Select:
    """Keep the `n` rows with the largest values in `by`, of the whole table or of each group in `per`, largest first.

    The smallest are kept for a key such as `price asc`. Nulls count as the lowest unless a key says `nulls: first`.
    Of rows with equal keys those that come first in the input are kept, or with `ties: all` every row that is equal to
    the last one kept. Groups come in order of the `per` columns, nulls last.

    Example:
        table: [{id: 1, team: a, points: 5}, {id: 2, team: b, points: 9}, {id: 3, team: a, points: 7}, {id: 4, team: a, points: 7}]
        params: {n: 1, by: [points], per: [team], ties: all}
        gives: [{id: 3, team: a, points: 7}, {id: 4, team: a, points: 7}, {id: 2, team: b, points: 9}]

    Example:
        table: [{id: 1, price: 5}, {id: 2, price: 3}, {id: 3, price: null}]
        params: {n: 2, by: [price asc]}
        gives: [{id: 2, price: 3}, {id: 1, price: 5}]
    """
    place, keys = sql.column(table.position), [key.sql for key in by]
    partition = [column.sql for column in per]
    if ties == "first":
        rank = sql.window(exp.RowNumber(), partition, [*keys, sql.ordered(place)])
    else:
        rank = sql.window(sql.call("rank"), partition, keys)
    tree = table.select_numbered()
    tree.set("qualify", exp.Qualify(this=exp.LTE(this=rank, expression=sql.literal(n))))
    tree.set(
        "order", sql.order([*(column.sql for column in per), *(key.sql for key in by), sql.column(table.position)])
    )
    return Select(tree, non_null=frozenset(column.name for column in table.schema if not column.nullable))


@node(version=1, says=phrases.RANK_ROWS)
def rank_rows(
    table: Table,
    *,
    order_by: SortKeys,
    partition_by: list[Column] = [],  # noqa: B006
    method: Literal["row_number", "rank", "dense_rank", "percent"] = "rank",
    into: NewColumn,
) -> Select:
    """Add a column `into` with each row's rank by `order_by`, in the whole table or in each group of `partition_by`;
    the order of the rows is kept.

    Rank 1 is the first in the order given: the smallest value for `points`, the largest for `points desc`. Nulls come
    last unless a key says otherwise. `rank` gives equal rows the same rank and leaves a gap after them (1, 1, 3),
    `dense_rank` leaves none (1, 1, 2), `row_number` counts them in the order of the rows (1, 2, 3), `percent` goes from
    0 for the first rank to 1.

    Example:
        table: [{name: Ann, points: 5}, {name: Bob, points: 9}, {name: Cid, points: 9}]
        params: {order_by: [points desc], into: place}
        gives: [{name: Ann, points: 5, place: 3}, {name: Bob, points: 9, place: 1}, {name: Cid, points: 9, place: 1}]
    """
    refuse_clash([(("into",), str(into))], table.schema.names, "the input has that column already")
    function = {"row_number": "row_number", "rank": "rank", "dense_rank": "dense_rank", "percent": "percent_rank"}[
        method
    ]
    keys = [key.sql for key in order_by]
    if method == "row_number":
        keys.append(sql.ordered(sql.column(table.position)))
    rank = sql.window(sql.call(function), [column.sql for column in partition_by], keys)
    tree = table.select_numbered(*table.columns, sql.named(rank, str(into)))
    tree.set("order", sql.order([sql.column(table.position)]))
    certain = {column.name for column in table.schema if not column.nullable}
    return Select(tree, non_null=frozenset({*certain, str(into)}))
