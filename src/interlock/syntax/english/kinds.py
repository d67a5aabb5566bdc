"""What kind of thing a parameter takes, read off its annotation: the slots of phrases are typed by it."""

from __future__ import annotations

import types
import typing
from functools import lru_cache
from typing import Annotated, Any, Literal, Union

from interlock.registry.kinds import (
    KINDS,
    Column,
    Literally,
    Measure,
    NewColumn,
    ReadDatabase,
    ReadPath,
    SortKey,
    WriteDatabase,
    WritePath,
)
from interlock.registry.node import NodeType

_NAMES = {kind: name for name, kind in KINDS.items()}
_NAMES |= {ReadDatabase: _NAMES[ReadPath], WriteDatabase: _NAMES[WritePath]}  # in a sentence a database is a file
_SCALARS = (bool, int, float, str, type(None))


@lru_cache(maxsize=4096)
def kind_of(node_type: NodeType, name: str) -> str:
    """The kind of a parameter: `Column`, `Columns`, `int`, `SortKeys` …; `""` for one that only JSON can say."""
    return _kind(node_type.hints.get(name))


@lru_cache(maxsize=4096)
def choices_of(node_type: NodeType, name: str) -> tuple[Any, ...]:
    """The values of a parameter that is one of several."""
    hint = _bare(node_type.hints.get(name))
    return typing.get_args(hint) if typing.get_origin(hint) is Literal else ()


def _bare(hint: Any) -> Any:
    """The annotation without `Annotated` and `| None`."""
    if typing.get_origin(hint) is Annotated:
        return _bare(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (Union, types.UnionType):
        members = [each for each in typing.get_args(hint) if each is not type(None)]
        if len(members) == 1:
            return _bare(members[0])
    return hint


def _kind(hint: Any) -> str:
    if hint == Literally:
        return "Value"
    hint = _bare(hint)
    if hint in (bool, int, float):
        return hint.__name__
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return "Choice"
    if origin in (Union, types.UnionType):
        return next((each for each in map(_kind, inner) if each), "")
    if origin is list:
        return _list(inner[0])
    if origin is dict:
        return _DICTS.get((_plain(inner[0]), _plain(inner[1])), "")
    return _plain(hint)


def _list(item: Any) -> str:
    bare = _bare(item)
    if isinstance(bare, type) and issubclass(bare, SortKey):
        return "SortKeys"
    if isinstance(bare, type) and issubclass(bare, Measure):
        return "Measures"
    if isinstance(bare, type) and bare.__name__ == "Pair":
        return "Pairs"
    if item == Literally:
        return "Values"
    return {"Column": "Columns", "NewColumn": "NewColumns", "Text": "Texts", "Predicate": "Predicates"}.get(
        _plain(bare), "Windows" if getattr(bare, "__name__", "") == "WindowColumn" else ""
    )


def _plain(hint: Any) -> str:
    if hint == Literally:
        return "Value"
    bare = _bare(hint)
    if bare in _NAMES:
        return _NAMES[bare]
    if isinstance(bare, type) and bare.__name__ == "Pair":
        return "Pair"
    return ""


_DICTS = {
    (_NAMES[Column], _NAMES[NewColumn]): "Renames",
    (_NAMES[NewColumn], "Expression"): "Makes",
    (_NAMES[Column], "TypeName"): "Types",
    (_NAMES[Column], "Value"): "Fills",
    ("Text", "Value"): "Mapping",
}
