"""Literals: written in each of the ways that the language has for them."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from interlock.evaluation.frames import Span
from interlock.evaluation.generate.expressions.base import Base
from interlock.evaluation.generate.expressions.parts import ATOM, SIGN, Part
from interlock.evaluation.generate.forms.written import plain_text
from interlock.evaluation.generate.values import draw_value, limits, reach_of
from interlock.ir.expressions.promotion import literal_type
from interlock.ir.types import Type

UNITS = ("year", "month", "day", "hour", "minute", "second", "week", "quarter")


class Literals(Base):
    """The part of the drawing that knows literals."""

    def literal(self, kind: Type) -> Part:
        """A literal of exactly this type; a typed null where the type has none, and now and then elsewhere."""
        if self.chance(0.03):
            return self.null(kind)
        value = self.some_value(kind)
        return self.null(kind) if value is None else self.written(value, kind)

    def some_value(self, kind: Type) -> Any:
        """A value of the type: one that occurs in the data, or any; None where there are no literals of it."""
        samples = self.sample(kind)
        if samples and self.chance(0.5) and not unseen(sample := self.one(samples)):
            return sample
        if kind.name in ("struct", "map", "json", "enum", "timestamp_ns"):
            return None
        found = draw_value(self.random, kind, self.chance(0.15))
        return found if not unseen(found) else "East" if isinstance(found, str) else None

    def null(self, kind: Type) -> Part:
        shown = self.type_text(kind)
        if self.chance(0.3):
            return Part(f"{self.word('null')}::{shown}", ATOM, kind, True, 0)
        return Part(f"{self.word('cast')}({self.word('null')} {self.word('as')} {shown})", ATOM, kind, True, 0)

    def type_text(self, kind: Type) -> str:
        """A type as a cast names it: under one of its names, in some letter case."""
        text = str(kind)
        names = {"bigint": ("int8", "long"), "integer": ("int",), "varchar": ("text", "string"), "double": ("float8",)}
        if kind.name in names and self.chance(0.2):
            text = self.one(names[kind.name])
        return text.upper() if self.chance(0.1) and kind.name not in ("struct", "enum") else text

    def written(self, value: Any, kind: Type) -> Part:
        """A value as a literal of exactly this type."""
        reach = reach_of(kind, [value])
        if isinstance(value, bool):
            return Part(self.word("true" if value else "false"), ATOM, kind, False)
        if kind.is_integer:
            return self.integer(value, kind)
        if isinstance(value, float):
            return self.float(value, kind)
        if isinstance(value, Decimal):
            return self.cast_literal(self.digits(value), kind, reach)
        if isinstance(value, str):
            return Part(quoted(value), ATOM, kind, False, reach, None, value)
        if isinstance(value, datetime | date | time):
            return self.dated(value, kind, reach)
        if isinstance(value, Span):
            return self.span(value)
        if isinstance(value, list) and kind.element and value:
            element = kind.element
            parts = [self.null(element) if each is None else self.written(each, element) for each in value]
            return Part(f"[{self.listed([each.written for each in parts])}]", ATOM, kind, False, len(value))
        if kind.name in ("uuid", "blob"):
            text = str(value) if kind.name == "uuid" else "ab"
            return Part(f"{self.word('cast')}({quoted(text)} as {kind})", ATOM, kind, False)
        return self.null(kind)

    def bare(self, kind: Type) -> Part:
        """A literal that takes on this type beside a value of it: a number or a text without a cast."""
        value = self.some_value(kind)
        if kind.is_integer and isinstance(value, int):
            return self.digits(value)
        if kind.name == "decimal" and isinstance(value, Decimal):
            return self.digits(value)
        if kind.name in ("date", "timestamp", "time") and value is not None and self.chance(0.6):
            text = plain_text(value)
            return Part(quoted(text), ATOM, Type("varchar"), False, reach_of(kind, [value]), None, text)
        return self.null(kind) if value is None else self.written(value, kind)

    def digits(self, value: int | Decimal) -> Part:
        """A number as it is written: with underscores and leading points, now and then."""
        text = plain_text(value).removeprefix("-")  # `abs` would round a long decimal
        if isinstance(value, int) and abs(value) >= 1_000 and self.chance(0.2):
            text = f"{abs(value):_}"
        if text.startswith("0.") and self.chance(0.2):
            text = text[1:]
        negative = value < 0
        kind = literal_type(value) if isinstance(value, int) else None
        if kind is None:
            whole, _, fraction = text.partition(".")
            whole = whole.lstrip("0") or "0"
            kind = Type("decimal", (max(min(len(whole) + len(fraction), 38), 1), len(fraction)))
        literal = value if isinstance(value, int) else None
        return Part(
            f"-{text}" if negative else text, SIGN if negative else ATOM, kind, False, float(abs(value)), literal
        )

    def integer(self, value: int, kind: Type) -> Part:
        found = self.digits(value)
        low, high = limits(kind.name)
        if found.type == kind or not low <= value <= high:
            return found
        return self.cast_literal(found, kind, float(abs(value)))

    def cast_literal(self, found: Part, kind: Type, reach: float) -> Part:
        shown = self.type_text(kind)
        if self.chance(0.4):
            return Part(f"{self.inside(found, ATOM)}::{shown}", ATOM, kind, False, reach)
        return Part(f"{self.word('cast')}({found.written} {self.word('as')} {shown})", ATOM, kind, False, reach)

    def float(self, value: float, kind: Type) -> Part:
        if not math.isfinite(value):
            text = "nan" if math.isnan(value) else "infinity" if value > 0 else "-infinity"
            return Part(f"{self.word('cast')}('{text}' as {kind})", ATOM, kind, False)
        text = repr(abs(value))
        text = text if "e" in text else f"{text}{self.one(('e0', 'e0', 'E0', 'e+0'))}"
        negative = math.copysign(1, value) < 0
        found = Part(f"-{text}" if negative else text, SIGN if negative else ATOM, Type("double"), False, abs(value))
        return found if kind.name == "double" else self.cast_literal(found, kind, abs(value))

    def dated(self, value: date | time, kind: Type, reach: float) -> Part:
        text = plain_text(value)
        name = kind.name if kind.name in ("date", "time", "timestamp", "timestamptz") else "timestamp"
        if name == "timestamptz":
            text = text.removesuffix(":00") if self.chance(0.3) else text
        found = Part(f"{self.word(name)} {quoted(text)}", ATOM, Type(name), False, reach)
        return found if kind.name == name else self.cast_literal(found, kind, reach)

    def span(self, value: Span) -> Part:
        parts = []
        for amount, unit in ((value.months, "month"), (value.days, "day"), (value.microseconds, "microsecond")):
            if amount:
                parts.append(f"{amount} {unit}{'s' if abs(amount) != 1 or self.chance(0.2) else ''}")
        text = " ".join(parts) or "0 days"
        reach = abs(value.months) * 31 + abs(value.days) + abs(value.microseconds) / 8.64e10 + 1
        return Part(f"{self.word('interval')} {quoted(text)}", ATOM, Type("interval"), False, reach)

    def short_span(self, most: int = 60) -> Part:
        """An interval of one unit: `interval 3 day`."""
        unit = self.one(UNITS)
        days = {"year": 366, "quarter": 92, "month": 31, "week": 7}.get(unit, 1)
        amount = self.random.randint(-2, max(1, min(most // days, 30)))
        shown = f"{unit}s" if self.chance(0.3) else unit
        text = self.one((f"{amount} {shown}", f"'{amount}' {shown}", f"'{amount} {shown}'", f"({amount}) {shown}"))
        reach = (abs(amount) + 1) * days
        return Part(f"{self.word('interval')} {text}", ATOM, Type("interval"), False, reach)


def unseen(value: object) -> bool:
    """Whether a text holds characters that cannot be seen: the text of a plan may not.

    >>> unseen("a\\u200f"), unseen("a b")
    (True, False)
    """
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(each, str) and not each.replace("\n", "").replace("\t", "").isprintable() for each in texts)


def quoted(text: str) -> str:
    """Text in single quotes.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"
