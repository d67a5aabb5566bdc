"""The project's journal cannot be written or read at the moment.

The folder is read-only, the disk is full, or another program holds the database. Runs are recorded in `.interlock/` below
the project folder. What a run had written beside its targets is removed or taken up again; nothing is half in place.

Make room, make the folder writable, or wait, and `interlock resume` the run. `interlock run --no-journal` runs without a
record: such a run cannot be resumed.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL910", "journal-unavailable", __doc__)
