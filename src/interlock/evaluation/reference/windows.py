"""Window functions: one value for each row of a partition, of the rows around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from interlock.ir.types import Type

Argument = tuple[Type, Sequence[Any]]
"""An argument: its type, and its values for the rows of the partition, in the order of the window."""


@dataclass(frozen=True)
class Bounds:
    """Which rows around a row a function sees: `rows` counts rows, `range` goes by the order (peers included).

    `start` and `end` count from the row (-2 is two before, 0 the row itself); None is unbounded. With `range`, only
    0 and None are interpreted here: 0 includes all peers.
    """

    unit: str = "range"
    start: int | None = None
    end: int | None = 0


def window_type(name: str, kinds: Sequence[Type]) -> Type:
    """The type of a window function or windowed aggregate over arguments of these types."""
    raise NotImplementedError


def window(
    name: str, arguments: Sequence[Argument], peers: Sequence[Any], bounds: Bounds | None = None
) -> tuple[Type, list[Any]]:
    """The type, and the values for the rows of one partition, which lie in the order of the window.

    `peers` gives a key for every row; rows that tie in the order have equal keys (without an order: all equal).
    `name` is a window function or any aggregate.
    """
    raise NotImplementedError
