"""What the generator knows of a result: its columns, how far their values reach, how many rows, what is unique."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from interlock.ir.types import Type


@dataclass(frozen=True)
class Col:
    """A column of a result.

    `reach` bounds the values: the largest absolute value of a number, the longest length of a text, days from
    2000-01-01 of a date or timestamp, days of an interval; infinite where nothing is known. `sample` are values that
    may occur, for literals to meet; `nullable` is False only where no null can be.
    """

    name: str
    type: Type
    nullable: bool = True
    reach: float = math.inf
    sample: tuple[Any, ...] = ()

    @property
    def tame(self) -> bool:
        """Whether dates and times are far enough from the edges of the calendar to be moved about."""
        return self.reach <= 300_000

    def named(self, name: str) -> Col:
        return replace(self, name=name)

    def maybe_null(self) -> Col:
        return self if self.nullable else replace(self, nullable=True)


@dataclass(frozen=True)
class Known:
    """What is known of a result: `most` and `least` rows, `keys` that are unique in it, the `order` it is proven to have.

    `order` holds sort keys as a contract writes them.
    """

    columns: tuple[Col, ...]
    most: int = 0
    least: int = 0
    keys: tuple[tuple[str, ...], ...] = ()
    order: tuple[dict[str, Any], ...] = ()

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.columns]

    def get(self, name: str) -> Col:
        """The column of that name, whatever its case."""
        return next(each for each in self.columns if each.name.casefold() == name.casefold())

    def has(self, name: str) -> bool:
        folded = name.casefold()
        return any(each.name.casefold() == folded for each in self.columns)

    def with_columns(self, columns: Iterable[Col]) -> Known:
        """Other columns over the same rows; keys and order stay as far as their columns do."""
        found = tuple(columns)
        names = {each.name for each in found}
        keys = tuple(key for key in self.keys if names.issuperset(key))
        order: list[dict[str, Any]] = []
        for term in self.order:
            if term["column"] not in names:
                break
            order.append(term)
        return replace(self, columns=found, keys=keys, order=tuple(order))

    def changed(self, columns: Iterable[Col], changed: Iterable[str]) -> Known:
        """Other columns over the same rows, where the values of `changed` are new: no key or order of theirs stays."""
        gone = {name.casefold() for name in changed}
        keys = tuple(key for key in self.keys if not any(name.casefold() in gone for name in key))
        order: list[dict[str, Any]] = []
        for term in self.order:
            if term["column"].casefold() in gone:
                break
            order.append(term)
        return replace(self, columns=tuple(columns), keys=keys, order=tuple(order))

    def fewer(self, most: int | None = None) -> Known:
        """Some of the rows, in their order."""
        return replace(self, least=0, most=self.most if most is None else min(self.most, most))
