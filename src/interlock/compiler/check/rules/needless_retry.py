"""A step that touches nothing outside the plan is to be tried again.

Trying again helps against what passes by itself: a file that is not there for a moment, a locked database, a full disk, a
service that does not answer. A step that only computes gives the same again, its failures too; and people who are asked
are waited for anyway.

    - {id: sales, type: read_csv, params: {path: data/sales.csv}, retry: {attempts: 3}}
    - {id: large, type: filter_rows, params: {where: revenue > 100}, retry: {attempts: 3}}      # refused

The fix removes `retry`. Give it to the steps that read and write; a node type of your own that reaches outside says so
with `effects`.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context, each_typed
from interlock.ir.diagnostics import Diagnostic, Fix, rule
from interlock.registry.kinds import path_effect
from interlock.registry.node import NodeType

RULE = rule("IL509", "needless-retry", __doc__)

OUTSIDE = frozenset({"reads", "writes", "network", "model"})
"""Effects whose failures may pass by themselves."""


def check(context: Context) -> Iterator[Diagnostic]:
    """Only steps that reach outside are tried again."""
    for node, node_type in each_typed(context):
        if node.retry is None or reaches_outside(node_type):
            continue
        at = node.at.child("retry")
        why = "waits for people as long as it takes" if "human" in node_type.effects else "only computes"
        yield RULE.found(
            at.key(),
            f"`{node.id}` (`{node_type.name}`) {why}: trying it again gives the same",
            label="helps nothing here",
            fix=Fix("remove `retry`", ({"op": "remove", "path": at.pointer},), safe=True),
            help=["give `retry` to the steps that read and write"],
            found=list(node_type.effects),
        )


def reaches_outside(node_type: NodeType) -> bool:
    """Whether a node of this type reads, writes or calls something outside the plan."""
    return bool(OUTSIDE & set(node_type.effects)) or any(path_effect(hint) for hint in node_type.hints.values())
