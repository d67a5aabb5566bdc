"""An expression calls a function that the expression language does not have.

The functions are a closed list, each with one documented meaning, so that an expression means the same on every
engine. Anything else is refused by name.

    where: lowercase(name) = 'x'           # refused
    where: lower(name) = 'x'

Mend it with one of the functions suggested; the expression reference lists all of them.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL211", "unknown-function", __doc__)
