"""Calls of functions, read off the function table: a new function of the language is drawn as soon as it stands there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from interlock.evaluation.generate.expressions.guards import FORMATS, GUARDS, PATTERNS
from interlock.evaluation.generate.expressions.literals import quoted
from interlock.evaluation.generate.expressions.operators import Operators
from interlock.evaluation.generate.expressions.parts import ATOM, Part
from interlock.ir.expressions.calls import CLOCK_PARTS, DATE_PARTS, TRUNCATIONS
from interlock.ir.expressions.functions import FAMILIES, Function, Signature
from interlock.ir.expressions.promotion import BOOLEAN, DATE, DOUBLE, INTERVAL, TIME, TIMESTAMP, VARCHAR
from interlock.ir.types import Type, TypeTextError, parse_type

REACHES = {
    "length": 10_000, "strlen": 40_000, "strpos": 10_000, "ascii": 1_200_000, "levenshtein": 40_000, "sign": 1, "year": 10_000,
    "month": 12, "day": 31, "quarter": 4, "week": 53, "isoyear": 10_000, "dayofyear": 366, "dayofweek": 7, "isodow": 7,
    "decade": 1_000, "century": 100, "hour": 23, "minute": 59, "second": 59, "millisecond": 59_999, "microsecond": 59_999_999,
    "gcd": 100, "lcm": 4_000, "list_position": 1_000, "list_unique": 1_000, "factorial": 3e18, "asin": 4, "acos": 4, "atan": 4,
    "make_date": 40_000, "make_timestamp": 40_000, "strptime": 40_000, "jaccard": 1, "jaro_winkler_similarity": 1, "pi": 4,
    "to_years": 41 * 366, "to_quarters": 41 * 92, "to_months": 41 * 31, "to_weeks": 41 * 7, "to_days": 40, "to_hours": 2,
    "to_minutes": 1, "to_seconds": 1,
}  # fmt: skip
"""How far the results of some functions reach."""
KEEPS = frozenset(
    "abs round round_even trunc floor ceil mod last_day time_bucket least greatest coalesce nullif if".split()
)
"""Functions whose results reach as far as their arguments, or a little further."""


@lru_cache(maxsize=1)
def _forms() -> tuple[tuple[Function, Signature], ...]:
    return tuple((each, form) for family in FAMILIES.values() for each in family for form in each.forms)


@lru_cache(maxsize=512)
def _named_type(text: str) -> Type | None:
    try:
        return parse_type(text)
    except TypeTextError:
        return None


@lru_cache(maxsize=512)
def forms_giving(kind: Type) -> tuple[tuple[Function, Signature], ...]:
    """The signatures that can give a type; those whose result is computed are among them for the types they can give."""
    found = []
    for function, form in _forms():
        result = form.result
        if function.result is not None:
            fits = kind.is_numeric if function.family == "number" else kind in (DATE, TIMESTAMP, TIME, INTERVAL)
            fits = fits or (function.name == "date_part" and kind.name == "bigint")
        elif result == "T":
            fits = True
        elif result == "T[]":
            fits = kind.name == "list"
        else:
            given = _named_type(result)
            fits = given == kind or (given is not None and given.is_integer and kind.name == "bigint")
        if fits:
            found.append((function, form))
    return tuple(found)


class Calls(Operators):
    """The part of the drawing that knows functions."""

    def call_of(self, kind: Type, depth: int) -> Part | None:
        """A call that gives this type, perhaps through a cast; None where the one drawn does not."""
        forms = forms_giving(kind)
        if not forms:
            return None
        function, form = self.one(forms)
        found = self.function_call(function, form, depth, kind)
        if found is None or found.type == kind:
            return found
        return self.fitted(found, kind) if found.type.is_numeric and kind.is_numeric else None

    def any_call(self, depth: int) -> Part | None:
        """A call of any function."""
        function = self.one(self.one(tuple(FAMILIES.values())))
        return self.function_call(function, self.one(function.forms), depth, None)

    def function_call(self, function: Function, form: Signature, depth: int, wanted: Type | None) -> Part | None:
        variable = self.variable(form, wanted)
        count = len(form.parameters)
        if form.repeats:
            count = max(1, count - 1 + self.one((0, 1, 1, 2)))
        guard = None if self.risky else GUARDS.get(function.name)
        arguments = guard(self, count, depth - 1) if guard else None
        if arguments is None:
            kinds = [form.parameter(place).kind for place in range(count)]
            drawn = [self.argument(kind, variable, depth - 1, form) for kind in kinds]
            arguments = [each for each in drawn if each is not None]
            if len(arguments) < len(drawn):
                return None
        written = self.written_call(function, arguments)
        kind = function.result(arguments) if function.result else self.concrete(form.result, variable)
        if kind is None:
            return None
        some = any(each.nullable for each in arguments)
        nullable = {"strict": some, "never": False, "first": bool(arguments) and arguments[0].nullable}.get(
            function.nulls, True
        )
        reach = REACHES.get(function.name, math.inf)
        if function.name in KEEPS:
            reach = max((each.reach for each in arguments if each.type == kind or each.type.is_numeric), default=0) + 31
        if kind.is_text:
            reach = sum(each.reach for each in arguments if each.type.is_text) + 50
        return Part(written, ATOM, kind, nullable, reach)

    def written_call(self, function: Function, arguments: Sequence[Part]) -> str:
        """The call under one of the function's names, or in its special form."""
        texts = [each.written for each in arguments]
        if function.name == "date_part" and self.chance(0.4):
            part = arguments[0].text or "year"
            return f"{self.word('extract')}({part} {self.word('from')} {texts[1]})"
        if function.name == "strpos" and self.chance(0.2):
            needle, text = self.inside(arguments[1], 6), self.inside(arguments[0], 6)
            return f"{self.word('position')}({needle} {self.word('in')} {text})"
        name = self.one(function.aliases) if function.aliases and self.chance(0.25) else function.name
        name = function.name if name == "position" else name
        return self.call(name, texts)

    def variable(self, form: Signature, wanted: Type | None) -> Type:
        """What `T` stands for in this call."""
        if wanted is not None and form.result == "T":
            return wanted
        if wanted is not None and form.result == "T[]" and wanted.element:
            return wanted.element
        listed = [each.type.element for _, each in self.columns if each.type.name == "list" and each.type.element]
        if "T[]" in form.text and listed and self.chance(0.6):
            found = self.one(listed)
            if "T[][]" not in form.text:
                return found
        return self.one((VARCHAR, Type("bigint"), DOUBLE, DATE, BOOLEAN, TIMESTAMP, Type("integer")))

    def concrete(self, text: str, variable: Type) -> Type | None:
        base, lists = text.removesuffix("[][]").removesuffix("[]"), text.count("[]")
        found = variable if base == "T" else _named_type(base)
        for _ in range(lists):
            found = found and Type("list", element=found)
        return found

    def argument(self, kind: str, variable: Type, depth: int, form: Signature) -> Part | None:
        """An argument for a parameter of this kind."""
        match kind:
            case "any":
                return self.anything(depth)
            case "text":
                return self.printable(depth)
            case "number":
                return self.number(depth)
            case "integers":
                return self.whole(depth)
            case "moment":
                return self.moment(depth)
            case "clock":
                return self.of(TIME, depth) if self.chance(0.3) and "(part " not in form.text else self.moment(depth)
            case "span":
                return self.moment(depth)
            case "part" | "clockpart":
                if " time" in form.text.replace("timestamp", ""):
                    return self.named_part(sorted(CLOCK_PARTS - {"epoch"}))
                return self.part_of_date(clock=kind == "clockpart" or "timestamp" in form.text)
            case "pattern":
                pattern, _ = self.one(PATTERNS)
                return Part(quoted(pattern), ATOM, VARCHAR, False, 0, None, pattern)
            case "format":
                form_text = self.one(FORMATS)
                return Part(quoted(form_text), ATOM, VARCHAR, False, 0, None, form_text)
            case "flags":
                return Part("'i'", ATOM, VARCHAR, False, 1, None, "i")
            case "literal":
                return Part("', '", ATOM, VARCHAR, False, 2, None, ", ")
            case "group" | "constant":
                return self.digits(self.random.randint(0, 2))
            case "number[]":
                return self.of(Type("list", element=self.one((Type("bigint"), DOUBLE, Type("integer")))), depth)
        found = self.concrete(kind, variable)
        if found is None:
            return None
        if kind == "double":
            return self.number(depth)
        if found.name in ("bigint", "integer") and kind != "T":
            return self.small(-5, 12, depth)
        return self.of(found, depth)

    def moment(self, depth: int) -> Part:
        """A date or a timestamp."""
        return self.of(self.one((DATE, TIMESTAMP)), depth)

    def part_of_date(self, clock: bool) -> Part:
        names = sorted((TRUNCATIONS & DATE_PARTS) | (TRUNCATIONS & CLOCK_PARTS if clock else frozenset()))
        return self.named_part(names)

    def named_part(self, names: Sequence[str]) -> Part:
        name = self.one(names)
        text = f"{name}s" if self.chance(0.1) and name not in ("century", "isoyear") else name
        text = text.upper() if self.chance(0.1) else text
        return Part(quoted(text), ATOM, VARCHAR, False, 0, None, name)

    def list_type(self) -> Type:
        listed = [each.type for _, each in self.columns if each.type.name == "list"]
        if listed and self.chance(0.7):
            return self.one(listed)
        return Type("list", element=self.one((VARCHAR, Type("bigint"), DOUBLE, DATE)))
