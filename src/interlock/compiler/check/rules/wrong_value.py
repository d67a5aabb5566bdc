"""A parameter's value has the wrong type, is out of bounds, or is none of the allowed choices.

Values are not converted silently: a number written as text stays text.

    params: {rows: "10"}          # refused: text, not a whole number
    params: {rows: 10}
    params: {how: iner}           # refused: inner, left, right, full, semi or anti

Mend it with a value of the kind that the message names.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, joined, nearest, replace_fix, rule

RULE = rule("IL202", "wrong-value", __doc__)


def found(at: Place, name: str, message: str, value: object, choices: list[str]) -> Diagnostic:
    """The value at `at` (of parameter `name`) is wrong: `message` says what was expected."""
    close = nearest(str(value), choices) if choices and isinstance(value, str) else []
    return RULE.found(
        at,
        f"`{name}`: {message}",
        label=f"expected {joined([f'`{choice}`' for choice in choices], 'or')}" if choices else message,
        fix=replace_fix(at.pointer, str(value), close[0]) if close else None,
        expected=choices or message,
        found=value if isinstance(value, str | int | float | bool | type(None)) else type(value).__name__,
        candidates=close,
    )
