"""Where each value of a document stands in its text: a tree of marks beside the tree of values."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from re import compile as pattern
from typing import Literal

from interlock.ir.diagnostics import escape_pointer, unescape_pointer

Style = Literal["plain", "single", "double", "literal", "folded", "json", "flow", "block"]
"""How a value is written: five ways of YAML text, a JSON text, `flow` and `block` collections."""

_BREAK = pattern(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Mark:
    """A value's stretch of the text, `text[start:end]`, and that of its key if it is a member of a mapping."""

    start: int
    end: int
    style: Style
    key: tuple[int, int] | None = None
    children: dict[str, Mark] | list[Mark] | None = None

    def child(self, part: str) -> Mark | None:
        """The mark of the member or element that this pointer token names."""
        if isinstance(self.children, dict):
            return self.children.get(part)
        if self.children and part.isascii() and part.isdigit() and len(part) < 9 and int(part) < len(self.children):
            return self.children[int(part)]
        return None


class Marks(Mapping[str, Mark]):
    """Marks by JSON Pointer. Pointers are walked when asked for, so long keys in deep documents cost nothing."""

    def __init__(self, root: Mark | None) -> None:
        self.root = root

    def nearest(self, pointer: str) -> tuple[str, Mark | None]:
        """The longest part of the pointer that exists, and its mark: a missing member is its parent's business."""
        mark, reached = self.root, ""
        for part in pointer.split("/")[1:] if mark else ():
            below = mark.child(unescape_pointer(part)) if mark else None
            if below is None:
                break
            mark, reached = below, f"{reached}/{part}"
        return reached, mark

    def __getitem__(self, pointer: str) -> Mark:
        reached, mark = self.nearest(pointer)
        if mark is None or reached != pointer:
            raise KeyError(pointer)
        return mark

    def __iter__(self) -> Iterator[str]:
        stack = [("", self.root)] if self.root else []
        while stack:
            pointer, mark = stack.pop()
            yield pointer
            children = mark.children
            named = children.items() if isinstance(children, dict) else enumerate(children or ())
            stack.extend((f"{pointer}/{escape_pointer(part)}", below) for part, below in reversed(list(named)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class Lines:
    """The lines of a text. Columns count characters from 1; `\\n`, `\\r\\n` and `\\r` each end a line."""

    text: str

    @cached_property
    def starts(self) -> list[int]:
        return [0, *(found.end() for found in _BREAK.finditer(self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of the character at `offset`.

        >>> Lines("ab\\r\\ncd").position(5)
        (2, 2)
        """
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line, without its end."""
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")
