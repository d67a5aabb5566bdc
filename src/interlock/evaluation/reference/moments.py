"""Dates, times and intervals: counted, moved, written and read.

Inside of a computation a date is a count of days and a timestamp a count of microseconds since 1970. Python's dates end
where the years 1 and 9999 end; a result beyond them that SQL could hold is Unsupported.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from interlock.evaluation.frames import Span, Stops, Unsupported
from interlock.evaluation.reference.values import DAY, Endless
from interlock.ir.types import Type

EPOCH = date(1970, 1, 1)
FIRST_DAY, LAST_DAY = -2147483646, 2147483646
"""The days that SQL's dates reach."""
FARTHEST = 9223372036854775807 - 1
"""The microseconds that SQL's timestamps reach."""
_STAMP = datetime(1970, 1, 1)


def days_of(day: date) -> int:
    """A date as days since 1970."""
    return (day - EPOCH).days


def date_of(days: int) -> date:
    """The date of so many days since 1970."""
    if not FIRST_DAY <= days <= LAST_DAY:
        raise Stops("a date is out of range")
    try:
        return EPOCH + timedelta(days)
    except OverflowError:
        raise Unsupported("a date before year 1 or after year 9999") from None


def micros_of(moment: datetime | date) -> int:
    """A date or timestamp as microseconds since 1970."""
    if not isinstance(moment, datetime):
        return days_of(moment) * DAY
    return (moment.replace(tzinfo=None) - _STAMP) // timedelta(microseconds=1)


def stamp_of(micros: int) -> datetime:
    """The timestamp of so many microseconds since 1970."""
    if not -FARTHEST <= micros <= FARTHEST:
        raise Stops("a timestamp is out of range")
    try:
        return _STAMP + timedelta(microseconds=micros)
    except OverflowError:
        raise Unsupported("a timestamp before year 1 or after year 9999") from None


def clock_micros(clock: time) -> int:
    """A time as microseconds since midnight."""
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1_000_000 + clock.microsecond


def clock_of(micros: int) -> time:
    """The time of so many microseconds since midnight; 24:00:00 is beyond Python."""
    if micros == DAY:
        raise Unsupported("the time 24:00:00")
    if not 0 <= micros < DAY:
        raise Stops("a time is out of range")
    return (_STAMP + timedelta(microseconds=micros)).time()


def midnight(moment: Any) -> Any:
    """A date as a timestamp; a timestamp, or an infinite one, as it is."""
    return stamp_of(micros_of(moment)) if isinstance(moment, date) else moment


