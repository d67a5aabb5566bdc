"""The rows of the function table, and the small language their signatures are written in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from interlock.ir.types import Type

Nulls = Literal["strict", "maybe", "never", "all", "first", "own"]
"""When the result is null.

`strict`: exactly when an argument is null. `maybe`: when an argument is null, and in the cases `edges` names.
`never`: not even when an argument is null. `all`: when every argument is null. `first`: when the first argument
is null. `own`: as `edges` says.
"""

NULLS_MEAN: dict[str, str] = {
    "strict": "null when any argument is null, else never",
    "maybe": "null when any argument is null, and where the edge cases say so",
    "never": "never null",
    "all": "null only when every argument is null",
    "first": "null only when the first argument is null",
    "own": "see the edge cases",
}

CLASSES: dict[str, str] = {
    "any": "any type",
    "text": "text, a number, a boolean, a date or a time",
    "number": "any number",
    "integers": "any integer",
    "moment": "`date` or `timestamp`",
    "clock": "`date`, `timestamp` or `time`",
    "span": "`date`, `timestamp`, `time` or `interval`",
    "part": "a part of a date, as text: `'year'`",
    "clockpart": "a part of a date, time or interval, as text: `'hour'`",
    "pattern": "a regular expression (RE2), written as text",
    "format": "a date format, written as text: `'%Y-%m-%d'`",
    "flags": "options of a regular expression, written as text: `'g'`, `'i'`",
    "literal": "text, written out",
    "group": "the number of a group, 0 to 9, written out",
    "constant": "a whole number, written out",
    "number[]": "a list of numbers",
    "T": "any type, the same wherever `T` stands",
    "T[]": "a list of `T`",
    "T[][]": "a list of lists of `T`",
    "K": "the type of the keys",
    "V": "the type of the values",
}
"""The words that stand for more than one type in a signature, and what they take."""


class Argument(Protocol):
    """What the type of a result may depend on: an argument's type, and its value if it is an integer literal."""

    @property
    def type(self) -> Type: ...
    @property
    def literal(self) -> int | None: ...


@dataclass(frozen=True)
class Parameter:
    """One parameter of a signature; a `repeated` one takes any number of arguments."""

    name: str
    kind: str
    repeated: bool = False


@dataclass(frozen=True)
class Signature:
    """One way to call a function: `left(text varchar, count bigint) -> varchar`."""

    text: str

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        inner = self.text[self.text.index("(") + 1 : self.text.rindex(")", 0, self.text.rindex("->"))]
        return tuple(_parameter(part) for part in re.split(r",\s*", inner) if part)

    @cached_property
    def result(self) -> str:
        return self.text.rpartition("->")[2].strip()

    @property
    def repeats(self) -> bool:
        """Whether the last parameter takes any number of arguments."""
        return bool(self.parameters) and self.parameters[-1].repeated

    def accepts_count(self, count: int) -> bool:
        """Whether this signature can take that many arguments."""
        known = self.parameters
        return count >= len(known) - 1 if self.repeats else count == len(known)

    def parameter(self, index: int) -> Parameter:
        return self.parameters[min(index, len(self.parameters) - 1)]


def _parameter(text: str) -> Parameter:
    name, _, kind = text.partition(" ")
    return Parameter(name, kind.removesuffix("..."), kind.endswith("..."))


@dataclass(frozen=True)
class Function:
    """One function of the language: how it is called, what it means, and what it does at the edges.

    `examples` pair an expression with the value it must have, itself written as an expression; tests prove them.
    `result` computes the type of the result where a signature cannot say it. `aliases` print as `name`.
    """

    name: str
    family: str
    signatures: tuple[str, ...]
    nulls: Nulls
    doc: str
    edges: str
    examples: tuple[tuple[str, str], ...]
    aliases: tuple[str, ...] = ()
    result: Callable[[Sequence[Argument]], Type] | None = None

    @cached_property
    def forms(self) -> tuple[Signature, ...]:
        return tuple(Signature(text) for text in self.signatures)


class Clash(Exception):
    """Two rows of a function table claim one name."""


def table(*families: tuple[Function, ...]) -> dict[str, Function]:
    """Functions by every name they answer to; raises Clash when two claim the same."""
    found: dict[str, Function] = {}
    for function in (function for family in families for function in family):
        for name in (function.name, *function.aliases):
            if name in found:
                raise Clash(f"`{name}` is claimed by `{found[name].name}` and `{function.name}`")
            found[name] = function
    return found
