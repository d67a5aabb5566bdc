"""An answer does not fit the form that asked for it: no such field, a value of another type, none of the choices.

    interlock answer RUN review --set approved=perhaps      # refused: the field is a boolean
    interlock answer RUN review --set approved=true

The form says for each field its type, its choices, whether it has a default, and whether it may be left out.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL944", "bad-answer", __doc__)
