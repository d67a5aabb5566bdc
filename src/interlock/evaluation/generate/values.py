"""Values of every type: plain ones, and those at the edges of their types."""

from __future__ import annotations

import math
import struct
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from interlock.evaluation.frames import Span
from interlock.ir.expressions.promotion import BITS, UNSIGNED
from interlock.ir.types import Type

WORDS = (
    "East West North South chair table lamp red green blue Ulm Bonn Rome open closed new old alpha beta gamma a b c x y z "
    "Ann Bob Cid jan feb mar low high none"
).split()
ODD_TEXTS = (
    "", " ", "  pad  ", "A", "ä", "e\u0301", "ß", "İ", "日本", "🚀", "👩‍👩‍👧", "مرحبا", "\u200fא", "NULL", "null", "NaN", "nan", "1",
    "01", "1e5", "-0", "1,5", "1.50", " 7", "7 ", "true", "TRUE", "yes", "2024-01-31", "2024-02-30", "31/01/2024",
    "2024-01-31 08:30:00", "08:30:00", "a,b", "a;b", "a|b", "a, b,c", 'say "hi"', "it's", "tab\there", "%", "_", "50%",
    "\\", "\\1", "$1", "a b  c", "x" * 120, "-17", "+5", ".5", "Infinity", "inf", "0x1F", "3 days", "[1, 2]", "{}",
    "=1+1", "\u00a0", "ﬁ", "K", "ﬀ", "Σς", "a\u0000b".replace("\u0000", "\u0007"), "line\nbreak", "A-17", "B-3 of 2024",
)  # fmt: skip
EDGE_DATES = (
    date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29), date(1900, 2, 28), date(2000, 2, 29), date(1970, 1, 1),
    date(1969, 12, 31), date(1582, 10, 15), date(2024, 12, 31), date(2020, 1, 1), date(1000, 1, 1), date(2038, 1, 19),
)  # fmt: skip
EDGE_FLOATS = (
    0.0, -0.0, 1e308, -1e308, 5e-324, math.inf, -math.inf, math.nan, 0.1, 1 / 3, 2.5, -2.5, 0.5, 1e15, 1e-7, 123456789.125,
    9007199254740993.0, -1.0, 3.0,
)  # fmt: skip
CENTRE = date(2000, 1, 1)


def draw_value(random: Random, kind: Type, edge: bool = False) -> Any:
    """A value of the type that is not null; one near the edge of what it may be, if `edge`."""
    name = kind.name
    if name in BITS:
        return _integer(random, name, edge)
    if name in ("double", "float"):
        found = _float(random, edge)
        return narrow(found) if name == "float" else found
    if name == "decimal":
        return _decimal(random, kind.precision or (18, 3), edge)
    if name == "varchar":
        return random.choice(ODD_TEXTS) if edge else _text(random)
    if name == "boolean":
        return random.random() < 0.5
    if name == "date":
        return random.choice(EDGE_DATES) if edge else CENTRE + timedelta(random.randint(7_000, 9_500))
    if name == "time":
        return random.choice((time(0), time(23, 59, 59, 999_999), time(12))) if edge else _time(random)
    if name.startswith("timestamp"):
        return _moment(random, name, edge)
    if name == "interval":
        return _span(random, edge)
    if name == "uuid":
        return UUID(int=0 if edge else random.getrandbits(128))
    if name == "blob":
        return random.choice((b"", b"\x00", b"\xff\xfe")) if edge else bytes(random.randbytes(random.randint(1, 4)))
    if name == "enum":
        return random.choice(kind.symbols)
    if name == "list" and kind.element:
        element = kind.element
        return [
            None if random.random() < 0.1 else draw_value(random, element, edge and random.random() < 0.3)
            for _ in range(0 if edge and random.random() < 0.5 else random.randint(0, 4))
        ]
    if name == "struct":
        return {
            each: None if random.random() < 0.1 else draw_value(random, inner, False) for each, inner in kind.fields
        }
    if name == "map":
        (_, key), (_, value) = kind.fields
        return {draw_value(random, key): draw_value(random, value) for _ in range(random.randint(0, 3))}
    raise ValueError(f"no values of type {kind} are drawn")


