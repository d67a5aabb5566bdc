"""A source is no longer what the plan was checked against: columns are missing, new, in another order, or of other types.

A pinned plan holds the columns of its sources as contracts, and a compiled program holds them too. Before anything is
written, the header and a sample of every source are compared with them. A difference stops the run, with the list of
changes; nothing was written.

    error[IL901]: `data/sales.csv` has changed since the plan was checked: column `region` (varchar) is missing

Look at what the change means, then pin the plan again (`interlock pin`), or compile it again, against the file as it is
now. A contract of your own on a source is such a pin if it lists all columns with types and allows no others.
"""

from __future__ import annotations

from collections.abc import Sequence

from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL901", "source-drift", __doc__)


def found(at: Place, node: str, path: str | None, changes: Sequence[str]) -> Diagnostic:
    """The source `node` differs from its contract by `changes`, each in words."""
    return RULE.found(
        at,
        f"`{path or node}` has changed since the plan was pinned: {'; '.join(changes)}",
        label="not what it was",
        help=["look at what the change means, then pin the plan again with `interlock pin`"],
        found=list(changes),
    )
