"""Arithmetic on numbers, dates, times and intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from typing import Any

from interlock.evaluation.frames import Span, Stops
from interlock.evaluation.reference import kinds, moments, numbers, spans
from interlock.evaluation.reference.kinds import BIGINT, DATE, DOUBLE, INTEGER, INTERVAL, STAMPS, TIME, TIMESTAMP, adapt
from interlock.evaluation.reference.terms import Term, Untyped, fits, strict, to
from interlock.evaluation.reference.values import Endless
from interlock.ir.types import Type


def divide(one: float, other: float) -> float:
    """One float by another: infinite by zero, or NaN for zero by zero."""
    if other == 0:
        nothing = one == 0 or math.isnan(one)
        return math.nan if nothing else math.copysign(math.inf, one) * math.copysign(1.0, other)
    return one / other


def remainder(one: float, other: float) -> float:
    if other == 0 or math.isinf(one) or math.isnan(one) or math.isnan(other):
        return math.nan
    return math.fmod(one, other)


def _exact_remainder(one: float, other: float) -> float:
    if other == 0:
        raise Stops("a number is divided by zero")
    return remainder(one, other)


def power(one: float, other: float) -> float:
    """A power of floats: infinite when too large, NaN when there is none."""
    try:
        return math.pow(one, other)
    except OverflowError:
        odd = other == math.trunc(other) and math.fmod(other, 2) != 0
        return math.copysign(math.inf, one) if odd else math.inf
    except ValueError:
        if one == 0:
            odd = other == math.trunc(other) and math.fmod(other, 2) != 0
            return math.copysign(math.inf, one) if odd else math.inf
        return math.nan


FLOATING: dict[str, Callable[[float, float], float]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": divide,
    "%": remainder,
    "**": power,
}
WHOLE: dict[str, Callable[[int, int], int]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "//": lambda one, other: _cut(one, other)[0],
    "%": lambda one, other: _cut(one, other)[1],
}


def _cut(one: int, other: int) -> tuple[int, int]:
    """The quotient, cut towards zero, and the remainder, with the sign of `one`."""
    if other == 0:
        raise Stops("a whole number is divided by zero")
    quotient = abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)
    return quotient, one - quotient * other


def arithmetic(op: str, left: Term, right: Term) -> Term:
    """`left op right`."""
    both = left.type.is_numeric and right.type.is_numeric
    return of_numbers(op, left, right) if both else of_moments(op, left, right)


def of_numbers(op: str, left: Term, right: Term) -> Term:
    """Arithmetic on two numbers."""
    kind = kinds.arithmetic(op, *adapt(left.type, right.type, left.literal, right.literal))
    if op == "//" and not (left.type.is_integer and right.type.is_integer):
        raise Untyped("`//` of what is no whole number")
    if kind.is_float:
        compute = FLOATING[op] if op != "//" else lambda one, other: float(math.trunc(divide(one, other)))
        if op == "%" and not (left.type.is_float or right.type.is_float):
            compute = _exact_remainder  # too wide for a decimal, but exact numbers still do not divide by zero
        if kind == DOUBLE:
            return strict(kind, compute, to(left, DOUBLE), to(right, DOUBLE))
        return strict(kind, lambda one, other: numbers.narrow(compute(one, other)), to(left, kind), to(right, kind))
    if kind.is_integer:
        whole = WHOLE[op]
        what = f"a result of `{op}`"

        def exactly(one: int, other: int) -> int:
            found = whole(one, other)
            if op == "%" and other == -1 and not numbers.holds(kind, -one):
                raise Stops("a remainder overflows")
            return numbers.integer(found, kind, what)

        return strict(kind, exactly, to(left, kind), to(right, kind))
    return _decimals(op, kind, left, right)


def _decimals(op: str, kind: Type, left: Term, right: Term) -> Term:
    context = numbers.EXACT
    if op == "*":
        return strict(
            kind, lambda one, other: numbers.decimal(context.multiply(Decimal(one), Decimal(other)), kind), left, right
        )

    def rest(one: Decimal, other: Decimal) -> Decimal:
        if other == 0:
            raise Stops("a decimal is divided by zero")
        return numbers.decimal(context.remainder(one, other), kind)

    exact: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
        "+": lambda one, other: numbers.decimal(context.add(one, other), kind),
        "-": lambda one, other: numbers.decimal(context.subtract(one, other), kind),
        "%": rest,
    }
    return strict(kind, exact[op], to(left, kind), to(right, kind))


def of_moments(op: str, left: Term, right: Term) -> Term:
    """Arithmetic with dates, times and intervals."""
    a, b = left.type, right.type
    if op == "+" and ((b == DATE and a.is_integer) or (a == INTERVAL != b) or (a == TIME and b == DATE)):
        left, right, a, b = right, left, b, a
    sign = -1 if op == "-" else 1
    if op in "+-" and a == DATE and b.is_integer:
        days = fits(right, INTEGER)
        if days is None:
            raise Untyped("a date and too large a number of days")
        return strict(
            DATE,
            lambda day, count: (
                day if isinstance(day, Endless) else moments.date_of(moments.days_of(day) + sign * count)
            ),
            left,
            days,
        )
    if op in "+-" and a == b == INTERVAL:
        return strict(INTERVAL, lambda one, other: spans.plus(one, other, sign), left, right)
    if op in "+-" and b == INTERVAL:
        if a == TIME:
            return strict(TIME, lambda clock, span: moments.turned(clock, span, sign), left, right)
        if a.name in STAMPS:
            return strict(TIMESTAMP, lambda moment, span: moments.moved(moment, span, sign), left, right)
    if op == "+" and a == DATE and b == TIME:
        return strict(TIMESTAMP, _at, left, right)
    if op == "-" and a == b == DATE:
        return strict(BIGINT, lambda one, other: _far(one) - _far(other), left, right)
    if op == "-" and a.name in STAMPS and b.name in STAMPS:
        return strict(INTERVAL, moments.apart, to(left, TIMESTAMP), to(right, TIMESTAMP))
    if op in "*/" and INTERVAL in (a, b):
        return _scaled(op, left, right)
    raise Untyped(f"{a} {op} {b}")


def _at(day: Any, clock: time) -> Any:
    return day if isinstance(day, Endless) else moments.moved(day, Span(0, 0, moments.clock_micros(clock)))


def _far(day: Any) -> int:
    """A date as days; an infinite one is very far away."""
    return day.sign * 2147483647 if isinstance(day, Endless) else moments.days_of(day)


def _scaled(op: str, left: Term, right: Term) -> Term:
    span, number = (left, right) if left.type == INTERVAL else (right, left)
    if not number.type.is_numeric or (op == "/" and span is right):
        raise Untyped(f"{left.type} {op} {right.type}")
    if op == "/":
        return strict(INTERVAL, spans.divided, span, to(number, DOUBLE))
    if number.type.is_integer:
        return strict(INTERVAL, spans.times_integer, span, to(to(number, BIGINT), INTEGER))
    return strict(INTERVAL, spans.times, span, to(number, DOUBLE))


def negate(term: Term) -> Term:
    """`-x`."""
    kind = term.type
    if kind == INTERVAL:
        return strict(kind, lambda span: spans.times_integer(span, -1), term)
    if not kind.is_numeric:
        raise Untyped(f"-{kind}")
    if kind.is_integer:
        return strict(kind, lambda value: numbers.integer(-value, kind, "a negated number"), term)
    if kind.precision:
        return strict(kind, lambda value: numbers.EXACT.minus(value), term)
    return strict(kind, lambda value: -value, term)


def plus(term: Term) -> Term:
    """`+x`."""
    if not term.type.is_numeric:
        raise Untyped(f"+{term.type}")
    return to(term, term.type)
