"""Columns computed over other rows, as people say them: `a running total of revenue by day as so_far`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from interlock.ir.types import Schema
from interlock.syntax.english import lists, sorting
from interlock.syntax.english.lists import new_name
from interlock.syntax.english.scene import Scene

_FUNCTIONS = {
    "running total of": "running_sum", "running sum of": "running_sum", "cumulative sum of": "running_sum", "cumulative total of": "running_sum",
    "running average of": "running_mean", "running mean of": "running_mean", "cumulative average of": "running_mean",
    "running maximum of": "running_max", "running max of": "running_max", "running minimum of": "running_min", "running min of": "running_min",
    "share of": "share",
}  # fmt: skip
_ORDER = ("ordered by", "in order of", "sorted by", "over", "by", "along")
_PARTS = ("per", "within each", "for each", "in each", "within")


def windows(scene: Scene, at: int, schema: Schema | None) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """One column with a name of its own, its order and its groups in any order."""
    start = at + 1 if scene.word(at) in ("a", "an", "the") else at
    start = start + 2 if scene.says(start, "column", "with") else start
    start = start + 1 if scene.word(start) in ("a", "an", "the") else start
    for phrase, function in _FUNCTIONS.items():
        words = phrase.split()
        if not scene.says(start, *words):
            continue
        for end, column in scene.column(start + len(words), schema):
            if column.type.is_numeric:
                yield from _rest(scene, end, schema, {"function": function, "column": column.name}, {})


def _rest(
    scene: Scene, at: int, schema: Schema | None, base: dict[str, Any], found: dict[str, Any]
) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    if "name" in found:
        order = {key: found[key] for key in ("partition_by", "order_by") if key in found}
        yield at, [{"name": found["name"], **base, **order}]
    start = at + 1 if scene.word(at) == "," else at
    if "name" not in found:
        for word in ("as", "called", "named", "into"):
            if scene.word(start) == word:
                for end, name in new_name(scene, start + 1):
                    yield from _rest(scene, end, schema, base, {**found, "name": name})
    if "order_by" not in found:
        for phrase in _ORDER:
            words = phrase.split()
            if scene.says(start, *words):
                for end, keys in sorting.sort_keys(scene, start + len(words), schema):
                    yield from _rest(scene, end, schema, base, {**found, "order_by": keys})
    if "partition_by" not in found:
        for phrase in _PARTS:
            words = phrase.split()
            if scene.says(start, *words):
                for end, names in lists.columns(scene, start + len(words), schema):
                    yield from _rest(scene, end, schema, base, {**found, "partition_by": names})
