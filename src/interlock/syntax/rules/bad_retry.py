"""How a step is tried again is not written properly.

Refused: fewer than 2 or more than 20 attempts, a wait that is not a duration such as `500ms`, `2s`, `1m` or `1h`, waits of
less than a millisecond or more than an hour, a factor below 1 or above 10, and a longest wait that is shorter than the first.

Bad:

    - {id: sales, type: read_csv, params: {path: sales.csv}, retry: {attempts: 100, interval: 2}}

Good:

    - {id: sales, type: read_csv, params: {path: sales.csv}, retry: {attempts: 5, interval: 2s, factor: 2, max_interval: 1m}}

`attempts` counts the first try too. The fix writes the value in its expected form where it is clear what was meant.
"""

from __future__ import annotations

import re
from typing import Any

from interlock.ir.diagnostics import Diagnostic, Fix, Place, rule
from interlock.ir.retry import FEWEST, LONGEST, MOST, SHORTEST, STEEPEST, read_duration, write_duration
from interlock.syntax.words import kind_of

RULE = rule("IL016", "bad-retry", __doc__)

_WORDS = re.compile(
    r"\s*(?:PT)?\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*"
    r"(milliseconds?|millis|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h)\s*",
    re.IGNORECASE,
)


def bad_attempts(at: Place, value: Any) -> Diagnostic:
    """`at` is the place of `attempts`, `value` what stands there."""
    fix = None
    number = _whole(value)
    if number == 1:
        gone = at.pointer.rpartition("/")[0]
        fix = Fix("remove `retry`: one attempt is what every step has", ({"op": "remove", "path": gone},), safe=True)
    elif number is not None and number > MOST:
        fix = Fix(f"write {MOST}, the most there may be", (_replace(at, MOST),))
    elif number is not None and number >= FEWEST:
        fix = Fix(f"write the number {number}", (_replace(at, number),), safe=True)
    return _found(at, "`attempts`", f"a whole number from {FEWEST} to {MOST}", value, "attempts: 3", fix)


def bad_wait(at: Place, value: Any, key: str, least: int, most: int) -> Diagnostic:
    """`key` is `interval` or `max_interval`; what is surely meant is only put in if it is within `least` and `most`."""
    fix = None
    match = _WORDS.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        letter = match[2].casefold()
        unit = "ms" if letter.startswith(("ms", "mil")) else letter[0]
        fix = _duration_fix(at, f"{match[1]}{unit}", least, most, safe=True)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        fix = _duration_fix(at, f"{value}s", least, most, safe=False)
    expected = f"a duration from {write_duration(SHORTEST)} to {write_duration(LONGEST)}, such as 500ms, 2s or 1m"
    return _found(at, f"`{key}`", expected, value, f"{key}: 2s", fix)


def bad_factor(at: Place, value: Any) -> Diagnostic:
    """`at` is the place of `factor`."""
    fix = None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,6})?", value) and 1 <= float(value) <= STEEPEST:
        number = float(value) if "." in value else int(value)
        fix = Fix(f"write the number {value}", (_replace(at, number),), safe=True)
    return _found(at, "`factor`", f"a number from 1 to {STEEPEST}", value, "factor: 2", fix)


def maximum_too_short(at: Place, maximum: int, interval: int) -> Diagnostic:
    """`at` is the place of `max_interval`."""
    shortest = write_duration(interval)
    return RULE.found(
        at,
        f"the longest wait, {write_duration(maximum)}, is shorter than the first, {shortest}",
        label=f"must be {shortest} or more",
        fix=Fix(f"write `{shortest}`", (_replace(at, shortest),)),
        expected=f"{shortest} or more",
        found=write_duration(maximum),
    )


def _found(at: Place, what: str, expected: str, value: Any, example: str, fix: Fix | None) -> Diagnostic:
    return RULE.found(
        at,
        f"{what} of `retry` must be {expected}, not {kind_of(value)}",
        label=f"must be {expected}",
        help=(f"write it like this: {example}",) if fix is None else (),
        fix=fix,
        expected=expected,
        found=kind_of(value),
    )


def _duration_fix(at: Place, text: str, least: int, most: int, *, safe: bool) -> Fix | None:
    found = read_duration(text)
    if found is None or not least <= found <= most:
        return None
    return Fix(f"write `{write_duration(found)}`", (_replace(at, write_duration(found)),), safe)


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        return None
    return int(value)


def _replace(at: Place, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": at.pointer, "value": value}
