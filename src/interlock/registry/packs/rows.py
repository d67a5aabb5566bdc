"""Rows: keep, order, cut, sample, de-duplicate, fill and stack them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlglot import exp

from interlock.ir.common_types import common_type
from interlock.ir.diagnostics import nearest
from interlock.ir.types import Column as SchemaColumn
from interlock.ir.types import Type
from interlock.registry import sql
from interlock.registry.kinds import Column, Columns, Literally, NewColumn, Predicate, SortKey, SortKeys
from interlock.registry.node import node
from interlock.registry.packs.columns import fitted, listed, no_clash, no_repeats, renamed
from interlock.registry.tables import NodeError, Select, Table


@node(version=1, aliases={"DataFilter": renamed(condition="where", predicate="where")})
def filter_rows(table: Table, *, where: Predicate) -> Select:
    """Keep the rows for which `where` is true; rows where it is false or null are dropped. The order is kept.

    Example:
        table: [{id: 1, revenue: 5.0}, {id: 2, revenue: 50.0}, {id: 3, revenue: null}]
        params: {where: revenue > 10}
        gives: [{id: 2, revenue: 50.0}]
    """
    return Select(table.select().where(where.sql, copy=False), non_null=where.non_null)


def _sorter_params(params: dict[str, Any]) -> dict[str, Any]:
    names = params.get("by")
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list):
        return params
    if "ascending" not in params:
        return {**params, "by": names}
    flags = params["ascending"]
    flags = flags if isinstance(flags, list) else [flags] * len(names)
    plain = all(isinstance(name, str) for name in names) and all(isinstance(flag, bool) for flag in flags)
    if not plain or len(flags) != len(names):
        return params
    keys = [{"column": name, "descending": not flag} for name, flag in zip(names, flags, strict=True)]
    return {**{key: value for key, value in params.items() if key != "ascending"}, "by": keys}


@node(version=1, aliases={"DataSorter": _sorter_params})
def sort_rows(table: Table, *, by: SortKeys) -> Select:
    """Order the rows by `by`; rows with equal keys keep their order. Nulls come last unless a key says otherwise.

    Text is ordered by code point, so `B` comes before `a`.

    - `by`: the keys; each is a column (`revenue`), a column and a direction (`revenue desc`), or a mapping with
      `column`, `descending` and `nulls` (`first` or `last`).

    Example:
        table: [{id: 1, v: 2}, {id: 2, v: null}, {id: 3, v: 7}, {id: 4, v: 2}]
        params: {by: [{column: v, descending: true}]}
        gives: [{id: 3, v: 7}, {id: 1, v: 2}, {id: 4, v: 2}, {id: 2, v: null}]

    Example:
        table: [{id: 1, team: b, v: 2}, {id: 2, team: a, v: 1}, {id: 3, team: b, v: 9}]
        params: {by: [team, v desc]}
        gives: [{id: 2, team: a, v: 1}, {id: 3, team: b, v: 9}, {id: 1, team: b, v: 2}]
    """
    tree = table.select_numbered()
    tree.set("order", sql.order([*(key.sql for key in by), sql.column(table.position)]))
    return Select(tree)


Count = Annotated[int, Field(ge=0, le=2**62)]
_limiter_params = renamed(n="rows", limit="rows", count="rows", max_rows="rows")


@node(version=1, aliases={"Limiter": _limiter_params, "RowLimiter": _limiter_params})
def limit_rows(table: Table, *, rows: Count, offset: Count = 0) -> Select:
    """Keep the first `rows` rows in the input's order, after skipping `offset` rows; fewer if there are not so many.

    Example:
        table: [{id: 1}, {id: 2}, {id: 3}, {id: 4}]
        params: {rows: 2, offset: 1}
        gives: [{id: 2}, {id: 3}]
    """
    tree = table.select().limit(rows, copy=False)
    return Select(tree.offset(offset, copy=False) if offset else tree)


@node(version=1, aliases={"RowSampler": renamed(n="rows", size="rows", frac="fraction", random_state="seed")})
def sample_rows(
    table: Table,
    *,
    rows: Count | None = None,
    fraction: Annotated[float, Field(ge=0, le=1, strict=False)] | None = None,
    seed: int = 0,
) -> Select:
    """Keep a random sample without repeats: exactly `rows` rows, or a `fraction` of them; the order is kept.

    The same input and the same `seed` always give the same rows; another seed gives others.

    - `rows`: how many rows; all of them if there are fewer.
    - `fraction`: instead of `rows`, how large a part; 0.1 is a tenth. The number of rows is rounded, halves up.

    Example:
        table: [{id: 1}, {id: 2}, {id: 3}, {id: 4}, {id: 5}, {id: 6}]
        params: {rows: 3, seed: 7}
        gives: [{id: 2}, {id: 3}, {id: 6}]
    """
    if (rows is None) == (fraction is None):
        path = () if rows is None else ("fraction",)
        raise NodeError(path, "sample_rows needs either `rows` or `fraction`, one of the two")
    place = sql.column(table.position)
    draw = exp.MD5(this=sql.concat(f"{seed}:", sql.cast(place, Type("varchar"))))
    tree = table.select_numbered()
    rank = sql.window(exp.RowNumber(), by=[sql.ordered(draw), sql.ordered(place.copy())])
    most = sql.literal(rows)
    if fraction is not None:
        everything = sql.window(exp.Count(this=exp.Star()))
        most = exp.Round(this=exp.Mul(this=sql.literal(float(fraction)), expression=everything))
    tree.set("qualify", exp.Qualify(this=exp.LTE(this=rank, expression=most)))
    tree.set("order", sql.order([place.copy()]))
    return Select(tree)


@node(version=1, aliases={"DataDeduplicator": listed(renamed(subset="keys", columns="keys"), "keys")})
def distinct_rows(
    table: Table,
    *,
    keys: Columns | None = None,
    keep: Literal["first", "last"] = "first",
    order_by: list[SortKey] = [],  # noqa: B006
) -> Select:
    """Remove duplicates: of rows that are equal in `keys` (in all columns, without `keys`) one is kept.

    Nulls count as equal. The rows that stay keep the input's order.

    - `keep`: which row of equals stays, the first or the last in the input's order.
    - `order_by`: another order for `keep` (with `keys` only); rows that are equal in it keep the input's order.

    Example:
        table: [{id: 1, v: a}, {id: 2, v: b}, {id: 1, v: a}, {id: 2, v: c}]
        params: {}
        gives: [{id: 1, v: a}, {id: 2, v: b}, {id: 2, v: c}]

    Example:
        table: [{id: 1, v: 5}, {id: 2, v: 1}, {id: 1, v: 9}, {id: null, v: 3}, {id: null, v: 4}]
        params: {keys: [id], keep: last, order_by: [v]}
        gives: [{id: 2, v: 1}, {id: 1, v: 9}, {id: null, v: 4}]
    """
    place = sql.column(table.position)
    last = keep == "last"
    if keys is None:
        if order_by:
            message = "`order_by` needs `keys`: rows that are equal in every column cannot be told apart"
            raise NodeError(("order_by",), message, help=("name in `keys` what must be unique, or remove `order_by`",))
        tree = table.select_numbered(*_one_of_each(table.schema, place, last))
        tree.set("group", exp.Group(expressions=[sql.column(name, table.name) for name in table.schema.names]))
        tree.set("order", sql.order([exp.Max(this=place) if last else exp.Min(this=place)]))
        return Select(tree, keys=tuple(table.schema.names), non_null=_never_null(table.schema))
    no_repeats(keys, ("keys",))
    by = [*(key.sql for key in order_by), sql.ordered(place)]
    if last:
        by = [sql.ordered(t.this, descending=not t.args["desc"], nulls_first=not t.args["nulls_first"]) for t in by]
    tree = table.select_numbered()
    rank = sql.window(exp.RowNumber(), [key.sql for key in keys], by)
    tree.set("qualify", exp.Qualify(this=exp.EQ(this=rank, expression=sql.literal(1))))
    tree.set("order", sql.order([place.copy()]))
    return Select(tree, keys=tuple(key.name for key in keys))


def _one_of_each(columns: Iterable[SchemaColumn], place: exp.Column, last: bool = False) -> list[exp.Expr]:
    """The columns of a group of equal rows, as they stand in its first or last row.

    Where equal values can be told apart (one month and 30 days), grouping alone would keep any; of 0.0 and -0.0,
    which are equal, it is 0.0 that stays.
    """

    def chosen(each: SchemaColumn) -> exp.Expr:
        if each.type.is_float:
            return sql.named(sql.call("plain_zero", sql.column(each.name)), each.name)
        return (
            sql.column(each.name) if _equal_is_same(each.type) else sql.named(_first(each.name, place, last), each.name)
        )

    return [chosen(each) for each in columns]


def _first(name: str, place: exp.Column, last: bool = False) -> exp.Expr:
    """`first(name ORDER BY place)`: a group's value in its first (or last) row, null or not."""
    by = [sql.ordered(place.copy(), descending=last)]
    return exp.First(this=exp.Order(this=sql.column(name), expressions=by))


