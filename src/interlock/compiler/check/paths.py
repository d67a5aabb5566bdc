"""The files that a plan reads and writes, as its parameters name them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from interlock.compiler.check.context import Context, each_typed
from interlock.ir.plan import Node
from interlock.registry import kinds
from interlock.registry.node import Effect, NodeType


def each_path(context: Context) -> Iterator[tuple[Node, str, str, Effect]]:
    """(node, parameter, path, effect) for every path parameter that has a text, defaults included."""
    for node, node_type in each_typed(context):
        for name, parameter in node_type.parameters.items():
            effect = kinds.path_effect(node_type.hints.get(name))
            value = context.params[node.id].get(name, parameter.default)
            if effect is not None and isinstance(value, str):
                yield node, name, value, effect


def is_database(node_type: NodeType, name: str) -> bool:
    """Whether the parameter names a file that is opened as a database."""
    return kinds.bare(node_type.hints.get(name)) in (kinds.ReadDatabase, kinds.WriteDatabase)


def same_file(root: Path, path: str) -> str:
    """One name for one file, whatever links and spellings lead to it."""
    if "\x00" in path:
        return path  # no file has such a name; the policy refuses it
    return os.path.normcase(os.path.realpath(os.path.join(root, path)))
