"""A step is to be tried again that may have done its work already.

When a sink fails while it commits, it can be that all is written and only the answer was lost. Then a second try writes it
twice. So a sink is tried again only if it says with `repeat` what makes that harmless: `replace` (the run puts a new file in
place) or `marked` (a mark in the same transaction says that it is done). The built-in sinks do. A node that gives rows and
has the effect `writes` has no such way.

    @node(version=1, effects=["writes"])                       # with `retry`: refused
    def send(rows: Rows, *, path: WritePath) -> Writes: …

    @node(version=1, effects=["writes"], repeat="replace")     # with `retry`: fine
    def send(rows: Rows, *, path: WritePath) -> Writes: …

Mend it by leaving `retry` out (`interlock resume` then asks what to do), or by a node type that declares `repeat`.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context, each_typed
from interlock.ir.diagnostics import Diagnostic, Fix, rule
from interlock.registry.node import NodeType

RULE = rule("IL510", "unsafe-retry", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Nothing is tried again that may be done twice."""
    for node, node_type in each_typed(context):
        if node.retry is None or not is_unsafe(node_type):
            continue
        at = node.at.child("retry")
        declares = "does not declare `repeat`" if node_type.is_sink else "writes as it makes its rows"
        yield RULE.found(
            at.key(),
            f"`{node.id}` (`{node_type.name}`) {declares}: tried again, it could write twice",
            label="not harmless here",
            fix=Fix("remove `retry`", ({"op": "remove", "path": at.pointer},)),
            help=["leave `retry` out, or use a sink that declares `repeat` as replace or marked"],
            found=node_type.name,
        )


def is_unsafe(node_type: NodeType) -> bool:
    """Whether nothing makes it harmless that a node of this type does its work twice."""
    if node_type.is_sink:
        return node_type.kind == "writes" and node_type.repeat == "ask"
    return "writes" in node_type.effects
