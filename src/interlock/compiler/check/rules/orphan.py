"""A node stands alone: it uses nothing and nothing uses it.

A node without any edge in a plan of several nodes is a forgotten connection.

    nodes: [{id: sales, type: read_csv, …}, {id: extra, type: read_csv, …}, {id: out, type: write_csv, …}]
    edges: [{from: sales, to: out}]          # refused: `extra` is connected to nothing

Mend it by connecting the node, or by removing it.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.compiler.check.rules import unknown_edge_end
from interlock.ir.diagnostics import Diagnostic, Fix, rule

RULE = rule("IL108", "orphan", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Every node of several is connected to another."""
    several = len(context.nodes) > 1
    told = unknown_edge_end.meant(context) | _alike(context)
    for node in context.nodes.values():
        node_type = context.types.get(node.id)
        alone = not context.successors[node.id] and not context.predecessors[node.id]
        if (
            not (several and alone)
            or node.id in told
            or node_type is None
            or (node_type.ports and not node_type.is_source)
        ):
            continue
        yield RULE.found(
            node.at,
            f"nothing uses the result of `{node.id}`, and it uses nothing",
            label="not connected",
            help=[f"connect it: {{from: {node.id}, to: …}}"],
            fix=Fix(f"remove the node `{node.id}`", ({"op": "remove", "path": node.at.pointer},)),
            found=node.id,
        )


def _alike(context: Context) -> set[str]:
    """Ids that differ in upper and lower case alone: which of them an edge means is reported already."""
    folded = [name.casefold() for name in context.nodes]
    return (
        {name for name in context.nodes if folded.count(name.casefold()) > 1}
        if len(set(folded)) < len(folded)
        else set()
    )
