"""What the rules of one check share: the plan, what is known of it so far, and what was found."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from interlock.compiler.checked import BoundNode
from interlock.gates.policy import Policy
from interlock.ir.diagnostics import Diagnostic, Place
from interlock.ir.plan import Edge, Node, Plan
from interlock.ir.program import RuntimeCheck
from interlock.ir.types import Type
from interlock.registry.node import NodeType, PortSpec
from interlock.registry.registry import Registry


@dataclass
class Context:
    """The state of one check. Each family adds what it learns; later families skip what is not known."""

    plan: Plan
    registry: Registry
    policy: Policy
    types: dict[str, NodeType] = field(default_factory=dict)
    params: dict[str, dict[str, Any]] = field(default_factory=dict)
    connections: dict[str, list[tuple[str, Edge]]] = field(default_factory=dict)
    inputs: dict[str, Type] = field(default_factory=dict)
    inputs_used: set[str] = field(default_factory=set)
    bound: dict[str, BoundNode] = field(default_factory=dict)
    contract_checks: list[RuntimeCheck] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Nodes by id; of two with one id, the first."""
        return self.plan.by_id

    @cached_property
    def edges(self) -> list[Edge]:
        """The edges between nodes that exist."""
        return [edge for edge in self.plan.edges if edge.source in self.nodes and edge.target in self.nodes]

    @cached_property
    def successors(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for edge in self.edges:
            found[edge.source].append(edge.target)
        return found

    @cached_property
    def predecessors(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for edge in self.edges:
            found[edge.target].append(edge.source)
        return found

    @cached_property
    def order(self) -> list[str]:
        """Node ids in topological order, ties by id; nodes on or behind a cycle are left out."""
        waiting = {name: len(before) for name, before in self.predecessors.items()}
        ready = [name for name, count in waiting.items() if count == 0]
        heapq.heapify(ready)
        found = []
        while ready:
            name = heapq.heappop(ready)
            found.append(name)
            for after in self.successors[name]:
                waiting[after] -= 1
                if waiting[after] == 0:
                    heapq.heappush(ready, after)
        return found

    def place(self, name: str) -> Place:
        """Where a node is written."""
        return self.nodes[name].at

    def param(self, name: str, *path: str | int) -> Place:
        """Where a node's parameter is written."""
        return self.place(name).child("params", *path)


def ports_of(node_type: NodeType) -> Mapping[str, PortSpec]:
    """The ports of a node type by name."""
    return {port.name: port for port in node_type.ports}


def each_typed(context: Context) -> Iterator[tuple[Node, NodeType]]:
    """The nodes whose type is known, in the plan's order."""
    for node in context.nodes.values():
        node_type = context.types.get(node.id)
        if node_type is not None:
            yield node, node_type
