"""Window functions: one value for each row of a partition, of the rows around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from interlock.evaluation.frames import Stops, Unsupported
from interlock.evaluation.reference.aggregates import AGGREGATES, aggregate, aggregate_type
from interlock.evaluation.reference.kinds import BIGINT, DOUBLE
from interlock.ir.types import Type

Argument = tuple[Type, Sequence[Any]]
"""An argument: its type, and its values for the rows of the partition, in the order of the window."""
PLACES = {"row_number", "rank", "dense_rank", "rank_dense", "percent_rank", "cume_dist", "ntile"}
NEIGHBOURS = {"lag", "lead", "first_value", "last_value", "nth_value"}


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
    if name in ("percent_rank", "cume_dist"):
        return DOUBLE
    if name in PLACES:
        return BIGINT
    return kinds[0] if name in NEIGHBOURS else aggregate_type(name, kinds)


MOST_VALUES = 2_000_000
"""Frames are gone through one by one; what takes minutes is not judged."""


def window(
    name: str, arguments: Sequence[Argument], peers: Sequence[Any], bounds: Bounds | None = None
) -> tuple[Type, list[Any]]:
    """The type, and the values for the rows of one partition, which lie in the order of the window.

    `peers` gives a key for every row; rows that tie in the order have equal keys (without an order: all equal).
    `name` is a window function or any aggregate.
    """
    kind = window_type(name, [kind for kind, _ in arguments])
    columns = [values for _, values in arguments]
    first, last = _ties(peers)
    rows = range(len(peers))
    if name in PLACES:
        return kind, [_place(name, at, columns, first, last) for at in rows]
    if name in ("lag", "lead"):
        return kind, [_neighbour(columns, at, -1 if name == "lag" else 1) for at in rows]
    frames = [_frame(at, bounds or Bounds(), first, last) for at in rows]
    if name in NEIGHBOURS:
        return kind, [_seen(name, columns, at, frame) for at, frame in zip(rows, frames, strict=True)]
    if name not in AGGREGATES:
        raise Unsupported(f"the window function {name}")
    if sum(map(len, frames)) > MOST_VALUES:
        raise Unsupported("a window over so many rows")
    found = []
    for frame in frames:
        part = [(kind, values[frame.start : frame.stop]) for kind, values in arguments]
        found.append(aggregate(name, part, len(frame))[1])
    return kind, found


def _ties(peers: Sequence[Any]) -> tuple[list[int], list[int]]:
    """For every row, the first and the last row that tie with it."""
    first: list[int] = []
    for at, key in enumerate(peers):
        first.append(first[-1] if at and peers[at - 1] == key else at)
    last = [0] * len(first)
    for at in reversed(range(len(first))):
        last[at] = last[at + 1] if at + 1 < len(first) and first[at + 1] == first[at] else at
    return first, last


def _frame(at: int, bounds: Bounds, first: Sequence[int], last: Sequence[int]) -> range:
    count = len(first)
    if bounds.unit == "range" and {bounds.start, bounds.end} - {0, None}:
        raise Unsupported("a frame that reaches a distance in values")
    by_rows = bounds.unit == "rows"
    begin = 0 if bounds.start is None else at + bounds.start if by_rows else first[at]
    end = count if bounds.end is None else (at + bounds.end if by_rows else last[at]) + 1
    begin, end = max(begin, 0), min(end, count)
    return range(begin, max(begin, end))


def _place(name: str, at: int, columns: Sequence[Sequence[Any]], first: Sequence[int], last: Sequence[int]) -> Any:
    count = len(first)
    if name == "row_number":
        return at + 1
    if name == "rank":
        return first[at] + 1
    if name in ("dense_rank", "rank_dense"):
        return len({first[i] for i in range(at + 1)})
    if name == "percent_rank":
        return first[at] / (count - 1) if count > 1 else 0.0
    if name == "cume_dist":
        return (last[at] + 1) / count
    buckets = columns[0][at]
    if buckets is None:
        return None
    if buckets <= 0:
        raise Stops("rows are dealt into no bucket")
    size, larger = divmod(count, buckets)
    return at // (size + 1) + 1 if at < larger * (size + 1) else larger + (at - larger * (size + 1)) // size + 1


def _neighbour(columns: Sequence[Sequence[Any]], at: int, direction: int) -> Any:
    offset = columns[1][at] if len(columns) > 1 else 1
    if offset is None:
        return None
    place = at + direction * offset
    if 0 <= place < len(columns[0]):
        return columns[0][place]
    return columns[2][at] if len(columns) > 2 else None


def _seen(name: str, columns: Sequence[Sequence[Any]], at: int, frame: range) -> Any:
    if name == "nth_value":
        place = columns[1][at]
        return columns[0][frame[place - 1]] if place is not None and 1 <= place <= len(frame) else None
    if not frame:
        return None
    return columns[0][frame[0] if name == "first_value" else frame[-1]]
