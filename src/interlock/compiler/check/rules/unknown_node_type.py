"""A node's type is not in the registry.

Every node names a node type, optionally with a version: `filter_rows` or `filter_rows@1`. A plan can use only
what the registry holds: the built-in packs, installed packs, and the files named in `interlock.toml`.

    nodes:
      - {id: big, type: filter_row}        # refused: no such node type
      - {id: big, type: filter_rows}       # accepted

Mend it by choosing one of the names suggested, or list all of them with `interlock nodes`.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.ir.diagnostics import Diagnostic, joined, nearest, replace_fix, rule

RULE = rule("IL101", "unknown-node-type", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Find the node type of every node, and its parameters under the names of the present version."""
    for node in context.plan.nodes:
        found = context.registry.find(node.type)
        if found is None:
            close = _close(context, node.type)
            at = node.at.child("type")
            yield RULE.found(
                at,
                f"`{node.type}` is not a node type" if node.type else f"the node `{node.id}` has no type",
                label="not in the registry" if node.type else "no type",
                notes=[f"close to it: {joined([f'`{name}`' for name in close])}"] if close else (),
                help=["list the node types with `interlock nodes`"],
                fix=replace_fix(at.pointer, node.type, close[0]) if close else None,
                expected="a node type",
                found=node.type,
                candidates=close,
            )
            continue
        found = context.registry.find(node.type, node.version)
        if found is not None and node.id not in context.types:
            context.types[node.id] = found.type
            context.params[node.id] = found.adapt(dict(node.params))


def _close(context: Context, name: str) -> list[str]:
    """The names closest to `name`, one for each node type."""
    seen: dict[str, str] = {}
    for each in nearest(name, context.registry.names):
        known = context.registry.find(each)
        seen.setdefault(known.type.name if known else each, each)
    return list(seen.values())