def _equal_is_same(kind: Type) -> bool:
    return kind.name not in ("interval", "list", "struct", "map", "json")


def _never_null(columns: Iterable[SchemaColumn]) -> frozenset[str]:
    return frozenset(column.name for column in columns if not column.nullable)


def _null_handler_params(params: dict[str, Any]) -> dict[str, Any]:
    params = listed(renamed(subset="columns"), "columns")(params)
    return {key: value for key, value in params.items() if (key, value) != ("strategy", "drop")}


@node(version=1, aliases={"NullHandler": _null_handler_params})
def drop_nulls(table: Table, *, columns: Columns | None = None, how: Literal["any", "all"] = "any") -> Select:
    """Drop the rows that have a null in `columns` (in any column, without `columns`); the order is kept.

    Empty text and NaN are not null.

    - `how`: `any` drops a row with at least one null there, `all` only a row with nothing but nulls there.

    Example:
        table: [{id: 1, name: Ana}, {id: 2, name: null}, {id: null, name: null}]
        params: {}
        gives: [{id: 1, name: Ana}]

    Example:
        table: [{id: 1, name: Ana}, {id: 2, name: null}, {id: null, name: null}]
        params: {how: all}
        gives: [{id: 1, name: Ana}, {id: 2, name: null}]
    """
    if columns is not None:
        no_repeats(columns, ("columns",))
    names = [column.name for column in columns] if columns is not None else table.schema.names
    present = [sql.not_null(sql.column(name)) for name in names]
    where = (sql.all_of if how == "any" else sql.any_of)(*present)
    certain = names if how == "any" or len(names) == 1 else ()
    return Select(table.select().where(where, copy=False), non_null=frozenset(certain))


