"""Aggregates of how far values lie apart: variances and deviations."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from interlock.evaluation.reference import numbers
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.kinds import DOUBLE
from interlock.evaluation.reference.values import sort_key
from interlock.ir.types import Type

Values = Sequence[Any]


def _spread(values: Values) -> float:
    """The squared distances from the mean, added up one by one with the mean."""
    mean = squares = 0.0
    for count, value in enumerate(values, 1):
        distance = value - mean
        mean += distance / count
        squares += distance * (value - mean)
    return squares


def _middle(values: Sequence[float]) -> float:
    """The median of sorted values."""
    low, high = values[(len(values) - 1) // 2], values[len(values) // 2]
    return low if low == high else numbers.between(low, high, 0.5)


def spread(sample: int, root: bool) -> Callable[[Sequence[Type], Sequence[Values]], float | None]:
    """The variance of a sample (1) or a population (0), or its root: of the sorted distances from the median."""

    def compute(kinds: Sequence[Type], columns: Sequence[Values]) -> float | None:
        values = sorted((cast(value, kinds[0], DOUBLE) for value in columns[0] if value is not None), key=sort_key())
        if len(values) <= sample:
            return None
        middle = _middle(values)
        squares = _spread([value - middle for value in values]) if len(values) > 1 else 0.0
        found = squares / (len(values) - sample)
        if not root:
            return found
        return math.sqrt(found) if found >= 0 else math.nan

    return compute
