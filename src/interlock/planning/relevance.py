"""Which node types a model is shown for a task: chosen here, from the words of the task, the data and the files named.

The number shown does not grow with the registry. What was left out can be asked for in words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

from interlock.planning import prompts
from interlock.planning.formats import handles
from interlock.registry.node import NodeType
from interlock.registry.registry import Registry

MOST = 13
"""Node types besides sources that a model is shown at first."""
SECOND = 0.6
"""The part of a clause's best score that its second best match must reach."""
LEAST = 1.55
"""What a clause's match must reach: a little more than one word that only this node type's phrases have."""
_ENDINGS = ("ing", "edly", "ed", "ies", "es", "s", "ly", "e")


def relevant(
    registry: Registry,
    text: str,
    always: Sequence[str],
    sources: Sequence[str],
    files: Sequence[str] = (),
    fits: Callable[[Sequence[NodeType]], bool] = lambda _: True,
) -> list[NodeType]:
    """The node types for a task, sources first: those of the data, `always` where they exist, then the best matches.

    Node types that bring data sets together are among `always` only where there are several. A sink is taken where the
    task names a file with an ending that its name or its documentation knows, other than the `files` that it reads.
    A match is left out where `fits` says that the list would be too long with it.
    """
    chosen = {name: found.type for name in dict.fromkeys(sources) if (found := registry.find(name))}
    said = _without(text, files)
    sinks = {each.name: each for each in _sinks(registry, said) or _sinks(registry, text, "csv")}
    several = len(sources) > 1
    usual = {name: found.type for name in always if (found := registry.find(name))}
    wanted = {name: each for name, each in usual.items() if several or len(each.ports) < 2} | sinks

    def ordered() -> list[NodeType]:
        inner = sorted(wanted.values(), key=lambda each: (each.is_sink, each.name))
        return [*chosen.values(), *(each for each in inner if each.name not in chosen)]

    for node_type in _by_clause(registry, said):
        if len(wanted) >= MOST:
            break
        if node_type.name in wanted:
            continue
        wanted[node_type.name] = node_type
        if not fits(ordered()):
            del wanted[node_type.name]
    return ordered()


def _without(text: str, files: Sequence[str]) -> str:
    """The text without the names of these files: they say nothing about what is to be done."""
    names = {name for path in files for name in (path, path.rpartition("/")[2])}
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![\w./-]){re.escape(name)}(?!\w|\.\w)", " ", text)
    return text


def _by_clause(registry: Registry, text: str) -> list[NodeType]:
    """The best match of each clause of the text, then the second best where it is nearly as good; best clauses first.

    Those that something always shown can stand in for come after the others.
    """
    found: list[tuple[bool, int, float, NodeType]] = []
    last = prompts.last()
    least = LEAST * math.log(len(registry) + 1)
    for clause in re.split(r"[,;:\n]|[.!?](?:\s|$)|\b(?:then|and|after that|finally|next)\b", text):
        scored = [each for each in matches(registry, clause) if not each[1].is_source and not each[1].is_sink][:2]
        for place, (score, node_type) in enumerate(scored):
            if score >= least and (place == 0 or score >= SECOND * scored[0][0]):
                found.append((node_type.name in last, place, -score, node_type))
    return [node_type for *_, node_type in sorted(found, key=lambda each: each[:3])]


def matches(registry: Registry, text: str) -> list[tuple[float, NodeType]]:
    """Every node type with how well its own words fit the text, best first."""
    index = _index(registry)
    asked = Counter(_stems(text))
    scored = [
        (sum(weights.get(stem, 0.0) * min(count, 2) for stem, count in asked.items()), node_type)
        for node_type, weights in index
    ]
    return sorted(scored, key=lambda each: (-each[0], each[1].name))


@lru_cache(maxsize=8)
def _index(registry: Registry) -> list[tuple[NodeType, dict[str, float]]]:
    """For each node type what each of its words is worth: rare words more, those of its name and phrases most."""
    words = [(node_type, _words(node_type)) for node_type in registry]
    seen = Counter(stem for _, found in words for stem in found)
    total = len(words) + 1
    return [
        (node_type, {stem: weight * math.log(total / seen[stem]) for stem, weight in found.items()})
        for node_type, found in words
    ]


def _words(node_type: NodeType) -> dict[str, float]:
    found: dict[str, float] = {}
    phrases = " ".join(str(each) for each in getattr(node_type, "says", ()))
    choices = " ".join(_choices(node_type.json_schema))
    weighed = (
        (node_type.doc, 0.5),
        (choices, 1.0),
        (" ".join(node_type.aliases), 1.0),
        (prompts.words().get(node_type.name, "").replace(",", " "), 1.5),
        (re.sub(r"\{[^}]*\}", " ", phrases), 1.5),
        (node_type.name, 2.0),
    )
    for text, weight in weighed:
        for stem in _stems(text):
            found[stem] = max(found.get(stem, 0.0), weight)
    return found


def _choices(schema: object) -> list[str]:
    """The words that a parameter offers to choose from, wherever they stand in its schema."""
    if isinstance(schema, dict):
        own = [str(each) for each in schema.get("enum", ())]
        return own + [word for value in schema.values() for word in _choices(value)]
    return [word for value in schema for word in _choices(value)] if isinstance(schema, list) else []


def _stems(text: str) -> list[str]:
    """Words without their endings, camel and snake case taken apart, and each two of them that stand together.

    >>> _stems("DataSorter sorted_by")
    ['data', 'sorter', 'sort', 'data sorter', 'sorter sort', 'sort by']
    """
    parts = [_stem(each.lower()) for each in re.findall(r"[A-Z]?[a-z]+|[A-Z]{2,}(?![a-z])", text)]
    alone = [each for each in parts if len(each) > 1 and each not in _DULL]
    return alone + [f"{first} {second}" for first, second in pairwise(parts)]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


_DULL = {
    "the", "of", "and", "to", "in", "by", "for", "with", "row", "column", "tabl", "from", "or", "an", "on", "is", "as",
    "at", "it", "that", "each", "all", "us", "valu", "without", "fil", "into", "are", "not", "its", "where", "whos",
}  # fmt: skip
"""Stems that say nothing about which node type is meant."""


def _sinks(registry: Registry, text: str, *usual: str) -> list[NodeType]:
    """Sinks for the endings and formats that the text names, and for the `usual` ones."""
    endings = {each.lower() for each in re.findall(r"[\w)]\.([A-Za-z]\w{1,7})\b", text)} | _formats(text) | set(usual)
    return [each for each in registry if each.is_sink and any(handles(each, ending) for ending in endings)]


def _formats(text: str) -> set[str]:
    found: list[str] = re.findall(r"\b(csv|jsonl|json|parquet|excel|sqlite)\b", text.lower())
    return {{"excel": "xlsx", "sqlite": "db"}.get(each, each) for each in found}