@node(version=1)
def fill_nulls(
    table: Table,
    *,
    values: dict[Column, Literally] | None = None,
    method: Literal["forward", "backward"] | None = None,
    columns: Columns | None = None,
    group: list[Column] = [],  # noqa: B006
) -> Select:
    """Replace nulls: by a fixed value for each column (`values`), or by a value of a neighbouring row (`method`).

    Column types and the order are kept. NaN is not null.

    - `values`: such as `{amount: 0, city: unknown}`; each value must be of its column's type.
    - `method`: instead of `values`; `forward` takes the nearest value above in the input's order, `backward` the
      nearest below. A null that has no value on that side stays.
    - `columns`: what `method` fills; all columns, without it.
    - `group`: `method` looks only at rows that are equal in these columns.

    Example:
        table: [{id: 1, amount: 5.0, city: null}, {id: 2, amount: null, city: Rome}]
        params: {values: {amount: 0, city: unknown}}
        gives: [{id: 1, amount: 5.0, city: unknown}, {id: 2, amount: 0.0, city: Rome}]

    Example:
        table: [{shop: a, v: 1}, {shop: b, v: null}, {shop: a, v: null}, {shop: b, v: 7}, {shop: b, v: null}]
        params: {method: forward, columns: [v], group: [shop]}
        gives: [{shop: a, v: 1}, {shop: b, v: null}, {shop: a, v: 1}, {shop: b, v: 7}, {shop: b, v: 7}]
    """
    if (values is None) == (method is None):
        message = "fill_nulls needs either `values` (a fixed value for each column) or `method` (forward or backward)"
        raise NodeError(() if values is None else ("method",), message, help=("give one of the two",))
    if values is not None:
        if columns is not None or group:
            extra = "group" if columns is None else "columns"
            raise NodeError((extra,), f"`{extra}` belongs to `method`; `values` already names the columns to fill")
        return _fill_fixed(table, values)
    no_repeats(group, ("group",))
    inside = {key.name for key in group}
    names = [name for name in table.schema.names if name not in inside]
    if columns is not None:
        no_repeats(columns, ("columns",))
        names = [column.name for column in columns]
        for index, name in enumerate(names):
            if name in inside:
                raise NodeError(("columns", index), f"`{name}` is both filled and used as `group`; choose one")
    if not names:
        raise NodeError(("group",), "every column is used as `group`, so there is none to fill")
    forward = method == "forward"
    sides = {"start": "UNBOUNDED", "start_side": "PRECEDING", "end": "CURRENT ROW"}
    if not forward:
        sides = {"start": "CURRENT ROW", "end": "UNBOUNDED", "end_side": "FOLLOWING"}

    def filled(name: str) -> exp.Expr:
        nearest = (exp.LastValue if forward else exp.FirstValue)(this=sql.column(name))
        by = [sql.ordered(sql.column(table.position))]
        frame = exp.WindowSpec(kind="ROWS", **sides)
        return sql.window(exp.IgnoreNulls(this=nearest), [key.sql for key in group], by, frame)

    result = [sql.named(filled(name), name) if name in names else sql.column(name) for name in table.schema.names]
    tree = table.select_numbered(*result)
    tree.set("order", sql.order([sql.column(table.position)]))
    return Select(tree, non_null=_never_null(table.schema))


