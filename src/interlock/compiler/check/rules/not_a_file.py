"""A path to write that cannot be a file: it is a folder, or a part of it is a file.

path: out            # refused where `out` is a folder
path: out/summary.csv
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePosixPath

from interlock.compiler.check.context import Context
from interlock.compiler.check.paths import each_path
from interlock.ir.diagnostics import Diagnostic, rule

RULE = rule("IL505", "not-a-file", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """No written path is a folder or lies below a file, on disk or in the plan."""
    written = {PurePosixPath(path).as_posix() for _, _, path, effect in each_path(context) if effect == "writes"}
    for node, name, path, effect in each_path(context):
        if effect != "writes" or context.policy.refusal(path, effect):
            continue
        pure = PurePosixPath(path)
        reason = ""
        if os.path.isdir(context.policy.root / path) or path.endswith("/"):
            reason = "it is a folder"
        elif os.path.exists(context.policy.root / path) and not os.path.isfile(context.policy.root / path):
            reason = "it is not an ordinary file (a pipe, a device or a socket)"
        for parent in pure.parents:
            if parent.as_posix() in written or os.path.isfile(context.policy.root / parent):
                reason = f"`{parent}` is a file"
                break
        if reason:
            yield RULE.found(
                context.param(node.id, name), f"`{node.id}` cannot write `{path}`: {reason}", label=reason,
                help=["name a file in a folder, such as `out/result.csv`"], found=path,
            )  # fmt: skip
