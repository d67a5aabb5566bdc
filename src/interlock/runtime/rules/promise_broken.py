"""A join's promise does not hold: a key that was said to be unique on one side is not.

`join_tables` can promise `expect: many-to-one`; a right side with a key twice would silently multiply rows, so the
promise is verified when the plan runs. The report shows the keys that occur more than once; nothing was written.

Remove the duplicates with `distinct_rows` before the join, or promise less.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL905", "promise-broken", __doc__)