def _fill_fixed(table: Table, values: dict[Column, Literally]) -> Select:
    fills: dict[str, exp.Expr] = {}
    for column, value in values.items():
        if value is None:
            raise NodeError(("values", column.name), f"`{column.name}` cannot be filled with null; give a value")
        filled = exp.Coalesce(this=column.sql, expressions=[fitted(value, column, ("values", column.name))])
        fills[column.name] = sql.named(filled, column.name)
    columns = [fills.get(name, sql.column(name)) for name in table.schema.names]
    return Select(table.select(*columns), non_null=frozenset(fills))


@node(version=1)
def union_tables(
    *tables: Table,
    missing: Literal["refuse", "null"] | None = "refuse",
    source: NewColumn | None = None,
    distinct: bool = False,
) -> Select:
    """Stack the rows of all inputs, one input after the other; columns are matched by name, not by place.

    Types may differ only where one fits into the other (integer and double, but not number and text).

    - `missing`: a column that some input lacks is refused, or filled with nulls (`"null"`).
    - `source`: a new column that holds the name of the input a row came from.
    - `distinct`: keep only the first of rows that are equal in all columns (`source` is not compared).

    Example:
        tables: {north: [{id: 1, v: 2}, {id: 2, v: null}], south: [{v: 5, id: 1}]}
        params: {source: region}
        gives: [{id: 1, v: 2, region: north}, {id: 2, v: null, region: north}, {id: 1, v: 5, region: south}]

    Example:
        tables: {old: [{id: 1}, {id: 2}], new: [{id: 2, note: late}, {id: 1, note: null}]}
        params: {missing: "null", distinct: true}
        gives: [{id: 1, note: null}, {id: 2, note: null}, {id: 2, note: late}]
    """
    if not tables:
        raise NodeError((), "union_tables needs at least one input")
    types = _stacked_types(tables, lenient=missing != "refuse")
    names = list(types)
    solid = [name for name in names if all(name in table.schema and not table[name].nullable for table in tables)]
    if source is not None:
        no_clash([(("source",), source.name)], names)
        solid.append(source.name)
    branches: list[exp.Query] = []
    for table in tables:
        columns = [sql.named(_as_type(table, name, kind), name) for name, kind in types.items()]
        if source is not None:
            columns.append(sql.named(sql.literal(table.name), source.name))
        branches.append(table.select(*columns))
    tree = branches[0]
    for branch in branches[1:]:
        tree = exp.Union(this=tree, expression=branch, distinct=False)
    if not distinct:
        return Select(tree, non_null=frozenset(solid))
    return Select(_first_of_equals(tree, types, source), keys=tuple(names), non_null=frozenset(solid))


