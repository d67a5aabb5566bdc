"""Functions on dates, times, timestamps and intervals. Infinite dates give null, where a row does not say otherwise."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from interlock.evaluation.frames import Span, Stops, Unsupported
from interlock.evaluation.reference import moments, numbers, spans
from interlock.evaluation.reference.functions.formats import strftime, strptime
from interlock.evaluation.reference.functions.registry import Function, built, plain, typed
from interlock.evaluation.reference.kinds import BIGINT, DATE, DOUBLE, INTEGER, INTERVAL, TIME, TIMESTAMP, VARCHAR
from interlock.evaluation.reference.moments import clock_micros, days_of, micros_of, midnight, stamp_of
from interlock.evaluation.reference.terms import Term, strict, to
from interlock.evaluation.reference.values import DAY, Endless
from interlock.ir.types import Type

SECOND = 1_000_000


def _clock(moment: Any) -> int:
    """The microseconds since midnight of a date, timestamp or time."""
    if isinstance(moment, time):
        return clock_micros(moment)
    return clock_micros(moment.time()) if isinstance(moment, datetime) else 0


def _epoch(moment: Any) -> float:
    micros = clock_micros(moment) if isinstance(moment, time) else micros_of(moment)
    return float(micros) / SECOND


FIELDS: dict[str, Callable[[Any], Any]] = {
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "day": lambda day: day.day,
    "quarter": lambda day: (day.month + 2) // 3,
    "week": lambda day: day.isocalendar()[1],
    "isoyear": lambda day: day.isocalendar()[0],
    "dayofyear": lambda day: day.timetuple().tm_yday,
    "dayofweek": lambda day: day.isoweekday() % 7,
    "isodow": lambda day: day.isoweekday(),
    "decade": lambda day: day.year // 10,
    "century": lambda day: (day.year - 1) // 100 + 1,
    "millennium": lambda day: (day.year - 1) // 1000 + 1,
    "hour": lambda moment: _clock(moment) // (3600 * SECOND),
    "minute": lambda moment: _clock(moment) // (60 * SECOND) % 60,
    "second": lambda moment: _clock(moment) // SECOND % 60,
    "millisecond": lambda moment: _clock(moment) % (60 * SECOND) // 1000,
    "microsecond": lambda moment: _clock(moment) % (60 * SECOND),
    "epoch": _epoch,
}
"""What each part of a moment is."""
CLOCKS = ("hour", "minute", "second", "millisecond", "microsecond")
SAME = {"doy": "dayofyear", "dow": "dayofweek", "weekday": "dayofweek"}


def finite(compute: Callable[..., Any]) -> Callable[..., Any]:
    """What is computed, or null when any moment is infinite."""
    return lambda *values: None if any(isinstance(v, Endless) for v in values) else compute(*values)


def _part(terms: Sequence[Term], kind: Type) -> Term:
    name = SAME.get(str(terms[0].text), str(terms[0].text))
    return strict(DOUBLE if name == "epoch" else BIGINT, finite(FIELDS[name]), terms[1])


def _trunc(name: str, moment: Any) -> Any:
    if isinstance(moment, Endless):
        return moment
    stamp = midnight(moment)
    day, name = stamp.date(), SAME.get(name, name)
    steps = {"hour": 3600 * SECOND, "minute": 60 * SECOND, "second": SECOND, "millisecond": 1000, "microsecond": 1}
    if name in steps or name == "epoch":
        step = steps.get(name, SECOND)
        return stamp_of(micros_of(stamp) // step * step)
    years = {"year": 1, "decade": 10, "century": 100, "millennium": 1000}
    if name in years:
        year = day.year // years[name] * years[name]
        if year < 1:
            raise Unsupported("a date before year 1")
        day = date(year, 1, 1)
    elif name == "quarter":
        day = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    elif name == "month":
        day = day.replace(day=1)
    elif name == "week":
        day = moments.date_of(days_of(day) - day.weekday())
    elif name == "isoyear":
        day = date.fromisocalendar(day.isocalendar()[0], 1, 1)
    return midnight(day)


def _last_day(moment: Any) -> date:
    return date(moment.year, moment.month, monthrange(moment.year, moment.month)[1])


def _bucket(kinds: Sequence[Type], result: Type) -> Callable[[Span, Any], Any]:
    def bucket(width: Span, moment: Any) -> Any:
        length = width.days * DAY + width.microseconds
        if width.months and length:
            raise Stops("a width that mixes months and days")
        if width.months < 0 or length < 0 or width == Span():
            raise Stops("a width of zero or less")
        if isinstance(moment, Endless):
            return moment
        if width.months:
            months = (moment.year - 2000) * 12 + moment.month - 1
            return _as(moments.add_months(date(2000, 1, 1), months // width.months * width.months), result)
        origin = micros_of(date(2000, 1, 3))
        return _as(stamp_of(origin + (micros_of(moment) - origin) // length * length), result)

    return bucket


def _as(moment: Any, result: Type) -> Any:
    if result == DATE:
        return moment.date() if isinstance(moment, datetime) else moment
    return midnight(moment)


_YEARS = {"year": 1, "isoyear": 1, "decade": 10, "century": 100, "millennium": 1000}
_STEPS = {
    "hour": 3600 * SECOND,
    "minute": 60 * SECOND,
    "second": SECOND,
    "epoch": SECOND,
    "millisecond": 1000,
    "microsecond": 1,
}


def _micros(moment: Any) -> int:
    return clock_micros(moment) if isinstance(moment, time) else micros_of(moment)


def _cut(value: int, by: int) -> int:
    """A quotient cut towards zero."""
    return abs(value) // by * (1 if value >= 0 else -1)


def _diff(name: str, start: Any, end: Any) -> int:
    """The boundaries between two moments; of weeks, the full ones."""
    if name in _STEPS:
        return _micros(end) // _STEPS[name] - _micros(start) // _STEPS[name]
    if name == "isoyear":
        return end.isocalendar()[0] - start.isocalendar()[0]
    if name in _YEARS:
        return end.year // _YEARS[name] - start.year // _YEARS[name]
    if name in ("month", "quarter"):
        by = 3 if name == "quarter" else 1
        return (end.year * 12 + end.month - 1) // by - (start.year * 12 + start.month - 1) // by
    days = days_of(_day(end)) - days_of(_day(start))
    return _cut(days, 7) if name == "week" else days


def _day(moment: Any) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _sub(name: str, start: Any, end: Any) -> int:
    """The full parts between two moments."""
    if name in _STEPS:
        return _cut(_micros(end) - _micros(start), _STEPS[name])
    if name in _YEARS or name in ("month", "quarter"):
        months = _full_months(midnight(start), midnight(end))
        return _cut(months, {"month": 1, "quarter": 3}.get(name) or 12 * _YEARS[name])
    return _cut(micros_of(end) - micros_of(start), DAY * (7 if name == "week" else 1))


def _full_months(start: datetime, end: datetime) -> int:
    """Months that are over; a shorter month is over on its last day."""
    if start > end:
        return -_full_months(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    last = end.day == monthrange(end.year, end.month)[1]
    day = end.day
    if last and start.day > end.day:
        day = start.day
    return months - ((day, end.time()) < (start.day, start.time()))


def _epoch_ms(kinds: Sequence[Type], result: Type) -> Callable[[Any], Any]:
    if result == TIMESTAMP:
        return lambda count: stamp_of(count * 1000)
    return finite(_milliseconds)


def _milliseconds(moment: Any) -> int:
    if isinstance(moment, time):
        return clock_micros(moment) // 1000
    return numbers.away(numbers.Fraction(micros_of(moment), 1000))


def _seconds(value: float) -> int:
    if not math.isfinite(value):
        raise Stops("a time that does not exist")
    return numbers.away(numbers.Fraction(value * SECOND))


def _make_date(year: int, month: int, day: int) -> date:
    for part in (year, month, day):
        numbers.integer(part, INTEGER, "a part of a date")
    try:
        return date(year, month, day)
    except ValueError:
        if 1 <= month <= 12 and 1 <= day <= 28 and not 1 <= year <= 9999 and -5877641 < year < 5881580:
            raise Unsupported("a date before year 1 or after year 9999") from None
        raise Stops("a date that does not exist") from None


def _make_clock(hour: int, minute: int, seconds: float) -> int:
    micros = _seconds(seconds)
    whole = (hour * 60 + minute) * 60 * SECOND + micros
    if not (0 <= hour <= 24 and 0 <= minute <= 59 and seconds >= 0 and micros <= 61 * SECOND) or whole > DAY:
        raise Stops("a time that does not exist")
    if seconds >= 61 or micros == 61 * SECOND:
        raise Stops("a time that does not exist")
    return whole


def _make_stamp(year: int, month: int, day: int, hour: int, minute: int, seconds: float) -> datetime:
    return stamp_of(micros_of(_make_date(year, month, day)) + _make_clock(hour, minute, seconds))


def _between(count: Callable[[str, Any, Any], int]) -> Callable[..., Any]:
    """What counts the parts between two moments, as a function of any name of the part; null for an infinite one."""

    def compute(part: str, start: Any, end: Any) -> Any:
        return finite(count)(SAME.get(part, part), start, end)

    return compute


def _field(name: str, aliases: str = "") -> Function:
    return plain(f"{name} {aliases}", f"{'clock' if name in CLOCKS else 'moment'} -> bigint", finite(FIELDS[name]))


def _shifted(terms: Sequence[Term], kind: Type) -> Term:
    moment, span = terms
    if moment.type == INTERVAL:
        return strict(INTERVAL, spans.plus, moment, span)
    return (
        strict(TIME, moments.turned, moment, span)
        if moment.type == TIME
        else strict(TIMESTAMP, moments.moved, moment, span)
    )


def _formatted(terms: Sequence[Term], kind: Type) -> Term:
    moment, form = terms if terms[1].text is not None else terms[::-1]
    return strict(VARCHAR, strftime, to(moment, TIMESTAMP), form)


def _tried(terms: Sequence[Term], kind: Type) -> Term:
    def read(text: str, form: str) -> Any:
        if "infinity" in text.lower():
            raise Unsupported("try_strptime of an infinite date")
        try:
            return strptime(text, form)
        except Stops:
            return None

    return strict(TIMESTAMP, read, *terms)


def _unit(unit: str) -> Function:
    kind = "double" if unit == "second" else "bigint"
    return plain(f"to_{unit}s", f"{kind} -> interval", lambda count: spans.of_unit(unit, count))


_BETWEEN = "part date date -> bigint; part timestamp timestamp -> bigint; clockpart time time -> bigint"

DATES: tuple[Function, ...] = (
    _field("year"),
    _field("month"),
    _field("day", "dayofmonth"),
    _field("quarter"),
    _field("week", "weekofyear"),
    _field("isoyear"),
    _field("dayofyear"),
    _field("dayofweek", "weekday"),
    _field("isodow"),
    _field("decade"),
    _field("century"),
    *(_field(name) for name in CLOCKS),
    built("date_part datepart", "part moment -> bigint; clockpart clock -> bigint", _part),
    plain("date_trunc datetrunc", "part moment -> timestamp", _trunc),
    plain("last_day eomonth", "moment -> date", finite(_last_day)),
    plain("dayname", "moment -> varchar", finite(lambda day: f"{_day(day):%A}")),
    plain("monthname", "moment -> varchar", finite(lambda day: f"{_day(day):%B}")),
    typed("time_bucket", "interval moment -> date", _bucket, lambda terms: terms[1].type),
    plain("date_diff datediff", _BETWEEN, _between(_diff)),
    plain("date_sub datesub", _BETWEEN, _between(_sub)),
    built("date_add", "span interval -> timestamp", _shifted),
    plain("epoch", "clock -> double", finite(_epoch)),
    typed("epoch_ms", "clock -> bigint; bigint -> timestamp", _epoch_ms),
    plain("make_date date_from_parts datefromparts", "bigint bigint bigint -> date", _make_date),
    plain("make_time", "bigint bigint double -> time", lambda *parts: moments.clock_of(_make_clock(*parts))),
    plain("make_timestamp", "bigint bigint bigint bigint bigint double -> timestamp", _make_stamp),
    *(_unit(unit) for unit in "year quarter month week day hour minute second".split()),
    built("strftime", "moment format -> varchar; format moment -> varchar", _formatted),
    plain("strptime str_to_date", "varchar format -> timestamp", strptime),
    built("try_strptime", "varchar format -> timestamp", _tried),
)
"""Every function on dates and times."""
