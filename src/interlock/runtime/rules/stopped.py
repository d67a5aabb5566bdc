"""The run was stopped before it ended.

Nothing was written: sinks are staged and renamed only at the end. Run the plan again.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL909", "stopped", __doc__)
