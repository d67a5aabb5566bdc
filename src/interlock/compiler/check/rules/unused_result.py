"""A result goes nowhere: no node reads it, and it is not written or shown. (warning)

Work that reaches no sink is left out of the program when other parts of the plan do reach one. If nothing in the plan
writes anything, its last results are shown instead, and this warning is not given.

Mend it by connecting the node to a sink, or by removing it.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context, each_typed
from interlock.compiler.check.rules import unknown_edge_end
from interlock.ir.diagnostics import Diagnostic, rule

RULE = rule("IL111", "unused-result", __doc__, severity="warning")


def check(context: Context) -> Iterator[Diagnostic]:
    """Warn of ends of the graph that are not sinks, where there are sinks."""
    if not any(node_type.is_sink for _, node_type in each_typed(context)):
        return
    told = unknown_edge_end.meant(context)
    for node, node_type in each_typed(context):
        if context.successors[node.id] or not context.predecessors[node.id] or node.id in told:
            continue
        if node_type.is_sink or node_type.observes:
            continue
        yield RULE.found(
            node.at,
            f"nothing uses the result of `{node.id}`",
            label="never written",
            help=["connect it to a sink such as `write_csv`, or remove it"],
        )
