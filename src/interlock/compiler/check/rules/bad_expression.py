"""A text that is no SQL expression.

Expressions are SQL scalar expressions: `revenue > :minimum and region in ('East', 'West')`. The language is described
in the expression reference.

    where: revenue >                       # refused: something is missing after `>`
    where: revenue > 100

Mend it where the message points.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL210", "bad-expression", __doc__)
