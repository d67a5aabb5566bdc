"""Something in the project's journal is not as it was written.

An event, a plan, a program or a decision was changed, removed or damaged outside Interlock, or a part of `.interlock/` is
a link that leads elsewhere. It is not relied on. Before a run goes on, is forked or replayed, before a saved version runs,
and before a question is answered or a decision is made or relied on, the whole chain of events is gone through; a fault
anywhere in it stops the command before anything is done. A program runs only if its files and its manifest are those that
the chain names. `interlock audit verify` lists all that it finds.

This does not find a chain that somebody wrote anew to its end, with every hash. Only a head that was noted elsewhere does:
`interlock audit verify --head NUMBER:HASH`.

Restore `.interlock/journal.db` from a copy, or start anew: move `.interlock/` away.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL915", "store-damaged", __doc__)
