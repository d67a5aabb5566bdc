"""Two nodes have the same id.

Edges and contracts name nodes by their ids, so every id is used once. Ids differ by more than upper and lower case,
because each becomes the name of a SQL relation.

    - {id: sales, type: read_csv, params: {path: a.csv}}
    - {id: Sales, type: read_csv, params: {path: b.csv}}     # refused

Mend it by renaming one of them, and the edges that mean it.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.ir.diagnostics import Diagnostic, rule
from interlock.ir.plan import Node

RULE = rule("IL103", "duplicate-id", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Ids are unique, whatever their case."""
    first: dict[str, Node] = {}
    for node in context.plan.nodes:
        other = first.setdefault(node.id.casefold(), node)
        if other is not node:
            yield RULE.found(
                node.at.child("id"),
                f"the id `{node.id}` is used twice",
                label="used again here",
                also=[(other.at.child("id"), "first used here")],
                help=["rename one of the two, and the edges that mean it"],
                found=node.id,
            )
