"""An edge starts or ends at a node that does not exist.

Edges connect nodes by their ids: `{from: sales, to: large}`.

    edges:
      - {from: sale, to: large}        # refused: there is no node `sale`
      - {from: sales, to: large}

Mend it with the suggested id, or add the missing node.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.ir.diagnostics import Diagnostic, joined, nearest, replace_fix, rule

RULE = rule("IL104", "unknown-edge-end", __doc__)


def meant(context: Context) -> set[str]:
    """The nodes that edges to or from nowhere most likely mean: what seems to be missing there is reported already."""
    found: set[str] = set()
    for edge in context.plan.edges:
        for name in (edge.source, edge.target):
            if name not in context.nodes:
                found.update(nearest(name, context.nodes)[:1])
    return found


def check(context: Context) -> Iterator[Diagnostic]:
    """Both ends of every edge are nodes."""
    ids = list(context.nodes)
    for edge in context.plan.edges:
        for key, name in (("from", edge.source), ("to", edge.target)):
            if name in context.nodes:
                continue
            close = nearest(name, ids)
            at = edge.at.child(key)
            yield RULE.found(
                at,
                f"there is no node `{name}`",
                label="no node has this id",
                notes=[f"the plan's nodes are {joined(ids)}"] if ids else (),
                fix=replace_fix(at.pointer, name, close[0]) if close else None,
                expected="the id of a node",
                found=name,
                candidates=close,
            )
