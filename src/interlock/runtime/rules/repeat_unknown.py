"""A run was interrupted while a sink committed, and nobody knows whether it did.

Built-in sinks can be repeated without harm: a file takes its name in one step, and a database holds a mark of the run in
the same transaction. A sink of your own that does not say how a repeat is made harmless (`repeat` of `@node`) is not
committed a second time without being asked.

    interlock resume RUN --repeat STEP      # it did not happen: do it
    interlock resume RUN --skip STEP        # it did happen: go on
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL913", "repeat-unknown", __doc__)
