"""A step failed on the data: a value that does not fit its type, a number out of range, a row that cannot be read.

The message names the step and the value. Nothing was written. Usual mends: `cast_columns` or `parse_dates` with
`on_error: null`, a wider type, or another type for the source's column (`types: {price: varchar}`).
Where the help says that it is a fault of a node type, mend that one: its own code raised what is neither a `ValueError` nor
an `OSError`, or gave rows that do not fit the columns which it declares.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL907", "step-failed", __doc__)
