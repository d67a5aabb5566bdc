"""Sets of rows: without duplicates, and stacked one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sqlglot import exp

from interlock.ir.common_types import common_type
from interlock.ir.diagnostics import nearest
from interlock.ir.types import Column as SchemaColumn
from interlock.ir.types import Type
from interlock.registry import sql
from interlock.registry.floats_inside import plain
from interlock.registry.kinds import Columns, NewColumn, SortKey
from interlock.registry.node import node
from interlock.registry.packs.adapters import listed, renamed
from interlock.registry.packs.columns import no_clash, no_repeats
from interlock.registry.packs.rows import never_null
from interlock.registry.phrases import tables as phrases
from interlock.registry.tables import NodeError, Select, Table


@node(
    version=1,
    says=phrases.DISTINCT_ROWS,
    aliases={"DataDeduplicator": listed(renamed(subset="keys", columns="keys"), "keys")},
)
def distinct_rows(
    table: Table,
    *,
    keys: Columns | None = None,
    keep: Literal["first", "last"] = "first",
    order_by: list[SortKey] = [],  # noqa: B006
) -> Select:
    """Remove duplicates: of rows that are equal in `keys` (in all columns, without `keys`) one is kept.

    Nulls count as equal, and so do 0.0 and -0.0: without `keys`, 0.0 is shown, also inside of nested values. The rows that
    stay keep their order.

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
        return Select(tree, keys=tuple(table.schema.names), non_null=never_null(table.schema))
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
        shown = sql.column(each.name) if _equal_is_same(each.type) else _first(each.name, place, last)
        return sql.named(plain(shown, each.type), each.name)

    return [chosen(each) for each in columns]


def _first(name: str, place: exp.Column, last: bool = False) -> exp.Expr:
    """`first(name ORDER BY place)`: a group's value in its first (or last) row, null or not."""
    by = [sql.ordered(place.copy(), descending=last)]
    return exp.First(this=exp.Order(this=sql.column(name), expressions=by))


def _equal_is_same(kind: Type) -> bool:
    return kind.name not in ("interval", "list", "struct", "map", "json")


@node(version=1, says=phrases.UNION_TABLES)
def union_tables(
    *tables: Table,
    missing: Literal["refuse", "null"] | None = "refuse",
    source: NewColumn | None = None,
    distinct: bool = False,
) -> Select:
    """Stack the rows of all inputs, one input after the other; columns are matched by name, not by place.

    Types may differ only where one fits into the other (integer and double, but not number and text). A date or
    timestamp beyond the range of the finer type that it is stacked in (timestamp_ns ends in 2262) stops the run.

    - `missing`: a column that some input lacks is refused, or filled with nulls (`"null"`).
    - `source`: a new column that holds the name of the input a row came from.
    - `distinct`: keep only the first of rows that are equal in all columns (`source` is not compared), as
      `distinct_rows` does without `keys`.

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
