"""What is wrong with an expression: a reason, one line that stands alone, and the span it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from interlock.ir.types import quote_name

Reason = Literal[
    "syntax",
    "unknown-column",
    "unknown-function",
    "unknown-input",
    "wrong-type",
    "wrong-arity",
    "not-allowed",
    "not-deterministic",
    "too-large",
]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an expression.

    `start` and `end` are character offsets into the text. `replacement` is the whole corrected text when one
    replacement clearly mends it, and `safe` says that it cannot change the meaning.
    """

    reason: Reason
    message: str
    start: int
    end: int
    label: str = ""
    candidates: tuple[str, ...] = ()
    replacement: str | None = None
    safe: bool = False
    notes: tuple[str, ...] = ()
    help: tuple[str, ...] = ()


class Refused(Exception):
    """Reading cannot go on: the text is refused for this one problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def mended(text: str, start: int, end: int, new: str) -> str:
    """The text with one span replaced.

    >>> mended("a = null", 2, 8, "is null")
    'a is null'
    """
    return text[:start] + new + text[end:]


def spelled(name: str) -> str:
    """A name as an expression or a query has to write it.

    >>> spelled("Total"), spelled("x-y"), spelled("order")
    ('Total', '"x-y"', '"order"')
    """
    return name if name.isascii() and quote_name(name.lower()) == name.lower() else quote_name(name)


def clearest(word: str, near: Sequence[str]) -> str | None:
    """The one candidate that is clearly meant: much like the word, and much closer than the next.

    >>> clearest("uper", ["upper", "power"]), clearest("colum", ["column1", "column2"])
    ('upper', None)
    """
    ranked = sorted(near, key=lambda other: -_likeness(word, other))
    if not ranked or _likeness(word, ranked[0]) < 0.6:
        return None
    return ranked[0] if len(ranked) == 1 or _likeness(word, ranked[0]) - _likeness(word, ranked[1]) > 0.1 else None


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()
