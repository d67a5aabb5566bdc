"""What every part of the drawing of expressions shares: the columns in reach, chance, and how parts are put together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from interlock.evaluation.generate.draft import Draft, Given
from interlock.evaluation.generate.expressions.parts import ATOM, Part
from interlock.evaluation.generate.known import Col
from interlock.evaluation.generate.names import as_sql
from interlock.ir.types import Type

Item = TypeVar("Item")


class Base(ABC):
    """Draws over `columns`, each under the name of a relation or under none; run inputs are those of the draft.

    With `bare_engine` nothing stands between the text and the engine that would bring types together, as in a query.
    """

    def __init__(
        self, draft: Draft, columns: Sequence[tuple[str | None, Col]], inputs: bool = True, bare_engine: bool = False
    ) -> None:
        self.bare_engine = bare_engine
        self.draft = draft
        self.random: Random = draft.random
        self.columns = list(columns)
        self.inputs = inputs

    @abstractmethod
    def of(self, kind: Type, depth: int) -> Part:
        """A part of exactly this type."""

    @abstractmethod
    def number(self, depth: int) -> Part:
        """A part of any numeric type."""

    @abstractmethod
    def whole(self, depth: int) -> Part:
        """A part of an integer type of at most 64 bits."""

    @abstractmethod
    def anything(self, depth: int) -> Part:
        """A part of any type that many operations take."""

    @abstractmethod
    def fitted(self, part: Part, kind: Type) -> Part:
        """The part cast to a type, so that the cast does not stop the run where that can be known."""

    @abstractmethod
    def small(self, low: int, high: int, depth: int) -> Part:
        """A whole number between two small ones."""

    @abstractmethod
    def moment(self, depth: int) -> Part:
        """A date or a timestamp."""

    @abstractmethod
    def part_of_date(self, clock: bool) -> Part:
        """The name of a part of a date, or of a time too, as a text."""

    @abstractmethod
    def list_type(self) -> Type:
        """A type of lists: that of a column, or any."""

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    def one(self, items: Sequence[Item]) -> Item:
        return self.random.choice(items)

    @property
    def risky(self) -> bool:
        return self.draft.risky

    def inside(self, part: Part, level: int) -> str:
        """The part as an operand that must bind at least as tightly as `level`: in parentheses if it must, or may."""
        if part.level < level or self.chance(0.05):
            return self.in_parentheses(part.written)
        return part.written

    def in_parentheses(self, written: str) -> str:
        pad = " " if self.chance(0.03) else ""
        return f"({pad}{written}{pad})"

    def word(self, text: str) -> str:
        """A word of the language in some letter case."""
        shape = self.random.random()
        return text if shape < 0.8 else text.upper() if shape < 0.95 else text.title()

    @property
    def gap(self) -> str:
        """Space that must be there."""
        return " " if self.chance(0.96) else self.one(("  ", "\n", "\t", " \n "))

    @property
    def slack(self) -> str:
        """Space that may be there."""
        return " " if self.chance(0.9) else self.one(("", "  ", "\n"))

    def listed(self, written: Sequence[str]) -> str:
        return ("," if self.chance(0.1) else ", ").join(written)

    def column_of(self, wanted: Callable[[Col], bool]) -> Part | None:
        """A column of the kind wanted, if there is one."""
        found = [(table, each) for table, each in self.columns if wanted(each)]
        if not found:
            return None
        table, column = self.one(found)
        return self.as_part(table, column)

    def as_part(self, table: str | None, column: Col) -> Part:
        written = as_sql(self.random, column.name)
        if table is not None:
            written = f"{as_sql(self.random, table)}.{written}"
        return Part(written, ATOM, column.type, column.nullable, column.reach)

    def input_of(self, wanted: Callable[[Given], bool]) -> Part | None:
        """A run input of the kind wanted, if there is one."""
        found = [each for each in self.draft.given if wanted(each)] if self.inputs else []
        if not found:
            return None
        given = self.one(found)
        self.draft.used_inputs.add(given.name)
        return Part(f":{given.name}", ATOM, given.type, False, given.reach)

    def sample(self, kind: Type) -> list[object]:
        """Values that occur in columns of this type."""
        return [value for _, each in self.columns if each.type == kind for value in each.sample]

    def call(self, name: str, arguments: Sequence[str]) -> str:
        return f"{self.word(name)}({self.listed(arguments)})"
