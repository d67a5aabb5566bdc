"""Edges form a cycle, so no node of it could ever run first.

A plan is a graph without cycles: what a node reads is finished before it starts.

    edges: [{from: a, to: b}, {from: b, to: a}]     # refused

Mend it by dropping one of the edges listed.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.ir.diagnostics import Diagnostic, rule

RULE = rule("IL106", "cycle", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """The graph has no cycle; each one found is told once, by a shortest walk along it."""
    left = set(context.nodes) - set(context.order)
    told: set[str] = set()
    for start in context.nodes:
        if start not in left or start in told:
            continue
        walk = _cycle_from(start, left, context.predecessors)
        if told.intersection(walk):
            told.update(walk)
            continue
        told.update(walk)
        first = walk.index(next(name for name in context.nodes if name in walk))
        walk = walk[first:] + walk[:first]
        shown = walk if len(walk) <= 8 else [*walk[:7], "…"]
        edge = next(edge for edge in context.edges if edge.source == walk[0] and edge.target == walk[1 % len(walk)])
        yield RULE.found(
            edge.at,
            f"the edges form a cycle: {' → '.join([*shown, walk[0]])}",
            label="on the cycle",
            also=[(context.place(name), "on the cycle") for name in walk[1:4]],
            help=["drop one of these edges"],
            found=walk[:50],
        )


def _cycle_from(start: str, left: set[str], predecessors: dict[str, list[str]]) -> list[str]:
    """A cycle found by walking backwards from `start`: every node left over has a predecessor that is left over."""
    seen: dict[str, int] = {}
    walk: list[str] = []
    name = start
    while name not in seen:
        seen[name] = len(walk)
        walk.append(name)
        name = next(before for before in predecessors[name] if before in left)
    return list(reversed(walk[seen[name] :]))
