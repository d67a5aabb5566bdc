"""A function in an expression gets too few or too many arguments.

    total: round(revenue, 2, 3)            # refused: round takes a number and, optionally, digits
    total: round(revenue, 2)

Mend it as the expression reference says.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL213", "wrong-arguments", __doc__)
