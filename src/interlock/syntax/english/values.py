"""Values that people type: numbers, dates, texts with or without quotes, as literals of the type that is wanted."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

from interlock.ir.types import Type
from interlock.syntax.english.comparing import MONTHS
from interlock.syntax.english.lexicon import ARTICLES, NUMBERS
from interlock.syntax.english.scene import Scene
from interlock.syntax.english.tokens import Token

STOP = ARTICLES | frozenset(
    "and or then not is are was be in on of to by as with from for per than at least most more less over under above below "
    "between equals equal greater null missing empty blank where who that which whose it them each every all any only "
    "one none neither nor either exactly other has have if please present absent filled exists".split()
)
"""Words that no unquoted text begins with."""


_TITLES = frozenset({"dr", "mr", "mrs", "ms", "prof", "st"})
"""Words with a full stop that is no end of a sentence."""


def number(token: Token | None) -> int | float | None:
    """The number that a token says: `50,000`, `50k`, `five`; a percentage is none."""
    if token is None:
        return None
    if token.kind == "word":
        return NUMBERS.get(token.word)
    if token.kind != "number" or token.raw.endswith("%"):
        return None
    text = token.raw.replace(",", "").lstrip("+")
    scale = {"k": 1_000, "m": 1_000_000}.get(text[-1].lower())
    text = text[:-1] if scale else text
    found: int | float = int(text) if re.fullmatch(r"-?\d+", text) else float(text)
    if not scale:
        return found
    scaled = round(found * scale, 6)
    return int(scaled) if scaled == int(scaled) else scaled


def number_text(token: Token) -> str | None:
    """A number as an expression writes it, with the digits that were typed."""
    if token.kind == "number" and re.fullmatch(r"-?[\d,]+(\.\d+)?", token.raw):
        return token.raw.replace(",", "")
    found = number(token)
    return None if found is None else repr(found)


def quoted(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def text_at(scene: Scene, at: int) -> Iterator[tuple[int, str]]:
    """A text: between quotes, one word, or several words that are all capitalised, such as New York."""
    token = scene.token(at)
    if token is None:
        return
    if token.kind == "quote":
        if "\\" not in token.raw:
            yield at + 1, token.raw
        return
    if token.kind not in ("word", "number", "date") or (token.word in STOP and token.raw != "A"):
        return
    if token.word in _TITLES and scene.word(at + 1) == "." and (named := scene.token(at + 2)) is not None:
        if named.kind == "word" and named.raw[0].isupper():
            yield at + 3, scene.world.text[token.start : named.end]
        return
    yield at + 1, token.raw
    end = at + 1
    while (after := scene.token(end)) is not None and after.kind in ("word", "number") and after.spaced:
        if not (token.raw[0].isupper() and (after.raw[0].isupper() or after.raw[0].isdigit())):
            return
        end += 1
        yield end, scene.world.text[token.start : after.end]


def moment_at(scene: Scene, at: int) -> Iterator[tuple[int, datetime.date, str]]:
    """A date: (next place, first day, what it names: `day`, `month` or `year`)."""
    token = scene.token(at)
    if token is None:
        return
    if token.kind == "date" and len(token.raw) == 10:
        day = _date(*map(int, token.raw.split("-")))
        if day:
            yield at + 1, day, "day"
    if token.kind == "number" and re.fullmatch(r"(19|20)\d\d", token.raw):
        yield at + 1, datetime.date(int(token.raw), 1, 1), "year"
    parts = [scene.token(at + index) for index in range(4)]
    words = [each.word if each else "" for each in parts]
    month = MONTHS.get(words[0])
    if month and _year(words[1]):
        yield at + 2, datetime.date(int(words[1]), month, 1), "month"
    if month and (day := _ordinal(words[1])):
        comma = words[2] == ","
        if _year(words[3 if comma else 2]) and (found := _date(int(words[3 if comma else 2]), month, day)):
            yield at + (4 if comma else 3), found, "day"
    month = MONTHS.get(words[1])
    if month and (day := _ordinal(words[0])) and _year(words[2]) and (found := _date(int(words[2]), month, day)):
        yield at + 3, found, "day"


def after(day: datetime.date, span: str) -> datetime.date:
    """The first day after a day, a month or a year."""
    if span == "year":
        return datetime.date(day.year + 1, 1, 1)
    if span == "month":
        return datetime.date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day + datetime.timedelta(days=1)


def literal(value: Any) -> str:
    """A value as SQL writes it."""
    return quoted(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else repr(value)


def scalar_at(scene: Scene, at: int, kind: Type | None) -> Iterator[tuple[int, Any]]:
    """A JSON value of a type: what a plan holds for a number, a truth value or a text."""
    token = scene.token(at)
    if token is None:
        return
    if kind is not None and kind.name == "boolean":
        if token.word in ("true", "false", "yes", "no"):
            yield at + 1, token.word in ("true", "yes")
        return
    if kind is not None and kind.is_numeric:
        found = number(token)
        if found is not None:
            yield at + 1, found
        return
    if token.kind == "number" and kind is None:
        found = number(token)
        if found is not None:
            yield at + 1, found
        return
    yield from text_at(scene, at)


def _year(text: str) -> bool:
    return re.fullmatch(r"(19|20)\d\d", text) is not None


def _ordinal(text: str) -> int | None:
    match = re.fullmatch(r"(\d{1,2})(st|nd|rd|th)?", text)
    return int(match[1]) if match else None


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
