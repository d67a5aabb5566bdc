"""The words of lineage: what something is made of, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

How = Literal[
    "identity", "transformation", "aggregation", "conditional", "window", "filter", "join", "group_by", "sort"
]
"""How a column reaches another. The first three are direct: the value itself arrives. The others only decide which value
does, or which rows there are and in what order. The words are OpenLineage's."""
DIRECT: tuple[How, ...] = ("identity", "transformation", "aggregation")
ROWS = None
"""In the place of a column's name: which rows a relation has, and in what order."""
RUN_INPUT = ":"
"""In the place of a relation's name: the run inputs, and the answers that people give (`node.field`)."""


@dataclass(frozen=True, order=True)
class Origin:
    """A column of a relation that a statement reads, or its rows (`column` is None), or a run input."""

    relation: str
    column: str | None


Made = dict[Origin, set[How]]
"""What something is made of, and how."""


@dataclass(frozen=True)
class Derivation:
    """What a statement's result is made of: each of its columns, by position, and its rows as a whole."""

    columns: tuple[Made, ...]
    rows: Made


def made_of(origins: Iterable[Origin], how: How) -> Made:
    """Made of all of these in one way."""
    return {origin: {how} for origin in origins}


def passed_on(relation: str, columns: Iterable[str]) -> Derivation:
    """A result that is its one input."""
    return Derivation(
        tuple(made_of([Origin(relation, name)], "identity") for name in columns),
        made_of([Origin(relation, ROWS)], "filter"),
    )


def everything_of_everything(read: Mapping[str, Iterable[str]], width: int) -> Derivation:
    """A result of which each column may be made of every column read: what is true of any code."""
    origins = [Origin(relation, name) for relation, columns in read.items() for name in columns]
    whole = [Origin(relation, ROWS) for relation in read]
    return Derivation(
        tuple(made_of(origins, "transformation") for _ in range(width)), made_of([*origins, *whole], "filter")
    )


def compose(outer: How, inner: How) -> How:
    """How a column reaches another through one between them.

    >>> compose("identity", "aggregation"), compose("filter", "identity"), compose("transformation", "filter")
    ('aggregation', 'filter', 'filter')
    """
    if outer not in DIRECT:
        return outer
    if inner not in DIRECT:
        return inner
    return outer if DIRECT.index(outer) >= DIRECT.index(inner) else inner
