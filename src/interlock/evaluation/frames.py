"""Tables as plain Python: what a generator draws, a reference interpreter computes, and a run is compared with.

Values by SQL type: whole numbers are `int`; float and double are `float`; decimals `Decimal`; varchar and enum `str`;
boolean `bool`; blob `bytes`; date `date`; time `time`; all timestamps naive `datetime` (timestamptz: aware, in UTC);
interval `Span`; uuid `UUID`; lists `list`; structs `dict` in the order of their fields; maps `dict`; json `str` (its text).
A missing value is `None`. A timestamp_ns keeps microseconds only: cases never hold finer ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.ir.types import Type

Row = tuple[Any, ...]


class Stops(Exception):
    """A value for which the documented meaning is that the run stops: an overflow, a cast that fails, a bad pattern.

    `reason` says which documented error it is, `made` the nodes whose tables are known all the same.
    """

    def __init__(self, reason: str, made: Iterable[str] = ()) -> None:
        super().__init__(reason)
        self.reason, self.made = reason, frozenset(made)


class Unsupported(Exception):
    """Something that the reference does not interpret; such a case is counted apart, never as agreement."""


@dataclass(frozen=True, slots=True)
class Span:
    """An interval: months, days and microseconds are kept apart, as SQL keeps them."""

    months: int = 0
    days: int = 0
    microseconds: int = 0


@dataclass(frozen=True)
class Frame:
    """A table: named, typed columns and rows of Python values in a defined order."""

    columns: tuple[tuple[str, Type], ...]
    rows: tuple[Row, ...] = ()

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.columns]

    @property
    def types(self) -> list[Type]:
        return [kind for _, kind in self.columns]

    def index(self, name: str) -> int:
        """The place of a column, found whatever its case; raises KeyError."""
        for place, each in enumerate(self.names):
            if each.casefold() == name.casefold():
                return place
        raise KeyError(name)

    def values(self, name: str) -> list[Any]:
        """A column's values in the order of the rows."""
        place = self.index(name)
        return [row[place] for row in self.rows]

    def with_rows(self, rows: Sequence[Row]) -> Frame:
        """The same columns with other rows."""
        return Frame(self.columns, tuple(rows))
