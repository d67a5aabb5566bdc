"""Intervals: written out, multiplied, divided."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction

from interlock.evaluation.frames import Span, Stops, Unsupported
from interlock.evaluation.reference.numbers import even
from interlock.evaluation.reference.values import DAY

SECOND = 1_000_000
UNITS: dict[str, tuple[str, int]] = {
    "year": ("months", 12),
    "quarter": ("months", 3),
    "month": ("months", 1),
    "week": ("days", 7),
    "day": ("days", 1),
    "hour": ("micros", 3600 * SECOND),
    "minute": ("micros", 60 * SECOND),
    "second": ("micros", SECOND),
    "millisecond": ("micros", 1000),
    "microsecond": ("micros", 1),
}
"""What each unit counts in, and how many."""
_PIECE = re.compile(
    r"\s*(-?\d+)(\.\d+)?\s*([a-z]+)|\s*(-?)(\d{1,4}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?", re.ASCII | re.IGNORECASE
)


def read_span(text: str) -> Span | None:
    """The interval that a text is, in the documented forms; None when it is none."""
    at, found = 0, Span()
    while at < len(text.rstrip()):
        match = _PIECE.match(text, at)
        unit = match and (match[3] or "").lower().removesuffix("s")
        if match is None or (match[3] and unit not in UNITS):
            if re.search(r"\d", text):
                raise Unsupported(f"the interval `{text}`")
            return None
        found = plus(found, _amount(match, str(unit)))
        at = match.end()
    return found if at else None


def _amount(match: re.Match[str], unit: str) -> Span:
    if not unit:
        micros = ((int(match[5]) * 60 + int(match[6])) * 60 + int(match[7])) * SECOND + int(
            (match[8] or "").ljust(6, "0")
        )
        return Span(0, 0, -micros if match[4] else micros)
    counts, factor = UNITS[unit]
    exact = Fraction(match[1] + (match[2] or "")) * factor
    whole = math.trunc(exact)
    if counts == "micros":
        return Span(0, 0, even(exact))
    rest = exact - whole
    if counts == "days":
        return Span(0, whole, even(rest * DAY))
    return Span(whole, math.trunc(rest * 30)) if unit != "year" else Span(whole)


def checked(months: int, days: int, micros: int) -> Span:
    """An interval whose parts fit their types; else raises Stops."""
    if not all(-(1 << 31) <= part < 1 << 31 for part in (months, days)) or not -(1 << 63) <= micros < 1 << 63:
        raise Stops("an interval is out of range")
    return Span(months, days, micros)


def plus(one: Span, other: Span, sign: int = 1) -> Span:
    return checked(
        one.months + sign * other.months, one.days + sign * other.days, one.microseconds + sign * other.microseconds
    )


def times_integer(span: Span, count: int) -> Span:
    return checked(span.months * count, span.days * count, span.microseconds * count)


def times(span: Span, factor: float) -> Span:
    """An interval so many times over: what is left of a month goes to its days, of a day to its microseconds."""
    if math.isnan(factor) or math.isinf(factor):
        raise Stops("an interval is out of range")
    return _carried(span.months * factor, span.days * factor, span.microseconds * factor)


def divided(span: Span, by: float) -> Span:
    if by == 0:
        raise Stops("an interval is divided by zero")
    if math.isnan(by):
        raise Stops("an interval is out of range")
    return _carried(span.months / by, span.days / by, span.microseconds / by)


def _carried(months: float, days: float, micros: float) -> Span:
    for part, limit in ((months, 2.0**31), (days, 2.0**31), (micros, 2.0**63)):
        if math.isinf(part) or not abs(part) < limit:
            raise Stops("an interval is out of range")
    whole_months = math.trunc(months)
    rest = (months - whole_months) * 30
    whole_days = math.trunc(days) + math.trunc(rest)
    left = (Fraction(days) - math.trunc(days) + Fraction(rest) - math.trunc(rest)) * DAY
    if left.denominator != 1:
        raise Unsupported("a fraction of a day that is no whole number of microseconds")
    if abs(left) >= DAY:
        whole_days, left = whole_days + int(left / DAY), left - int(left / DAY) * DAY
    return checked(whole_months, whole_days, round(micros) + int(left))


def of_unit(unit: str, count: int | float) -> Span:
    """So many of a unit."""
    counts, factor = UNITS[unit]
    if isinstance(count, float):
        if not math.isfinite(count):
            raise Stops("an interval is out of range")
        return checked(0, 0, round(Decimal(count * factor)))
    amount = count * factor
    return checked(amount * (counts == "months"), amount * (counts == "days"), amount * (counts == "micros"))
