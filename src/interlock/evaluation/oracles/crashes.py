"""What no verdict may hold: a built-in node type whose function raises what it should not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from interlock.evaluation.mutate.places import member
from interlock.evaluation.trials import Checked
from interlock.registry.registry import Registry
from interlock.syntax.patch import value_at


def crashes(checked: Checked, registry: Registry) -> Iterator[str]:
    """Each failure of a built-in node type's own function that a verdict tells (IL204): a fault of that function.

    An own node type may raise whatever it likes; there, the finding is right.
    """
    for each in checked.diagnostics:
        if each.code == "IL204" and _is_built_in(checked.document.value, each.at.pointer, registry):
            yield f"{each.at.pointer}: {each.message}"


def _is_built_in(document: Any, pointer: str, registry: Registry) -> bool:
    try:
        node_type = value_at(document, member(pointer) + "/type")
    except ValueError:
        return True  # the finding is not even about a node
    found = registry.find(str(node_type).partition("@")[0])
    return found is None or found.type.function.__module__.startswith("interlock.registry.packs.")
