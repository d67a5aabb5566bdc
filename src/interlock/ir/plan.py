"""A plan: nodes, edges, run inputs and contracts. Untrusted, immutable, known by its digest.

A `Plan` is what was written, no more: names may be unknown, edges may dangle, parameters may be nonsense.
`interlock.syntax` reads one from YAML or JSON; `interlock.compiler.check` says whether it is any good.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from interlock.ir.diagnostics import Place, escape_pointer
from interlock.ir.retry import Retry

FORMAT = 1
"""The version of the plan format that this release reads and writes."""


@dataclass(frozen=True)
class Input:
    """A typed run input, used in expressions as `:name`. Without a default it must be given at every run."""

    name: str
    type: str
    default: Any = None
    has_default: bool = False
    description: str = ""

    @property
    def at(self) -> Place:
        return Place(f"/inputs/{escape_pointer(self.name)}")


@dataclass(frozen=True)
class Node:
    """One use of a node type. `index` is its position in the plan as written; without `retry` it is tried once."""

    id: str
    type: str
    version: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    index: int = 0
    retry: Retry | None = None

    @property
    def at(self) -> Place:
        return Place(f"/nodes/{self.index}", self.id)

    @property
    def reference(self) -> str:
        """The node type as written in a plan: `filter_rows@1`, or `filter_rows` if no version is pinned."""
        return self.type if self.version is None else f"{self.type}@{self.version}"


@dataclass(frozen=True)
class Edge:
    """The result of node `source` goes into `port` of node `target` (its only or next free port when None)."""

    source: str
    target: str
    port: str | None = None
    index: int = 0

    @property
    def at(self) -> Place:
        return Place(f"/edges/{self.index}")


@dataclass(frozen=True)
class Contract:
    """What must hold of a result. `subject` is a node id or the path of a file that the plan writes."""

    subject: str
    body: Mapping[str, Any]

    @property
    def at(self) -> Place:
        return Place(f"/contracts/{escape_pointer(self.subject)}")


@dataclass(frozen=True)
class Plan:
    """A plan as written. Two plans with the same `digest` mean the same."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    inputs: tuple[Input, ...] = ()
    contracts: tuple[Contract, ...] = ()
    name: str = ""
    task: str = ""

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """Nodes by id; of two nodes with one id, the first."""
        found: dict[str, Node] = {}
        for node in self.nodes:
            found.setdefault(node.id, node)
        return found

    @cached_property
    def digest(self) -> str:
        """`sha256:` and the hex digest of the canonical form. The name, the task, layout and order do not change it."""
        return "sha256:" + hashlib.sha256(canonical_json(self.canonical()).encode()).hexdigest()

    def canonical(self) -> dict[str, Any]:
        """The plan's meaning as plain data.

        Nodes, edges, inputs and the names of parameters come sorted, for their order means nothing. The order of edges
        into one node and of mappings inside a parameter can mean something (`columns: {net: …, gross: …}` makes two
        columns in that order), so it is kept.
        """
        ranks: dict[str, int] = {}
        edges: list[dict[str, Any]] = []
        for edge in self.edges:
            rank = ranks[edge.target] = ranks.get(edge.target, -1) + 1
            edges.append({"from": edge.source, "port": edge.port, "rank": rank, "to": edge.target})
        return {
            "interlock": FORMAT,
            "inputs": {
                given.name: {"type": given.type} | ({"default": given.default} if given.has_default else {})
                for given in self.inputs
            },
            "nodes": sorted(
                (
                    {
                        "id": node.id,
                        "type": node.reference,
                        "params": {name: _in_order(each) for name, each in node.params.items()},
                    }
                    | ({"retry": node.retry.canonical()} if node.retry else {})
                    for node in self.nodes
                ),
                key=lambda node: str(node["id"]),
            ),
            "edges": sorted(edges, key=lambda edge: (edge["to"], edge["rank"])),
            "contracts": {
                contract.subject: {name: _in_order(each) for name, each in contract.body.items()}
                for contract in self.contracts
            },
        }

    def document(self) -> dict[str, Any]:
        """The plan as it is written down: its keys in their usual order."""
        found: dict[str, Any] = {"interlock": FORMAT}
        if self.name:
            found["name"] = self.name
        if self.task:
            found["task"] = self.task
        if self.inputs:
            found["inputs"] = {given.name: _written_input(given) for given in self.inputs}
        found["nodes"] = [
            {"id": node.id, "type": node.reference}
            | ({"params": dict(node.params)} if node.params else {})
            | ({"retry": node.retry.document()} if node.retry else {})
            for node in self.nodes
        ]
        found["edges"] = [
            {"from": edge.source, "to": edge.target} | ({"port": edge.port} if edge.port else {}) for edge in self.edges
        ]
        if self.contracts:
            found["contracts"] = {contract.subject: dict(contract.body) for contract in self.contracts}
        return found


def _in_order(value: Any) -> Any:
    """A parameter's value with its mappings as lists of pairs, so that their order is part of what is digested."""
    if isinstance(value, Mapping):
        return {"pairs": [[name, _in_order(each)] for name, each in value.items()]}
    return [_in_order(each) for each in value] if isinstance(value, list | tuple) else value


def _written_input(given: Input) -> dict[str, Any]:
    found: dict[str, Any] = {"type": given.type}
    if given.has_default:
        found["default"] = given.default
    if given.description:
        found["description"] = given.description
    return found


def canonical_json(value: Any) -> str:
    """JSON with sorted keys, no spaces and no escapes beyond what JSON demands.

    >>> canonical_json({"b": 1, "a": [True, None]})
    '{"a":[true,null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=str)
