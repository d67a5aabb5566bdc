"""The lines a diagnostic is about, with carets under what is meant: `^` for the finding, `-` for other places."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from interlock.syntax.documents import Document
from interlock.syntax.locating import Located
from interlock.syntax.words import visible, visible_character

WIDEST = 120
"""The most terminal columns of source that are shown of a line; a longer one is shown around what is meant."""
_TAB = "    "
_MOST_PLACES = 6


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch of source to point at. `main` is the finding itself, the others are secondary."""

    at: Located
    label: str
    main: bool


def excerpt(document: Document, marked: Sequence[Marked], gutter: int, paint: Callable[[str, str], str]) -> list[str]:
    """The excerpt as lines, in the order of the source, `...` where lines are left out."""
    bar = paint("rule", f"{' ' * gutter} |")
    lines = [bar]
    before = None
    chosen = sorted(marked[:_MOST_PLACES], key=lambda mark: (mark.at.line, mark.at.column, not mark.main))
    for number, group in groupby(chosen, key=lambda mark: mark.at.line):
        if before is not None and number > before + 1:
            lines.append(paint("rule", "..."))
        before = number
        marks = list(group)
        source = document.lines.line(number)
        focus = next((mark for mark in marks if mark.main), marks[0])
        start, end = _window(source, focus)
        lines.append(f"{paint('rule', f'{number:>{gutter}} |')} {_shown(source, start, end)}".rstrip())
        lines.extend(f"{bar} {_carets(source, start, end, mark, paint)}" for mark in marks)
    return lines


def _carets(source: str, start: int, end: int, mark: Marked, paint: Callable[[str, str], str]) -> str:
    first, last = _span(source, mark)
    lead = _width(source[start : max(first, start)]) + (3 if start else 0) if first >= start else 0
    under = source[max(first, start) : min(last, end)]
    label = f" {visible(mark.label)}" if mark.label else ""
    if first >= end > 0 and end < len(source):
        lead, under = _width(source[start:end]) + (3 if start else 0), ""
    if last <= start > 0:
        under = "..."  # what is meant lies left of what is shown
    carets = ("^" if mark.main else "-") * max(_width(under), 1)
    return " " * lead + paint("main" if mark.main else "also", carets + label)


def _span(source: str, mark: Marked) -> tuple[int, int]:
    """Indices into the line. What goes on over further lines is marked to the end of its first."""
    first = min(mark.at.column - 1, len(source))
    last = mark.at.end_column - 1 if mark.at.end_line == mark.at.line else len(source.rstrip())
    return first, max(first, min(last, len(source)))


def _window(source: str, focus: Marked) -> tuple[int, int]:
    """The part of a long line that is shown: what is meant, with some of the line on both sides."""
    if len(source) * 10 <= WIDEST or _width(source[: WIDEST + 1]) == _width(source) <= WIDEST:
        return 0, len(source)
    first, last = _span(source, focus)
    last = min(last, first + WIDEST)
    start, end = first, first
    room = WIDEST - 6
    # What is meant comes first, then its left side up to a third of the room, then whatever lies to the right.
    while end < last and (width := _width(source[end])) <= room:
        end, room = end + 1, room - width
    left = max(room // 3, room - _width(source[end : end + WIDEST]))
    while start > 0 and (width := _width(source[start - 1])) <= left:
        start, left, room = start - 1, left - width, room - width
    while end < len(source) and (width := _width(source[end])) <= room:
        end, room = end + 1, room - width
    return start, end


def _shown(source: str, start: int, end: int) -> str:
    body = "".join(_character(character) for character in source[start:end])
    return ("..." if start else "") + body + ("..." if end < len(source) else "")


def _character(character: str) -> str:
    return _TAB if character == "\t" else visible_character(character)


def _width(text: str) -> int:
    """The columns a terminal gives the text as it is shown."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(_one_width(character) for character in text)


def _one_width(character: str) -> int:
    shown = _character(character)
    if len(shown) > 1:
        return len(shown)
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
