"""Conditions said twice: `the insured ones (insured is yes)`."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.ir.types import Schema, quote_name
from interlock.syntax.english.conditions import condition
from interlock.syntax.english.lexicon import ROW_NOUNS
from interlock.syntax.english.scene import Scene


def restated(scene: Scene, at: int, schema: Schema | None) -> Iterator[tuple[int, str]]:
    """`the insured ones (insured is yes)`: an adjective that is a column, and the condition in brackets that says it."""
    start = at + 1 if scene.word(at) == "the" else at
    if schema is None:
        return
    for end, column in scene.column(start, schema):
        last = end + 1 if scene.word(end) in ROW_NOUNS or scene.word(end) in scene.nouns else 0
        if last and scene.word(last) == "(":
            for final, text in condition(scene, last + 1, schema):
                if scene.word(final) == ")" and text.startswith(f"{quote_name(column.name)} "):
                    yield final + 1, text
