"""A parameter's value has the wrong type, is out of bounds, or is none of the allowed choices.

Values are not converted silently: a number written as text stays text.

    params: {rows: "10"}          # refused: text, not a whole number
    params: {rows: 10}
    params: {how: iner}           # refused: inner, left, right, full, semi or anti

Mend it with a value of the kind that the message names.
"""

from __future__ import annotations

import re

from interlock.ir.diagnostics import Diagnostic, Fix, Place, nearest, replace_fix, rule

RULE = rule("IL202", "wrong-value", __doc__)


def found(at: Place, path: str, reference: str, expected: str, value: object, choices: list[str]) -> Diagnostic:
    """The value at `at`, the parameter `path` of node type `reference`, is not `expected`, one of `choices` if any."""
    name = _name(path, reference)
    if value in ("", [], {}) and expected.startswith("at least 1 "):
        return RULE.found(
            at, f"{name} must not be empty", label="empty", expected=expected, found=_plain(value), candidates=[]
        )
    close = nearest(value, choices) if choices and isinstance(value, str) else []
    return RULE.found(
        at,
        f"{name} must be {expected}, not {_shown(value)}",
        label="none of the choices" if choices else f"must be {expected}",
        fix=replace_fix(at.pointer, str(value), close[0]) if close else _converted(at, expected, value),
        expected=choices or expected,
        found=_plain(value),
        candidates=close,
    )


def refused(at: Place, path: str, reference: str, reason: str, value: object) -> Diagnostic:
    """The value at `at` is refused for a `reason` of the node type's own."""
    return RULE.found(
        at,
        f"{_name(path, reference)}: {reason}",
        label="refused here",
        expected=reason,
        found=_plain(value),
        candidates=[],
    )


def _name(path: str, reference: str) -> str:
    return f"`{path}` of `{reference}`" if path else f"the parameters of `{reference}`"


def key_found(at: Place, inside: str, reference: str, expected: str, key: str) -> Diagnostic:
    """A key of the mapping `inside` is not `expected`."""
    message = f"a key of `{inside}` of `{reference}` must be {expected}, not {_shown(key)}"
    return RULE.found(at.key(), message, label=f"must be {expected}", expected=expected, found=key, candidates=[])


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | type(None)) else type(value).__name__


def _shown(value: object) -> str:
    """A value in a sentence.

    >>> _shown("10"), _shown(2.5), _shown([])
    ("the text '10'", '2.5', 'an empty list')
    """
    if isinstance(value, str):
        text = repr(value)
        return f"the text {text if len(text) <= 40 else text[:37] + '...'}" if value else "an empty text"
    if isinstance(value, list | dict):
        return f"{'a' if value else 'an empty'} {'list' if isinstance(value, list) else 'mapping'}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)[:40]


def _converted(at: Place, expected: str, value: object) -> Fix | None:
    """The fix where the value was only written in another form: a number in quotes, one entry without its list."""
    if expected in ("a whole number", "a number") and isinstance(value, str):
        number = re.fullmatch(r"[+-]?\d{1,15}", value) or (
            expected == "a number" and re.fullmatch(r"[+-]?\d+\.\d+", value)
        )
        plain = (int(value) if value.lstrip("+-").isdigit() else float(value)) if number else None
        return _without_quotes(at, plain) if number else None
    if expected == "true or false" and isinstance(value, str) and value.casefold() in ("true", "false", "yes", "no"):
        return _without_quotes(at, value.casefold() in ("true", "yes"))
    if expected == "a list" and isinstance(value, str) and value:
        return Fix(f"write it as a list: [{value}]", ({"op": "replace", "path": at.pointer, "value": [value]},))
    if expected == "a text" and isinstance(value, int | float) and not isinstance(value, bool):
        return Fix(f'put it in quotes: "{value}"', ({"op": "replace", "path": at.pointer, "value": str(value)},))
    return None


def _without_quotes(at: Place, value: object) -> Fix:
    shown = str(value).lower() if isinstance(value, bool) else value
    return Fix(f"write it without quotes: {shown}", ({"op": "replace", "path": at.pointer, "value": value},))
