"""Another process is executing this run.

Only one process at a time executes a run. It holds a lock that the operating system takes back when it ends, however it
ends, so a run whose process was killed is not busy.

Wait until it is done; `interlock runs` shows what is running.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL911", "run-busy", __doc__)