def add_months(day: date, months: int) -> date:
    """A date so many months on, on the last day of the month if that month is shorter."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        if not -290308 <= year <= 294247:
            raise Stops("a moment is out of range")
        raise Unsupported("a moment before year 1 or after year 9999")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def moved(moment: Any, span: Span, sign: int = 1) -> Any:
    """A date or timestamp moved by an interval, as a timestamp: by its months first, then its days, then the rest."""
    if isinstance(moment, Endless):
        return moment
    stamp = midnight(moment)
    day = add_months(stamp.date(), sign * span.months) if span.months else stamp.date()
    micros = (days_of(day) + sign * span.days) * DAY + clock_micros(stamp.time()) + sign * span.microseconds
    return stamp_of(micros)


def turned(clock: time, span: Span, sign: int = 1) -> time:
    """A time moved by an interval, round the clock; days and months do not move it."""
    return clock_of((clock_micros(clock) + sign * span.microseconds) % DAY)


def apart(one: Any, other: Any) -> Span:
    """`one - other` for two timestamps: days and the rest of a day."""
    if isinstance(one, Endless) or isinstance(other, Endless):
        raise Stops("infinite timestamps have no distance")
    micros = micros_of(one) - micros_of(other)
    days = abs(micros) // DAY * (1 if micros >= 0 else -1)
    return Span(0, days, micros - days * DAY)


def clock_text(clock: time) -> str:
    """A time as text, without zeros at the end of its fraction."""
    fraction = f".{clock.microsecond:06d}".rstrip("0") if clock.microsecond else ""
    return f"{clock:%H:%M:%S}{fraction}"


def day_text(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}"


def moment_text(value: Any, kind: Type) -> str:
    """A date, time or timestamp as text."""
    if isinstance(value, Endless):
        return "infinity" if value.sign > 0 else "-infinity"
    if isinstance(value, time):
        return clock_text(value)
    if isinstance(value, datetime):
        if kind.name == "timestamptz":
            return f"{day_text(value.date())} {clock_text(value.astimezone(UTC).time())}+00"
        return f"{day_text(value.date())} {clock_text(value.time())}"
    return day_text(value)


def span_text(span: Span) -> str:
    """An interval as text: `1 year 2 months 3 days 04:00:00`."""
    years, months = divmod(abs(span.months), 12)
    sign = -1 if span.months < 0 else 1
    parts = [
        f"{value} {unit}{'' if value in (1, -1) else 's'}"
        for value, unit in ((sign * years, "year"), (sign * months, "month"), (span.days, "day"))
        if value
    ]
    if span.microseconds or not parts:
        seconds, micros = divmod(abs(span.microseconds), 1_000_000)
        fraction = f".{micros:06d}".rstrip("0") if micros else ""
        minus = "-" if span.microseconds < 0 else ""
        parts.append(f"{minus}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}")
    return " ".join(parts)


_SPACES = " \t\n\v\f\r"
_DAY = re.compile(r"(\d{1,})([-/ \\])(\d{1,2})\2(\d{1,2})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?", re.ASCII)
_ZONE = re.compile(r" *(?:Z|[+-]\d{2}(?::?\d{2})?| [A-Za-z_/+-]+)?", re.ASCII)
_ENDLESS = {"infinity": 1, "inf": 1, "-infinity": -1, "-inf": -1}


def read_day(text: str) -> date | Endless | None:
    """The date that a text is; None when it is none."""
    found = _read(text)
    return found.date() if isinstance(found, datetime) else found


def read_stamp(text: str) -> datetime | Endless | None:
    """The timestamp that a text is, its zone passed over; None when it is none."""
    return _read(text)


def _read(text: str) -> datetime | Endless | None:
    plain = text.strip(_SPACES)
    if plain.lower() in _ENDLESS:
        return Endless(_ENDLESS[plain.lower()])
    if plain.lower() == "epoch":
        return _STAMP
    match = _DAY.match(plain)
    if match is None:
        if plain.startswith("-") and _DAY.match(plain[1:]):
            raise Unsupported("a date before year 1")
        return None
    rest = plain[match.end() :]
    if "BC" in rest:
        raise Unsupported("a date before year 1")
    try:
        day = date(int(match[1]), int(match[3]), int(match[4]))
    except (ValueError, OverflowError):
        try:
            date(2000 + int(match[1]) % 400, int(match[3]), int(match[4]))
        except ValueError:
            return None
        if 1 <= int(match[1]) <= 9999:
            return None
        raise Unsupported("a date before year 1 or after year 9999") from None
    if not rest:
        return datetime(day.year, day.month, day.day)
    at = re.match(r"T| +", rest)
    clock = at and _CLOCK.match(rest, at.end())
    if not clock or not _ZONE.fullmatch(rest, clock.end()):
        return None
    if text.rstrip(_SPACES) != text and rest[clock.end() :]:
        raise Unsupported("a zone and spaces at the end of a timestamp")
    micros = _clock(clock)
    return None if micros is None else stamp_of(days_of(day) * DAY + micros)


def _clock(match: re.Match[str]) -> int | None:
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    micros = int((match[4] or "")[:6].ljust(6, "0"))
    if hour == 24 and minute == second == micros == 0:
        return DAY
    if hour > 23 or minute > 59 or second > 59:
        return None
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros


def read_clock(text: str) -> time | None:
    """The time that a text is; None when it is none."""
    plain = text.strip(_SPACES)
    match = _CLOCK.match(plain)
    if match is None:
        stamp = _read(text)  # the time of day of a timestamp; a date alone is midnight
        return stamp.time() if isinstance(stamp, datetime) else None
    if plain[match.end() :] and not _ZONE.fullmatch(plain, match.end()):
        raise Unsupported("text after a time")
    if match[3] is None and len(match[1]) > 2:
        return None
    micros = _clock(match)
    return None if micros is None else clock_of(micros)
