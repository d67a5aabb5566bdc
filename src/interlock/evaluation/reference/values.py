"""Values compared, ordered and grouped as SQL does it.

Text is ordered by code point; NaN equals itself and is larger than every number; -0.0 equals 0.0; false comes before
true; lists compare item by item, a shorter one first where they agree; structs field by field; nulls inside of lists
and structs equal each other and are larger than everything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cmp_to_key
from typing import Any

from interlock.evaluation.frames import Span

DAY = 86_400_000_000
"""The microseconds of a day."""


@dataclass(frozen=True, slots=True)
class Endless:
    """The date or timestamp `infinity` (sign 1) or `-infinity` (sign -1), which Python has no value for."""

    sign: int


def span_length(span: Span) -> int:
    """An interval as microseconds, a month as 30 days: how intervals are compared."""
    return (span.months * 30 + span.days) * DAY + span.microseconds


def compare(one: Any, other: Any) -> int:
    """-1, 0 or 1 as `one` comes before, with or after `other`; null only inside of lists and structs, and last."""
    if one is None or other is None:
        return (one is None) - (other is None)
    odd, even = _is_nan(one), _is_nan(other)
    if odd or even:
        return odd - even
    if isinstance(one, Span):
        one, other = span_length(one), span_length(other)
    if isinstance(one, list):
        return compare_all(one, other)
    if isinstance(one, dict):  # the fields of a struct have the same names, the entries of a map their own keys
        return compare_all(*([part for entry in each.items() for part in entry] for each in (one, other)))
    if isinstance(one, Endless) or isinstance(other, Endless):
        one = one.sign if isinstance(one, Endless) else 0
        other = other.sign if isinstance(other, Endless) else 0
    elif isinstance(one, datetime) != isinstance(other, datetime) and isinstance(one, date):
        one, other = _midnight(one), _midnight(other)
    return (one > other) - (one < other)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _midnight(moment: Any) -> datetime:
    return moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)


def compare_all(one: Sequence[Any], other: Sequence[Any]) -> int:
    """Two sequences, item by item; the shorter one comes first where they agree."""
    for left, right in zip(one, other, strict=False):
        if order := compare(left, right):
            return order
    return (len(one) > len(other)) - (len(one) < len(other))


def equal(one: Any, other: Any) -> bool | None:
    """`one = other`: null if either is null."""
    return None if one is None or other is None else compare(one, other) == 0


def same(one: Any, other: Any) -> bool:
    """`one is not distinct from other`: nulls equal each other."""
    return compare(one, other) == 0


def sort_key(*, descending: bool = False, nulls_first: bool = False) -> Callable[[Any], Any]:
    """A key for `sorted` that orders values; nulls stand where they are told to, whatever the direction.

    >>> sorted([2, None, 1], key=sort_key(descending=True))
    [2, 1, None]
    """

    def order(one: Any, other: Any) -> int:
        if one is None or other is None:
            return ((other is None) - (one is None)) * (1 if nulls_first else -1)
        return -compare(one, other) if descending else compare(one, other)

    return cmp_to_key(order)


def group_key(value: Any) -> Any:
    """A hashable stand-in that is equal for values that are not distinct: what `distinct`, groups and keys go by."""
    if isinstance(value, float):
        return ("nan",) if math.isnan(value) else value + 0.0
    if isinstance(value, list):
        return ("list", *map(group_key, value))
    if isinstance(value, dict):
        return ("struct", *((name, group_key(part)) for name, part in value.items()))
    if isinstance(value, Span):
        return ("span", span_length(value))
    if isinstance(value, (bool, str)):
        return (type(value).__name__, value)
    return value


def key_of(values: Sequence[Any]) -> tuple[Any, ...]:
    """The group key of several values together."""
    return tuple(map(group_key, values))
