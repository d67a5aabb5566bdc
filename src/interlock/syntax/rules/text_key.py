"""A key of a mapping is a number, a boolean or empty, and not text.

Refused: keys that YAML reads as something other than text. JSON has no such keys, so the same plan would mean different
things in its two forms.

Bad:

    params: {names: {2023: before, 2024: after}}

Good:

    params: {names: {"2023": before, "2024": after}}

The fix puts the key in quotes.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Fix, Place, rule
from interlock.syntax.words import clipped, quoted

RULE = rule("IL011", "text-key", __doc__)


def text_key(pointer: str, span: tuple[int, int], text: str) -> Diagnostic:
    """The key written as `text` at `span`; `pointer` is its member's, which already carries the text as its name."""
    # In plain data the key is text already, so the patch changes nothing there; writing the plan again quotes it.
    fix = Fix(
        f'put the key in quotes: "{clipped(text)}"', ({"op": "move", "from": pointer, "path": pointer},), safe=True
    )
    message = f"the key {quoted(text)} is not text" if text else "a key is empty"
    return RULE.found(Place("", start=span[0], end=max(span[1], span[0] + 1)), message, fix=fix, found=text[:200])
