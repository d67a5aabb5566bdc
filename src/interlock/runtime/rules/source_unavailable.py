"""A source that the program reads is missing or cannot be read.

Every source is looked at before anything is written. Put the file in place, or mend it, and run again.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL902", "source-unavailable", __doc__)
