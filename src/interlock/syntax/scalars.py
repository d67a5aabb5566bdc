"""Unquoted YAML words by the YAML 1.2 core schema: null, booleans and numbers; all else is text.

So `yes`, `on`, `1:30` and `2024-01-01` are text, whatever older readers make of them.
"""

from __future__ import annotations

import re
from math import isinf

LONGEST_INTEGER = 38
"""The most digits of a whole number: what DuckDB's widest integers and decimals hold."""

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class BadNumber(ValueError):
    """A number that cannot be kept; the text completes the sentence "the number `x` …"."""


def word(text: str) -> bool | int | float | str | None:
    """The value of an unquoted YAML word; raises BadNumber.

    >>> [word(text) for text in ("12", "0x10", "1e3", "yes", "~", "true", "2024-01-01")]
    [12, 16, 1000.0, 'yes', None, True, '2024-01-01']
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return integer(text)
    if _OTHER_BASE.fullmatch(text):
        if len(text) > 44:
            raise BadNumber(f"has more than {LONGEST_INTEGER} digits")
        return integer(str(int(text, 0)))
    if _NO_NUMBER.fullmatch(text):
        raise BadNumber("cannot be used: values are finite")
    return floating(text) if _FLOAT.fullmatch(text) else text


def integer(text: str) -> int:
    """A whole number in decimal digits; raises BadNumber."""
    digits = text.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0":
        raise BadNumber("starts with a zero: without quotes the zero would be lost")
    if len(digits) > LONGEST_INTEGER:
        raise BadNumber(f"has more than {LONGEST_INTEGER} digits")
    return int(text)


def floating(text: str) -> float:
    """A number with a fraction or an exponent; raises BadNumber."""
    if re.match(r"[-+]?0[0-9]", text):
        raise BadNumber("starts with a zero: without quotes the zero would be lost")
    value = float(text)
    if isinf(value):
        raise BadNumber("is too large: values are finite")
    return value
