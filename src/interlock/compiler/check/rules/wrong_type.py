"""An expression mixes types that do not fit, or is not of the type that is wanted.

Text is never compared with numbers, and a condition is true or false. Types come from the sources' headers and follow
every node; `interlock schema PLAN` shows them.

    where: name > 5                        # refused: `name` is varchar
    where: cast(name as double) > 5
    where: revenue                         # refused: a condition is boolean
    where: revenue is not null

Mend it by casting on purpose, or with `cast_columns` before this node.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL302", "wrong-type", __doc__)
