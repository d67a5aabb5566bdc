"""A plan writes a file that it also reads.

A second run would read what the first one wrote, so the two would differ; and a failure could cost the only copy.

    - {id: sales, type: read_csv, params: {path: data/sales.csv}}
    - {id: out, type: write_csv, params: {path: data/sales.csv}}       # refused

Mend it by writing to another file. To read back what a sink wrote, connect the reader's consumer to the sink: sinks
pass on what they wrote.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.compiler.check.paths import each_path, same_file
from interlock.ir.diagnostics import Diagnostic, rule

RULE = rule("IL503", "overwrites-input", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """No file is both read and written."""
    paths = list(each_path(context))
    reads = {
        same_file(context.policy.root, path): (node, name, path)
        for node, name, path, effect in paths
        if effect == "reads"
    }
    for node, name, path, effect in paths:
        other = reads.get(same_file(context.policy.root, path)) if effect == "writes" else None
        if other is not None and not context.policy.refusal(path, effect):
            yield RULE.found(
                context.param(node.id, name),
                f"`{node.id}` writes `{path}`, which `{other[0].id}` reads",
                label="overwrites an input",
                also=[(context.param(other[0].id, other[1]), "read here")],
                help=[
                    "write to another file",
                    f"to read back what was written, connect to `{node.id}`: sinks pass it on",
                ],
                found=path,
            )
