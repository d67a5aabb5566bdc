"""Reading the two lists of a plan: its nodes, and the edges between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from interlock.ir.diagnostics import Fix, Place
from interlock.ir.plan import Edge, Node
from interlock.syntax.findings import Findings
from interlock.syntax.members import Shape, members, text
from interlock.syntax.retries import read_retry
from interlock.syntax.rules.bad_id import bad_id, is_id, plain_id
from interlock.syntax.rules.bad_reference import bad_reference, read_reference
from interlock.syntax.rules.missing_key import missing_key
from interlock.syntax.rules.wrong_shape import wrong_shape
from interlock.syntax.words import clipped, quoted

_NODE = Shape(
    "a node",
    {"id": str, "type": str, "params": dict, "retry": dict},
    {"name": "id", "key": "id", "node": "id", "kind": "type", "op": "type", "operation": "type", "uses": "type",
     "parameters": "params", "config": "params", "args": "params", "arguments": "params", "with": "params",
     "options": "params", "settings": "params", "properties": "params", "retries": "retry", "retry_policy": "retry",
     "retrypolicy": "retry", "retrystrategy": "retry"},
)  # fmt: skip
_EDGE = Shape(
    "an edge",
    {"from": str, "to": str, "port": str},
    {"source": "from", "src": "from", "start": "from", "target": "to", "dst": "to", "dest": "to", "destination": "to",
     "end": "to", "input": "port", "slot": "port", "to_port": "port", "target_port": "port"},
)  # fmt: skip
_NODE_EXAMPLE = "{id: sales, type: read_csv@1, params: {path: data/sales.csv}}"
_EDGE_EXAMPLE = "{from: sales, to: large}"
_ARROW = re.compile(r"\s*([A-Za-z_][\w-]{0,99})\s*(?:->|→)\s*([A-Za-z_][\w-]{0,99})\s*")


def read_nodes(at: Place, value: Any, plan: dict[str, Any], findings: Findings) -> tuple[Node, ...] | None:
    """The nodes that can be read, or None where `nodes` is no list of any kind. `plan` is the whole document."""
    if isinstance(value, dict):
        items = [{"id": name, **node} for name, node in value.items() if isinstance(node, dict)]
        fix = Fix("write it as a list", ({"op": "replace", "path": at.pointer, "value": items},))
        whole = len(items) == len(value)
        findings.add(wrong_shape, at, "`nodes`", "a list", value, f"nodes: [{_NODE_EXAMPLE}]", fix if whole else None)
        return None
    if not isinstance(value, list):
        findings.add(wrong_shape, at, "`nodes`", "a list", value, f"nodes: [{_NODE_EXAMPLE}]")
        return None
    names = _Names(value, plan)
    found = (_node(at.child(index), index, node, names, findings) for index, node in enumerate(value))
    return tuple(node for node in found if node is not None)


def _node(at: Place, index: int, value: Any, names: _Names, findings: Findings) -> Node | None:
    if not isinstance(value, dict):
        findings.add(wrong_shape, at, "a node", "a mapping", value, _NODE_EXAMPLE)
        return None
    raw = value.get("id")
    at = Place(at.pointer, raw if is_id(raw) else None)
    given = members(at, value, _NODE, findings)
    for key in ("id", "type"):
        if key not in given:
            who = f"the node {quoted(raw)}" if isinstance(raw, str) and is_id(raw) else f"node {index + 1} of the plan"
            findings.add(missing_key, at, key, who, _NODE_EXAMPLE)
    name = _node_id(given.get("id"), names, findings)
    kind, version = _reference(given.get("type"), findings)
    params: Any = {}
    if "params" in given:
        here, params = given["params"]
        if not isinstance(params, dict):
            findings.add(wrong_shape, here, "`params`", "a mapping", params, "params: {path: data/sales.csv}")
            params = {}
    retry = read_retry(*given["retry"], findings) if "retry" in given else None
    return None if name is None else Node(name, kind, version, params, index, retry)


def _node_id(given: tuple[Place, Any] | None, names: _Names, findings: Findings) -> str | None:
    if given is None:
        return None
    at, value = given
    if isinstance(value, (dict, list)):
        findings.add(wrong_shape, at, "the id of a node", "a text", value, "id: sales")
        return None
    if not is_id(value):
        findings.add(lambda: bad_id(at, value, "the id of a node", names.renaming(at, value)))
    return str(value) or None


def _reference(given: tuple[Place, Any] | None, findings: Findings) -> tuple[str, int | None]:
    if given is None:
        return "", None
    at, value = given
    if not isinstance(value, str):
        findings.add(wrong_shape, at, "the type of a node", "a text", value, "type: read_csv@1")
        return "", None
    found = read_reference(value)
    if found is None:
        findings.add(bad_reference, at, value)
        return value.partition("@")[0].strip(), None
    return found


class _Names:
    """Every place that refers to a node by its id, so that a node can be renamed everywhere at once."""

    def __init__(self, nodes: list[Any], plan: dict[str, Any]) -> None:
        ids = [node.get("id") for node in nodes if isinstance(node, dict)]
        self.taken = {name for name in ids if isinstance(name, str)}
        self.counts: dict[str, int] = {}
        for name in ids:
            self.counts[repr(name)] = self.counts.get(repr(name), 0) + 1
        self.ends: dict[str, list[str]] = {}
        edges = plan.get("edges")
        for index, edge in enumerate(edges if isinstance(edges, list) else []):
            pairs = edge.items() if isinstance(edge, dict) else enumerate(edge) if isinstance(edge, list) else ()
            for key, end in pairs:
                if key in ("from", "to", 0, 1) and isinstance(end, (str, int, float)):
                    self.ends.setdefault(repr(end), []).append(f"/edges/{index}/{key}")
        contracts = plan.get("contracts")
        self.subjects = contracts if isinstance(contracts, dict) else {}

    def renaming(self, at: Place, value: Any) -> Fix | None:
        """The fix that gives the node a plain id, here and in every edge and contract."""
        if self.counts.get(repr(value), 0) > 1:
            return None
        new = plain_id(value, self.taken)
        self.taken.add(new)
        patch = [
            {"op": "replace", "path": path, "value": new} for path in (at.pointer, *self.ends.get(repr(value), ()))
        ]
        subject = Place("/contracts").child(str(value)).pointer
        if isinstance(value, str) and value in self.subjects and new not in self.subjects:
            patch.append({"op": "move", "from": subject, "path": Place("/contracts").child(new).pointer})
        return Fix(f"rename it to `{new}` everywhere", tuple(patch))


def read_edges(at: Place, value: Any, plan: dict[str, Any], findings: Findings) -> tuple[Edge, ...]:
    """The edges that can be read."""
    if not isinstance(value, list):
        findings.add(wrong_shape, at, "`edges`", "a list", value, f"edges: [{_EDGE_EXAMPLE}]")
        return ()
    nodes = plan.get("nodes")
    # The id of a node may be a number, which is reported there; its edges then need no finding of their own.
    numbers = {repr(node.get("id")) for node in nodes if isinstance(node, dict)} if isinstance(nodes, list) else set()
    return tuple(_edges(at, value, numbers, findings))


def _edges(at: Place, value: list[Any], numbers: set[str], findings: Findings) -> Iterator[Edge]:
    for index, edge in enumerate(value):
        here = at.child(index)
        if isinstance(edge, list):
            if len(edge) != 2:
                findings.add(wrong_shape, here, "an edge", "`{from, to}` or a list of two ids", edge, _EDGE_EXAMPLE)
                continue
            given = {"from": (here.child(0), edge[0]), "to": (here.child(1), edge[1])}
        elif isinstance(edge, dict):
            given = members(here, edge, _EDGE, findings)
        else:
            findings.add(wrong_shape, here, "an edge", "a mapping", edge, _EDGE_EXAMPLE, _arrow_fix(here, edge))
            continue
        missing = [key for key in ("from", "to") if key not in given]
        for key in missing:
            findings.add(missing_key, here, key, f"edge {index + 1} of the plan", _EDGE_EXAMPLE)
        ends = [_end(given.get(key), key, numbers, findings) for key in ("from", "to")]
        port = text(given.get("port"), "the port of an edge", findings)
        if ends[0] and ends[1]:
            yield Edge(ends[0], ends[1], port, index)


def _end(given: tuple[Place, Any] | None, key: str, numbers: set[str], findings: Findings) -> str | None:
    if given and isinstance(given[1], (int, float)) and repr(given[1]) in numbers:
        return str(given[1])
    return text(given, f"`{key}` of an edge", findings)


def _arrow_fix(at: Place, value: Any) -> Fix | None:
    found = _ARROW.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    edge = {"from": found.group(1), "to": found.group(2)}
    title = f"write it as `{{from: {clipped(edge['from'])}, to: {clipped(edge['to'])}}}`"
    return Fix(title, ({"op": "replace", "path": at.pointer, "value": edge},), safe=True)
