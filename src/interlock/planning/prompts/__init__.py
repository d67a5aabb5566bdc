"""The texts that models are shown, by version. A text that has been released is not changed: a new version is added."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

VERSION = "v3"


@lru_cache
def text(name: str, version: str = VERSION) -> str:
    """A text of the prompt: `system`, `always`, `last`, `summaries`, `words`."""
    return files(__name__).joinpath(version, f"{name}.txt").read_text(encoding="utf-8").strip()


def system(version: str = VERSION) -> str:
    """The system prompt: the same for every task and registry."""
    return text("system", version)


def always(version: str = VERSION) -> tuple[str, ...]:
    """The node types that every task is shown, where the registry has them."""
    return tuple(text("always", version).split())


def last(version: str = VERSION) -> frozenset[str]:
    """Node types that an expression or a node type that is always shown can stand in for: others come before them."""
    return frozenset(text("last", version).split())


def summaries(version: str = VERSION) -> Mapping[str, str]:
    """What a model must know of a node type besides its parameters, where the first sentence of its page does not say it."""
    return _by_name("summaries", version)


def words(version: str = VERSION) -> Mapping[str, str]:
    """Words with which tasks ask for a node type, besides those of its name, its phrases and its documentation."""
    return _by_name("words", version)


@lru_cache
def _by_name(name: str, version: str) -> Mapping[str, str]:
    lines = (line.partition(":") for line in text(name, version).splitlines())
    return {node_type: said.strip() for node_type, _, said in lines}
