"""Reshape: values of a column become columns, columns become rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlglot import exp

from interlock.ir.common_types import common_type
from interlock.ir.types import Type
from interlock.registry import sql
from interlock.registry.kinds import Column, Columns, Literally, NewColumn, Text
from interlock.registry.node import node
from interlock.registry.packs.grouping import aggregated, group_key, refuse_clash, wrong_type
from interlock.registry.phrases import tables as phrases
from interlock.registry.tables import Check, NodeError, Select, Table

_WRITTEN = {
    "date": 'a date such as "2026-01-31"',
    "time": 'a time such as "08:30:00"',
    "timestamptz": 'a time with its zone such as "2026-01-31 08:30:00+00:00"',
    "uuid": 'a uuid such as "123e4567-e89b-12d3-a456-426614174000"',
}


def typed_literal(value: Any, kind: Type, path: tuple[str | int, ...], name: str) -> exp.Expr:
    """A value of the plan as a literal of a column's type; raises NodeError where it cannot be one."""
    wanted = ""
    if value is None or kind.is_null:
        return sql.literal(value)
    if kind.is_text:
        wanted = "" if isinstance(value, str) else "text in quotes"
    elif kind.name == "boolean":
        wanted = "" if isinstance(value, bool) else "true or false"
    elif kind.is_numeric:
        fits = isinstance(value, int | float) and not isinstance(value, bool) and sql.holds(kind, value)
        if fits and not kind.is_integer:
            return _fraction(value, kind)
        wanted = "" if fits else _number_for(kind, value)
        if fits and isinstance(value, float):
            value = int(value)
    elif kind.is_temporal or kind.name == "uuid":
        found = sql.fitting(value, kind) if isinstance(value, str) else None
        if found is not None:
            return found
        wanted = _WRITTEN.get(kind.name, 'a time such as "2026-01-31 08:30:00"')
    else:
        wanted = "a plain value, and this column holds none"
    if wanted:
        shown = f"`{value}`" if isinstance(value, str) else f"`{value!r}`".lower()
        raise NodeError(path, f"`{name}` is {kind}, which {shown} cannot be: expected {wanted}")
    return sql.literal(value)


def _number_for(kind: Type, value: Any) -> str:
    """What a number in a column of this type must be, where `value` is none."""
    given = isinstance(value, int | float) and not isinstance(value, bool)
    if kind.is_integer and given and value % 1 == 0:
        return "a whole number from {} to {}".format(*sql.limits(kind))
    if kind.precision and given:
        width, scale = kind.precision
        return f"a number with at most {width - scale} digits before the point and {scale} after it"
    return "a whole number" if kind.is_integer else "a number that it holds exactly" if given else "a number"


def _fraction(value: int | float, kind: Type) -> exp.Expr:
    """A number as a literal of a column that may hold fractions."""
    if kind.name == "decimal":
        return sql.literal_number(format(Decimal(repr(value)), "f"))
    double = sql.literal(float(value))
    return sql.cast(double, kind) if kind.name == "float" else double


def _pivoter_params(params: dict[str, Any]) -> dict[str, Any]:
    """`{index, columns, values, aggfunc}` as pandas names them."""
    found = dict(params)
    if isinstance(found.get("index"), str):
        found["index"] = [found["index"]]
    if isinstance(found.get("columns"), str) and "column" not in found:
        found["column"] = found.pop("columns")
    if isinstance(found.get("values"), str) and "value" not in found:
        found["value"] = found.pop("values")
    for old in ("aggfunc", "agg_fn", "agg_func"):
        if old in found and "function" not in found:
            found["function"] = found.pop(old)
    return found


