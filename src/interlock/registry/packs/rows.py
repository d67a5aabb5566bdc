"""Rows: keep, order, cut and sample them, and fill their gaps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlglot import exp

from interlock.ir.types import Column as SchemaColumn
from interlock.ir.types import Type
from interlock.registry import sql
from interlock.registry.kinds import Column, Columns, Literally, Predicate, SortKeys
from interlock.registry.node import node
from interlock.registry.packs.adapters import listed, renamed
from interlock.registry.packs.columns import fitted, no_repeats
from interlock.registry.phrases import rows as phrases
from interlock.registry.tables import NodeError, Select, Table


@node(version=1, says=phrases.FILTER_ROWS, aliases={"DataFilter": renamed(condition="where", predicate="where")})
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


@node(version=1, says=phrases.SORT_ROWS, aliases={"DataSorter": _sorter_params})
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


@node(version=1, says=phrases.LIMIT_ROWS, aliases={"Limiter": _limiter_params, "RowLimiter": _limiter_params})
def limit_rows(table: Table, *, rows: Count, offset: Count = 0) -> Select:
    """Keep the first `rows` rows in the input's order, after skipping `offset` rows; fewer if there are not so many.

    Example:
        table: [{id: 1}, {id: 2}, {id: 3}, {id: 4}]
        params: {rows: 2, offset: 1}
        gives: [{id: 2}, {id: 3}]
    """
    tree = table.select().limit(rows, copy=False)
    return Select(tree.offset(offset, copy=False) if offset else tree)


@node(
    version=1,
    says=phrases.SAMPLE_ROWS,
    aliases={"RowSampler": renamed(n="rows", size="rows", frac="fraction", random_state="seed")},
)
def sample_rows(
    table: Table,
    *,
    rows: Count | None = None,
    fraction: Annotated[float, Field(ge=0, le=1)] | None = None,
    seed: int = 0,
) -> Select:
    """Keep a random sample without repeats: exactly `rows` rows, or a `fraction` of them; the order is kept.

    The same input and the same `seed` always give the same rows; another seed gives others. Each row draws the MD5 of
    `seed:place`, in hexadecimal and with its place from 1; the rows that draw the smallest texts are kept.

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


def _null_handler_params(params: dict[str, Any]) -> dict[str, Any]:
    params = listed(renamed(subset="columns"), "columns")(params)
    return {key: value for key, value in params.items() if (key, value) != ("strategy", "drop")}


@node(version=1, says=phrases.DROP_NULLS, aliases={"NullHandler": _null_handler_params})
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


@node(version=1, says=phrases.FILL_NULLS)
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
    return Select(tree, non_null=never_null(table.schema))


def _fill_fixed(table: Table, values: dict[Column, Literally]) -> Select:
    fills: dict[str, exp.Expr] = {}
    for column, value in values.items():
        if value is None:
            raise NodeError(("values", column.name), f"`{column.name}` cannot be filled with null; give a value")
        filled = exp.Coalesce(this=column.sql, expressions=[fitted(value, column, ("values", column.name))])
        fills[column.name] = sql.named(filled, column.name)
    columns = [fills.get(name, sql.column(name)) for name in table.schema.names]
    return Select(table.select(*columns), non_null=frozenset(fills))


def never_null(columns: Iterable[SchemaColumn]) -> frozenset[str]:
    """The names of the columns that hold no nulls."""
    return frozenset(column.name for column in columns if not column.nullable)
