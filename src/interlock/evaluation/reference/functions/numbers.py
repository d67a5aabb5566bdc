"""Functions on numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from interlock.evaluation.frames import Stops
from interlock.evaluation.reference import numbers
from interlock.evaluation.reference.arithmetic import divide, of_numbers, power
from interlock.evaluation.reference.functions.registry import Function, built, plain, typed
from interlock.evaluation.reference.kinds import BIGINT, DOUBLE, HUGEINT, UNSIGNED, digits
from interlock.evaluation.reference.terms import Term
from interlock.ir.types import Type


def _same(terms: Sequence[Term]) -> Type:
    return terms[0].type


def _places(terms: Sequence[Term]) -> int:
    return terms[1].literal or 0 if len(terms) > 1 else 0


def _cut(terms: Sequence[Term]) -> Type:
    """A decimal loses the places that are cut off."""
    kind, places = terms[0].type, _places(terms)
    return Type("decimal", (digits(kind)[0], max(places, 0))) if kind.precision and places < digits(kind)[1] else kind


def _rounded(terms: Sequence[Term]) -> Type:
    """Like `_cut`; unsigned integers become signed ones that have room."""
    name = terms[0].type.name
    if name in UNSIGNED:
        return {"uhugeint": DOUBLE, "ubigint": HUGEINT}.get(name, BIGINT)
    return _cut(terms)


def _whole(terms: Sequence[Term]) -> Type:
    kind = terms[0].type
    if kind.precision:
        return Type("decimal", (digits(kind)[0], 0))
    return kind if kind.is_float else DOUBLE


def float_away(value: float) -> float:
    """The nearest whole float, half away from zero; the sign of zero stays."""
    if not math.isfinite(value) or abs(value) >= 2.0**52:
        return value
    return math.copysign(float(abs(numbers.away(Fraction(value)))), value)


def float_even(value: float) -> float:
    if not math.isfinite(value):
        return value
    return math.copysign(float(abs(round(value))), value)


def float_trunc(value: float) -> float:
    return math.copysign(float(abs(math.trunc(value))), value) if math.isfinite(value) else value


def _power(places: int) -> float:
    try:
        return math.pow(10.0, places)
    except OverflowError:
        return math.inf


def _to_places(
    nearest: Callable[[float], float], exactly: Callable[[Fraction], int]
) -> Callable[[Sequence[Type], Type], Callable[..., Any]]:
    """Rounding to places: floats by scaling them in floats, exact numbers exactly."""

    def make(kinds: Sequence[Type], result: Type) -> Callable[..., Any]:
        def floating(value: float, places: int) -> float:
            factor = _power(abs(places))
            try:
                scaled = nearest(value * factor) / factor if places >= 0 else nearest(value / factor) * factor
            except OverflowError:
                scaled = math.nan
            if not math.isfinite(scaled):
                return 0.0 if places < 0 and math.isfinite(value) and nearest is not float_trunc else value
            return scaled

        def compute(value: Any, places: int = 0) -> Any:
            if result.is_float:
                if isinstance(value, int):
                    value = float(value)
                found = floating(value, places) if places else nearest(value)
                return numbers.narrow(found) if result.name == "float" else found
            unit = Fraction(10) ** -places
            rounded = exactly(Fraction(value) / unit) * unit if places < digits(kinds[0])[1] else Fraction(value)
            if result.precision:
                return numbers.decimal(rounded, result)
            return numbers.integer(int(rounded), result)

        return compute

    return make


def _to_whole(floating: Callable[[float], int]) -> Callable[[Sequence[Type], Type], Callable[..., Any]]:
    def make(kinds: Sequence[Type], result: Type) -> Callable[..., Any]:
        def compute(value: Any) -> Any:
            if result.precision:
                return numbers.decimal(floating(value), result)
            value = float(value)
            return math.copysign(float(abs(floating(value))), value) if math.isfinite(value) else value

        return compute

    return make


def _sign(value: Any) -> int:
    return (value > 0) - (value < 0)


def _abs(kinds: Sequence[Type], result: Type) -> Callable[[Any], Any]:
    if result.is_integer:
        return lambda value: numbers.integer(abs(value), result, "an absolute value")
    return numbers.EXACT.abs if result.precision else abs


def _divisor(terms: Sequence[Term]) -> Type:
    wide = any(term.type.name in ("ubigint", "hugeint", "uhugeint") for term in terms)
    return HUGEINT if wide else BIGINT


def _common(compute: Callable[[int, int], int]) -> Callable[[Sequence[Type], Type], Callable[[int, int], int]]:
    return lambda kinds, result: lambda one, other: numbers.integer(compute(one, other), result)


def _factorial(value: int) -> int:
    if not 0 <= value <= 33:
        raise Stops("a factorial out of range")
    return math.factorial(value)


def _real(compute: Callable[..., float], outside: float = math.nan) -> Callable[..., float]:
    """A function of floats where Python raises what floats have a value for."""

    def real(*values: float) -> float:
        try:
            return compute(*values)
        except OverflowError:
            return math.inf
        except ValueError:
            return outside

    return real


def _logarithm(compute: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: -math.inf if x == 0 else math.nan if x < 0 else compute(x)


_log10 = _logarithm(math.log10)


def _log(*values: float) -> float:
    if len(values) == 1:
        return _log10(values[0])
    base, x = values
    return divide(_log10(x), _log10(base))


def _curve(names: str, compute: Callable[..., float]) -> Function:
    return plain(names, "double -> double", compute)


_ROUND = "number -> double; number constant -> double"

NUMBERS: tuple[Function, ...] = (
    typed("abs", "number -> double", _abs, _same),
    typed("round", _ROUND, _to_places(float_away, numbers.away), _rounded),
    typed("round_even roundbankers", "number constant -> double", _to_places(float_even, numbers.even), _rounded),
    typed("floor", "number -> double", _to_whole(math.floor), _whole),
    typed("ceil ceiling", "number -> double", _to_whole(math.ceil), _whole),
    typed("trunc truncate", _ROUND, _to_places(float_trunc, math.trunc), _cut),
    plain("sign", "number -> tinyint", _sign),
    built("mod", "number number -> double", lambda terms, kind: of_numbers("%", *terms)),
    typed("gcd greatest_common_divisor", "integers integers -> bigint", _common(math.gcd), _divisor),
    typed("lcm least_common_multiple", "integers integers -> bigint", _common(math.lcm), _divisor),
    plain("factorial", "integer -> hugeint", _factorial),
    _curve("sqrt", _real(math.sqrt)),
    _curve("cbrt", math.cbrt),
    _curve("exp", _real(math.exp)),
    _curve("ln", _logarithm(math.log)),
    _curve("log10", _log10),
    _curve("log2", _logarithm(math.log2)),
    _curve("sin", _real(math.sin)),
    _curve("cos", _real(math.cos)),
    _curve("tan", _real(math.tan)),
    _curve("asin", _real(math.asin)),
    _curve("acos", _real(math.acos)),
    _curve("atan", math.atan),
    _curve("degrees", lambda x: x * (180 / math.pi)),
    _curve("radians", lambda x: x * (math.pi / 180)),
    plain("power pow", "double double -> double", power),
    plain("log", "double -> double; double double -> double", _log),
    plain("atan2", "double double -> double", math.atan2),
    plain("pi", "-> double", lambda: math.pi),
    plain("isnan is_nan", "double -> boolean", math.isnan),
    plain("isinf is_inf", "double -> boolean", math.isinf),
    plain("isfinite is_finite", "double -> boolean", math.isfinite),
)
"""Every function on numbers."""
