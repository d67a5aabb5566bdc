"""The rows that reach an `expect` node are not as it says.

`expect` states what a plan relies on. It is tested when the plan runs, before anything is put in place. The report shows
up to five of the rows at fault; nothing was written.

Mend the data, or the expectation.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL904", "expectation-failed", __doc__)
