"""A source cannot be read as what the plan says it is.

The header and a sample of every source are looked at when a plan is checked: a directory, an empty or binary file, a
CSV file whose lines have different numbers of fields, broken JSON, a truncated Parquet file, a sheet or table that is
not there, or a file without permission is refused here and not in the middle of a run.

Mend the file, or the parameters that say how to read it (`delimiter`, `skip`, `sheet`, `table`, `types` …).
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL311", "source-unreadable", __doc__)


def found(at: Place, path: str, reason: str) -> Diagnostic:
    """`path` cannot be read, for `reason`."""
    return RULE.found(at, f"`{path}` cannot be read: {reason}", label="cannot be read", found=path)
