"""Sort keys as people say them: `revenue, highest first`, `by team, then by points descending`, `from new to old`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from interlock.ir.types import Column, Schema
from interlock.syntax.english.scene import Scene

_DOWN = (
    "descending|desc|in descending order|in desc order|(descending)|(desc)|descendingly|decreasing|in decreasing order|from high to low|high to low|"
    "from highest to lowest|highest to lowest|from largest to smallest|largest to smallest|from biggest to smallest|biggest to smallest|"
    "highest first|largest first|biggest first|greatest first|most first|high first|with highest first|with the highest first|the highest first|"
    "with the largest first|with the biggest first|starting with the highest|starting with the largest|starting from the highest|"
    "in reverse order|reversed|reverse|from top to bottom|the largest first|the biggest first|(high to low)|(highest first)|(largest first)|"
    "- highest first|- descending|- desc|big to small|from big to small|, highest first|, largest first|, biggest first|, descending|, desc|, in descending order|"
    ", from highest to lowest|, from high to low|, high to low|, highest to lowest|, with the highest first|, the highest first|, with the largest first|↓|downward|downwards|biggest on top|highest on top|"
    "biggest 1st|highest 1st|hi -> lo|high -> low|, biggest 1st|, best on top|best on top|worst first|the most first|largest on top|highest to the lowest|from most to least|, from most to least|most to least|"
    "highest at the top|with the highest on top|highest at top|, biggest on top|, highest on top|best first|, best first|longest first|, longest first|with the longest first"
).split("|")
_UP = (
    "ascending|asc|in ascending order|in asc order|(ascending)|(asc)|ascendingly|increasing|in increasing order|from low to high|low to high|"
    "lo -> hi|low -> high|from least to most|, from least to most|"
    "from lowest to highest|lowest to highest|from smallest to largest|smallest to largest|lowest first|smallest first|low first|"
    "with the lowest first|with the smallest first|starting with the lowest|starting with the smallest|the lowest first|the smallest first|"
    "(low to high)|(lowest first)|- ascending|small to big|from small to big|from smallest to biggest|smallest to biggest|, lowest first|, smallest first|, ascending|, asc|, in ascending order|shortest first|, shortest first|"
    ", from lowest to highest|, from low to high|, low to high|, lowest to highest|, with the lowest first|↑|upwards|, from smallest to largest"
).split("|")
_NEW = "newest first|latest first|most recent first|newest to oldest|from newest to oldest|latest to earliest|from new to old|, newest first|, latest first|, most recent first|recent first|, from newest to oldest|with the newest first|with the latest first|, with the newest first".split(
    "|"
)
_OLD = "oldest first|earliest first|oldest to newest|from oldest to newest|earliest to latest|chronologically|in chronological order|from old to new|, oldest first|, earliest first|, from oldest to newest|with the oldest first|, with the oldest first|with the earliest first".split(
    "|"
)
_WORDS_UP = "alphabetically|in alphabetical order|a to z|from a to z|a-z|(a-z)|, alphabetically|, in alphabetical order|, a to z|alphabetical".split(
    "|"
)
_WORDS_DOWN = "z to a|from z to a|z-a|(z-a)|in reverse alphabetical order|reverse alphabetically".split("|")
_LAST = ("with nulls last", "nulls last", "with missing values last", "and nulls last")


def sort_keys(scene: Scene, at: int, schema: Schema | None, form: str = "") -> Iterator[tuple[int, list[Any]]]:
    """Keys to sort by. A direction behind the last of several keys may belong to it or to all: both are given."""
    if form in ("most", "least"):
        yield from _names(scene, at, schema, form)
        return
    if form == "directed":
        yield from _directed(scene, at, schema)
        return
    if form == "measured":
        yield from _measured(scene, at, schema)
        return
    yield from _keys(scene, at, schema, [], False)


def _measured(scene: Scene, at: int, schema: Schema | None) -> Iterator[tuple[int, list[Any]]]:
    """`biggest first` right after one number was computed for each group: it is the number that is meant."""
    nodes = scene.draft.nodes
    if not nodes or schema is None or nodes[-1].type != "aggregate" or nodes[-1].id != scene.draft.current:
        return
    made = [each["name"] for each in nodes[-1].params["measures"]]
    column = schema.get(made[0]) if len(made) == 1 else None
    if column is None or not column.type.is_numeric:
        return
    start = at + 1 if scene.word(at) == "," else at
    start = start + 1 if scene.word(start) in ("the", "with") else start
    for end, down in _directions(scene, start, None):
        yield end, [_key(column, down)]
        yield from _more(scene, end, schema, [(column, down)], True)


def _ties(
    scene: Scene, at: int, schema: Schema | None, keys: list[tuple[Column, bool | None]]
) -> Iterator[tuple[int, list[Any]]]:
    """What decides between equal rows: `(ties by name)`, `, equal ones by id`, `same number -> alphabetical`."""
    for opening, closing in (
        ("( ", ")"),
        (", ( ", ")"),
        ("", ""),
        (", ", ""),
        ("; ", ""),
        ("and ", ""),
        (", and ", ""),
    ):
        for words in _EQUALS:
            split = [*opening.replace(",", ", ").split(), *words.split()]
            if not scene.says(at, *split):
                continue
            start = at + len(split)
            found = list(_keys(scene, start, schema, keys, True))
            texts = [each for each in schema or () if each.type.is_text]
            if len(texts) == 1 and texts[0].name not in [each.name for each, _ in keys]:
                found += [
                    (start + len(each.split()), [_key(column, down) for column, down in (*keys, (texts[0], None))])
                    for each in (
                        "alphabetical",
                        "alphabetically",
                        "by alphabet",
                        "a-z",
                        "a to z",
                        "in alphabetical order",
                        "by alphabetical order",
                    )
                    if scene.says(start, *each.split())
                ]
            for end, said in found:
                if not closing:
                    yield end, said
                elif scene.word(end) == closing:
                    yield end + 1, said


_EQUALS = tuple(
    (
        "ties by|ties broken by|ties|break ties by|breaking ties by|with ties broken by|equal ones by|in case of ties by|in case of a tie by|in case of identical dates , by|"
        "if equal by|if equal , by|if two have the same go by|if two are equal by|same count ->|same number ->|same day ->|in case of equality by|on a tie by|for ties by|if tied by|"
        "same value ->|if equal then by|if equal , then by|where two are equal , by|when equal by|in case of a tie , by|in case of ties , by|on ties by|tie-break by|tie break by|tie ->"
    ).split("|")
)


def _names(scene: Scene, at: int, schema: Schema | None, form: str) -> Iterator[tuple[int, list[Any]]]:
    for end, column in scene.column(at, schema):
        if column.type.is_numeric or column.type.is_temporal or column.type.is_null:
            yield end, [f"{column.name} asc" if form == "least" else column.name]


def _directed(scene: Scene, at: int, schema: Schema | None) -> Iterator[tuple[int, list[Any]]]:
    """`descending by revenue`, `in descending order of revenue`: one key, as the direction could be meant for all."""
    alphabet = [
        (at + len(words), down)
        for phrases, down in ((_WORDS_UP, False), (_WORDS_DOWN, True))
        for words in (phrase.split() for phrase in phrases)
        if scene.says(at, *words)
    ]
    for start, down in [*_directions(scene, at, None), *alphabet]:
        for word in ("by", "on", "of", "according to"):
            words = word.split()
            if scene.says(start, *words):
                for end, column in scene.column(start + len(words), schema):
                    if column.type.is_text or (start, down) not in alphabet:
                        yield end, [_key(column, down)]


def _keys(
    scene: Scene, at: int, schema: Schema | None, found: list[tuple[Column, bool | None]], apart: bool
) -> Iterator[tuple[int, list[Any]]]:
    """`apart` tells whether every key so far stands clearly by itself."""
    for start, before in [(at, None), *_directions(scene, at, None)]:
        for end, column in scene.column(start, schema):
            if column.name in [each.name for each, _ in found]:
                continue
            ends: list[tuple[int, bool | None]] = [(end, before)]
            if before is None:
                ends += list(_directions(scene, end, column))
            for last, down in ends:
                keys = [*found, (column, down)]
                for final in (last, *(last + len(each.split()) for each in _LAST if scene.says(last, *each.split()))):
                    yield from _said(final, keys, apart)
                yield from _more(scene, last, schema, keys, apart)


def _said(end: int, keys: list[tuple[Column, bool | None]], apart: bool) -> Iterator[tuple[int, list[Any]]]:
    yield end, [_key(column, down) for column, down in keys]
    open_before = len(keys) > 1 and all(down is None for _, down in keys[:-1])
    if keys[-1][1] and open_before and not apart:
        yield end, [_key(column, True) for column, _ in keys]


def _more(
    scene: Scene, at: int, schema: Schema | None, keys: list[tuple[Column, bool | None]], apart: bool
) -> Iterator[tuple[int, list[Any]]]:
    for words, clear in (
        (", and then by", True), (", and then", True), (", then by", True), (", then", True), ("and then by", True), ("and then", True),
        ("then by", True), ("then", True), ("and by", True), (", and by", True), (", by", True), ("and within that by", True), (", and within that by", True),
        (", secondarily by", True), ("and secondarily by", True), (", followed by", True), ("followed by", True),
        (", and", False), ("and", False), (",", False), ("&", False), ("/", False),
    ):  # fmt: skip
        split = words.replace(",", ", ").split() if words.startswith(",") else words.split()
        if scene.says(at, *split):
            yield from _keys(scene, at + len(split), schema, keys, apart or clear)
    yield from _ties(scene, at, schema, keys)
    start = at + 1 if scene.word(at) == "," else at
    for opening in ("and within each", "and inside each", "then within each", "within each", "and in each"):
        words_of = opening.split()
        if scene.says(start, *words_of):
            for end, column in scene.column(start + len(words_of), schema):
                if column.name == keys[-1][0].name and scene.word(end) == "by":
                    yield from _keys(scene, end + 1, schema, keys, True)


def _key(column: Column, down: bool | None) -> Any:
    plain = column.name.rpartition(" ")[2].lower() not in ("asc", "desc")
    if not plain:
        return {"column": column.name, "descending": bool(down)}
    return f"{column.name} desc" if down else column.name


def _directions(scene: Scene, at: int, column: Column | None) -> Iterator[tuple[int, bool]]:
    """Words for a direction that stand there, as far as they fit the column."""
    groups = [(_DOWN, True), (_UP, False)]
    if column is not None and column.type.is_temporal:
        groups += [(_NEW, True), (_OLD, False)]
    if column is not None and column.type.is_text:
        groups += [(_WORDS_UP, False), (_WORDS_DOWN, True)]
    for phrases, down in groups:
        for phrase in phrases:
            words = phrase.replace("(", "( ").replace(")", " )").replace(", ", " , ").split()
            if scene.says(at, *words):
                yield at + len(words), down
