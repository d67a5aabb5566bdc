"""Plans as the published system recorded them, read as Interlock plans.

A recorded plan names its nodes by their types (`CSVParser`), connects them by pairs of names, and keeps parameters by
name. The registry knows those names as aliases, so node types and parameters are kept as they are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.ir.plan import Contract, Edge, Node, Plan

HANDLES = {"SQLiteConnector": "table_name"}
"""Node types that give a database handle, and the parameter that names the one table in it. A handle is no table:
it offers one under that name, which only a node that takes its inputs by name (a query) can use."""


def read_recorded(recorded: Mapping[str, Any], name: str, contracts: Mapping[str, Mapping[str, Any]]) -> Plan:
    """The plan; `contracts` (by path) say what the files that it must write have to hold.

    >>> nodes = ["SQLiteConnector", "QueryEngine"]
    >>> recorded = {"nodes": nodes, "edges": [nodes], "parameters": {"SQLiteConnector": {"table_name": "staff"}}}
    >>> read_recorded(recorded, "example", {}).edges
    (Edge(source='SQLiteConnector', target='QueryEngine', port='staff', index=0),)
    """
    params = recorded.get("parameters", {})
    nodes = tuple(
        Node(each, each, params=dict(params.get(each, {})), index=index) for index, each in enumerate(recorded["nodes"])
    )
    edges = tuple(
        Edge(source, target, _table_of(source, params), index)
        for index, (source, target) in enumerate(recorded["edges"])
    )
    return Plan(nodes, edges, contracts=tuple(Contract(path, body) for path, body in contracts.items()), name=name)


def _table_of(source: str, params: Mapping[str, Any]) -> str | None:
    """The name under which a handle offers its table; None for an ordinary result."""
    key = HANDLES.get(source)
    return params.get(source, {}).get(key) if key else None