def narrow(value: float) -> float:
    """The nearest value that 32 bits hold."""
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def limits(name: str) -> tuple[int, int]:
    """The smallest and the largest value of an integer type."""
    bits = BITS[name]
    return (0, (1 << bits) - 1) if name in UNSIGNED else (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)


def _integer(random: Random, name: str, edge: bool) -> int:
    low, high = limits(name)
    if edge:
        return random.choice((low, high, low + 1, high - 1, 0, 1, max(low, -1), 100))
    return random.randint(max(low, -20) if random.random() < 0.3 else 0, min(high, random.choice((5, 12, 99))))


def _float(random: Random, edge: bool) -> float:
    if edge:
        return random.choice(EDGE_FLOATS)
    return random.choice((random.randint(-5, 20) / 2, round(random.uniform(-50, 500), 2), float(random.randint(0, 12))))


def _decimal(random: Random, shape: tuple[int, int], edge: bool) -> Decimal:
    width, scale = shape
    most = 10**width - 1
    edges = (most, -most, 0, 1, -1)
    digits = random.choice(edges) if edge else random.randint(-min(most, 2_000), min(most, 50_000))
    return Decimal((digits < 0, tuple(int(each) for each in str(abs(digits))), -scale))


def _text(random: Random) -> str:
    word = random.choice(WORDS)
    shape = random.random()
    if shape < 0.7:
        return word
    if shape < 0.8:
        return f"{word} {random.choice(WORDS)}"
    if shape < 0.9:
        return f"{word}{random.choice((',', '-', ';', ', '))}{random.choice(WORDS)}"
    return f"{random.choice('ABC')}-{random.randint(1, 99)}"


def _time(random: Random) -> time:
    return time(random.randint(0, 23), random.randint(0, 59), random.choice((0, random.randint(0, 59))))


def _moment(random: Random, name: str, edge: bool) -> datetime:
    if edge:
        found = random.choice((
            datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999_999), datetime(2024, 2, 29, 12), datetime(1970, 1, 1),
            datetime(1969, 12, 31, 23, 59, 59), datetime(2000, 1, 1, 0, 0, 0, 1),
        ))  # fmt: skip
        if name == "timestamp_ns" and not 1700 < found.year < 2200:
            found = datetime(1970, 1, 1)
    else:
        found = datetime(2000, 1, 1) + timedelta(
            days=random.randint(7_000, 9_500), seconds=random.choice((0, random.randint(0, 86_399)))
        )
        if random.random() < 0.15:
            found = found.replace(microsecond=random.choice((1, 500_000, 123_000, 999_999)))
    if name == "timestamp_s":
        found = found.replace(microsecond=0)
    if name == "timestamp_ms":
        found = found.replace(microsecond=found.microsecond // 1_000 * 1_000)
    return found.replace(tzinfo=UTC) if name == "timestamptz" else found


def _span(random: Random, edge: bool) -> Span:
    if edge:
        return random.choice((Span(), Span(1, 0, 0), Span(0, 30, 0), Span(-13, -1, -1), Span(0, 0, 86_400_000_000)))
    return Span(random.choice((0, 0, 1, 14)), random.randint(0, 40), random.choice((0, 3_600_000_000, 1)))


def reach_of(kind: Type, values: list[Any]) -> float:
    """How far these values reach, in the measure of `Col.reach`."""
    known = [each for each in values if each is not None]
    if kind.is_numeric:
        if any(isinstance(each, float) and not math.isfinite(each) for each in known):
            return math.inf
        return float(max((abs(each) for each in known), default=0))
    if kind.is_text:
        return max((len(each) for each in known), default=0)
    if kind.name == "date":
        return max((abs((each - CENTRE).days) for each in known), default=0)
    if kind.name.startswith("timestamp"):
        days = (each.date() if isinstance(each, datetime) else each for each in known)  # a date stands for its midnight
        return max((abs((each - CENTRE).days) + 1 for each in days), default=0)
    if kind.name == "interval":
        return max(
            (abs(each.months) * 31 + abs(each.days) + abs(each.microseconds) / 8.64e10 for each in known), default=0
        )
    return max((len(each) for each in known), default=0) if kind.name in ("list", "map", "blob") else 0