@node(version=1, says=phrases.PIVOT, aliases={"Pivoter": _pivoter_params})
def pivot(
    table: Table,
    *,
    index: Columns,
    column: Column,
    values: Annotated[list[Literally], Field(min_length=1, max_length=1_000)],
    function: Literal["sum", "count", "mean", "min", "max", "median", "first", "last"],
    value: Column | None = None,
    prefix: Text | None = None,
    others: Literal["refuse", "drop"] = "refuse",
) -> Select:
    """Make one row for each combination of the `index` columns, with one column for each of the `values` that
    `column` may have.

    Each new column holds `function` of `value` over the rows that have that value in `column`; where there are none it is
    null, and `count` gives 0. `count` needs no `value`. Rows come in order of the `index` columns, nulls last; `first`
    and `last` go by the order of the input. The list of `values` fixes the columns before the run: if the data has a
    value that is not listed the run stops, unless `others: drop` leaves such rows out. No two listed values may
    be the same, such as 1 and 1.0. A new column is named after its value, with `prefix` before it; null is named
    `null`. Types are those of `aggregate`.

    Example:
        table:
          - {shop: A, month: jan, sales: 3}
          - {shop: A, month: feb, sales: 4}
          - {shop: B, month: jan, sales: 5}
          - {shop: A, month: jan, sales: 1}
        params: {index: [shop], column: month, values: [jan, feb], function: sum, value: sales}
        gives: [{shop: A, jan: 4, feb: 4}, {shop: B, jan: 5, feb: null}]

    Example:
        table: [{shop: B, open: true}, {shop: A, open: false}, {shop: B, open: true}]
        params: {index: [shop], column: open, values: [true, false], function: count, prefix: open_}
        gives: [{shop: A, open_true: 0, open_false: 1}, {shop: B, open_true: 2, open_false: 0}]
    """
    refuse_clash([(("index", i), each.name) for i, each in enumerate(index)], (), "`index` names a column twice")
    names = [(("values", i), (prefix or "") + _name_of(each)) for i, each in enumerate(values)]
    for path, name in names:
        if not name:
            raise NodeError(path, "a column cannot be named after an empty text", help=("Give a `prefix`.",))
    refuse_clash(
        names,
        [each.name for each in index],
        "each value's column needs a name of its own, different from the `index` columns",
    )
    if value is None and function != "count":
        raise NodeError(
            ("value",), f"`{function}` needs `value`, the column to take it of", candidates=tuple(table.schema.names)
        )
    wrong = wrong_type(function, value.type, value.name) if value is not None else None
    if wrong is not None:
        raise NodeError(("value",), wrong[0], help=("Cast the column in a step before this one.",))
    listed = [typed_literal(each, column.type, ("values", i), column.name) for i, each in enumerate(values)]
    _refuse_equal(listed, column, values)
    columns = [sql.named(group_key(each), each.name) for each in index]
    by_position = [sql.ordered(sql.column(table.position))]
    for (_, name), each in zip(names, listed, strict=True):
        where = (
            sql.is_null(column.sql) if isinstance(each, exp.Null) else exp.EQ(this=column.sql, expression=each.copy())
        )
        kind = value.type if value is not None else Type("null")
        cell = aggregated(function, value.sql if value is not None else None, kind, where=where, order=by_position)
        columns.append(sql.named(cell, name))
    numbered = function in ("first", "last")
    tree = table.select_numbered(*columns) if numbered else table.select(*columns)
    tree.set("group", exp.Group(expressions=[group_key(each) for each in index]))
    tree.set("order", sql.order(sql.column(each.name) for each in index))
    certain = {each.name for each in index if not each.nullable}
    if function == "count":
        certain |= {name for _, name in names}
    checks = (_only_listed(table, column, listed),) if others == "refuse" else ()
    return Select(tree, checks, keys=tuple(each.name for each in index), non_null=frozenset(certain))


