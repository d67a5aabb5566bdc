"""The type that two values have in common."""

from __future__ import annotations

from interlock.ir.types import Type


def common_type(left: Type, right: Type) -> Type | None:
    """The type both values fit in without a change of meaning, or None.

    Integers widen to integers, integers and decimals to decimals or double, dates to timestamps; text never
    becomes a number and a number never text.
    """
    if left == right or right.is_null:
        return left
    if left.is_null:
        return right
    if left.is_text and right.is_text:
        return Type("varchar")
    if left.is_numeric and right.is_numeric:
        return _common_number(left, right)
    if left.is_temporal and right.is_temporal and "time" not in (left.name, right.name):
        order = ["date", "timestamp_s", "timestamp_ms", "timestamp", "timestamp_ns", "timestamptz"]
        return max(left, right, key=lambda kind: order.index(kind.name))
    if left.name == right.name == "list" and left.element and right.element:
        element = common_type(left.element, right.element)
        return Type("list", element=element) if element else None
    return None


_SIGNED = ["tinyint", "smallint", "integer", "bigint", "hugeint"]
_UNSIGNED = ["utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"]
_DIGITS = {
    "tinyint": 3,
    "smallint": 5,
    "integer": 10,
    "bigint": 19,
    "utinyint": 3,
    "usmallint": 5,
    "uinteger": 10,
    "ubigint": 20,
}


def _common_number(left: Type, right: Type) -> Type:
    if left.is_float or right.is_float:
        single = "float" in (left.name, right.name) and "double" not in (left.name, right.name)
        return (
            Type("float")
            if single and (left.name == right.name or left.is_integer or right.is_integer)
            else Type("double")
        )
    if left.name == "decimal" or right.name == "decimal":
        (lw, ls), (rw, rs) = _decimal_shape(left), _decimal_shape(right)
        scale = max(ls, rs)
        width = max(lw - ls, rw - rs) + scale
        return Type("decimal", precision=(width, scale)) if width <= 38 else Type("double")
    signed = [kind.name for kind in (left, right) if kind.name in _SIGNED]
    unsigned = [kind.name for kind in (left, right) if kind.name in _UNSIGNED]
    if not unsigned:
        return Type(max(signed, key=_SIGNED.index))
    if not signed:
        return Type(max(unsigned, key=_UNSIGNED.index))
    level = max(_SIGNED.index(signed[0]), _UNSIGNED.index(unsigned[0]) + 1)
    return Type(_SIGNED[level]) if level < len(_SIGNED) else Type("double")


def _decimal_shape(kind: Type) -> tuple[int, int]:
    return kind.precision or (_DIGITS.get(kind.name, 38), 0)
