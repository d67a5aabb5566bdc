"""The words that phrases and their slots use, from a registry: no bare name may be one of them in printed English."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from interlock.registry.kinds import PATH_KINDS
from interlock.registry.node import NodeType
from interlock.registry.registry import Registry
from interlock.registry.says import Choice, Element, Series, Sets, Slot, Word, parse_phrase, walk

CONNECTING = frozenset(
    "a an the and or as to of in with by from it them then next call given plan task promise use nothing any version "
    "ascending descending nulls first last number different values value sum mean median minimum maximum standard "
    "deviation list whether all texts joined where expression true false null default type is not".split()
)
"""Words that the slots and the sentences around phrases use."""


@dataclass(frozen=True)
class Phrase:
    """One way to say a node type."""

    node_type: NodeType
    text: str
    elements: Series

    @cached_property
    def printed(self) -> tuple[Word | Slot | Sets, ...]:
        """The phrase as it is printed: of a choice the first, and nothing that may be left out."""
        return tuple(_printed(self.elements))


def _printed(element: Element) -> Iterator[Word | Slot | Sets]:
    if isinstance(element, Series):
        for each in element.parts:
            yield from _printed(each)
    elif isinstance(element, Choice):
        if Series(()) not in element.options:
            yield from _printed(element.options[0])
    else:
        yield element


@dataclass(frozen=True)
class Vocabulary:
    """Everything that a registry's phrases say. `reserved` are the words of printed phrases, and those around them."""

    phrases: tuple[Phrase, ...]
    reserved: frozenset[str]
    endings: frozenset[str]


@lru_cache(maxsize=16)
def vocabulary(registry: Registry) -> Vocabulary:
    """The phrases of all node types of a registry, newest versions only."""
    phrases = tuple(Phrase(node_type, text, parse_phrase(text)) for node_type in registry for text in node_type.says)
    words: set[str] = set(CONNECTING)
    endings: set[str] = set()
    for phrase in phrases:
        words.update(each.text for each in phrase.printed if isinstance(each, Word))
        for each in walk(phrase.elements):
            if isinstance(each, Slot) and _is_path(phrase.node_type, each.name):
                endings.update(each.form.split("|"))
    return Vocabulary(phrases, frozenset(words), frozenset(endings - {""}))


def _is_path(node_type: NodeType, name: str) -> bool:
    return getattr(node_type.hints.get(name), "__name__", "") in PATH_KINDS
