"""A source is no longer what the plan was checked against: columns are missing, new, in another order, or of other types.

Before anything is written, the header and a sample of every source are compared with the columns pinned in the
program. A difference stops the run, with the list of changes; nothing was written.

    error[IL901]: `data/sales.csv` has changed since the plan was checked: column `region` (varchar) is missing

Look at what the change means, then check and compile the plan again against the file as it is now.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL901", "source-drift", __doc__)
