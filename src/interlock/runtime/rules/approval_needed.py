"""A run waits for a person: the policy asks for an approval of what the plan would do, and there is none that holds.

`interlock run` ends with exit code 4 before any effect, and shows the plan, its effects, and what changed since it was
last approved. An approval is bound to the plan, to its effects, to the policy and to the program; when any of them
changes, it has expired and is asked for again.

    interlock approve RUN --by NAME
    interlock resume RUN

`interlock reject RUN --by NAME` ends it instead. What needs approval is said by `approve` under `[policy]` in
`interlock.toml`.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL941", "approval-needed", __doc__)
