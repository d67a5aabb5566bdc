"""Which mutants the checks claim to refuse, whatever the plan: where one of these passes, that is a false accept.

What a plan is broken in is read off its document, with the registry: names that are not there, parameters and ports that
are missing. For texts (expressions, queries, contracts, types) it is told by what was done to them. What is not claimed
may pass: it may mean the same, or mean something else that is valid. Then it is judged as any plan.
"""

from __future__ import annotations

import json
import re
import typing
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any

from pydantic import BaseModel

from interlock.evaluation.mutate.places import member
from interlock.evaluation.mutate.subjects import Mutant, Subject
from interlock.registry.kinds import Column
from interlock.registry.node import NodeType
from interlock.registry.registry import Registry
from interlock.syntax.patch import value_at

WHOLE = frozenset(
    {
        "make_cycle", "misspell_type", "unknown_version", "misspell_parameter", "needless_retry", "bad_retry",
    }
)  # fmt: skip
"""Mutators all of whose mutants are claimed."""

WORDS = {
    "break_expression": frozenset({
        "open parenthesis", "close parenthesis", "hanging operator", "open quote", "unknown function", "unknown column",
        "unknown input", "no argument", "too many arguments", "subquery", "exists", "file", "setting", "clock", "chance",
        "aggregate", "window", "second statement", "python", "empty", "spaces", "star", "case without end", "between",
        "in nothing", "cast to unknown", "deep", "column of a table", "braces",
    }),
    "break_form": frozenset({
        "format version 99", "an unknown key", "an unknown key in a node", "an unknown key in an edge",
        "a node without a type", "a node without an id", "an edge without an end", "a node that is a text",
        "parameters that are a list", "nodes that are a mapping", "no nodes", "an id that is a number", "an empty id",
    }),
    "break_contract": frozenset({
        "an unknown key", "ask for a column that is not there", "where is '1 +'", "columns is 7",
        "rows is {'min': 5, 'max': 2}", "rows is {'least': 1}", "rows is {'min': -1}",
    }),
}  # fmt: skip
"""Mutators some of whose mutants are claimed, by what was done."""

BEGINNINGS = {
    "break_input": ("misspell the input",),
    "break_contract": ("about ",),
    "break_query": (
        "'delete '", "'copy (", "'select * from read_csv(", "'select random()", "'select now()", "'median_of('",
        "' join nowhere on true join '",
    ),
    "other_type": ("varchar( for ",),
}  # fmt: skip
"""Mutators some of whose mutants are claimed, by how it begins what was done."""

OUTSIDE = ("../secrets.csv", "/etc/passwd", "~/x.csv", "https://example.org/x.csv", "data/../../x", "", " ", "C:/x.csv")
"""Paths that no plan may use."""


def is_claimed(mutant: Mutant, subject: Subject, registry: Registry) -> bool:
    """Whether the checks claim to refuse a mutant of the subject."""
    name, what = mutant.mutator, mutant.what
    if name == "break_input" and what.startswith("forget the input"):
        used = re.escape(what.removeprefix("forget the input "))
        return re.search(rf":{used}\b", json.dumps(mutant.document, ensure_ascii=False)) is not None
    if name in WHOLE or what in WORDS.get(name, ()) or what.startswith(BEGINNINGS.get(name, ())):
        return True
    if name in ("break_input", "break_contract") and what.endswith(("is money", "as money")):
        return True
    if name == "bad_path" and any(f": {bad!r} for" in what for bad in OUTSIDE):
        return True
    if name == "rename_column":
        return _names_no_column(mutant, subject, registry)
    return next(_missing(mutant.document, registry), None) is not None


def _missing(document: Mapping[str, Any], registry: Registry) -> Iterator[str]:
    """What a plan names that is not there, or must give and does not: ids, node types, parameters and ports."""
    nodes, edges = document.get("nodes"), document.get("edges") or []
    if not isinstance(nodes, list) or not all(isinstance(each, dict) and _is_node(each) for each in nodes):
        return
    if not all(isinstance(each, dict) and {"from", "to"} <= each.keys() for each in edges):
        return
    ids = Counter(each["id"] for each in nodes)
    yield from (f"two nodes {name}" for name, count in ids.items() if count > 1)
    yield from (f"no node {edge[end]}" for edge in edges for end in ("from", "to") if edge[end] not in ids)
    for node in nodes:
        node_type = _type_of(node, registry)
        if node_type is None:
            continue
        given = node.get("params") or {}
        yield from (f"no parameter {name}" for name in given if name not in node_type.parameters)
        yield from (
            f"without {name}"
            for name, parameter in node_type.parameters.items()
            if parameter.default is parameter.empty and name not in given
        )
        yield from _ports_missing(node_type, [edge for edge in edges if edge["to"] == node["id"]])


def _ports_missing(node_type: NodeType, edges: list[Mapping[str, Any]]) -> Iterator[str]:
    if any(port.variadic for port in node_type.ports):
        return
    known = {port.name for port in node_type.ports}
    yield from (f"no port {edge['port']}" for edge in edges if edge.get("port") and edge["port"] not in known)
    needed = sum(port.required for port in node_type.ports)
    if len(edges) < needed:
        yield f"{len(edges)} of {needed} inputs"


def _is_node(node: Mapping[str, Any]) -> bool:
    params = node.get("params")
    return isinstance(node.get("id"), str) and isinstance(node.get("type"), str) and isinstance(params, dict | None)


def _type_of(node: Mapping[str, Any], registry: Registry) -> NodeType | None:
    """The node type of a node that is known under its own name and newest version."""
    name, _, version = str(node["type"]).partition("@")
    found = registry.find(name, int(version) if version.isdigit() else None)
    if found is None or found.adapters or version not in ("", str(found.type.version)):
        return None
    return found.type


def _names_no_column(mutant: Mutant, subject: Subject, registry: Registry) -> bool:
    """Whether what was misspelled is surely a column's name, and is no column now."""
    place = mutant.places[0]
    try:
        node, value = value_at(mutant.document, member(place)), value_at(mutant.document, place)
    except ValueError:  # a key that was misspelled in a place that is named otherwise
        return False
    node_type = _type_of(node, registry)
    columns = {each.casefold() for each in subject.columns[node["id"]]}
    if node_type is None or not isinstance(value, str) or value.casefold() in columns:
        return False
    name, *rest = place.split("/")[4:]
    return _is_column(node_type.hints.get(name), rest)


def _is_column(hint: Any, rest: Sequence[str]) -> bool:
    """Whether a parameter's annotation has a column's name at the end of the path."""
    if typing.get_origin(hint) is Annotated:
        return _is_column(typing.get_args(hint)[0], rest)
    if typing.get_origin(hint) in (typing.Union, UnionType):
        some = [each for each in typing.get_args(hint) if each is not type(None)]
        return len(some) == 1 and _is_column(some[0], rest)
    if not rest:
        return hint is Column
    if typing.get_origin(hint) is list:
        return _is_column(typing.get_args(hint)[0], rest[1:])
    if isinstance(hint, type) and issubclass(hint, BaseModel) and rest[0] in hint.model_fields:
        return _is_column(hint.model_fields[rest[0]].annotation, rest[1:])
    return False
