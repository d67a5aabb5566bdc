"""Whole plans: every node's table, from the sources on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

from interlock.evaluation.cases import Case
from interlock.evaluation.frames import Frame, Stops, Unsupported
from interlock.evaluation.reference.contracts import broken
from interlock.evaluation.reference.files import expected_in_file
from interlock.evaluation.reference.nodes import columns, grouping, joins, quality, reshape, rows, sets, text, windows
from interlock.evaluation.reference.nodes.calls import Call, Node, value_of
from interlock.evaluation.reference.select import run_select
from interlock.ir.types import Type, parse_type
from interlock.registry.registry import Registry, load

NODES: Mapping[str, Node] = {
    name: node
    for family in (rows, sets, columns, text, grouping, windows, reshape, joins, quality)
    for name, node in family.NODES.items()
}
"""The interpreter of every node type that computes something."""
PORTS: Mapping[str, Sequence[str]] = {
    "join_tables": ("left", "right"),
    "asof_join": ("left", "right"),
    "expect": ("table", "reference"),
}
"""The ports of the node types that have several; `union_tables` and `query` have as many as there are edges."""


@cache
def _built_in() -> Registry:
    return load()


def interpret(case: Case, registry: Registry | None = None) -> Mapping[str, Frame]:
    """For every node the table that it must give.

    Sources that read files are taken from the case. Raises Stops where the run must stop (the reason begins with the
    node), Unsupported where it cannot be said. The registry only says which node type is meant by a name.
    """
    registry = registry or _built_in()
    plan = case.plan
    given = _given(plan.get("inputs") or {}, case.inputs)
    edges: dict[str, list[Mapping[str, Any]]] = {}
    for edge in plan.get("edges") or []:
        edges.setdefault(edge["to"], []).append(edge)
    frames: dict[str, Frame] = {}
    waiting = {node["id"]: node for node in plan["nodes"]}
    while waiting:
        ready = [name for name in waiting if all(edge["from"] in frames for edge in edges.get(name, []))]
        if not ready:
            raise Unsupported("the plan goes round in a circle, or an edge begins nowhere")
        for name in ready:
            frames[name] = _given_by(waiting.pop(name), edges.get(name, []), frames, case, given, registry)
    for name, what in broken(plan, frames, given):
        raise Stops(f"{name}: expected that {what}", frames)
    return frames


def _given(declared: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, tuple[Type, Any]]:
    """The type and value of every run input."""
    found = {}
    for name, body in declared.items():
        body = {"type": body} if isinstance(body, str) else body
        kind = parse_type(body["type"])
        value = values.get(name, body.get("default"))
        if kind.is_text and isinstance(value, int | float):
            raise Unsupported(f"a number or a truth value for the text {name}")
        found[name] = kind, value_of(value, kind)
    return found


def _given_by(
    node: Mapping[str, Any],
    edges: Sequence[Mapping[str, Any]],
    frames: Mapping[str, Frame],
    case: Case,
    given: Mapping[str, tuple[Type, Any]],
    registry: Registry,
) -> Frame:
    """The table of one node, whose inputs are known."""
    name, _, version = node["type"].partition("@")
    found = registry.find(name, int(version) if version else None)
    if node["id"] in case.sources:
        return case.sources[node["id"]]
    if found is None or found.type.name not in {*NODES, "query"}:
        raise Unsupported(f"{name} is not interpreted")
    sources = _ports(found.type.name, edges)
    inputs = {port: frames[source] for port, source in sources.items()}
    variadic = found.type.name in ("union_tables", "query")
    names = {port: port if variadic else source for port, source in sources.items()}
    call = Call(node["id"], found.adapt(dict(node.get("params") or {})), inputs, names, given)
    try:
        if found.type.name == "query":
            return _queried(call)
        if found.type.is_sink:
            with suppress(Unsupported):  # what it writes is not known, but it passes its rows on
                expected_in_file(call.table, found.type.name, call.params)
        return NODES[found.type.name](call)
    except Stops as told:
        raise type(told)(f"{node['id']}: {told.reason}", frames) from told


def _ports(name: str, edges: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The node behind each port, in the order of the ports, or of the edges where there may be any number."""
    if name in ("union_tables", "query"):
        return {edge.get("port") or edge["from"]: edge["from"] for edge in edges}
    known = PORTS.get(name, ("table",))
    found = {edge["port"]: edge["from"] for edge in edges if edge.get("port")}
    free = iter([port for port in known if port not in found])
    for edge in edges:
        if not edge.get("port"):
            found[next(free)] = edge["from"]
    return {port: found[port] for port in (*known, *found) if port in found}


def _queried(call: Call) -> Frame:
    return run_select(call.params["sql"], call.inputs, call.given)
