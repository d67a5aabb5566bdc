"""Aggregates of how far values lie apart: variances, deviations, covariances, correlations."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

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
    return low if low == high else low + (high - low) * 0.5


def stddev_samp(kinds: Sequence[Type], columns: Sequence[Values]) -> float | None:
    """The deviation of a sample, of the sorted distances from the median."""
    values = sorted((cast(value, kinds[0], DOUBLE) for value in columns[0] if value is not None), key=sort_key())
    if len(values) < 2:
        return None
    middle = _middle(values)
    squares = _spread([value - middle for value in values])
    return math.sqrt(squares / (len(values) - 1)) if squares >= 0 else math.nan


def variance(sample: int, root: bool) -> Callable[[Sequence[Type], Sequence[Values]], float | None]:
    """The variance of a sample (1) or a population (0), or its root; the values are taken in their order."""

    def compute(kinds: Sequence[Type], columns: Sequence[Values]) -> float | None:
        values = [cast(value, kinds[0], DOUBLE) for value in columns[0] if value is not None]
        if len(values) <= sample:
            return None
        found = _spread(values) / (len(values) - sample) if len(values) > 1 else 0.0
        return math.sqrt(found) if root and found >= 0 else found

    return compute


def _pairs(columns: Sequence[Values]) -> list[tuple[float, float]]:
    return [(float(y), float(x)) for y, x in zip(*columns, strict=True) if y is not None and x is not None]


def covariance(sample: int) -> Callable[[Sequence[Type], Sequence[Values]], float | None]:
    """The covariance of a sample (1) or a population (0)."""

    def compute(kinds: Sequence[Type], columns: Sequence[Values]) -> float | None:
        pairs = _pairs(columns)
        if len(pairs) <= sample:
            return None
        mean_x = mean_y = together = 0.0
        for count, (y, x) in enumerate(pairs, 1):
            distance = x - mean_x
            mean_x += distance / count
            mean_y += (y - mean_y) / count
            together += distance * (y - mean_y)
        return together / (len(pairs) - sample)

    return compute


def correlation(kinds: Sequence[Type], columns: Sequence[Values]) -> float | None:
    """The correlation of the pairs without nulls."""
    pairs = _pairs(columns)
    if not pairs:
        return None
    together = covariance(0)([DOUBLE, DOUBLE], list(zip(*pairs, strict=True)))
    deviations = [variance(0, True)([DOUBLE], [side]) or 0.0 for side in zip(*pairs, strict=True)]
    return math.nan if not all(deviations) or together is None else together / (deviations[0] * deviations[1])
