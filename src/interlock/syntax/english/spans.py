"""Spans of time whose column stands in brackets: `made in March 2024 (order_date)`."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from interlock.ir.types import Column, Schema, Type, quote_name
from interlock.syntax.english.scene import Scene
from interlock.syntax.english.values import after, moment_at

Found = Iterator[tuple[int, str]]


def literal_type(kind: Type) -> str:
    """The type that a literal for a moment has."""
    return "date" if kind.name == "date" else "timestamp"


def dated(scene: Scene, at: int, schema: Schema) -> Found:
    """`made in March 2024 (order_date)`: a span of time, and in brackets the column that is meant."""
    moments = [each for each in schema if each.type.is_temporal and each.type.name != "time"]
    place = at if scene.word(at) in _WITHIN else at + 1
    if scene.word(place) not in _WITHIN:
        return
    for end, day, span in moment_at(scene, place + 1):
        if span == "day" or (span == "year" and place == at):
            continue
        if scene.word(end) == "(":
            for last, column in scene.column(end + 1, schema):
                if column in moments and scene.word(last) == ")":
                    yield last + 1, _span(column, day, span)


_WITHIN = ("in", "from", "during", "of")


def _span(column: Column, day: datetime.date, span: str) -> str:
    name, literal = quote_name(column.name), literal_type(column.type)
    return f"{name} >= {literal} '{day}' and {name} < {literal} '{after(day, span)}'"
