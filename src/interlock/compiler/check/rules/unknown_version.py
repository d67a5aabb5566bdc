"""A node pins a version of its node type that the registry neither keeps nor can migrate.

A saved plan pins versions (`filter_rows@1`), so that it means the same for ever. The registry keeps old versions, or
a migration from them. A version that it never had cannot be used.

    - {id: big, type: filter_rows@9}       # refused: versions 1 only
    - {id: big, type: filter_rows@1}

Mend it by pinning a version that exists, and check that the node still does what the plan wants.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.ir.diagnostics import Diagnostic, joined, replace_fix, rule

RULE = rule("IL102", "unknown-version", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Every pinned version is kept or can be migrated."""
    for node in context.plan.nodes:
        known = context.registry.find(node.type)
        if known is None or node.version is None or context.registry.find(node.type, node.version) is not None:
            continue
        versions = context.registry.versions(node.type)
        at = node.at.child("type")
        yield RULE.found(
            at,
            f"`{node.type}` has no version {node.version}",
            label=f"version {joined([str(version) for version in versions], 'or')} exists",
            fix=replace_fix(at.pointer, node.reference, f"{node.type}@{versions[0]}"),
            expected=[f"{node.type}@{version}" for version in versions],
            found=node.reference,
        )
