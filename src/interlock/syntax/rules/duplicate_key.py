"""A mapping has the same key twice.

Refused: two members of one mapping with the same name. Most readers silently keep one of them, and not all keep the same
one, so what runs would depend on the reader.

Bad:

    params: {path: a.csv, path: b.csv}

Good:

    params: {path: b.csv}

To mend it, remove one of the two, or rename it.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, rule
from interlock.syntax.words import quoted

RULE = rule("IL004", "duplicate-key", __doc__)


def duplicate_key(key: str, second: tuple[int, int], first: tuple[int, int]) -> Diagnostic:
    """The key stands at `second` and already stood at `first`, both in the text of the document."""
    return RULE.found(
        Place("", start=second[0], end=second[1]),
        f"the key {quoted(key)} is given twice in one mapping",
        label="given again here",
        also=[(Place("", start=first[0], end=first[1]), "first given here")],
        help=("remove one of the two",),
        found=key[:200],
    )
