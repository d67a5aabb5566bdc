"""Rounding as people say it: `avg_price rounded to 2 decimals`, or what was computed last: `…, rnd 2 dec`."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.ir.types import Schema, quote_name
from interlock.syntax.english.lists import columns
from interlock.syntax.english.scene import Scene
from interlock.syntax.english.values import number

_VERBS = frozenset({"round", "rounded", "rounding", "rnd"})
_DECIMALS = (
    "decimals",
    "decimal places",
    "decimal place",
    "decimal",
    "dec",
    "dp",
    "decimal digits",
    "digits after the point",
    "places",
)
_MOST = 10
"""The most decimals that are meant."""


def rounded(scene: Scene, at: int, schema: Schema | None) -> Iterator[tuple[int, dict[str, str]]]:
    """Columns and how they are rounded; without names it is the one number that the step before made."""
    if schema is None:
        return
    start = at + 1 if scene.word(at) == "," else at
    start = start + 2 if scene.says(start, "to", "be") else start
    verb = scene.word(start) in _VERBS
    places = [(start + 1, _made_last(scene, schema))] if verb else []
    if verb:
        places += columns(scene, start + 1, schema)
        if scene.word(start + 1) in ("it", "them", "this", "that"):
            places.append((start + 2, _made_last(scene, schema)))
        for words in ("the result", "the average", "the total", "the sum", "the averages", "results"):
            if scene.says(start + 1, *words.split()):
                places.append((start + 1 + len(words.split()), _made_last(scene, schema)))
    places += [(end + 1, names) for end, names in columns(scene, start, schema) if scene.word(end) in _VERBS]
    for end, names in places:
        kinds = [schema.get(name) for name in names]
        if not names or any(kind is None or not kind.type.is_numeric for kind in kinds):
            continue
        for last, digits in _digits(scene, end):
            yield last, {name: f"round({quote_name(name)}, {digits})" for name in names}


def _digits(scene: Scene, at: int) -> Iterator[tuple[int, int]]:
    start = at + 1 if scene.word(at) in ("to", "on", "at", "with") else at
    digits = number(scene.token(start))
    if not isinstance(digits, int) or not 0 <= digits <= _MOST:
        return
    for words in _DECIMALS:
        if scene.says(start + 1, *words.split()):
            yield start + 1 + len(words.split()), digits


def _made_last(scene: Scene, schema: Schema) -> list[str]:
    """The one fractional number that the step before made; nothing if that could be several."""
    node = scene.draft.nodes[-1] if scene.draft.nodes else None
    if node is None or node.id != scene.draft.current:
        return []
    made = node.params.get("columns") if node.type == "derive_columns" else None
    names = list(made) if isinstance(made, dict) else []
    if node.type == "aggregate":
        names = [each["name"] for each in node.params["measures"]]
    return [name for name in names if name in schema] if len(names) == 1 else []
