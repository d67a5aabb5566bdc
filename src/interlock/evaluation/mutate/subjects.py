"""Good plans as the mutators see them, and what they make of one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from interlock.compiler.checked import CheckedPlan
from interlock.ir.diagnostics import escape_pointer

Tokens = tuple[str | int, ...]
Document = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """A good plan as plain data. `columns` are those of each node's inputs, `made` those of its result."""

    name: str
    document: Document
    columns: Mapping[str, frozenset[str]]
    made: Mapping[str, tuple[str, ...]]
    types: Sequence[str]

    @property
    def nodes(self) -> list[dict[str, Any]]:
        return self.document["nodes"]

    @property
    def edges(self) -> list[dict[str, Any]]:
        return self.document["edges"]

    def index(self, node: str) -> int:
        """The position of a node in the plan."""
        return next(place for place, each in enumerate(self.nodes) if each["id"] == node)

    def at(self, node: str) -> str:
        """The JSON Pointer of a node."""
        return f"/nodes/{self.index(node)}"

    def params(self) -> Iterator[tuple[Tokens, Any]]:
        """Every scalar and every empty or scalar list inside the parameters, with its path in the document."""
        for place, node in enumerate(self.nodes):
            yield from leaves(node.get("params", {}), ("nodes", place, "params"))


@dataclass(frozen=True)
class Mutant:
    """A broken plan. `places` are the JSON Pointers where it is broken: there, a finding belongs."""

    subject: str
    mutator: str
    what: str
    places: tuple[str, ...]
    document: Document = field(repr=False)


Made = tuple[str, Sequence[str], Document]
"""What a mutator yields: in words what was done, the places, and the document."""

Mutator = Callable[[Subject, Random], Iterator[Made]]


def subject_of(name: str, document: Document, proven: CheckedPlan, types: Sequence[str]) -> Subject:
    """What the mutators need to know of a plan that passed."""
    made = {bound.node.id: tuple(bound.schema.names) for bound in proven.nodes}
    columns = {
        bound.node.id: frozenset(name for _, source in bound.inputs for name in made[source]) for bound in proven.nodes
    }
    return Subject(name, document, columns, made, types)


def leaves(value: Any, path: Tokens) -> Iterator[tuple[Tokens, Any]]:
    """The scalars inside a value, each with its path."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from leaves(each, (*path, place))
    else:
        yield path, value


def pointer(path: Tokens) -> str:
    """A path as a JSON Pointer."""
    return "".join(f"/{escape_pointer(part)}" for part in path)


def changed(document: Document, path: Tokens, value: Any) -> Document:
    """A copy of the document with another value at `path`; what does not change is shared with it."""
    found, inside = _opened(document, path)
    inside[path[-1]] = value
    return found


def removed(document: Document, path: Tokens) -> Document:
    """A copy of the document without the member at `path`; what does not change is shared with it."""
    found, inside = _opened(document, path)
    del inside[path[-1]]
    return found


def renamed_key(document: Document, path: Tokens, name: str) -> Document:
    """A copy of the document in which the key at the end of `path` is `name`, in its old place."""
    found, inside = _opened(document, path)
    members = [(name if key == path[-1] else key, value) for key, value in inside.items()]
    inside.clear()
    inside.update(members)
    return found


def _opened(document: Document, path: Tokens) -> tuple[Document, Any]:
    """A copy of the document in which everything on the way to the end of `path` is its own, and what holds that end."""
    found = copy.copy(document)
    inside: Any = found
    for part in path[:-1]:
        inside[part] = copy.copy(inside[part])
        inside = inside[part]
    return found, inside


def misspelled(word: str, draw: Random) -> str:
    """The word with a slip of the pen: a letter lost, doubled, swapped or another."""
    if len(word) < 3:
        return word + "x"
    place = draw.randrange(1, len(word) - 1)
    slip = draw.randrange(4)
    if slip == 0:
        return word[:place] + word[place + 1 :]
    if slip == 1:
        return word[:place] + word[place] * 2 + word[place + 1 :]
    if slip == 2 and word[place] != word[place + 1]:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word[:place] + ("x" if word[place] != "x" else "z") + word[place + 1 :]
