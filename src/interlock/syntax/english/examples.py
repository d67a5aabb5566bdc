"""Sentences to begin with, for a task that is not understood: of phrases near its words, over a file that is there.

An example is shown only if the reader understands it, in one way.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.ir.catalog import Catalog, Dataset
from interlock.ir.types import schema
from interlock.registry import kinds
from interlock.registry.node import NodeType
from interlock.registry.registry import Registry
from interlock.registry.says import Slot, Word
from interlock.syntax.english.free import FreeReader
from interlock.syntax.english.scene import World
from interlock.syntax.english.tokens import tokenise
from interlock.syntax.english.vocabulary import Phrase, Vocabulary

MOST = 2
USUAL = ("aggregate", "filter_rows", "sort_rows")
"""Node types of which an example is made where the words are near to none."""
UNFIT = frozenset({"explode"})
"""Node types that the columns of most files do not fit: of an example that is read, the plan must pass, too."""
STAND_IN = Dataset("data/sales.csv", schema(region="varchar", product="varchar", revenue="double"))
"""The file of an example where the task has no files."""
WIDEST = 200
"""The most columns of a file of an example: what is read has to be read quickly."""


def examples(world: World, near: list[NodeType], registry: Registry) -> tuple[str, ...]:
    """At most two sentences that are understood, of the node types that come nearest, else of usual ones."""
    file = _file(world)
    names = {each.name: each for each in registry}
    usual = [names[name] for name in USUAL if name in names]
    found: list[str] = []
    for node_type in [*(each for each in near if each.name not in UNFIT), *usual]:
        made = next((each for each in _sentences(node_type, file, world.words) if _understood(each, file, world)), None)
        if made is not None and made not in found:
            found.append(made)
        if len(found) == MOST:
            break
    return tuple(found)


def _file(world: World) -> Dataset:
    """The file of the task's own that its words name most, else the stand-in."""
    words = {token.word for token in world.tokens} | {token.raw for token in world.tokens}
    files = [each for each in world.catalog if not each.inside and 0 < len(each.columns) <= WIDEST]

    def named(each: Dataset) -> int:
        return 100 * (each.path in words) + sum(name.casefold() in words for name in each.columns.names)

    return max(files, key=named, default=STAND_IN)


def _sentences(node_type: NodeType, file: Dataset, words: Vocabulary) -> Iterator[str]:
    """Tasks with one step between reading and writing, for each phrase whose slots can be filled."""
    for phrase in words.phrases:
        if phrase.node_type is node_type:
            step = _filled(phrase, file)
            if step is not None:
                yield f"Read {file.path}, {step}, and write it to out/result.csv."


def _filled(phrase: Phrase, file: Dataset) -> str | None:
    parts = []
    for each in phrase.printed:
        if isinstance(each, Word):
            parts.append(each.text)
        elif isinstance(each, Slot):
            value = _value(phrase.node_type, each, file)
            if value is None:
                return None
            parts.append(value)
        else:
            return None
    return " ".join(parts).replace(" ,", ",")


def _value(node_type: NodeType, slot: Slot, file: Dataset) -> str | None:
    """What a person would write in a slot; None for kinds that need thought."""
    numbers = [each.name for each in file.columns if each.type.is_numeric]
    texts = [each.name for each in file.columns if not each.type.is_numeric]
    number, text = next(reversed(numbers), ""), next(iter(texts or numbers), "")
    hint = kinds.bare(node_type.hints.get(slot.name))
    if hint is int:
        return "10"
    if hint is kinds.Predicate:
        return f"{number} is above 100" if number else None
    if hint == kinds.bare(kinds.Measures):
        return f"total {number}" if number else None
    if str(hint).endswith("Key]"):  # sort keys, and those that rank
        return (number or text) + ("" if slot.form else " descending")
    return text if hint in (kinds.Column, kinds.bare(kinds.Columns), list[kinds.Column]) else None


def _understood(text: str, file: Dataset, world: World) -> bool:
    alone = World(text, tokenise(text, world.words.endings), world.words, Catalog((file,)), None)
    found = FreeReader(alone).readings()
    return len(found.plans) == 1 and not found.too_many
