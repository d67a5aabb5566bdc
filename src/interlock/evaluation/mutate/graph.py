"""Mutators of the graph: nodes, edges, types, versions, run inputs and the form of the plan."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

from interlock.evaluation.mutate.subjects import Document, Made, Subject, changed, misspelled, pointer, removed


def _edges_of(subject: Subject, node: str) -> list[int]:
    return [place for place, edge in enumerate(subject.edges) if node in (edge["from"], edge["to"])]


def _edges_into(subject: Subject, node: str) -> list[str]:
    return [f"/edges/{place}" for place, edge in enumerate(subject.edges) if edge["to"] == node]


def _ends(subject: Subject, *edges: int) -> list[str]:
    """The pointers of edges and of the nodes at their ends."""
    found = [f"/edges/{place}" for place in edges]
    return [*found, *(subject.at(subject.edges[place][end]) for place in edges for end in ("from", "to"))]


def _shifted(document: Document, gone: int, places: list[str]) -> list[str]:
    """Pointers to nodes, after the node at position `gone` was removed."""
    found = []
    for each in places:
        parts = each.split("/")
        if parts[1] == "nodes" and int(parts[2]) > gone:
            parts[2] = str(int(parts[2]) - 1)
        found.append("/".join(parts))
    return found


def _none_left(document: Document) -> list[str]:
    return [] if document["nodes"] else ["/nodes"]


def drop_node(subject: Subject, draw: Random) -> Iterator[Made]:
    """A node is gone, its edges are left."""
    for place, node in enumerate(subject.nodes):
        touched = _edges_of(subject, node["id"])
        subjects = [f"/contracts/{name}" for name in subject.document.get("contracts", {}) if name == node["id"]]
        places = [each for each in _ends(subject, *touched) if each != f"/nodes/{place}"]
        document = removed(subject.document, ("nodes", place))
        places = [*_shifted(document, place, places), *subjects, *_none_left(document)]
        yield f"drop the node {node['id']}", places, document


def drop_node_and_edges(subject: Subject, draw: Random) -> Iterator[Made]:
    """A node and its edges are gone."""
    for place, node in enumerate(subject.nodes):
        touched = _edges_of(subject, node["id"])
        ends = [each for each in _ends(subject, *touched) if each.startswith("/nodes") and each != f"/nodes/{place}"]
        document = removed(subject.document, ("nodes", place))
        document["edges"] = [edge for edge in document["edges"] if node["id"] not in (edge["from"], edge["to"])]
        yield (
            f"drop {node['id']} and its edges",
            [*_shifted(document, place, ends), "/edges", *_subjects(subject, node), *_none_left(document)],
            document,
        )


def bridge_node(subject: Subject, draw: Random) -> Iterator[Made]:
    """A step is left out: what came before it flows straight to what came after."""
    for place, node in enumerate(subject.nodes):
        before = [edge["from"] for edge in subject.edges if edge["to"] == node["id"]]
        after = [edge["to"] for edge in subject.edges if edge["from"] == node["id"]]
        if len(before) != 1 or not after:
            continue
        document = removed(subject.document, ("nodes", place))
        document["edges"] = [
            {**edge, "from": before[0]} if edge["from"] == node["id"] else edge
            for edge in document["edges"]
            if edge["to"] != node["id"]
        ]
        places = [subject.at(each) for each in (*after, *before)]
        yield f"leave out {node['id']}", [*_shifted(document, place, places), *_subjects(subject, node)], document


def _subjects(subject: Subject, node: dict[str, Any]) -> list[str]:
    path = node.get("params", {}).get("path", node.get("params", {}).get("db_path"))
    names = [name for name in subject.document.get("contracts", {}) if name in (node["id"], path)]
    return [pointer(("contracts", name)) for name in names]


def cut_edge(subject: Subject, draw: Random) -> Iterator[Made]:
    """An edge is gone."""
    for place, edge in enumerate(subject.edges):
        ends = [each for each in _ends(subject, place) if each.startswith("/nodes")]
        yield f"cut {edge['from']} -> {edge['to']}", [*ends, "/edges"], removed(subject.document, ("edges", place))


def duplicate_edge(subject: Subject, draw: Random) -> Iterator[Made]:
    """An edge stands there twice."""
    for place, edge in enumerate(subject.edges):
        document = changed(subject.document, ("edges",), [*subject.edges, dict(edge)])
        yield (
            f"repeat {edge['from']} -> {edge['to']}",
            [*_ends(subject, place), f"/edges/{len(subject.edges)}"],
            document,
        )


def redirect_edge(subject: Subject, draw: Random) -> Iterator[Made]:
    """An edge begins or ends at another node."""
    for place, edge in enumerate(subject.edges):
        for end in ("from", "to"):
            other = draw.choice([node["id"] for node in subject.nodes if node["id"] != edge[end]])
            document = changed(subject.document, ("edges", place, end), other)
            what = f"{edge['from']} -> {edge['to']}: {end} {other}"
            beside = _edges_into(subject, other) if end == "to" else []  # one of them is one too many
            yield what, [*_ends(subject, place), subject.at(other), *beside], document


def swap_edge(subject: Subject, draw: Random) -> Iterator[Made]:
    """An edge points the other way."""
    for place, edge in enumerate(subject.edges):
        document = changed(subject.document, ("edges", place), {**edge, "from": edge["to"], "to": edge["from"]})
        places = [*_ends(subject, place), *_edges_into(subject, edge["from"])]
        yield f"turn {edge['from']} -> {edge['to']} round", places, document


def misspell_edge(subject: Subject, draw: Random) -> Iterator[Made]:
    """An edge names a node that is not there."""
    for place, edge in enumerate(subject.edges):
        end = draw.choice(("from", "to"))
        yield (
            f"misspell {edge[end]} in an edge",
            _ends(subject, place),
            changed(subject.document, ("edges", place, end), misspelled(edge[end], draw)),
        )


def wrong_port(subject: Subject, draw: Random) -> Iterator[Made]:
    """An edge goes into a port that is not there, or into the other one."""
    for place, edge in enumerate(subject.edges):
        port = {"left": "right", "right": "left"}.get(edge.get("port", ""), "inlet")
        beside = [other for other, each in enumerate(subject.edges) if each["to"] == edge["to"]]
        yield (
            f"{edge['from']} -> {edge['to']}: port {port}",
            _ends(subject, *beside),
            changed(subject.document, ("edges", place, "port"), port),
        )


def make_cycle(subject: Subject, draw: Random) -> Iterator[Made]:
    """An edge leads from a later node back to an earlier one."""
    for place, edge in enumerate(subject.edges):
        follower = next((each["to"] for each in subject.edges if each["from"] == edge["to"]), edge["to"])
        document = changed(subject.document, ("edges",), [*subject.edges, {"from": follower, "to": edge["from"]}])
        yield (
            f"lead {follower} back to {edge['from']}",
            [*_ends(subject, place), f"/edges/{len(subject.edges)}", subject.at(follower)],
            document,
        )


def duplicate_id(subject: Subject, draw: Random) -> Iterator[Made]:
    """Two nodes have one id."""
    for place, node in enumerate(subject.nodes):
        others = [each["id"] for each in subject.nodes if each is not node]
        if not others:
            return
        other = draw.choice(others)
        places = [f"/nodes/{place}", subject.at(other), *_ends(subject, *_edges_of(subject, node["id"]))]
        yield f"{node['id']} is named {other} too", places, changed(subject.document, ("nodes", place, "id"), other)


def misspell_id(subject: Subject, draw: Random) -> Iterator[Made]:
    """A node has another name than its edges know."""
    for place, node in enumerate(subject.nodes):
        name = misspelled(node["id"], draw)
        touched = _ends(subject, *_edges_of(subject, node["id"]))
        yield (
            f"{node['id']} is misspelled {name}",
            [f"/nodes/{place}", *touched, *_subjects(subject, node)],
            changed(subject.document, ("nodes", place, "id"), name),
        )


def misspell_type(subject: Subject, draw: Random) -> Iterator[Made]:
    """A node type that is not there."""
    for place, node in enumerate(subject.nodes):
        name, sign, version = node["type"].partition("@")
        yield (
            f"misspell {name}",
            [f"/nodes/{place}/type"],
            changed(subject.document, ("nodes", place, "type"), misspelled(name, draw) + sign + version),
        )


def swap_type(subject: Subject, draw: Random) -> Iterator[Made]:
    """A node is of another type."""
    for place, node in enumerate(subject.nodes):
        for other in draw.sample([each for each in subject.types if each != node["type"].split("@")[0]], 2):
            touched = _ends(subject, *_edges_of(subject, node["id"]))
            yield (
                f"{node['id']}: {other} for {node['type']}",
                [f"/nodes/{place}", *touched, *_subjects(subject, node)],
                changed(subject.document, ("nodes", place, "type"), other),
            )


def unknown_version(subject: Subject, draw: Random) -> Iterator[Made]:
    """A version that no one has written."""
    for place, node in enumerate(subject.nodes):
        name = node["type"].split("@")[0]
        version = draw.choice(("99", "0", "x", "-1", ""))
        yield (
            f"{name}@{version}",
            [f"/nodes/{place}/type"],
            changed(subject.document, ("nodes", place, "type"), f"{name}@{version}"),
        )


def add_orphan(subject: Subject, draw: Random) -> Iterator[Made]:
    """A node that is connected to nothing."""
    fed = {edge["to"] for edge in subject.edges}
    source = next(node for node in subject.nodes if node["id"] not in fed)
    nodes = [*subject.nodes, {**copy.deepcopy(source), "id": "forgotten"}]
    yield (
        "add a source that no one uses",
        [f"/nodes/{len(subject.nodes)}"],
        changed(subject.document, ("nodes",), nodes),
    )
    step = {"id": "loose", "type": "limit_rows@1", "params": {"rows": 3}}
    yield (
        "add a step without an input",
        [f"/nodes/{len(subject.nodes)}"],
        changed(subject.document, ("nodes",), [*subject.nodes, step]),
    )


def break_input(subject: Subject, draw: Random) -> Iterator[Made]:
    """A run input is not declared, is of no type or of another, or has a default that does not fit."""
    for name, given in subject.document.get("inputs", {}).items():
        declared = {"type": given} if isinstance(given, str) else given
        users = [f"/nodes/{place}" for place, node in enumerate(subject.nodes) if f":{name}" in str(node.get("params"))]
        at = f"/inputs/{name}"
        yield f"forget the input {name}", users, removed(subject.document, ("inputs", name))
        yield (
            f"misspell the input {name}",
            [*users, "/inputs"],
            changed(removed(subject.document, ("inputs", name)), ("inputs", misspelled(name, draw)), declared),
        )
        yield f"no default for {name}", [at], changed(subject.document, ("inputs", name), {"type": declared["type"]})
        for kind in ("money", "boolean", "varchar[]", "date", "bigint", "varchar"):
            yield (
                f"{name} is {kind}",
                [at, *users],
                changed(subject.document, ("inputs", name), {**declared, "type": kind}),
            )
        for default in ("soon", 12.5, True, [1], None):
            yield (
                f"{name} is by default {default!r}",
                [at],
                changed(subject.document, ("inputs", name), {**declared, "default": default}),
            )
    yield (
        "an input that no one uses",
        ["/inputs"],
        changed(
            subject.document,
            ("inputs",),
            {**subject.document.get("inputs", {}), "unused": {"type": "double", "default": 1}},
        ),
    )


def break_form(subject: Subject, draw: Random) -> Iterator[Made]:
    """The plan is not of the form of a plan."""
    place = draw.randrange(len(subject.nodes))
    yield "format version 99", ["/interlock"], changed(subject.document, ("interlock",), 99)
    yield "no format version", ["/interlock"], removed(subject.document, ("interlock",))
    yield "an unknown key", ["/notes"], changed(subject.document, ("notes",), "hello")
    yield (
        "an unknown key in a node",
        [f"/nodes/{place}/when"],
        changed(subject.document, ("nodes", place, "when"), "now"),
    )
    yield "a node without a type", [f"/nodes/{place}/type"], removed(subject.document, ("nodes", place, "type"))
    yield "a node without an id", [f"/nodes/{place}/id"], removed(subject.document, ("nodes", place, "id"))
    if subject.edges:
        edge = draw.randrange(len(subject.edges))
        extra = changed(subject.document, ("edges", edge, "if"), "x > 1")
        yield "an unknown key in an edge", [f"/edges/{edge}/if"], extra
        yield "an edge without an end", [f"/edges/{edge}/to"], removed(subject.document, ("edges", edge, "to"))
    yield "a node that is a text", [f"/nodes/{place}"], changed(subject.document, ("nodes", place), "read the file")
    yield (
        "parameters that are a list",
        [f"/nodes/{place}/params"],
        changed(subject.document, ("nodes", place, "params"), [1]),
    )
    yield "nodes that are a mapping", ["/nodes"], changed(subject.document, ("nodes",), {"a": 1})
    yield "no nodes", ["/nodes"], changed(subject.document, ("nodes",), [])
    yield "an id that is a number", [f"/nodes/{place}/id"], changed(subject.document, ("nodes", place, "id"), 7)
    yield "an empty id", [f"/nodes/{place}/id"], changed(subject.document, ("nodes", place, "id"), "")


MUTATORS = (
    drop_node,
    drop_node_and_edges,
    bridge_node,
    cut_edge,
    duplicate_edge,
    redirect_edge,
    swap_edge,
    misspell_edge,
    wrong_port,
    make_cycle,
    duplicate_id,
    misspell_id,
    misspell_type,
    swap_type,
    unknown_version,
    add_orphan,
    break_input,
    break_form,
)
