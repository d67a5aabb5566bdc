"""Plain words for values, as messages use them: short, on one line, and never with a raw control character."""

from __future__ import annotations

import unicodedata
from typing import Any

LONGEST = 60
"""The most characters of a plan's own text that a message repeats."""


def visible(text: str) -> str:
    r"""The text with every control, formatting and line-breaking character spelled out.

    >>> print(visible("a\x1b[31m\n"))
    a\x1b[31m\n
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(visible_character(character) for character in text)


def visible_character(character: str) -> str:
    """One character as it may be shown: itself if it is harmless, else its escape."""
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return character
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    if named:
        return named
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def clipped(text: str, longest: int = LONGEST) -> str:
    """The text on one line, cut with an ellipsis where it is long."""
    return visible(text if len(text) <= longest else text[: longest - 1] + "…")


def quoted(text: str) -> str:
    """A name from the plan as a message shows it.

    >>> quoted("revenu")
    '`revenu`'
    """
    return f"`{clipped(text)}`"


def kind_of(value: Any) -> str:
    """What a value is, in words.

    >>> kind_of([1, 2]), kind_of(None), kind_of(True)
    ('a list of 2', 'nothing (null)', '`true`')
    """
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, (int, float)):
        return f"the number {clipped(repr(value))}"
    if isinstance(value, str):
        return f"the text {quoted(value)}" if value else "an empty text"
    if isinstance(value, dict):
        return f"a mapping of {len(value)}" if value else "an empty mapping"
    return f"a list of {len(value)}" if value else "an empty list"
