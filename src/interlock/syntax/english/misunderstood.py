"""What the English reader gives back when it does not understand everything: which words, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unplaced:
    """Words of the task that could not be placed: `text[start:end]`."""

    words: str
    start: int
    end: int


@dataclass(frozen=True)
class Misunderstood:
    """A task that is not fully understood.

    `unplaced` are the words that stand in no phrase; `why` says so in a sentence; `nearest` are the phrases of the
    node types that come closest. Where the words can be read in two ways, `readings` are both, in plain English.
    `examples` are whole tasks that would be understood, of phrases near the words.
    """

    text: str
    why: str
    unplaced: tuple[Unplaced, ...] = ()
    nearest: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "why": self.why,
            "unplaced": [{"words": each.words, "start": each.start, "end": each.end} for each in self.unplaced],
            "nearest": list(self.nearest),
            "readings": list(self.readings),
            "examples": list(self.examples),
        }
