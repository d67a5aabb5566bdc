"""Query: one read-only SELECT, for what no other node type says."""

from __future__ import annotations

from typing import Any

from interlock.registry.kinds import Query
from interlock.registry.node import node
from interlock.registry.phrases import tables as phrases
from interlock.registry.tables import Select, Table


def _engine_params(params: dict[str, Any]) -> dict[str, Any]:
    """`{query}` as `{sql}`."""
    return {"sql" if key == "query" and "sql" not in params else key: value for key, value in params.items()}


@node(version=1, says=phrases.QUERY, aliases={"QueryEngine": _engine_params})
def query(*tables: Table, sql: Query) -> Select:
    """Give the rows of one SELECT over the node's inputs, each known by its edge's port, or else by its node's id.

    It may only read those inputs: no files, no settings, no functions that differ from run to run. Without an ORDER BY,
    rows that do not simply follow one input come in the order of all their columns. Prefer `filter_rows`, `aggregate`,
    `join_tables` and the like where they do: they are checked more closely and read more easily.

    Example:
        sales: [{shop: 1, amount: 5}, {shop: 2, amount: 7}, {shop: 1, amount: 6}]
        shops: [{id: 1, city: Ulm}, {id: 2, city: Bonn}]
        params:
          sql: select city, sum(amount) as total from sales join shops on shop = id group by city order by city
        gives: [{city: Bonn, total: 7}, {city: Ulm, total: 11}]
    """
    return Select(sql.tree.copy())
