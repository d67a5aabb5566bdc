"""Aggregates: one value of many rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from functools import cmp_to_key, reduce
from typing import Any

from interlock.evaluation.frames import Unsupported
from interlock.evaluation.reference import moments, numbers
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.kinds import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    FLOAT,
    HUGEINT,
    INTERVAL,
    STAMPS,
    TIMESTAMP,
    VARCHAR,
    holds,
)
from interlock.evaluation.reference.kinds import list_of as list_of_kind
from interlock.evaluation.reference.spreads import spread
from interlock.evaluation.reference.terms import MayStop
from interlock.evaluation.reference.values import Endless, compare, group_key, key_of
from interlock.ir.types import Type

Argument = tuple[Type, Sequence[Any]]
"""An argument of an aggregate: its type, and its values in the order of the rows."""
Values = Sequence[Any]


@dataclass(frozen=True)
class Aggregate:
    """One aggregate: the type of its result by those of its arguments, and its value by types and values."""

    result: Callable[[Sequence[Type]], Type]
    compute: Callable[[Sequence[Type], Sequence[Values]], Any]


def aggregate_type(name: str, kinds: Sequence[Type]) -> Type:
    """The type of an aggregate (any of its names) over arguments of these types; `count` takes none or one."""
    return _named(name).result(kinds)


def aggregate(name: str, arguments: Sequence[Argument], rows: int = 0, *, distinct: bool = False) -> tuple[Type, Any]:
    """The type and value of an aggregate over rows in their order.

    Sums and means of floats are exact, rounded once; standard deviations are taken over the sorted distances from the
    median. `rows` is what `count` without an argument counts. A constant (the fraction of a quantile, a separator) is an
    argument whose values are all that. `distinct` drops rows whose arguments all occurred before.
    """
    found = _named(name)
    kinds = [kind for kind, _ in arguments]
    if not arguments:
        return found.result(kinds), rows
    table = list(zip(*(values for _, values in arguments), strict=True))
    if distinct:
        table = list({key_of(row): row for row in reversed(table)}.values())[::-1]
    columns = [list(column) for column in zip(*table, strict=True)] or [[] for _ in arguments]
    return found.result(kinds), found.compute(kinds, columns)


def known(values: Values) -> list[Any]:
    return [value for value in values if value is not None]


def exact_sum(values: Values) -> float:
    """The sum of floats, rounded once."""
    if any(math.isnan(value) for value in values):
        return math.nan
    endless = {value for value in values if math.isinf(value)}
    if endless:
        return endless.pop() if len(endless) == 1 else math.nan
    total = sum(map(Fraction, values), Fraction())
    try:
        return float(total)
    except OverflowError:
        return math.inf if total > 0 else -math.inf


def _sum_type(kinds: Sequence[Type]) -> Type:
    kind = kinds[0]
    if kind.precision:
        return Type("decimal", (38, kind.precision[1]))
    if kind.is_float or kind.name == "uhugeint":
        return DOUBLE
    if kind.is_integer or kind.name in ("boolean", "null"):
        return HUGEINT
    raise Unsupported(f"the sum of {kind}")


def _sum(kinds: Sequence[Type], columns: Sequence[Values]) -> Any:
    values = known(columns[0])
    return total(kinds[0], values) if values else None


def total(kind: Type, values: Values) -> Any:
    """The sum of values that are not null, as the type of a sum."""
    result = _sum_type([kind])
    if result == DOUBLE:
        return exact_sum([float(value) for value in values])
    if result == HUGEINT:
        found = numbers.integer(sum(values), HUGEINT, "a sum")
        if not all(
            holds(HUGEINT, sum(filter(sign, values))) for sign in (lambda value: value > 0, lambda value: value < 0)
        ):
            raise MayStop("a sum is out of the range of hugeint on the way, in some order of its rows")
        return found
    return numbers.decimal(sum(map(Fraction, values), Fraction()), result, "a sum")


def _mean_type(kinds: Sequence[Type]) -> Type:
    return TIMESTAMP if kinds[0].name in STAMPS else kinds[0] if kinds[0].name in ("time", "interval") else DOUBLE


def _mean(kinds: Sequence[Type], columns: Sequence[Values]) -> Any:
    values = known(columns[0])
    if not values:
        return None
    if not kinds[0].is_numeric and kinds[0].name != "boolean":
        raise Unsupported(f"the mean of {kinds[0]}")
    found = total(kinds[0], values)
    if isinstance(found, Decimal):
        units = int(found.scaleb((kinds[0].precision or (0, 0))[1], numbers.EXACT))
        return float(units) / (len(values) * 10.0 ** (kinds[0].precision or (0, 0))[1])
    return float(found) / len(values)


def _best(sign: int) -> Callable[[Sequence[Type], Sequence[Values]], Any]:
    def choose(kinds: Sequence[Type], columns: Sequence[Values]) -> Any:
        values = known(columns[0])
        return reduce(lambda a, b: b if sign * compare(b, a) > 0 else a, values) if values else None

    return choose


def ordered(values: Values) -> list[Any]:
    return sorted(values, key=cmp_to_key(compare))


def _middle_type(kinds: Sequence[Type]) -> Type:
    kind = kinds[0]
    if kind.is_integer or kind.name == "null":
        return DOUBLE
    return TIMESTAMP if kind.name == "date" else kind


def _units(value: Any, kind: Type) -> Any:
    """A value as a number to interpolate with: whole for decimals and moments."""
    if isinstance(value, Endless):
        raise Unsupported("a value between infinite dates")
    if kind.precision:
        return int(value.scaleb(kind.precision[1], numbers.EXACT))
    if isinstance(value, date):
        return moments.micros_of(value)
    return moments.clock_micros(value) if isinstance(value, time) else float(value)


def interpolated(kind: Type, values: Values, fraction: float) -> Any:
    """The value at a fraction of the sorted values, between two of them if need be."""
    result = _middle_type([kind])
    if kind.is_text or kind.name in ("boolean", "interval"):
        if kind.name == "interval":
            raise Unsupported("a quantile of intervals")
        return _at(values, fraction)
    at = (len(values) - 1) * fraction
    low, high = math.floor(at), math.ceil(at)
    pair = ordered(values)
    one, other = (_units(pair[place], kind) for place in (low, high))
    if isinstance(one, float):
        if low == high:
            return numbers.narrow(one) if result == FLOAT else one
        if result == FLOAT:
            return numbers.narrow(one + (other - one) * (at - low))
        return numbers.between(one, other, at - low)
    if low == high:
        return _back(one, result)
    if kind.is_temporal:
        return _back(numbers.away(Fraction(numbers.between(float(one), float(other), at - low))), result)
    if max(abs(one), abs(other)) > 2**53 and (kind.precision or (38, 0))[0] <= 18:
        raise Unsupported("a quantile between decimals of 16 to 18 digits")
    return _back(one + int((other - one) * (at - low)), result)


def _back(units: int, kind: Type) -> Any:
    if kind.precision:
        return Decimal(units).scaleb(-kind.precision[1], numbers.EXACT)
    return moments.clock_of(units) if kind.name == "time" else moments.stamp_of(units)


def _at(values: Values, fraction: float) -> Any:
    """The value at a fraction of the sorted values, one of them."""
    place = len(values) - math.floor(len(values) - fraction * len(values)) - 1
    return ordered(values)[min(max(place, 0), len(values) - 1)]


def _fraction(columns: Sequence[Values], kinds: Sequence[Type]) -> float:
    if kinds[1].element:
        raise Unsupported("several quantiles at once")
    fraction = float(columns[1][0])
    if not 0 <= fraction <= 1:
        raise Unsupported("a fraction beyond 0 to 1")
    return fraction


def _median(kinds: Sequence[Type], columns: Sequence[Values]) -> Any:
    values = known(columns[0])
    return interpolated(kinds[0], values, 0.5) if values else None


def _quantile_cont(kinds: Sequence[Type], columns: Sequence[Values]) -> Any:
    values = known(columns[0])
    return interpolated(kinds[0], values, _fraction(columns, kinds)) if values else None


def _quantile_disc(kinds: Sequence[Type], columns: Sequence[Values]) -> Any:
    values = known(columns[0])
    return _at(values, _fraction(columns, kinds)) if values else None


def _mad_type(kinds: Sequence[Type]) -> Type:
    return INTERVAL if kinds[0].is_temporal else _middle_type(kinds)


def _mad(kinds: Sequence[Type], columns: Sequence[Values]) -> Any:
    values = known(columns[0])
    if not values:
        return None
    if kinds[0].is_temporal:
        raise Unsupported("the median distance of moments")
    kind = _middle_type(kinds)
    middle = interpolated(kinds[0], values, 0.5)
    if kind.precision:
        distances = [numbers.EXACT.abs(numbers.EXACT.subtract(value, middle)) for value in values]
    else:
        distances = [abs(float(value) - float(middle)) for value in values]
    return interpolated(kind, distances, 0.5)


def _counted(values: Values) -> dict[Any, tuple[Any, int]]:
    """Every different value, by its group key, with how often it occurs, in the order of their first places."""
    found: dict[Any, tuple[Any, int]] = {}
    for value in values:
        first, count = found.get(group_key(value), (value, 0))
        found[group_key(value)] = (first, count + 1)
    return found


def _histogram(kinds: Sequence[Type], columns: Sequence[Values]) -> dict[Any, int] | None:
    counts = dict(_counted(known(columns[0])).values())
    return {value: counts[value] for value in ordered(list(counts))} if counts else None


def _mode(kinds: Sequence[Type], columns: Sequence[Values]) -> Any:
    counts = _counted(known(columns[0])).values()
    return max(counts, key=lambda pair: pair[1])[0] if counts else None


def _bits(combine: Callable[[int, int], int]) -> Callable[[Sequence[Type], Sequence[Values]], int | None]:
    def compute(kinds: Sequence[Type], columns: Sequence[Values]) -> int | None:
        values = known(columns[0])
        return reduce(combine, values) if values else None

    return compute


def _joined(kinds: Sequence[Type], columns: Sequence[Values]) -> str | None:
    separator = "," if len(columns) == 1 else next(iter(columns[1]), "")
    texts = [cast(value, kinds[0], VARCHAR) for value in known(columns[0])]
    return separator.join(texts) if texts else None


def _by(sign: int) -> Callable[[Sequence[Type], Sequence[Values]], Any]:
    def choose(kinds: Sequence[Type], columns: Sequence[Values]) -> Any:
        rows = [row for row in zip(*columns, strict=True) if None not in row[:2]]
        return reduce(lambda a, b: b if sign * compare(b[1], a[1]) > 0 else a, rows)[0] if rows else None

    return choose


def _count_if(kinds: Sequence[Type], columns: Sequence[Values]) -> int | None:
    values = known(columns[0])
    return sum(values) if values else None


def _first(kinds: Sequence[Type]) -> Type:
    return kinds[0]


def _fixed(kind: Type) -> Callable[[Sequence[Type]], Type]:
    return lambda kinds: kind


def _on_known(pick: Callable[[Values], Any]) -> Callable[[Sequence[Type], Sequence[Values]], Any]:
    """What is picked of the values that are not null; null when there are none."""
    return lambda kinds, columns: pick(known(columns[0])) if known(columns[0]) else None


def _on_all(pick: Callable[[Values], Any]) -> Callable[[Sequence[Type], Sequence[Values]], Any]:
    return lambda kinds, columns: pick(columns[0]) if columns[0] else None


_TABLE: dict[str, Aggregate] = {
    "count count_star": Aggregate(_fixed(BIGINT), lambda kinds, columns: len(known(columns[0]))),
    "count_if countif": Aggregate(_fixed(HUGEINT), _count_if),
    "sum": Aggregate(_sum_type, _sum),
    "avg mean": Aggregate(_mean_type, _mean),
    "min": Aggregate(_first, _best(-1)),
    "max": Aggregate(_first, _best(1)),
    "median": Aggregate(_middle_type, _median),
    "quantile_cont": Aggregate(_middle_type, _quantile_cont),
    "quantile_disc quantile": Aggregate(_first, _quantile_disc),
    "stddev_samp stddev": Aggregate(_fixed(DOUBLE), spread(1, True)),
    "stddev_pop": Aggregate(_fixed(DOUBLE), spread(0, True)),
    "var_samp variance": Aggregate(_fixed(DOUBLE), spread(1, False)),
    "var_pop": Aggregate(_fixed(DOUBLE), spread(0, False)),
    "bool_and every": Aggregate(_fixed(BOOLEAN), _on_known(all)),
    "bool_or": Aggregate(_fixed(BOOLEAN), _on_known(any)),
    "bit_and": Aggregate(_first, _bits(lambda a, b: a & b)),
    "bit_or": Aggregate(_first, _bits(lambda a, b: a | b)),
    "bit_xor": Aggregate(_first, _bits(lambda a, b: a ^ b)),
    "mad": Aggregate(_mad_type, _mad),
    "histogram": Aggregate(
        lambda kinds: Type("map", fields=(("key", kinds[0]), ("value", Type("ubigint")))), _histogram
    ),
    "first": Aggregate(_first, _on_all(lambda values: values[0])),
    "last": Aggregate(_first, _on_all(lambda values: values[-1])),
    "any_value arbitrary": Aggregate(_first, _on_known(lambda values: values[0])),
    "string_agg group_concat listagg": Aggregate(_fixed(VARCHAR), _joined),
    "list array_agg": Aggregate(lambda kinds: list_of_kind(kinds[0]), _on_all(list)),
    "arg_max argmax max_by": Aggregate(_first, _by(1)),
    "arg_min argmin min_by": Aggregate(_first, _by(-1)),
    "mode": Aggregate(_first, _mode),
}
AGGREGATES: dict[str, Aggregate] = {name: row for names, row in _TABLE.items() for name in names.split()}
"""Every aggregate, by every name."""


def _named(name: str) -> Aggregate:
    if name.lower() not in AGGREGATES:
        raise Unsupported(f"the aggregate {name}")
    return AGGREGATES[name.lower()]
