"""The plan has no nodes.

A plan describes work; without a node there is none. A first plan needs a source, such as `read_csv`, and usually
a sink, such as `write_csv`.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL110", "empty-plan", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """There is at least one node."""
    if not context.plan.nodes:
        yield RULE.found(
            Place("/nodes"), "the plan has no nodes", help=["add a source such as `read_csv`; see `interlock nodes`"]
        )
