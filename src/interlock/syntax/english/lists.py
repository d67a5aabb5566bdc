"""Lists as people type them: `a, b and c`, with commas, `and`, `&`, `plus`, or bullets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from interlock.ir.types import Schema
from interlock.syntax.english.lexicon import ARTICLES
from interlock.syntax.english.scene import Scene
from interlock.syntax.english.vocabulary import CONNECTING

Item = Callable[[int], Iterator[tuple[int, Any]]]
_AND = (("and",), ("&",), ("plus",), ("as", "well", "as"), ("and", "also"), ("along", "with"), ("+",))
_NO_NAME = CONNECTING - {
    "number",
    "value",
    "values",
    "sum",
    "mean",
    "median",
    "minimum",
    "maximum",
    "first",
    "last",
    "list",
    "type",
    "plan",
    "task",
    "texts",
    "version",
}


def several(
    scene: Scene, at: int, item: Item, joints: tuple[tuple[str, ...], ...] = _AND
) -> Iterator[tuple[int, list[Any]]]:
    """Every list of items from `at` on, the shorter ones too."""

    def more(end: int, found: list[Any]) -> Iterator[tuple[int, list[Any]]]:
        yield end, found
        starts: list[int] = []
        token = scene.token(end)
        if token is not None and token.kind == "bullet":
            starts.append(end + 1)
        after = end + 1 if scene.word(end) in (",", ";") else end
        if after > end:
            starts.append(after)
        starts += [after + len(joint) for joint in joints if scene.says(after, *joint)]
        for start in starts:
            for last, each in item(start):
                if each not in found:
                    yield from more(last, [*found, each])

    first = at
    token = scene.token(at)
    if token is not None and token.kind == "sign" and token.raw == ":":
        first += 1
        token = scene.token(first)
    if token is not None and token.kind == "bullet":
        first += 1
    for end, each in item(first):
        yield from more(end, [each])


def columns(scene: Scene, at: int, schema: Schema | None, form: str = "") -> Iterator[tuple[int, list[str]]]:
    """Columns of the input, by name; with the form `or` joined by `or`, with `one` a single one."""

    def item(start: int) -> Iterator[tuple[int, str]]:
        for end, column in scene.column(start, schema):
            yield end, column.name

    if form in ("one", "key"):
        for end, name in item(at):
            yield end, [name]
        return
    if form == "written":  # `drop null values` is not about a column `value`
        for end, name in item(at):
            if end == at + 1 and (token := scene.token(at)) is not None and token.raw == name:
                yield end, [name]
        return
    if form == "first":
        for end, names in several(scene, at, item):
            for words in ("( keep 1st )", "( keep first )", "( keep the first )", "( keep the first one )"):
                if scene.says(end, *words.split()):
                    yield end + len(words.split()), names
        return
    if form == "closed":
        yield from _closed(scene, at, item)
        return
    if form == "loose":
        yield from several(scene, at, item, ((),))
        return
    if form == "or":
        for end, names in several(scene, at, item, (("or",),)):
            yield end, names
        return
    if scene.says(at, "both"):
        at += 1
    yield from several(scene, at, item)


def _closed(scene: Scene, at: int, item: Item) -> Iterator[tuple[int, list[str]]]:
    """Columns between brackets behind a file to write: `(columns a, b)`, `[a, b]`."""
    closing = {"(": ")", "[": "]"}.get(scene.word(at), "")
    start = at + 1
    while scene.word(start) in ("columns", "cols", "only", "the", "column", ":", "with"):
        start += 1
    for end, names in several(scene, start, item) if closing else ():
        if scene.word(end) == closing:
            yield end + 1, names


def new_name(scene: Scene, at: int) -> Iterator[tuple[int, str]]:
    """A name for something new: a word of its own, or quoted."""
    token = scene.token(at)
    if token is None:
        return
    if token.kind in ("code", "quote") and token.raw.strip() == token.raw != "" and "\\" not in token.raw:
        yield at + 1, token.raw
    if (
        token.kind == "word"
        and token.word not in _NO_NAME
        and token.word not in ARTICLES
        and not token.raw.startswith(":")
    ):
        yield at + 1, token.raw
