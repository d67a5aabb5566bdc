"""A plan opens a database that the policy does not allow.

Node types for databases (`read_sqlite`, `write_sqlite`) open a file as a database. The policy's `read` and `write` apply
to it as to any file; `databases` narrows further which files may be opened so:

    [policy]
    databases = ["warehouse/*.db"]

Mend it by using such a database, or ask whoever owns the policy.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.compiler.check.paths import each_path, is_database
from interlock.ir.diagnostics import Diagnostic, rule

RULE = rule("IL507", "database-not-allowed", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Every database is allowed as one."""
    for node, name, path, effect in each_path(context):
        if not is_database(context.types[node.id], name) or context.policy.refusal(path, effect):
            continue
        reason = context.policy.database_refusal(path)
        if reason:
            yield RULE.found(
                context.param(node.id, name) if name in node.params else node.at,
                f"`{node.id}` may not open `{path}`: {reason}",
                label="not allowed as a database",
                help=["use such a database, or let whoever owns `interlock.toml` allow this one under `[policy]`"],
                found=path,
            )
