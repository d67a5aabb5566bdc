"""Measures as people say them: `the total revenue and the number of orders as orders`, `min and max price`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from interlock.ir.types import Schema
from interlock.syntax.english.lexicon import ROW_NOUNS, forms
from interlock.syntax.english.lists import new_name, several
from interlock.syntax.english.scene import Scene

_FUNCTIONS: dict[str, str] = {
    "tot": "sum", "sum": "sum", "total": "sum", "sum up": "sum", "add up": "sum", "summed": "sum", "sum total": "sum",
    "average": "mean", "mean": "mean", "avg": "mean", "averaged": "mean",
    "median": "median", "minimum": "min", "min": "min", "smallest": "min", "lowest": "min",
    "maximum": "max", "max": "max", "largest": "max", "highest": "max", "biggest": "max", "greatest": "max",
    "standard deviation": "std", "std": "std", "stddev": "std",
    "number of distinct": "count_distinct", "number of different": "count_distinct", "number of unique": "count_distinct",
    "count of distinct": "count_distinct", "count of unique": "count_distinct", "count distinct": "count_distinct",
    "distinct count of": "count_distinct", "unique count of": "count_distinct", "how many different": "count_distinct",
    "how many distinct": "count_distinct", "how many unique": "count_distinct", "count unique": "count_distinct",
    "distinct": "count_distinct", "unique": "count_distinct",
}  # fmt: skip
_MOMENTS = {
    "earliest": "min",
    "first": "min",
    "oldest": "min",
    "latest": "max",
    "newest": "max",
    "most recent": "max",
    "last": "max",
}
_PREFIX = {
    "sum": "sum",
    "mean": "mean",
    "median": "median",
    "min": "min",
    "max": "max",
    "std": "std",
    "count_distinct": "distinct",
}
_KEPT = frozenset({"total", "average", "avg", "mean", "sum", "median", "min", "max", "minimum", "maximum", "lowest", "highest", "earliest",
                   "latest", "largest", "smallest", "newest", "oldest", "distinct", "unique", "std", "biggest", "first", "last"})  # fmt: skip


def measures(scene: Scene, at: int, schema: Schema | None) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """One measure or several, each with a name: the one given, else one made of the words (`total_revenue`)."""

    def item(start: int) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        yield from _measure(scene, start, schema)

    for end, groups in several(scene, at, item):
        found = [each for group in groups for each in group]
        if len({each["name"].casefold() for each in found}) == len(found):
            yield end, found


def _measure(scene: Scene, at: int, schema: Schema | None) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    start = at
    if any(scene.says(at, *words) for words in (("count", "the", "number", "of"), ("count", "number", "of"))):
        start += 1
    while scene.word(start) in ("the", "a", "an", "their", "its", "also", "compute", "calculate", "get", "find"):
        start += 1
    for end in _counts(scene, start):
        yield from _named(scene, end, [{"name": "count", "function": "count"}])
    for end, said in _functions(scene, start):
        if scene.word(end) == "(":
            for last, column in scene.column(end + 1, schema):
                if scene.word(last) == ")" and (
                    column.type.is_numeric or said[0][1] in ("min", "max", "count_distinct")
                ):
                    made = [
                        {"name": f"{said[0][0]}_{_plain(column.name)}", "function": said[0][1], "column": column.name}
                    ]
                    yield from _named(scene, last + 1, made)
        for place in (end, end + 1) if scene.word(end) == "of" else (end,):
            for last, names in _columns(scene, place, schema, {function for _, function, _ in said}, said):
                found = [
                    {"name": f"{word}_{_plain(name)}", "function": function, "column": name}
                    for word, function, _ in said
                    for name in names
                ]
                yield from _named(scene, last, found)
    for end, names in _columns(scene, start, schema, {"sum"}):
        for word, function in (
            ("total", "sum"),
            ("sum", "sum"),
            ("average", "mean"),
            ("mean", "mean"),
            ("avg", "mean"),
            ("totals", "sum"),
        ):
            if len(names) == 1 and scene.word(end) == word:
                yield from _named(
                    scene, end + 1, [{"name": f"{word}_{_plain(names[0])}", "function": function, "column": names[0]}]
                )


def _columns(
    scene: Scene, at: int, schema: Schema | None, functions: set[str], said: list[tuple[str, str, int]] | None = None
) -> Iterator[tuple[int, list[str]]]:
    """The columns that functions are computed of: `total revenue and quantity` are two sums."""
    moments = any(word in _MOMENTS for word, _, _ in said or ())

    def item(start: int) -> Iterator[tuple[int, str]]:
        for end, column in scene.column(start, schema):
            number, moment = column.type.is_numeric, column.type.is_temporal
            fits = (
                functions <= {"count_distinct"} or number or (moment and functions <= {"min", "max", "count_distinct"})
            )
            if fits and not (moments and not moment):
                yield end, column.name

    yield from several(scene, at, item)


def _functions(scene: Scene, at: int) -> Iterator[tuple[int, list[tuple[str, str, int]]]]:
    """One function or several: (word for the name, function, length)."""

    def item(start: int) -> Iterator[tuple[int, tuple[str, str, int]]]:
        while scene.word(start) in ("the", "a", "an"):
            start += 1
        for phrase, function in (*_FUNCTIONS.items(), *_MOMENTS.items()):
            words = phrase.split()
            if all(scene.word(start + index) in forms(word) for index, word in enumerate(words)):
                said = words[0] if len(words) == 1 and words[0] in _KEPT else _PREFIX[function]
                yield start + len(words), (said, function, len(words))

    yield from several(scene, at, item)


def _counts(scene: Scene, at: int) -> Iterator[int]:
    """Ways to ask for the number of rows."""
    nouns = ROW_NOUNS | scene.nouns | {"occurrence", "occurrences", "them", "appearances"}
    if scene.says(at, "count", "(", "*", ")"):
        yield at + 4
    for opening in (
        "count", "count of", "number of", "total number of", "how many", "count the", "count the number of", "count how many", "total count of",
        "count all", "row count", "record count", "row counts", "size", "counts", "counts of", "amount of", "count up", "tally", "tally of", "no. of", "cnt", "cnt of", "cnt the",
        "the number of", "the count of", "counting", "counting the", "get count of", "nr of", "# of", "num of", "overall number of",
    ):  # fmt: skip
        words = opening.split()
        if not scene.says(at, *words):
            continue
        end = at + len(words)
        if opening in ("count", "cnt", "row count", "record count", "row counts", "counts", "counting", "size"):
            yield end
        start = end
        while scene.word(start) in ("the", "all", "all the"):
            start += 1
        if scene.word(start) in nouns and opening not in ("row count", "record count", "row counts", "size"):
            yield start + 1
            for tail in (
                "there are",
                "we have",
                "exist",
                "are there",
                "do we have",
                "there were",
                "we had",
                "it has",
                "there is",
            ):
                if scene.says(start + 1, *tail.split()):
                    yield start + 1 + len(tail.split())


def _named(scene: Scene, at: int, found: list[dict[str, Any]]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """The measures with the name given behind them, or as they are."""
    yield at, found
    start = at
    if scene.word(start) == ",":
        start += 1
    for words in ("->", "as", "called", "named", "name it", "naming it", "and name it", "and call it", "call it", "into", "into column", "in a column called",
                  "into a column called", "as column", "in column", "in a column named", "into a column named", "in a new column called", "(", "with name", "labelled", "labeled",
                  "and name the column", "name the column", "naming the column", "call the column", "and call the column", "with the name", "calling it"):  # fmt: skip
        split = words.split()
        if len(found) == 1 and scene.says(at if words in ("->", "as", "called", "named") else start, *split):
            place = (at if words in ("->", "as", "called", "named") else start) + len(split)
            for end, name in new_name(scene, place):
                if words == "(":
                    if scene.word(end) != ")":
                        continue
                    end += 1
                yield end, [{**found[0], "name": name}]


def _plain(name: str) -> str:
    """A column's name as a part of another: `Unit Price` as `unit_price`."""
    return name if name.isidentifier() else "_".join(part for part in name.replace("-", " ").split()).lower()
