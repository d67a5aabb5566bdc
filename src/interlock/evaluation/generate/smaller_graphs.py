"""Smaller plans by their graphs: everything but what one node needs, without a node, with a node bypassed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from interlock.evaluation.cases import Case


def smaller_graphs(case: Case) -> Iterator[Case]:
    """The boldest first: what one node needs, then without a node and all behind it, then with one bypassed."""
    nodes = [each["id"] for each in case.plan["nodes"]]
    for name in nodes:
        needed = _reachable(case, name, "to", "from")
        if len(needed) < len(nodes):
            yield kept(case, needed)
    for name in reversed(nodes):
        behind = _reachable(case, name, "from", "to")
        rest = set(nodes) - behind
        if rest:
            yield kept(case, rest)
    for name in nodes:
        yield from _bypassed(case, name)
    for edge in case.plan["edges"]:
        rest = [each for each in case.plan["edges"] if each is not edge]
        joined = {each[end] for each in rest for end in ("from", "to")}
        yield kept(replace(case, plan=_with(case.plan, edges=rest)), joined or {edge["to"]})


def _reachable(case: Case, name: str, near: str, far: str) -> set[str]:
    """The node, and all that edges lead to from it."""
    found, waiting = {name}, [name]
    while waiting:
        at = waiting.pop()
        for edge in case.plan["edges"]:
            if edge[near] == at and edge[far] not in found:
                found.add(edge[far])
                waiting.append(edge[far])
    return found


def kept(case: Case, names: set[str]) -> Case:
    """The case with these nodes only, and the files, tables and contracts that belong to them."""
    nodes = [each for each in case.plan["nodes"] if each["id"] in names]
    edges = [each for each in case.plan["edges"] if each["from"] in names and each["to"] in names]
    paths = {each.get("params", {}).get("path") for each in nodes}
    subjects = names | {path for path in paths if path}
    plan = _with(case.plan, nodes=nodes, edges=edges)
    contracts = {name: body for name, body in case.plan.get("contracts", {}).items() if name in subjects}
    plan.pop("contracts", None)
    if contracts:
        plan["contracts"] = contracts
    return replace(
        case,
        plan=plan,
        files={path: content for path, content in case.files.items() if path in paths},
        sources={name: frame for name, frame in case.sources.items() if name in names},
        forms={name: form for name, form in case.forms.items() if name in names},
    )


def _bypassed(case: Case, name: str) -> Iterator[Case]:
    """Without a node, its consumers fed by each of what fed it."""
    feeding = [edge["from"] for edge in case.plan["edges"] if edge["to"] == name]
    reading = [edge for edge in case.plan["edges"] if edge["from"] == name]
    if not reading:
        return
    for source in dict.fromkeys(feeding):
        edges = []
        for edge in case.plan["edges"]:
            if edge["to"] == name:
                continue
            named = {**edge, "port": edge.get("port", name)} if _is_named(case, edge["to"]) else edge
            edges.append({**named, "from": source} if edge["from"] == name else edge)
        rest = {each["id"] for each in case.plan["nodes"]} - {name}
        yield kept(replace(case, plan=_with(case.plan, edges=edges)), rest)


def _is_named(case: Case, name: str) -> bool:
    """Whether a node knows its inputs by the names of their ports."""
    found = next(each for each in case.plan["nodes"] if each["id"] == name)
    return str(found["type"]).partition("@")[0] in ("query", "union_tables")


def _with(plan: Mapping[str, Any], **parts: Any) -> dict[str, Any]:
    return {name: parts.get(name, part) for name, part in plan.items()}
