"""Functions on dates, times, timestamps and intervals. None reads the clock, and none depends on a time zone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from interlock.ir.expressions.functions.signatures import Argument, Function, Nulls
from interlock.ir.expressions.promotion import BIGINT, DOUBLE, INTERVAL, TIME, TIMESTAMP
from interlock.ir.types import Type

_NULL = "cast(null as date)"
_COUNT = "cast(null as bigint)"


def _date(
    name: str,
    signatures: tuple[str, ...] | str,
    doc: str,
    edges: str,
    *examples: tuple[str, str],
    nulls: Nulls = "strict",
    aliases: tuple[str, ...] = (),
    result: Callable[[Sequence[Argument]], Type] | None = None,
) -> Function:
    forms = (signatures,) if isinstance(signatures, str) else signatures
    return Function(name, "date", forms, nulls, doc, edges, examples, aliases, result)


def _field(name: str, kind: str, doc: str, example: str, value: int, aliases: tuple[str, ...] = ()) -> Function:
    call = f"{name}({example})"
    return _date(
        name,
        f"{name}(x {kind}) -> bigint",
        doc,
        "An infinite date or timestamp: null.",
        (call, f"cast({value} as bigint)"),
        (f"{name}(date 'infinity')" if kind == "moment" else f"{name}(timestamp 'infinity')", _COUNT),
        (f"{name}({_NULL})", _COUNT),
        nulls="maybe",
        aliases=aliases,
    )


_DAY = "date '2024-02-29'"
_MOMENT = "timestamp '2024-02-29 13:45:56.789'"

_FIELDS: tuple[Function, ...] = (
    _field("year", "moment", "The year.", _DAY, 2024),
    _field("month", "moment", "The month, 1 to 12.", _DAY, 2),
    _field("day", "moment", "The day of the month, 1 to 31.", _DAY, 29, ("dayofmonth",)),
    _field("quarter", "moment", "The quarter, 1 to 4.", _DAY, 1),
    _field("week", "moment", "The ISO week, 1 to 53; it belongs to `isoyear`.", _DAY, 9, ("weekofyear",)),
    _field("isoyear", "moment", "The year that the ISO week belongs to.", "date '2024-12-30'", 2025),
    _field("dayofyear", "moment", "The day of the year, 1 to 366.", _DAY, 60),
    _field("dayofweek", "moment", "The day of the week, Sunday 0 to Saturday 6.", _DAY, 4, ("weekday",)),
    _field("isodow", "moment", "The day of the week, Monday 1 to Sunday 7.", _DAY, 4),
    _field("decade", "moment", "The year divided by 10.", _DAY, 202),
    _field("century", "moment", "The century: 2000 is in the 20th, 2001 in the 21st.", _DAY, 21),
    _field("hour", "clock", "The hour, 0 to 23.", _MOMENT, 13),
    _field("minute", "clock", "The minute, 0 to 59.", _MOMENT, 45),
    _field("second", "clock", "The second, 0 to 59, without its fraction.", _MOMENT, 56),
    _field("millisecond", "clock", "The seconds in thousandths, 0 to 59999.", _MOMENT, 56789),
    _field("microsecond", "clock", "The seconds in millionths, 0 to 59999999.", _MOMENT, 56789000),
)


def _part(arguments: Sequence[Argument]) -> Type:
    return DOUBLE if getattr(arguments[0], "text", "") == "epoch" else BIGINT


def _bucket(arguments: Sequence[Argument]) -> Type:
    return arguments[1].type


def _shifted(arguments: Sequence[Argument]) -> Type:
    return arguments[0].type if arguments[0].type in (TIME, INTERVAL) else TIMESTAMP


_PARTS: tuple[Function, ...] = (
    _date(
        "date_part",
        ("date_part(part part, x moment) -> bigint", "date_part(part clockpart, x clock) -> bigint"),
        "One part of a date or time, the same as `extract(part from x)`; `epoch` gives seconds since 1970.",
        "An infinite date: null. The part is written out.",
        ("date_part('month', date '2024-02-29')", "cast(2 as bigint)"),
        ("extract(year from date '2024-02-29')", "cast(2024 as bigint)"),
        ("date_part('epoch', date '1970-01-02')", "86400e0"),
        (f"date_part('year', {_NULL})", _COUNT),
        nulls="maybe",
        aliases=("datepart",),
        result=_part,
    ),
    _date(
        "date_trunc",
        "date_trunc(part part, x moment) -> timestamp",
        "The beginning of the year, month, week, day, hour … that a moment falls in, as a timestamp.",
        "Weeks begin on Monday, decades and centuries with a year that ends in 0. An infinite date stays. Cast the result to have a date: `cast(date_trunc('month', d) as date)`.",
        ("date_trunc('month', date '2024-02-29')", "timestamp '2024-02-01'"),
        ("date_trunc('week', date '2024-02-29')", "timestamp '2024-02-26'"),
        (f"date_trunc('year', {_NULL})", "cast(null as timestamp)"),
        aliases=("datetrunc",),
        nulls="maybe",
    ),
    _date(
        "last_day",
        "last_day(x moment) -> date",
        "The last day of the month that a moment falls in.",
        "An infinite date: null.",
        ("last_day(date '2024-02-01')", "date '2024-02-29'"),
        ("last_day(date 'infinity')", _NULL),
        (f"last_day({_NULL})", _NULL),
        nulls="maybe",
        aliases=("eomonth",),
    ),
    _date(
        "dayname",
        "dayname(x moment) -> varchar",
        "The English name of the day of the week.",
        "An infinite date: null.",
        ("dayname(date '2024-02-29')", "'Thursday'"),
        (f"dayname({_NULL})", "cast(null as varchar)"),
        nulls="maybe",
    ),
    _date(
        "monthname",
        "monthname(x moment) -> varchar",
        "The English name of the month.",
        "An infinite date: null.",
        ("monthname(date '2024-02-29')", "'February'"),
        (f"monthname({_NULL})", "cast(null as varchar)"),
        nulls="maybe",
    ),
    _date(
        "time_bucket",
        "time_bucket(width interval, x moment) -> date",
        "The beginning of the interval of a given width that a moment falls in, counted from 2000-01-03 (or 2000-01-01 for months).",
        "A width of zero or less stops the run; so does one that mixes months and days. An infinite date stays.",
        ("time_bucket(interval 1 month, date '2024-02-29')", "date '2024-02-01'"),
        (f"time_bucket(interval 7 day, {_NULL})", _NULL),
        nulls="maybe",
        result=_bucket,
    ),
)

_DISTANCES: tuple[Function, ...] = (
    _date(
        "date_diff",
        (
            "date_diff(part part, start date, end date) -> bigint",
            "date_diff(part part, start timestamp, end timestamp) -> bigint",
            "date_diff(part clockpart, start time, end time) -> bigint",
        ),
        "How many boundaries of a part lie between two moments.",
        "Counts boundaries, not full parts: from 31 January to 1 February is 1 month; but of weeks the full ones, and centuries "
        "change with the year 1900, not 1901. Negative when `end` is earlier. "
        "An infinite date: null.",
        ("date_diff('day', date '2024-01-31', date '2024-02-01')", "cast(1 as bigint)"),
        ("date_diff('month', date '2024-01-31', date '2024-02-01')", "cast(1 as bigint)"),
        ("date_diff('day', date '2024-02-01', date '2024-01-31')", "cast(-1 as bigint)"),
        (f"date_diff('day', {_NULL}, date '2024-01-31')", _COUNT),
        nulls="maybe",
        aliases=("datediff",),
    ),
    _date(
        "date_sub",
        (
            "date_sub(part part, start date, end date) -> bigint",
            "date_sub(part part, start timestamp, end timestamp) -> bigint",
            "date_sub(part clockpart, start time, end time) -> bigint",
        ),
        "How many full parts lie between two moments.",
        "From 31 January to 1 February is 0 months. Negative when `end` is earlier. An infinite date: null.",
        ("date_sub('month', date '2024-01-31', date '2024-02-01')", "cast(0 as bigint)"),
        ("date_sub('day', date '2024-01-01', date '2024-01-31')", "cast(30 as bigint)"),
        (f"date_sub('day', {_NULL}, date '2024-01-31')", _COUNT),
        nulls="maybe",
        aliases=("datesub",),
    ),
    _date(
        "date_add",
        "date_add(x span, by interval) -> timestamp",
        "A moment moved by an interval; the same as `x + interval`.",
        "A date becomes a timestamp. A month on from 31 January is the last day of February. Out of range stops the run.",
        ("date_add(date '2024-01-31', interval 1 month)", "timestamp '2024-02-29'"),
        ("date_add(date '2024-01-31', interval '-1 day')", "timestamp '2024-01-30'"),
        (f"date_add({_NULL}, interval 1 day)", "cast(null as timestamp)"),
        result=_shifted,
    ),
    _date(
        "epoch",
        "epoch(x clock) -> double",
        "Seconds since the beginning of 1970, or of the day for a time.",
        "Earlier moments are negative. An infinite date: null.",
        ("epoch(date '1970-01-02')", "86400e0"),
        (f"epoch({_NULL})", "cast(null as double)"),
        nulls="maybe",
    ),
    _date(
        "epoch_ms",
        ("epoch_ms(x clock) -> bigint", "epoch_ms(milliseconds bigint) -> timestamp"),
        "Thousandths of a second since the beginning of 1970; or the timestamp that so many mean.",
        "Microseconds are rounded; those of a time are cut off. An infinite date: null.",
        ("epoch_ms(timestamp '1970-01-01 00:00:01')", "cast(1000 as bigint)"),
        ("epoch_ms(1000)", "timestamp '1970-01-01 00:00:01'"),
        (f"epoch_ms({_NULL})", _COUNT),
        nulls="maybe",
    ),
)

_MADE: tuple[Function, ...] = (
    _date(
        "make_date",
        "make_date(year bigint, month bigint, day bigint) -> date",
        "The date of a year, month and day.",
        "A day that does not exist stops the run.",
        ("make_date(2024, 2, 29)", "date '2024-02-29'"),
        ("make_date(cast(null as bigint), 2, 29)", _NULL),
        aliases=("date_from_parts", "datefromparts"),
    ),
    _date(
        "make_time",
        "make_time(hour bigint, minute bigint, seconds double) -> time",
        "The time of an hour, minute and seconds.",
        "A time that does not exist stops the run; 60 seconds are a minute more, and 24:00:00 exists.",
        ("make_time(13, 45, 0)", "time '13:45:00'"),
        ("make_time(cast(null as bigint), 45, 0)", "cast(null as time)"),
    ),
    _date(
        "make_timestamp",
        "make_timestamp(year bigint, month bigint, day bigint, hour bigint, minute bigint, seconds double) -> timestamp",
        "The timestamp of its parts.",
        "A moment that does not exist stops the run.",
        ("make_timestamp(2024, 2, 29, 13, 45, 0)", "timestamp '2024-02-29 13:45:00'"),
        ("make_timestamp(cast(null as bigint), 2, 29, 13, 45, 0)", "cast(null as timestamp)"),
    ),
    *(
        _date(
            f"to_{plural}",
            f"to_{plural}(count {kind}) -> interval",
            f"So many {plural}, as an interval; `interval {3} {plural.removesuffix('s')}` for a number written out.",
            "Zero and negative counts are fine.",
            (f"to_{plural}(2)", f"interval '2 {plural}'"),
            (f"to_{plural}(cast(null as {kind}))", "cast(null as interval)"),
        )
        for plural, kind in (
            ("years", "bigint"),
            ("quarters", "bigint"),
            ("months", "bigint"),
            ("weeks", "bigint"),
            ("days", "bigint"),
            ("hours", "bigint"),
            ("minutes", "bigint"),
            ("seconds", "double"),
        )
    ),
)

_WRITTEN: tuple[Function, ...] = (
    _date(
        "strftime",
        ("strftime(x moment, format format) -> varchar", "strftime(format format, x moment) -> varchar"),
        "A date or timestamp written as a format says: `%Y` year, `%m` month, `%d` day, `%H` hour, `%M` minute, `%S` second.",
        "Infinite dates are written `infinity`. Names of days and months are English.",
        ("strftime(date '2024-02-29', '%d/%m/%Y')", "'29/02/2024'"),
        (f"strftime({_NULL}, '%Y')", "cast(null as varchar)"),
    ),
    _date(
        "strptime",
        "strptime(text varchar, format format) -> timestamp",
        "The timestamp that a text means, read as a format says.",
        "Text of another form stops the run; `try_strptime` gives null. Spaces around the text and between its parts do not count; "
        "parts that the format lacks are those of 1900-01-01. Cast the result to have a date. "
        "`infinity`, `-infinity` and `epoch` are read in every format; day 366 of a shorter year is the next year's first.",
        ("strptime('29/02/2024', '%d/%m/%Y')", "timestamp '2024-02-29'"),
        ("cast(strptime('29/02/2024', '%d/%m/%Y') as date)", "date '2024-02-29'"),
        ("strptime(cast(null as varchar), '%Y')", "cast(null as timestamp)"),
        aliases=("str_to_date",),
        nulls="maybe",
    ),
    _date(
        "try_strptime",
        "try_strptime(text varchar, format format) -> timestamp",
        "The timestamp that a text means, read as a format says, or null.",
        "Text of another form: null. `infinity`, `-infinity` and `epoch` are read as 1900-01-01, unlike by `strptime`; "
        "day 366 of a shorter year is the next year's first.",
        ("try_strptime('2023-366', '%Y-%j')", "timestamp '2024-01-01'"),
        ("try_strptime('29/02/2024', '%d/%m/%Y')", "timestamp '2024-02-29'"),
        ("try_strptime('soon', '%d/%m/%Y')", "cast(null as timestamp)"),
        ("try_strptime(cast(null as varchar), '%Y')", "cast(null as timestamp)"),
        nulls="maybe",
    ),
)

DATES: tuple[Function, ...] = (*_FIELDS, *_PARTS, *_DISTANCES, *_MADE, *_WRITTEN)
"""Every function on dates and times."""