def _first_of_equals(stack: exp.Query, types: dict[str, Type], source: NewColumn | None) -> exp.Query:
    """The stacked rows without those that an earlier one is equal to."""
    names = [*types, source.name] if source is not None else list(types)
    place = sql.column(sql.unused(sql.POSITION, names))
    numbered = sql.select(*(sql.column(name) for name in names), sql.named(sql.position(), place.name))
    columns = _one_of_each([SchemaColumn(name, kind) for name, kind in types.items()], place)
    if source is not None:
        columns.append(sql.named(_first(source.name, place), source.name))
    tree = sql.select(*columns).from_(_as_table(numbered.from_(_as_table(stack), copy=False)), copy=False)
    tree.set("group", exp.Group(expressions=[sql.column(name, "stacked") for name in types]))
    tree.set("order", sql.order([exp.Min(this=place)]))
    return tree


def _as_table(tree: exp.Query) -> exp.Subquery:
    return exp.Subquery(this=tree, alias=exp.TableAlias(this=sql.name_of("stacked")))


def _as_type(table: Table, name: str, kind: Type) -> exp.Expr:
    found = table.schema.get(name)
    if found is None:
        return sql.cast(exp.Null(), kind)
    return sql.column(found.name) if found.type == kind else sql.cast(sql.column(found.name), kind)


def _stacked_types(tables: tuple[Table, ...], lenient: bool) -> dict[str, Type]:
    """The columns of the stack, in order of appearance, with a type that every input fits in."""
    types: dict[str, Type] = {}
    first: dict[str, Table] = {}
    spelled: dict[str, str] = {}
    for table in tables:
        for column in table.schema:
            name = spelled.setdefault(column.name.casefold(), column.name)
            known = types.setdefault(name, column.type)
            earlier = first.setdefault(name, table)
            common = common_type(known, column.type)
            if common is None:
                message = (
                    f"`{name}` is {known} in `{earlier.name}` but {column.type} in `{table.name}`, which do not mix"
                )
                raise NodeError((), message, help=("cast the column in one of them first, with cast_columns",))
            types[name] = common
    for table in tables if not lenient else ():
        lacking = [name for name in types if name not in table.schema]
        if lacking:
            message = f"`{table.name}` has no column `{lacking[0]}`, which `{first[lacking[0]].name}` has"
            help = ('write `missing: "null"` to fill it with nulls, or select the same columns of every input first',)
            raise NodeError((), message, nearest(lacking[0], table.schema.names), help)
    return types
