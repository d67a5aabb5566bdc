"""The plan holds a character that cannot be seen and does not belong in text.

Refused: NUL and other control characters, terminal escapes, half surrogates, and in YAML the Unicode line separators that some
readers take for line ends. They can hide what a plan says, or make two readers see two plans.

Bad: a text pasted from a terminal, with its color codes still in it.

Good: the same text without them, or with the character written out in double quotes: `"a\\u0007b"`.

To mend it, delete the character, or write it as an escape if it is meant.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL013", "control-character", __doc__)


def control_character(offset: int, character: str) -> Diagnostic:
    """The character stands at `offset` of the text."""
    number = ord(character)
    help = f'delete it, or write it in double quotes as "\\u{number:04x}" if it is meant'
    return RULE.found(
        Place("", start=offset, end=offset + 1),
        f"the plan holds the invisible character U+{number:04X}",
        label="here",
        help=(help if not 0xD800 <= number < 0xE000 else "delete it: half a surrogate pair is no character",),
        found=f"U+{number:04X}",
    )
