"""A step that was run again gives other rows than before the run was interrupted.

The journal holds a digest of the rows of each step. A step whose result was not kept, or whose checkpoint is damaged, is
run again when the run goes on; it must then give the same. It does not if a node's own code reads a clock, a random number
or something that changes outside. Nothing was put in place.

Start a new run; mend the node, or run with `--checkpoint every`, so that no step is run twice.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL914", "not-repeatable", __doc__)
