"""A plan as far as it has been read, and what the next words can refer to: its results and their columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from interlock.ir.plan import Edge, Node, Plan
from interlock.ir.types import Schema
from interlock.registry.node import NodeType


@dataclass(frozen=True)
class Ref:
    """An input of a step: the result of node `id`, or the file at `path` (and the table `inside`), to be read first."""

    id: str = ""
    path: str = ""
    inside: str = ""


@dataclass(frozen=True)
class Draft:
    """Nodes and edges so far. `current` is the result that the next step goes on from."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    current: str | None = None
    named: tuple[tuple[str, str], ...] = ()
    read: tuple[tuple[str, str, str], ...] = ()
    """Files read: path, table inside, and the node that reads it."""
    pending: tuple[NodeType, tuple[tuple[str, Any], ...]] | None = None
    """A file to write that was named before what goes into it."""

    @property
    def plan(self) -> Plan:
        return Plan(self.nodes, self.edges)

    @property
    def unused(self) -> tuple[str, ...]:
        """Results that no step goes on from, in the order made."""
        used = {edge.source for edge in self.edges}
        return tuple(node.id for node in self.nodes if node.id not in used)

    def reader_of(self, path: str, inside: str = "") -> str | None:
        """The node that reads a file already."""
        return next((node for at, table, node in self.read if at == path and table == inside), None)

    def sources_of(self, name: str | None) -> tuple[tuple[str, str], ...]:
        """The files, with the table inside, that a result comes from."""
        found: dict[tuple[str, str], None] = {}
        waiting, seen = [name], set()
        while waiting:
            each = waiting.pop()
            if each in seen:
                continue
            seen.add(each)
            found.update({(path, table): None for path, table, node in self.read if node == each})
            waiting += [edge.source for edge in self.edges if edge.target == each]
        return tuple(found)

    def added(
        self, node_type: NodeType, params: Mapping[str, Any], inputs: tuple[tuple[str, str | None], ...], name: str = ""
    ) -> Draft:
        """The draft with one more step, whose result is then the current one. Sources are named by `name`."""
        node = Node(self.free(name or node_type.name), node_type.name, node_type.version, dict(params), len(self.nodes))
        edges = tuple(
            Edge(source, node.id, port, len(self.edges) + index) for index, (source, port) in enumerate(inputs)
        )
        return replace(self, nodes=(*self.nodes, node), edges=(*self.edges, *edges), current=node.id)

    def finished(self) -> Draft:
        """The draft with the file written that was named first."""
        if self.pending is None or self.current is None:
            return self
        node_type, params = self.pending
        return replace(self, pending=None).added(node_type, dict(params), ((self.current, None),))

    def reading(self, path: str, inside: str) -> Draft:
        """The draft that knows its last node to read this file."""
        return replace(self, read=(*self.read, (path, inside, self.nodes[-1].id)))

    def called(self, name: str) -> Draft | None:
        """The draft whose last result has a name of its own; None if the name is taken."""
        old = self.nodes[-1].id if self.nodes else None
        if old is None or (name.casefold() != old.casefold() and self.free(name) != name):
            return None
        return replace(
            self,
            nodes=(*self.nodes[:-1], replace(self.nodes[-1], id=name)),
            edges=tuple(replace(edge, target=name) if edge.target == old else edge for edge in self.edges),
            current=name if self.current == old else self.current,
            named=(*self.named, (name, name)),
            read=tuple((path, table, name if node == old else node) for path, table, node in self.read),
        )

    def free(self, name: str) -> str:
        """A plain id close to `name` that no node has."""
        plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-") or "node"
        plain = plain if plain[0].isalpha() else f"node_{plain}"
        taken = {node.id.casefold() for node in self.nodes}
        number, found = 2, plain[:80]
        while found.casefold() in taken:
            found, number = f"{plain[:80]}_{number}", number + 1
        return found


Known = Mapping[str, Schema]
