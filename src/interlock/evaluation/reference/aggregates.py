"""Aggregates: one value of many rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from interlock.ir.types import Type

Argument = tuple[Type, Sequence[Any]]
"""An argument of an aggregate: its type, and its values in the order of the rows."""


def aggregate_type(name: str, kinds: Sequence[Type]) -> Type:
    """The type of an aggregate (any of its names) over arguments of these types; `count` takes none or one."""
    raise NotImplementedError


def aggregate(name: str, arguments: Sequence[Argument], rows: int = 0, *, distinct: bool = False) -> tuple[Type, Any]:
    """The type and value of an aggregate over rows in their order.

    Sums and means of floats are exact, rounded once; standard deviations are taken over sorted values. `rows` is what
    `count` without an argument counts. A constant (the fraction of a quantile, a separator) is an argument whose
    values are all that. `distinct` drops rows whose arguments all occurred before.
    """
    raise NotImplementedError
