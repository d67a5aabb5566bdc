"""From a place in a plan to lines and columns of its text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from interlock.ir.diagnostics import Diagnostic, Place
from interlock.syntax.documents import Document
from interlock.syntax.patch import apply_patch


@dataclass(frozen=True, slots=True)
class Located:
    """A stretch of text: lines and columns from 1, in characters; the end is the column behind the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


def locate(place: Place, document: Document) -> Located:
    """Where the place stands. A pointer to something that is not there leads to the nearest thing around it."""
    start, end = offsets_of(place, document)
    return Located(*document.position(start), *document.position(end))


def offsets_of(place: Place, document: Document) -> tuple[int, int]:
    """The place as offsets into the text of the document."""
    if not place.pointer and place.start is not None:
        return place.start, max(place.start, place.start if place.end is None else place.end)
    reached, mark = document.marks.nearest(place.pointer)
    if mark is None:
        return 0, 0
    if place.on_key and mark.key and reached == place.pointer:
        return mark.key
    if place.start is not None and reached == place.pointer:
        inside = document.inside(place.pointer, place.start, place.start if place.end is None else place.end)
        if inside:
            return inside
    return mark.start, mark.end


def anchored(found: Diagnostic, document: Document) -> Diagnostic:
    """The diagnostic at a place that is in the document, with its fix only if that can be applied there.

    A parameter under an alias's name, a default or a shorthand has no place of its own; what holds it has.
    """
    also = tuple((_anchored(place, document), words) for place, words in found.also)
    if also != found.also:
        found = replace(found, also=also)
    at = _anchored(found.at, document)
    if at == found.at:
        return found
    fix = found.fix
    if fix is not None:
        try:
            apply_patch(document.value, fix.patch)
        except ValueError:
            fix = None
    return replace(found, at=at, fix=fix)


def _anchored(place: Place, document: Document) -> Place:
    reached, mark = document.marks.nearest(place.pointer)
    return place if reached == place.pointer or mark is None else Place(reached, place.node)


def in_order(diagnostics: Iterable[Diagnostic], document: Document) -> tuple[Diagnostic, ...]:
    """The diagnostics in the order in which their places come in the document; what has no place comes last."""

    def place(found: Diagnostic) -> tuple[bool, int]:
        return not found.at.pointer and found.at.start is None, offsets_of(found.at, document)[0]

    return tuple(sorted(diagnostics, key=place))
