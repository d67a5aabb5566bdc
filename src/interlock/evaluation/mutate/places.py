"""How near a finding lies to the place where a plan was broken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from interlock.evaluation.mutate.subjects import Mutant, pointer
from interlock.ir.diagnostics import Diagnostic
from interlock.syntax.patch import value_at

Located = Literal["at", "parent", "same node", "downstream", "elsewhere"]
ORDER: tuple[Located, ...] = ("at", "parent", "same node", "downstream", "elsewhere")


def located(errors: Sequence[Diagnostic], mutant: Mutant) -> Located:
    """The nearest of all findings."""
    behind = behind_of(mutant.document, mutant.places)
    found = {_nearness(each.at.pointer, mutant, behind) for each in errors}
    return next(each for each in ORDER if each in found)


def _nearness(pointer: str, mutant: Mutant, behind: set[str]) -> Located:
    """At a place or inside it; at its parent; elsewhere in its node (or contract, or edge); behind it in the flow."""
    if not resolves(mutant.document, pointer):
        return "elsewhere"
    if any(pointer == each or pointer.startswith(each + "/") for each in mutant.places):
        return "at"
    if any(pointer == each.rpartition("/")[0] for each in mutant.places):
        return "parent"
    if any(member(pointer) == member(each) for each in mutant.places):
        return "same node"
    return "downstream" if member(pointer) in behind else "elsewhere"


def member(pointer: str) -> str:
    """The node, edge, contract or input that a pointer leads into, as a pointer."""
    return "/".join(pointer.split("/")[:3])


def behind_of(document: Mapping[str, Any], places: Iterable[str]) -> set[str]:
    """The nodes that can be reached from these places, theirs included, with their edges and contracts, as pointers."""
    nodes = document.get("nodes")
    edges = document.get("edges", [])
    if not isinstance(nodes, list) or not isinstance(edges, list):
        return set()
    ids = {f"/nodes/{place}": node.get("id") for place, node in enumerate(nodes) if isinstance(node, dict)}
    flows = [edge for edge in edges if isinstance(edge, dict) and "from" in edge and "to" in edge]
    reached = [ids.get(member(each)) for each in places]
    seen = {each for each in reached if isinstance(each, str)}
    waiting = list(seen)
    while waiting:
        name = waiting.pop()
        for edge in flows:
            if edge["from"] == name and isinstance(edge["to"], str) and edge["to"] not in seen:
                seen.add(edge["to"])
                waiting.append(edge["to"])
    found = {pointer for pointer, name in ids.items() if name in seen}
    found |= {
        f"/edges/{place}" for place, edge in enumerate(edges) if isinstance(edge, dict) and edge.get("from") in seen
    }
    subjects: set[Any] = set(seen)
    for node in nodes:
        if isinstance(node, dict) and node.get("id") in seen and isinstance(node.get("params"), dict):
            subjects |= {value for value in node["params"].values() if isinstance(value, str)}
    return found | {pointer(("contracts", str(each))) for each in subjects}


def resolves(document: Any, pointer: str) -> bool:
    """Whether the pointer leads to something in the document, or to a member that its holder lacks.

    >>> resolves({"a": [1]}, "/a/0"), resolves({"a": [1]}, "/a/1"), resolves({"a": {}}, "/a/b"), resolves({}, "/a/b")
    (True, False, True, False)
    """
    for place in (pointer, pointer.rpartition("/")[0]):
        try:
            found = value_at(document, place)
        except ValueError:
            continue
        return place == pointer or isinstance(found, dict)
    return False