def _name_of(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _refuse_equal(listed: list[exp.Expr], column: Column, values: list[Any]) -> None:
    """Refuse a value that is the same in the column's type as one before it, such as 1 and 1.0."""
    if column.type.is_null or column.type.is_text:  # equal texts have given two columns one name already
        return
    texts = [sql.cast(sql.cast(each.copy(), column.type), Type("varchar")) for each in listed]
    seen: dict[str | None, int] = {}
    for i, text in enumerate(sql.value_of(exp.Array(expressions=texts))):
        first = seen.setdefault("0.0" if text == "-0.0" else text, i)
        if first != i:
            shown, before = (f"`{_name_of(values[place])}`" for place in (i, first))
            message = f"`{column.name}` is {column.type}, in which {shown} is the same value as {before} before it"
            raise NodeError(("values", i), message, help=("Leave one of the two out.",))


def _only_listed(table: Table, column: Column, listed: list[exp.Expr]) -> Check:
    plain = [each for each in listed if not isinstance(each, exp.Null)]
    odd: exp.Expr | None = (
        exp.Not(this=exp.In(this=column.sql, expressions=plain)) if plain else sql.not_null(column.sql)
    )
    if len(plain) == len(listed):
        odd = sql.any_of(odd, sql.is_null(column.sql))
    rows = sql.fresh("rows", [column.name])
    shown = sql.named(group_key(column), column.name)
    tree = table.select(shown, sql.named(exp.Count(this=exp.Star()), rows)).where(odd, copy=False)
    tree.set("group", exp.Group(expressions=[group_key(column)]))
    tree.set("order", sql.order([column.sql]))
    return Check(f"every value of `{column.name}` is one of the listed values", tree, "listed_values")


@node(version=1, says=phrases.UNPIVOT)
def unpivot(
    table: Table,
    *,
    columns: Columns,
    names_to: NewColumn,
    values_to: NewColumn,
    drop_nulls: bool = False,
) -> Select:
    """Make one row for each row and each of the `columns`: its name goes to `names_to`, its value to `values_to`.

    The other columns are repeated. Rows keep their order, and within a row the `columns` come in the order given. The
    columns must have types that go together, such as integer and double; a date or timestamp beyond the range of the
    finer type stops the run. `drop_nulls` leaves out rows without a value.

    Example:
        table: [{shop: A, jan: 3, feb: 4.5}, {shop: B, jan: null, feb: 6.0}]
        params: {columns: [jan, feb], names_to: month, values_to: sales}
        gives:
          - {shop: A, month: jan, sales: 3.0}
          - {shop: A, month: feb, sales: 4.5}
          - {shop: B, month: jan, sales: null}
          - {shop: B, month: feb, sales: 6.0}
    """
    refuse_clash([(("columns", i), each.name) for i, each in enumerate(columns)], (), "`columns` names a column twice")
    turned = {each.name for each in columns}
    kept = [each for each in table.schema if each.name not in turned]
    refuse_clash(
        [(("names_to",), str(names_to)), (("values_to",), str(values_to))],
        [each.name for each in kept],
        "the other columns are kept beside the new ones",
    )
    kind = _common(columns)
    position, place = table.position, sql.fresh("_place", [*table.schema.names, table.position])
    which = sql.column(place)
    name = exp.Case(
        this=which, ifs=[exp.If(this=sql.literal(i), true=sql.literal(each.name)) for i, each in enumerate(columns, 1)]
    )
    value = exp.Case(
        this=which.copy(),
        ifs=[
            exp.If(this=sql.literal(i), true=each.sql if each.type == kind else sql.cast(each.sql, kind))
            for i, each in enumerate(columns, 1)
        ],
    )
    places = sql.select(
        sql.named(
            sql.call("unnest", exp.Array(expressions=[sql.literal(i) for i in range(1, len(columns) + 1)])), place
        )
    )
    tree = table.select_numbered(
        *(sql.column(each.name) for each in kept), sql.named(name, str(names_to)), sql.named(value, str(values_to))
    )
    tree.append(
        "joins",
        exp.Join(
            this=exp.Subquery(this=places, alias=exp.TableAlias(this=sql.name_of(sql.fresh("places", [table.name])))),
            kind="CROSS",
        ),
    )
    if drop_nulls:
        tree = tree.where(sql.not_null(value.copy()), copy=False)
    tree.set("order", sql.order([sql.column(position), sql.column(place)]))
    certain = {each.name for each in kept if not each.nullable} | {str(names_to)}
    if drop_nulls or not any(each.nullable for each in columns):
        certain.add(str(values_to))
    return Select(tree, non_null=frozenset(certain))


def _common(columns: list[Column]) -> Type:
    """The type that all values fit in; raises NodeError for the first column that does not go with the others."""
    kind = columns[0].type
    for i, column in enumerate(columns):
        both = common_type(kind, column.type)
        if both is None:
            raise NodeError(
                ("columns", i),
                f"`{column.name}` is {column.type}, which does not go into one column with `{columns[0].name}`, which is {columns[0].type}",
                help=("Cast the columns to one type in a step before this one, or leave this column out.",),
            )
        kind = both
    return kind
