"""A path that the policy does not allow.

Plans are untrusted: by default they read and write files below the project folder and nowhere else. Absolute paths,
`..`, home folders, URLs, links that lead outside, and folders that belong to tools are refused. So is what tools run or
obey: hidden files and folders, and files to write that do not end as files of data do. The project's
`interlock.toml` can narrow this further under `[policy]`, or name such files.

    path: ../other/secrets.csv       # refused
    path: /etc/passwd                # refused
    path: Makefile                   # refused for `write_csv`
    path: .github/workflows/x.csv    # refused
    path: data/sales.csv

Mend it with a path inside the project folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.compiler.check.paths import each_path
from interlock.gates.policy import DATA
from interlock.ir.diagnostics import Diagnostic, rule

RULE = rule("IL501", "path-not-allowed", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Every path read or written is allowed."""
    for node, name, path, effect in each_path(context):
        folder = path.endswith("/") or os.path.isdir(os.path.join(context.policy.root, path))
        endings = () if folder else (*context.types[node.id].endings, *DATA)  # that it is a folder is told as that
        reason = context.policy.refusal(path, effect, endings)
        if reason:
            verb = "read" if effect == "reads" else "write"  # as the policy's lists are called
            yield RULE.found(
                context.param(node.id, name) if name in node.params else node.at,
                f"`{node.id}` may not {verb} `{path}`: {reason}",
                label="not allowed",
                help=[
                    "use such a path, or let whoever owns `interlock.toml` allow this one under `[policy]`"
                    if reason.startswith("the policy allows")
                    else f"use another path, or let whoever owns `interlock.toml` name this one under `[policy]`: "
                    f'`{verb} = ["{path}"]`'
                    if reason.startswith("the policy")
                    else "use a path inside the project folder, such as `data/file.csv`"
                ],
                found=path,
            )
