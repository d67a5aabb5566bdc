"""A result has a column that its contract does not list, and the contract allows no others.

`additional_columns: false` means: exactly the columns listed. It keeps what should not leave a firm from leaving it.

Mend it with `select_columns` or `drop_columns` before the result, or list the column.
"""

from __future__ import annotations

from collections.abc import Sequence

from interlock.ir.diagnostics import Diagnostic, Place, joined, rule

RULE = rule("IL404", "additional-column", __doc__)


def found(at: Place, names: Sequence[str], node: str) -> Diagnostic:
    """`node` gives columns `names` beyond those that its contract lists."""
    return RULE.found(
        at,
        f"the result of `{node}` also has {joined([f'`{name}`' for name in names])}, which its contract does not list",
        label="allows no other columns",
        help=[f"drop them before `{node}` with `select_columns`", "or list them in the contract"],
        found=list(names),
    )
