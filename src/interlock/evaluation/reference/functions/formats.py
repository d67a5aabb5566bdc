"""Moments written and read as a format says, for the marks that the documentation and DuckDB share with C."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from interlock.evaluation.frames import Stops, Unsupported
from interlock.evaluation.reference.moments import stamp_of
from interlock.evaluation.reference.values import Endless

_MARK = re.compile(r"%(-?[A-Za-z%])|([^%]+)|(%)", re.DOTALL)
_WRITTEN = {
    "Y": "{0.year:04d}", "y": "{1:02d}", "-y": "{1}", "m": "{0.month:02d}", "-m": "{0.month}", "d": "{0.day:02d}", "-d": "{0.day}",
    "H": "{0.hour:02d}", "-H": "{0.hour}", "I": "{2:02d}", "-I": "{2}", "M": "{0.minute:02d}", "-M": "{0.minute}",
    "S": "{0.second:02d}", "-S": "{0.second}", "f": "{0.microsecond:06d}", "g": "{3:03d}", "j": "{4:03d}", "-j": "{4}",
    "a": "{0:%a}", "A": "{0:%A}", "b": "{0:%b}", "B": "{0:%B}", "p": "{0:%p}", "u": "{5}", "w": "{6}", "%": "%",
    "U": "{0:%U}", "W": "{0:%W}", "V": "{0:%V}", "x": "{0.year:04d}-{0.month:02d}-{0.day:02d}", "X": "{0:%H:%M:%S}",
    "c": "{0.year:04d}-{0.month:02d}-{0.day:02d} {0:%H:%M:%S}",
}  # fmt: skip
"""What each mark writes of (the moment, year of the century, hour of 12, milliseconds, day of the year, weekdays)."""


def _pieces(form: str) -> list[tuple[str, str]]:
    """The marks and the plain texts of a format."""
    found = [(match[1] or "", match[2] or "") for match in _MARK.finditer(form)]
    if not form or any(not mark and not text for mark, text in found):
        raise Stops("a bad format")
    return found


def strftime(moment: Any, form: str) -> str:
    """A timestamp as a format says."""
    pieces = _pieces(form)
    if isinstance(moment, Endless):
        return "infinity" if moment.sign > 0 else "-infinity"
    weekday = moment.isoweekday()
    parts = (moment, moment.year % 100, (moment.hour + 11) % 12 + 1, moment.microsecond // 1000)
    parts += (moment.timetuple().tm_yday, weekday, weekday % 7)
    written: list[str] = []
    for mark, text in pieces:
        if mark and mark not in _WRITTEN:
            raise Unsupported(f"%{mark} in a format")
        written.append(_WRITTEN[mark].format(*parts) if mark else text)
    return "".join(written)


_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_READ = {
    "Y": r"(?P<Y>\d{1,4})", "m": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})", "H": r"(?P<H>\d{1,2})", "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})", "y": r"(?P<y>\d{1,2})", "f": r"(?P<f>\d{1,6})", "I": r"(?P<I>\d{1,2})", "p": r"(?P<p>[AaPp][Mm])",
    "j": r"(?P<j>\d{1,3})", "b": f"(?P<b>{'|'.join(month[:3] for month in _MONTHS)})", "B": f"(?P<B>{'|'.join(_MONTHS)})",
    "a": f"(?:{'|'.join(day[:3] for day in _DAYS)})", "A": f"(?:{'|'.join(_DAYS)})", "%": "%",
    "z": r"(?P<z>[+-]\d\d(?:\d\d|:\d\d(?::\d\d)?)?)",
}  # fmt: skip


@lru_cache(512)
def _reader(form: str) -> re.Pattern[str]:
    parts: list[str] = []
    marks: list[str] = []
    for mark, text in _pieces(form):
        mark = mark.removeprefix("-")
        if mark and (mark not in _READ or mark in marks):
            raise Unsupported(f"%{mark} in a format that is read")
        marks.append(mark)
        if mark:
            parts.append(_READ[mark])
            continue
        parts += [r"\s*" if piece.isspace() else re.escape(piece) for piece in re.findall(r"\s+|\S+", text)]
    if ("p" in marks) != ("I" in marks) or ("j" in marks and {"m", "d", "b", "B"} & set(marks)):
        raise Unsupported(f"the format `{form}` that is read")
    return re.compile(r"\s*" + "".join(parts) + r"\s*", re.ASCII | re.IGNORECASE)


def strptime(text: str, form: str) -> Any:
    """The timestamp that a text means by a format; of one with an offset, in UTC."""
    reader = _reader(form)
    plain = text.strip().lower()
    if plain in ("infinity", "-infinity"):
        return Endless(-1 if plain[0] == "-" else 1)
    if plain in ("epoch", "inf", "-inf"):
        raise Unsupported(f"`{plain}` as a timestamp")
    match = reader.fullmatch(text)
    if match is None:
        raise Stops(f"'{text}' is not of the form {form}")
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    number = {name: int(value) for name, value in found.items() if value.isdigit()}
    year = number.get("Y", 1900)
    if "y" in number:
        year = number["y"] + (2000 if number["y"] < 69 else 1900)
    month = number.get("m", 1)
    if name := found.get("b") or found.get("B"):
        month = next(i for i, each in enumerate(_MONTHS, 1) if each.startswith(name.lower()))
    hour = number.get("H", 0)
    if "I" in number:
        if not 1 <= number["I"] <= 12:
            raise Stops("an hour out of range")
        hour = number["I"] % 12 + (12 if found["p"].lower() == "pm" else 0)
    if year == 0:
        raise Unsupported("the year 0")
    if "j" in number and not 1 <= number["j"] <= 366:
        raise Stops("a day of the year out of range")
    try:
        day = datetime(year, month, number.get("d", 1), hour, number.get("M", 0), number.get("S", 0))
    except ValueError:
        raise Stops(f"'{text}' is no timestamp") from None
    day += timedelta(days=number.get("j", 1) - 1, microseconds=int(found.get("f", "0").ljust(6, "0")))
    since = day - datetime(1970, 1, 1) - _offset(found.get("z", "+00"))
    return stamp_of(since // timedelta(microseconds=1))


def _offset(text: str) -> timedelta:
    hours, minutes, seconds = (int(part) for part in re.findall(r"\d\d", text + ":00:00")[:3])
    return timedelta(hours=hours, minutes=minutes, seconds=seconds) * (-1 if text[0] == "-" else 1)
