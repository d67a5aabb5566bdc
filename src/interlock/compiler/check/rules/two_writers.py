"""Two sinks write one file, so that one would overwrite the other.

Several tables may go into one SQLite database; two nodes may not write one table, or one file.

    - {id: a, type: write_csv, params: {path: out.csv}}
    - {id: b, type: write_csv, params: {path: out.csv}}      # refused

Mend it by giving each its own file, or by stacking the tables first with `union_tables`.
"""

from __future__ import annotations

import string
from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.compiler.check.paths import each_path, same_file
from interlock.ir.diagnostics import Diagnostic, rule
from interlock.ir.plan import Node

RULE = rule("IL504", "two-writers", __doc__)
_FOLDED = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
"""Names of tables as SQLite compares them: only the letters of ASCII without regard to case."""


def check(context: Context) -> Iterator[Diagnostic]:
    """Every written file has one writer; a database may have one writer a table."""
    first: dict[tuple[str, str], tuple[Node, str]] = {}
    kinds: dict[str, tuple[Node, str, str]] = {}
    for node, name, path, effect in each_path(context):
        if effect != "writes" or context.policy.refusal(path, effect):
            continue
        key = same_file(context.policy.root, path)
        table = str(context.params[node.id].get("table", "")).translate(_FOLDED)
        type_name = context.types[node.id].name
        other = kinds.setdefault(key, (node, name, type_name))
        clash = first.setdefault((key, table), (node, name))
        if clash[0] is node and (other[0] is node or other[2] == type_name):
            continue
        earlier = clash if clash[0] is not node else (other[0], other[1])
        yield RULE.found(
            context.param(node.id, name),
            f"`{earlier[0].id}` and `{node.id}` both write `{path}`" + (f", table `{table}`" if table else ""),
            label="written again here",
            also=[(context.param(earlier[0].id, earlier[1]), "written first here")],
            help=["give each its own file, or stack the tables first with `union_tables`"],
            found=path,
        )
