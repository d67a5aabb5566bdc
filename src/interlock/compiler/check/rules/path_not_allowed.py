"""A path that the policy does not allow.

Plans are untrusted: by default they read and write files below the project folder and nowhere else. Absolute paths,
`..`, home folders, URLs, links that lead outside, and folders that belong to tools are refused. The project's
`interlock.toml` can narrow this further under `[policy]`.

    path: ../other/secrets.csv       # refused
    path: /etc/passwd                # refused
    path: data/sales.csv

Mend it with a path inside the project folder.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.compiler.check.paths import each_path
from interlock.ir.diagnostics import Diagnostic, rule

RULE = rule("IL501", "path-not-allowed", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Every path read or written is allowed."""
    for node, name, path, effect in each_path(context):
        reason = context.policy.refusal(path, effect)
        if reason:
            narrowed = reason.startswith("the policy")
            verb = "read" if effect == "reads" else "write"
            yield RULE.found(
                context.param(node.id, name) if name in node.params else node.at,
                f"`{node.id}` may not {verb} `{path}`: {reason}",
                label="not allowed",
                help=[
                    "use such a path, or let whoever owns `interlock.toml` allow this one under `[policy]`"
                    if narrowed
                    else "use a path inside the project folder, such as `data/file.csv`"
                ],
                found=path,
            )
