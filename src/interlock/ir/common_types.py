"""The type that two values have in common, and what becomes of values that are made one of it."""

from __future__ import annotations

from interlock.ir.types import Type


def common_type(left: Type, right: Type) -> Type | None:
    """The type both values fit in without a change of meaning, or None.

    Integers widen to integers, integers and decimals to decimals, hugeint or double, dates to timestamps; text never
    becomes a number and a number never text. A double may not tell apart what differs (`tells_apart`), and a date or
    timestamp may be beyond the range of a finer type (`always_fits`): no type holds both.

    >>> str(common_type(Type("hugeint"), Type("decimal", (38, 0))))
    'hugeint'
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
        return max(left, right, key=lambda kind: _MOMENTS.index(kind.name))
    if left.name == right.name == "list" and left.element and right.element:
        element = common_type(left.element, right.element)
        return Type("list", element=element) if element else None
    return None


def always_fits(kind: Type, common: Type) -> bool:
    """Whether every value of a type is one of a common type; if not, a cast of some values stops.

    >>> always_fits(Type("bigint"), Type("double")), always_fits(Type("date"), Type("timestamp"))
    (True, False)
    """
    if kind.element and common.element:
        return always_fits(kind.element, common.element)
    if kind == common or not kind.is_temporal:
        return True
    return common.name == "timestamptz" and kind.name in ("timestamp", "timestamp_ns")


def tells_apart(kind: Type, common: Type) -> bool:
    """Whether values of a type that differ are also different in a common type.

    >>> tells_apart(Type("integer"), Type("double")), tells_apart(Type("bigint"), Type("double"))
    (True, False)
    """
    if kind.element and common.element:
        return tells_apart(kind.element, common.element)
    if kind.name == "timestamp_ns":
        return common.name != "timestamptz"  # which counts microseconds
    if not common.is_float or kind.is_float or kind.is_null:
        return True
    return (kind.precision[0] if kind.precision else _DIGITS[kind.name]) <= (15 if common.name == "double" else 6)


_MOMENTS = ["date", "timestamp_s", "timestamp_ms", "timestamp", "timestamp_ns", "timestamptz"]
_SIGNED = ["tinyint", "smallint", "integer", "bigint", "hugeint"]
_UNSIGNED = ["utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"]
_DIGITS = {
    "tinyint": 3,
    "smallint": 5,
    "integer": 10,
    "bigint": 19,
    "hugeint": 39,
    "utinyint": 3,
    "usmallint": 5,
    "uinteger": 10,
    "ubigint": 20,
    "uhugeint": 39,
}


def _common_number(left: Type, right: Type) -> Type:
    if left.is_float or right.is_float:
        single = not {"double", "uhugeint"} & {left.name, right.name}  # whose largest number is beyond a float's
        return (
            Type("float")
            if single and (left.name == right.name or left.is_integer or right.is_integer)
            else Type("double")
        )
    if left.name == "decimal" or right.name == "decimal":
        (lw, ls), (rw, rs) = _decimal_shape(left), _decimal_shape(right)
        scale = max(ls, rs)
        if scale == 0 and "hugeint" in (left.name, right.name):
            return Type("hugeint")
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
    return kind.precision or (_DIGITS[kind.name], 0)
