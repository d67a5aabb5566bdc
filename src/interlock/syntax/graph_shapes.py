"""What a drawn graph is made of: boxes and arrows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "source", "step", "sink", "check",
    "added", "removed", "changed", "same",
    "done", "failed", "running", "reused", "not run",
]  # fmt: skip
"""What a box is, or how it differs from what was before, or what became of it in a run: each has a colour."""
Mark = Literal["", "added", "removed"]


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A box: a title, lines of detail below it, its kind, and how it fares in a run (if it is drawn of one)."""

    id: str
    title: str
    details: tuple[str, ...] = ()
    kind: Kind = "step"
    status: str | None = None


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """An arrow between two boxes. An edge that names no box is not drawn."""

    source: str
    target: str
    label: str = ""
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes and arrows, in the order of the plan. Of two boxes with one id, the first is meant by edges."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...] = ()

    def joints(self) -> list[tuple[int, int, GraphEdge]]:
        """The edges that can be drawn, with the indices of their nodes."""
        index = {node.id: place for place, node in reversed(list(enumerate(self.nodes)))}
        return [
            (index[edge.source], index[edge.target], edge)
            for edge in self.edges
            if edge.source in index and edge.target in index
        ]
