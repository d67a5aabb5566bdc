"""Which type comes of two: the types of arithmetic, and the type that several values share, as DuckDB 2.0 decides them."""

from __future__ import annotations

from collections.abc import Iterable

from interlock.ir.types import Type

SIGNED = ("tinyint", "smallint", "integer", "bigint", "hugeint")
UNSIGNED = ("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint")
BITS: dict[str, int] = {name: 8 << level for names in (SIGNED, UNSIGNED) for level, name in enumerate(names)}
DIGITS: dict[str, int] = dict(zip(SIGNED + UNSIGNED, (3, 5, 10, 19, 38, 3, 5, 10, 20, 38), strict=True))
MOMENTS = ("date", "timestamp_s", "timestamp_ms", "timestamp", "timestamp_ns")
"""Points in time without a zone, from the coarsest to the finest, as values of both meet."""

BIGINT, BOOLEAN, DATE, DOUBLE, FLOAT, INTEGER, INTERVAL, NULL, TIME, TIMESTAMP, VARCHAR = (
    Type(name) for name in "bigint boolean date double float integer interval null time timestamp varchar".split()
)


def holds(kind: Type, value: int) -> bool:
    """Whether an integer type can hold a value.

    >>> holds(Type("tinyint"), 127), holds(Type("utinyint"), -1)
    (True, False)
    """
    bits = BITS[kind.name]
    if kind.name in UNSIGNED:
        return 0 <= value < 1 << bits
    return -(1 << (bits - 1)) <= value < 1 << (bits - 1)


def literal_type(value: int) -> Type | None:
    """The type DuckDB gives an integer literal; None when it is too large for any."""
    for name in ("integer", "bigint", "hugeint", "uhugeint"):
        if holds(Type(name), value):
            return Type(name)
    return None


def settle(left: Type, right: Type, left_literal: int | None, right_literal: int | None) -> tuple[Type, Type]:
    """Both types, once an integer literal has taken on the integer type of the other side if it fits there."""
    if left_literal is not None and right_literal is None and right.is_integer and holds(right, left_literal):
        return right, right
    if right_literal is not None and left_literal is None and left.is_integer and holds(left, right_literal):
        return left, left
    return left, right


def arithmetic(op: str, left: Type, right: Type) -> Type | None:
    """The type of `left op right` for two numbers; None when the result has too many digits for a decimal.

    >>> str(arithmetic("*", Type("decimal", (5, 2)), Type("bigint")))
    'decimal(24,2)'
    """
    if op == "**":
        return DOUBLE
    if left.is_float or right.is_float:
        return FLOAT if "double" not in (left.name, right.name) else DOUBLE
    if op == "/":
        return DOUBLE
    if left.is_integer and right.is_integer:
        return _integer_sum(left.name, right.name)
    if op == "*":
        return _decimal_product(left, right)
    (width, scale), (other, digits) = shape(left), shape(right)
    finest = max(scale, digits)
    whole = max(width - scale, other - digits) + finest
    if op == "%":
        return Type("decimal", (whole, finest)) if whole <= 38 else DOUBLE
    return Type("decimal", (min(whole + 1, 38), finest))


def shape(kind: Type) -> tuple[int, int]:
    """The width and scale of a number as a decimal."""
    return kind.precision or (DIGITS.get(kind.name, 18), 0)


def _decimal_product(left: Type, right: Type) -> Type | None:
    (width, scale), (other, digits) = shape(left), shape(right)
    if scale + digits > 38:
        return None
    total = width + other
    if total > 18 and width <= 18 and other <= 18 and scale + digits < 18:
        total = 18
    return Type("decimal", (min(total, 38), scale + digits))


def _integer_sum(left: str, right: str) -> Type:
    names = SIGNED if left in SIGNED else UNSIGNED
    if (left in SIGNED) == (right in SIGNED):
        return Type(max(left, right, key=names.index))
    signed, unsigned = (left, right) if left in SIGNED else (right, left)
    if unsigned == "uhugeint":
        return DOUBLE
    if BITS[signed] > BITS[unsigned]:
        return Type(signed)
    return Type("hugeint") if unsigned == "ubigint" else BIGINT


def _integer_join(left: str, right: str) -> Type | None:
    names = SIGNED if left in SIGNED else UNSIGNED
    if (left in SIGNED) == (right in SIGNED):
        return Type(max(left, right, key=names.index))
    signed, unsigned = (left, right) if left in SIGNED else (right, left)
    if unsigned == "uhugeint":
        return None
    return Type(max(signed, SIGNED[UNSIGNED.index(unsigned) + 1], key=SIGNED.index))


def join(left: Type, right: Type) -> Type | None:
    """The type that holds values of both without a change of meaning, as in `coalesce`; None when there is none.

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
        return _number_join(left, right)
    if left.name in MOMENTS and right.name in MOMENTS:
        return Type(max(left.name, right.name, key=MOMENTS.index))
    if left.name == right.name == "list" and left.element and right.element:
        element = join(left.element, right.element)
        return Type("list", element=element) if element else None
    return None


def _number_join(left: Type, right: Type) -> Type | None:
    if left.is_float or right.is_float:
        return FLOAT if "double" not in (left.name, right.name) else DOUBLE
    if left.is_integer and right.is_integer:
        return _integer_join(left.name, right.name)
    (width, scale), (other, digits) = shape(left), shape(right)
    finest, whole = max(scale, digits), max(width - scale, other - digits)
    if whole + finest > 38 and left.precision and right.precision:
        return None  # DuckDB would round one of the two without a word
    return Type("decimal", (min(whole + finest, 38), finest))


def compares(left: Type, right: Type) -> bool:
    """Whether values of the two types can be told apart or ordered.

    >>> compares(Type("date"), Type("timestamp")), compares(Type("varchar"), Type("bigint"))
    (True, False)
    """
    return join(left, right) is not None or (left.precision is not None and right.precision is not None)


def join_all(values: Iterable[tuple[Type, int | None]]) -> Type | None:
    """The type that several values share; each comes with its value if it is an integer literal."""
    pairs = list(values)
    found = NULL
    for kind, literal in pairs:
        if literal is None:
            joined = join(found, kind)
            if joined is None:
                return None
            found = joined
    for kind, literal in pairs:
        if literal is None or (found.is_integer and holds(found, literal)):
            continue
        joined = join(found, kind)
        if joined is None:
            return None
        found = joined
    return found
