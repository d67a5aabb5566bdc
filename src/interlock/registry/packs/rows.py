"""Rows: keep, order, cut, sample, de-duplicate, fill and stack them."""

from __future__ import annotations

from interlock.registry import sql
from interlock.registry.kinds import Predicate, SortKeys
from interlock.registry.node import node
from interlock.registry.tables import Select, Table


def _filter_params(params: dict) -> dict:
    return {"where" if key in ("condition", "predicate") else key: value for key, value in params.items()}


@node(version=1, aliases={"DataFilter": _filter_params})
def filter_rows(table: Table, *, where: Predicate) -> Select:
    """Keep the rows for which `where` is true; rows where it is false or null are dropped. The order is kept.

    Example:
        table: [{id: 1, revenue: 5.0}, {id: 2, revenue: 50.0}, {id: 3, revenue: null}]
        params: {where: revenue > 10}
        gives: [{id: 2, revenue: 50.0}]
    """
    return Select(table.select().where(where.sql, copy=False), non_null=where.non_null)


@node(version=1)
def sort_rows(table: Table, *, by: SortKeys) -> Select:
    """Order the rows by `by`; rows with equal keys keep their order. Nulls come last unless a key says otherwise.

    Example:
        table: [{id: 1, v: 2}, {id: 2, v: null}, {id: 3, v: 7}, {id: 4, v: 2}]
        params: {by: [{column: v, descending: true}]}
        gives: [{id: 3, v: 7}, {id: 1, v: 2}, {id: 4, v: 2}, {id: 2, v: null}]
    """
    order = sql.order([*(key.sql for key in by), sql.column(table.position)])
    tree = table.select_numbered()
    tree.set("order", order)
    return Select(tree)
