"""A number in the plan cannot be kept exactly, or could be read in two ways.

Refused: not-a-number and infinities (`NaN`, `.nan`, `.inf`, `1e999`), whole numbers of more than 38 digits (the most a DuckDB
column holds), and numbers with leading zeros (`02134`), which may well be a postal code whose zero would be lost.

Bad:

    params: {zip: 02134, most: .inf}

Good:

    params: {zip: "02134"}

To mend it, put the value in quotes if it is text; leave out a limit that should not limit anything.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Fix, Place, rule
from interlock.syntax.words import clipped, quoted

RULE = rule("IL010", "bad-number", __doc__)


def bad_number(pointer: str, span: tuple[int, int], text: str, why: str) -> Diagnostic:
    """The number written as `text` at `span`; `why` completes the sentence."""
    return RULE.found(
        Place("", start=span[0], end=span[1]),
        f"the number {quoted(text)} {why}",
        fix=Fix(f'write it as text: "{clipped(text)}"', ({"op": "replace", "path": pointer, "value": text},)),
        found=text[:200],
    )
