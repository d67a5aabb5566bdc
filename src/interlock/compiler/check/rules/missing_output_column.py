"""A contract names a column that the result will not have.

The columns of every result are known before the run, so a missing output column is refused before anything runs.

    contracts: {out: {columns: [event_type, count]}}
    ...
    sql: select event_type, count(*) from events group by 1             # refused: that column is `count_star()`
    sql: select event_type, count(*) as count from events group by 1

Mend the plan so that the column is made, or the contract.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, joined, nearest, rule
from interlock.ir.types import Schema

RULE = rule("IL402", "missing-output-column", __doc__)


def found(at: Place, name: str, node: str, schema: Schema) -> Diagnostic:
    """The result of `node` lacks column `name`."""
    close = nearest(name, schema.names)
    return RULE.found(
        at.key(),
        f"the result of `{node}` has no column `{name}`, which its contract requires",
        label="not produced",
        notes=[f"`{node}` gives {joined(schema.names)}"],
        help=[f"make it before `{node}`, or rename a column to it with `rename_columns`"],
        expected=name,
        found=schema.names[:50],
        candidates=close,
    )
