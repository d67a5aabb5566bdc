"""Functions on numbers. A function that takes `double` takes any number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from interlock.ir.expressions.functions.signatures import Argument, Function, Nulls
from interlock.ir.expressions.promotion import BITS, DOUBLE, UNSIGNED, arithmetic, settle
from interlock.ir.types import Type

_NULL = "cast(null as double)"


def _number(
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
    return Function(name, "number", forms, nulls, doc, edges, examples, aliases, result)


def _same(arguments: Sequence[Argument]) -> Type:
    return arguments[0].type


def _rounded(arguments: Sequence[Argument]) -> Type:
    """What `round` gives: unsigned integers become signed, decimals lose the places that are rounded off."""
    kind = arguments[0].type
    if kind.name in UNSIGNED:
        return DOUBLE if kind.name == "uhugeint" else Type("hugeint" if kind.name == "ubigint" else "bigint")
    return _cut(arguments)


def _cut(arguments: Sequence[Argument]) -> Type:
    kind = arguments[0].type
    if kind.precision is None:
        return kind
    width, scale = kind.precision
    places = 0 if len(arguments) == 1 else arguments[1].literal or 0
    return kind if places >= scale else Type("decimal", (width, max(places, 0)))


def _whole(arguments: Sequence[Argument]) -> Type:
    kind = arguments[0].type
    if kind.precision:
        return Type("decimal", (kind.precision[0], 0))
    return kind if kind.is_float else DOUBLE


def _remainder(arguments: Sequence[Argument]) -> Type:
    left, right = arguments
    return arithmetic("%", *settle(left.type, right.type, left.literal, right.literal)) or DOUBLE


def _divisor(arguments: Sequence[Argument]) -> Type:
    wide = any(BITS[part.type.name] > 64 or part.type.name == "ubigint" for part in arguments)
    return Type("hugeint" if wide else "bigint")


_ROUNDING: tuple[Function, ...] = (
    _number(
        "abs",
        "abs(x number) -> number",
        "The number without its sign.",
        "The smallest integer of a type stops the run: it has no positive partner.",
        ("abs(-3)", "3"),
        ("abs(0)", "0"),
        ("abs(-1.5)", "1.5"),
        (f"abs({_NULL})", _NULL),
        result=_same,
    ),
    _number(
        "round",
        ("round(x number) -> number", "round(x number, places constant) -> number"),
        "The number rounded to so many decimal places, half away from zero.",
        "Negative places round before the point: `round(1234, -2)` is 1200; an integer that its type then cannot hold stops the run. "
        "NaN and infinity stay.",
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(2.345, 2)", "2.35"),
        ("round(1234, -2)", "1200"),
        ("round(2.5e0)", "3e0"),
        (f"round({_NULL}, 1)", _NULL),
        result=_rounded,
    ),
    _number(
        "round_even",
        "round_even(x number, places constant) -> number",
        "The number rounded to so many decimal places, half to the even neighbour (bankers' rounding).",
        "NaN and infinity stay.",
        ("round_even(2.5e0, 0)", "2e0"),
        ("round_even(3.5e0, 0)", "4e0"),
        (f"round_even({_NULL}, 0)", _NULL),
        aliases=("roundbankers",),
        result=_rounded,
    ),
    _number(
        "floor",
        "floor(x number) -> number",
        "The largest whole number that is not above `x`.",
        "An integer becomes a double. NaN and infinity stay.",
        ("floor(-1.5e0)", "-2e0"),
        ("floor(1.5)", "1"),
        ("floor(7)", "7e0"),
        (f"floor({_NULL})", _NULL),
        result=_whole,
    ),
    _number(
        "ceil",
        "ceil(x number) -> number",
        "The smallest whole number that is not below `x`.",
        "An integer becomes a double. NaN and infinity stay.",
        ("ceil(-1.5e0)", "-1e0"),
        ("ceil(1.5)", "2"),
        ("ceil(7)", "7e0"),
        (f"ceil({_NULL})", _NULL),
        aliases=("ceiling",),
        result=_whole,
    ),
    _number(
        "trunc",
        ("trunc(x number) -> number", "trunc(x number, places constant) -> number"),
        "The number with its decimal places cut off, down to so many.",
        "Cuts towards zero. NaN and infinity stay.",
        ("trunc(-1.7e0)", "-1e0"),
        ("trunc(1.79, 1)", "1.7"),
        (f"trunc({_NULL})", _NULL),
        aliases=("truncate",),
        result=_cut,
    ),
    _number(
        "sign",
        "sign(x number) -> tinyint",
        "-1, 0 or 1, as the number is negative, zero or positive.",
        "NaN: 0.",
        ("sign(-2)", "cast(-1 as tinyint)"),
        ("sign(0)", "cast(0 as tinyint)"),
        ("sign(cast('nan' as double))", "cast(0 as tinyint)"),
        (f"sign({_NULL})", "cast(null as tinyint)"),
    ),
    _number(
        "mod",
        "mod(x number, y number) -> number",
        "The remainder of a division, with the sign of `x`; the same as `x % y`.",
        "By zero: whole numbers and decimals stop the run, floats give NaN.",
        ("mod(7, 3)", "1"),
        ("mod(-7, 3)", "-1"),
        ("mod(7.5e0, 2)", "1.5e0"),
        ("mod(cast(null as integer), 2)", "cast(null as integer)"),
        result=_remainder,
    ),
)

_WHOLE: tuple[Function, ...] = (
    _number(
        "gcd",
        "gcd(x integers, y integers) -> bigint",
        "The greatest common divisor.",
        "Both zero: 0. Never negative.",
        ("gcd(12, 18)", "cast(6 as bigint)"),
        ("gcd(0, 0)", "cast(0 as bigint)"),
        ("gcd(cast(null as bigint), 2)", "cast(null as bigint)"),
        aliases=("greatest_common_divisor",),
        result=_divisor,
    ),
    _number(
        "lcm",
        "lcm(x integers, y integers) -> bigint",
        "The least common multiple.",
        "With zero: 0. Out of range stops the run.",
        ("lcm(4, 6)", "cast(12 as bigint)"),
        ("lcm(0, 6)", "cast(0 as bigint)"),
        ("lcm(cast(null as bigint), 2)", "cast(null as bigint)"),
        aliases=("least_common_multiple",),
        result=_divisor,
    ),
    _number(
        "factorial",
        "factorial(x integer) -> hugeint",
        "The product of the whole numbers from 1 to `x`.",
        "Negative, or above 33, stops the run.",
        ("factorial(5)", "cast(120 as hugeint)"),
        ("factorial(0)", "cast(1 as hugeint)"),
        ("factorial(cast(null as integer))", "cast(null as hugeint)"),
    ),
)


def _curve(name: str, doc: str, edges: str, *examples: tuple[str, str], aliases: tuple[str, ...] = ()) -> Function:
    return _number(
        name, f"{name}(x double) -> double", doc, edges, *examples, (f"{name}({_NULL})", _NULL), aliases=aliases
    )


_NAN, _DOWN = "cast('nan' as double)", "cast('-infinity' as double)"

_CURVES: tuple[Function, ...] = (
    _curve("sqrt", "The square root.", "Negative: NaN.", ("sqrt(9)", "3e0"), ("sqrt(-1)", _NAN)),
    _curve(
        "cbrt",
        "The cube root.",
        "Negative numbers have one too.",
        ("round(cbrt(27), 6)", "3e0"),
        ("round(cbrt(-8), 6)", "-2e0"),
    ),
    _curve(
        "exp",
        "The number e to a power.",
        "Too large: infinity.",
        ("exp(0)", "1e0"),
        ("exp(1000)", "cast('infinity' as double)"),
    ),
    _curve(
        "ln",
        "The natural logarithm.",
        "Zero: negative infinity; negative: NaN.",
        ("ln(1)", "0e0"),
        ("ln(0)", _DOWN),
        ("ln(-1)", _NAN),
    ),
    _curve(
        "log10",
        "The logarithm to base 10.",
        "Zero: negative infinity; negative: NaN.",
        ("log10(1000)", "3e0"),
        ("log10(0)", _DOWN),
    ),
    _curve(
        "log2",
        "The logarithm to base 2.",
        "Zero: negative infinity; negative: NaN.",
        ("log2(8)", "3e0"),
        ("log2(0)", _DOWN),
    ),
    _curve("sin", "The sine of an angle in radians.", "Infinity: NaN.", ("sin(0)", "0e0")),
    _curve("cos", "The cosine of an angle in radians.", "Infinity: NaN.", ("cos(0)", "1e0")),
    _curve("tan", "The tangent of an angle in radians.", "Infinity: NaN.", ("tan(0)", "0e0")),
    _curve("asin", "The angle in radians whose sine is `x`.", "Beyond -1 to 1: NaN.", ("asin(0)", "0e0")),
    _curve("acos", "The angle in radians whose cosine is `x`.", "Beyond -1 to 1: NaN.", ("acos(1)", "0e0")),
    _curve("atan", "The angle in radians whose tangent is `x`.", "Any number will do.", ("atan(0)", "0e0")),
    _curve("degrees", "An angle in radians, as degrees.", "Any number will do.", ("degrees(0)", "0e0")),
    _curve("radians", "An angle in degrees, as radians.", "Any number will do.", ("radians(0)", "0e0")),
    _number(
        "power",
        "power(x double, y double) -> double",
        "One number to the power of another; the same as `x ** y`.",
        "Too large: infinity. A negative number to a broken power: NaN. Zero to zero: 1.",
        ("power(2, 10)", "1024e0"),
        ("power(-8, 0.5)", _NAN),
        ("power(0, 0)", "1e0"),
        (f"power({_NULL}, 2)", _NULL),
        aliases=("pow",),
    ),
    _number(
        "log",
        ("log(x double) -> double", "log(base double, x double) -> double"),
        "The logarithm to base 10, or to a given base.",
        "Zero: negative infinity; negative: NaN. With a base, two logarithms are divided as `/` divides: base 1 gives infinity.",
        ("log(100)", "2e0"),
        ("log(2, 8)", "3e0"),
        ("log(0)", _DOWN),
        (f"log({_NULL})", _NULL),
    ),
    _number(
        "atan2",
        "atan2(y double, x double) -> double",
        "The angle in radians of the point (x, y).",
        "Both zero: 0.",
        ("atan2(0, 1)", "0e0"),
        (f"atan2({_NULL}, 1)", _NULL),
    ),
    _number("pi", "pi() -> double", "The number π.", "No arguments.", ("round(pi(), 2)", "3.14e0"), nulls="never"),
)

_TESTED: tuple[Function, ...] = tuple(
    _number(
        name,
        f"{name}(x double) -> boolean",
        doc,
        "Whole numbers and decimals count as doubles.",
        (f"{name}(cast('nan' as double))", nan),
        (f"{name}(cast('infinity' as double))", infinite),
        (f"{name}(1e0)", plain),
        (f"{name}({_NULL})", "cast(null as boolean)"),
        aliases=aliases,
    )
    for name, doc, nan, infinite, plain, aliases in (
        ("isnan", "Whether a float is NaN, which is no number.", "true", "false", "false", ("is_nan",)),
        ("isinf", "Whether a float is infinite.", "false", "true", "false", ("is_inf",)),
        ("isfinite", "Whether a float is an ordinary number.", "false", "false", "true", ("is_finite",)),
    )
)

NUMBERS: tuple[Function, ...] = (*_ROUNDING, *_WHOLE, *_CURVES, *_TESTED)
"""Every function on numbers."""
