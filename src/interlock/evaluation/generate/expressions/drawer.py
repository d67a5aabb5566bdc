"""Expressions of a wanted type, to a bounded depth."""

from __future__ import annotations

import math
from collections.abc import Callable

from interlock.evaluation.generate.expressions.calls import Calls
from interlock.evaluation.generate.expressions.parts import ATOM, PRODUCT, Part, room
from interlock.ir.expressions.casts import refusal
from interlock.ir.expressions.promotion import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    INTERVAL,
    TIME,
    TIMESTAMP,
    VARCHAR,
)
from interlock.ir.types import Type

USUAL = (BOOLEAN, BIGINT, DOUBLE, VARCHAR, VARCHAR, DATE, TIMESTAMP, BIGINT)
SMALL_WHOLE = ("tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger")


class Expressions(Calls):
    """Draws whole expressions."""

    def condition(self, depth: int | None = None) -> Part:
        """A condition of the depth that the draft allows."""
        return self.of(BOOLEAN, self.depth() if depth is None else depth)

    def value(self, depth: int | None = None) -> Part:
        """A value of any type that a column can have."""
        depth = self.depth() if depth is None else depth
        for _ in range(4):
            found = self.any_call(depth) if self.chance(0.6) else self.anything(depth)
            if found is not None and not found.type.is_null:
                return found
        return self.of(BIGINT, 1)

    def depth(self) -> int:
        return self.random.choices(range(1, self.draft.shape.depth + 1), range(self.draft.shape.depth + 1, 1, -1))[0]

    def of(self, kind: Type, depth: int) -> Part:
        if depth <= 0 or self.chance(0.12):
            return self.leaf(kind)
        for _ in range(3):
            found = self.made(kind, depth)
            if found is not None and found.type == kind:
                return found
        return self.leaf(kind)

    def leaf(self, kind: Type) -> Part:
        """A column of the type, a run input, or a literal."""
        found = self.column_of(lambda each: each.type == kind) if self.chance(0.75) else None
        if found is None and self.chance(0.4):
            found = self.input_of(lambda each: each.type == kind)
        return found or self.literal(kind)

    def made(self, kind: Type, depth: int) -> Part | None:
        """A part of the type made of others; None where the way drawn gives none."""
        shape = self.random.random()
        if shape < 0.08:
            return self.case(kind, depth)
        if shape < 0.16:
            return self.cast_to(kind, depth)
        if shape < 0.55:
            return self.call_of(kind, depth)
        operator = self.operator_for(kind)
        return operator(depth) if operator else self.call_of(kind, depth)

    def operator_for(self, kind: Type) -> Callable[[int], Part | None] | None:
        """A way to make the type with an operator."""
        if kind == BOOLEAN:
            return self.boolean_operator
        if kind.is_numeric:
            return lambda depth: self.exact_number(kind, depth)
        if kind == VARCHAR:
            return self.joined_text if self.chance(0.7) else self.item
        if kind.name == "list":
            return lambda depth: self.joined_lists(kind, depth) if self.chance(0.5) else self.list_of(kind, depth)
        return {
            DATE: self.moved_date,
            TIMESTAMP: self.moved_moment,
            TIME: self.moved_time,
            INTERVAL: self.span_operator,
        }.get(kind)

    def exact_number(self, kind: Type, depth: int) -> Part:
        if kind == BIGINT and self.chance(0.1):
            return self.days_between(depth)
        return self.fitted(self.number(depth), kind)

    def list_of(self, kind: Type, depth: int) -> Part:
        """A list written out."""
        element = kind.element or VARCHAR
        parts = [self.of(element, depth - 1) for _ in range(self.one((1, 2, 3)))]
        return Part(f"[{self.listed([each.written for each in parts])}]", ATOM, kind, False, len(parts))

    def number(self, depth: int) -> Part:
        if depth > 0 and self.chance(0.75):
            shape = self.random.random()
            if shape < 0.55:
                return self.arithmetic(depth)
            if shape < 0.65:
                return self.signed(depth)
            found = self.call_of(self.one((DOUBLE, BIGINT, BIGINT, Type("decimal", (9, 2)))), depth)
            if found is not None and found.type.is_numeric:
                return found
        found = self.column_of(lambda each: each.type.is_numeric) if self.chance(0.8) else None
        if found is None and self.chance(0.4):
            found = self.input_of(lambda each: each.type.is_numeric)
        return found or self.bare(self.one((BIGINT, DOUBLE, Type("decimal", (9, 2)), INTEGER)))

    def whole(self, depth: int) -> Part:
        if depth > 0 and self.chance(0.3):
            return self.of(BIGINT, depth)
        found = self.column_of(lambda each: each.type.name in SMALL_WHOLE) if self.chance(0.8) else None
        return found or self.bare(self.one((BIGINT, INTEGER)))

    def small(self, low: int, high: int, depth: int) -> Part:
        if depth > 0 and self.chance(0.25):
            found = self.column_of(lambda each: each.type.name in SMALL_WHOLE)
            if found is not None and found.reach <= high and low <= 0:
                return self.narrow(found)
            if found is not None and low <= 0 and found.type.name != "tinyint":
                bound = min(high, 100)
                written = f"{self.inside(found, PRODUCT)} % {bound + 1}"
                if -bound >= low or found.type.name.startswith("u"):
                    return self.narrow(Part(written, PRODUCT, found.type, found.nullable, bound))
        return self.digits(self.random.randint(low, high))

    def narrow(self, part: Part) -> Part:
        """A small number as the engine's own functions take it: none of them makes an integer of a bigint by itself."""
        if not self.bare_engine or part.type.name not in ("bigint", "uinteger"):
            return part
        return Part(f"cast({part.written} as integer)", ATOM, INTEGER, part.nullable, part.reach)

    def anything(self, depth: int) -> Part:
        if self.columns and self.chance(0.7):
            _, column = self.one(self.columns)
            kind = column.type
            if depth <= 0 or self.chance(0.5):
                return self.column_of(lambda each: each is column) or self.leaf(kind)
            return self.of(kind, depth)
        return self.of(self.one(USUAL), depth)

    def cast_to(self, kind: Type, depth: int) -> Part | None:
        """A value of another type, cast."""
        sources = [each.type for _, each in self.columns if refusal(each.type, kind) is None and each.type != kind]
        usual = [each for each in USUAL if each != kind and refusal(each, kind) is None]
        if not sources and not usual:
            return None
        source = self.one(sources) if sources and self.chance(0.7) else self.one(usual or sources)
        part = self.of(source, depth - 1)
        if part.text is not None or source.name in ("struct", "map", "json"):
            return None
        return self.fitted(part, kind)

    def fitted(self, part: Part, kind: Type) -> Part:
        if part.type == kind:
            return part
        if refusal(part.type, kind) is not None:
            return self.literal(kind)
        certain = _certain(part, kind)
        reach = part.reach if part.type.is_numeric == kind.is_numeric else math.inf
        if part.type.name == "boolean":
            reach = 1
        if kind.is_numeric:
            reach = min(reach + 1, room(kind)) if kind.name != "double" and kind.name != "float" else reach
        if not certain and not self.risky:
            written = f"{self.word('try_cast')}({part.written} {self.word('as')} {self.type_text(kind)})"
            return Part(written, ATOM, kind, True, reach)
        if self.chance(0.4):
            return Part(f"{self.inside(part, ATOM)}::{self.type_text(kind)}", ATOM, kind, part.nullable, reach)
        written = f"{self.word('cast')}({part.written} {self.word('as')} {self.type_text(kind)})"
        return Part(written, ATOM, kind, part.nullable, reach)


def _certain(part: Part, kind: Type) -> bool:
    """Whether no value of the part can stop this cast."""
    source = part.type
    if kind.name == "varchar":
        return True
    if source.is_numeric and kind.is_numeric:
        if kind.name == "double":
            return True
        if kind.name == "float":
            return part.reach < 1e38
        low = kind.name.startswith("u") and not source.name.startswith("u")
        return part.reach < room(kind) and not low
    if "boolean" in (source.name, kind.name) and (source.is_numeric or kind.is_numeric):
        return kind.name == "boolean" or kind.is_integer or kind.is_float
    if source.is_temporal and kind.is_temporal:
        return kind.name in ("date", "time", "timestamp") or part.tame
    return False
