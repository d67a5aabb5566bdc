"""A file that a run reads has changed since the run began, or while the run read it.

A run stands for one state of its sources: its journal holds the digest of each. Going on with other data would give a
result that belongs to neither state, so the run does not go on, and puts nothing in place. A source whose result was kept
in a checkpoint is not needed any more, and may change.

Start a new run, which reads the file as it is now. Or put the file back as it was, and resume.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL912", "source-changed", __doc__)
