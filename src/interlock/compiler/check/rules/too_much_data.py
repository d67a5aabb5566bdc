"""A source is larger than the policy lets a plan read.

The project's `interlock.toml` can bound what one file may have, in bytes and in rows, read and written:

    [policy]
    max_read_bytes = "2GB"
    max_read_rows = 10_000_000

The size of a source is known before anything runs, so it is judged then. Rows, and what is written, are counted as the
plan runs ([IL940](#il940)).

Mend it by reading a smaller file, or ask whoever owns the policy.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.compiler.check.paths import each_path
from interlock.ir.diagnostics import Diagnostic, rule

RULE = rule("IL506", "too-much-data", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """No source that is there has more bytes than one file may have."""
    most = context.policy.max_read_bytes
    if most is None:
        return
    for node, name, path, effect in each_path(context):
        if effect != "reads" or context.policy.refusal(path, effect):
            continue
        try:
            size = os.path.getsize(context.policy.root / path)
        except OSError:
            continue  # a missing source is told by its own rule
        if size > most:
            yield RULE.found(
                context.param(node.id, name) if name in node.params else node.at,
                f"`{node.id}` reads `{path}`, which has {size:,} bytes; the policy allows {most:,}",
                label="too large",
                help=["read a smaller file, or let whoever owns `interlock.toml` raise `max_read_bytes` in `[policy]`"],
                expected=most,
                found=size,
            )
