"""Something in the project's journal is not as it was written.

An event, a plan, a program or a decision was changed, removed or damaged outside Interlock. It is not relied on: a changed
program is not run, and a changed decision approves nothing. `interlock audit verify` lists all that it finds.

Restore `.interlock/journal.db` from a copy, or start anew: move `.interlock/` away.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL915", "store-damaged", __doc__)
