"""Which type comes of two: the static typing of expressions.

The documentation says: whole numbers keep the wider type, decimals widen, with a float the result is a float, and an
integer literal takes on the type of what it stands beside, if it fits there. The widths are DuckDB's.
"""

from __future__ import annotations

from collections.abc import Iterable

from interlock.evaluation.frames import Unsupported
from interlock.ir.types import Type

SIGNED = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64, "hugeint": 128}
UNSIGNED = {f"u{name}": bits for name, bits in SIGNED.items()}
WIDTHS = {8: 3, 16: 5, 32: 10, 64: 19, 128: 38}
"""The decimal digits that an integer of so many bits takes; an unsigned one of 64 bits takes 20."""
STAMPS = ("date", "timestamp_s", "timestamp_ms", "timestamp", "timestamp_ns")
"""Moments without a zone, from the coarsest to the finest."""

NULL, BOOLEAN, INTEGER, BIGINT, HUGEINT, FLOAT, DOUBLE, VARCHAR, DATE, TIME, TIMESTAMP, INTERVAL = (
    Type(name)
    for name in "null boolean integer bigint hugeint float double varchar date time timestamp interval".split()
)


def bounds(kind: Type) -> tuple[int, int]:
    """The least and greatest value of an integer type."""
    if kind.name in SIGNED:
        half = 1 << (SIGNED[kind.name] - 1)
        return -half, half - 1
    return 0, (1 << UNSIGNED[kind.name]) - 1


def holds(kind: Type, value: int) -> bool:
    """Whether an integer type can hold a value."""
    low, high = bounds(kind)
    return low <= value <= high


def integer_literal(value: int) -> Type:
    """The type of an integer literal that stands beside nothing."""
    for name in ("integer", "bigint", "hugeint", "uhugeint"):
        if holds(Type(name), value):
            return Type(name)
    raise Unsupported(f"the integer {value}")


def digits(kind: Type) -> tuple[int, int]:
    """The width and scale of a number as a decimal."""
    if kind.precision:
        return kind.precision
    return 20 if kind.name == "ubigint" else WIDTHS[(SIGNED | UNSIGNED)[kind.name]], 0


def list_of(kind: Type) -> Type:
    return Type("list", element=kind)


def adapt(left: Type, right: Type, left_literal: int | None, right_literal: int | None) -> tuple[Type, Type]:
    """Both types, once a literal has taken on the integer type of the other side."""
    if (left_literal is None) == (right_literal is None):
        return left, right
    if left_literal is not None:
        return (right, right) if right.is_integer and holds(right, left_literal) else (left, right)
    return (
        (left, left) if left.is_integer and right_literal is not None and holds(left, right_literal) else (left, right)
    )


def arithmetic(op: str, left: Type, right: Type) -> Type:
    """The type of `left op right` for two numbers."""
    if op == "**":
        return DOUBLE
    if left.is_float or right.is_float:
        return DOUBLE if DOUBLE in (left, right) else FLOAT
    if op == "/":
        return DOUBLE
    if left.is_integer and right.is_integer:
        return _added(left, right)
    (wide, scale), (width, places) = digits(left), digits(right)
    if op == "*":
        if scale + places > 38:
            raise Unsupported("a product with more than 38 places")
        total = wide + width
        narrow = wide <= 18 and width <= 18 and scale + places < 18
        return Type("decimal", (18 if narrow and total > 18 else min(total, 38), scale + places))
    finest = max(scale, places)
    whole = max(wide - scale, width - places) + finest
    if op == "%":
        return Type("decimal", (whole, finest)) if whole <= 38 else DOUBLE
    return Type("decimal", (min(whole + 1, 38), finest))


def _added(left: Type, right: Type) -> Type:
    """The type of a sum of two integers: signed and unsigned meet in the next signed type that arithmetic has."""
    if (left.name in SIGNED) == (right.name in SIGNED):
        table = SIGNED if left.name in SIGNED else UNSIGNED
        return max(left, right, key=lambda kind: table[kind.name])
    signed, unsigned = (left, right) if left.name in SIGNED else (right, left)
    if unsigned.name == "uhugeint":
        return DOUBLE
    if SIGNED[signed.name] > UNSIGNED[unsigned.name]:
        return signed
    return HUGEINT if unsigned.name == "ubigint" else BIGINT


def join(left: Type, right: Type) -> Type | None:
    """The type that holds values of both, as in `coalesce`; None when there is none.

    >>> str(join(Type("integer"), Type("decimal", (5, 2))))
    'decimal(12,2)'
    """
    if left == right or right.is_null:
        return left
    if left.is_null:
        return right
    if left.is_text and right.is_text:
        return VARCHAR
    if left.is_numeric and right.is_numeric:
        return _joined_numbers(left, right)
    if left.name in STAMPS and right.name in STAMPS:
        return max(left, right, key=lambda kind: STAMPS.index(kind.name))
    if left.element and right.element:
        element = join(left.element, right.element)
        return list_of(element) if element else None
    return None


def _joined_numbers(left: Type, right: Type) -> Type | None:
    if left.is_float or right.is_float:
        return DOUBLE if DOUBLE in (left, right) else FLOAT
    if left.is_integer and right.is_integer:
        return _joined_integers(left, right)
    (wide, scale), (width, places) = digits(left), digits(right)
    finest, whole = max(scale, places), max(wide - scale, width - places)
    if whole + finest > 38 and left.precision and right.precision:
        return None
    return Type("decimal", (min(whole + finest, 38), finest))


def _joined_integers(left: Type, right: Type) -> Type | None:
    if (left.name in SIGNED) == (right.name in SIGNED):
        return _added(left, right)
    signed, unsigned = (left, right) if left.name in SIGNED else (right, left)
    bits = max(SIGNED[signed.name], 2 * UNSIGNED[unsigned.name])
    return next((Type(name) for name, width in SIGNED.items() if width == bits), None)


def join_all(values: Iterable[tuple[Type, int | None]]) -> Type | None:
    """The type that several values share; each comes with its value if it is an integer literal, which adapts."""
    found: Type | None = NULL
    pairs = list(values)
    for kind, literal in sorted(pairs, key=lambda pair: pair[1] is not None):
        if found is not None and not (literal is not None and found.is_integer and holds(found, literal)):
            found = join(found, kind)
    return found
