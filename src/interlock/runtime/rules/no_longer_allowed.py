"""A saved program, or a run that goes on, would do what the policy no longer allows.

A version of a saved plan keeps the program that was compiled when it was saved, and a run keeps its own. What they may
do is judged by the policy as it is now: before they run, every effect is held against it. Nothing was written.

Ask whoever owns the policy, or change the plan and save it again.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL942", "no-longer-allowed", __doc__)
