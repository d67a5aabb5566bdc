"""Every node type's documented examples, run through check, compile and run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from interlock.api import Project
from interlock.ir.plan import Edge, Node, Plan
from interlock.registry.node import NodeType
from interlock.registry.registry import load
from interlock.syntax.documents import read_document

CASES = [
    pytest.param(node_type, text, id=f"{node_type.name}-{index}")
    for node_type in load()
    for index, text in enumerate(node_type.examples)
]


def test_every_node_type_has_an_example() -> None:
    assert [node_type.name for node_type in load() if not node_type.examples] == []


@pytest.mark.parametrize(("node_type", "text"), CASES)
def test_example(node_type: NodeType, text: str, tmp_path: Path) -> None:
    document = read_document(text, "example", "yaml")
    assert document.readable, document.diagnostics
    example: dict[str, Any] = document.value
    for name, content in example.get("files", {}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    roundtrip = example.get("roundtrip")
    if roundtrip:
        target = {"path": roundtrip["params"]["path"]}
        write = {**{key: value for key, value in roundtrip["params"].items()}, **roundtrip.get("write_params", {})}
        run(Plan((table("table", example), Node("out", roundtrip["write"], params=write, index=1)), (Edge("table", "out"),)), tmp_path)
        read = {**{key: value for key, value in roundtrip["params"].items()}, **roundtrip.get("read_params", {}), **target}
        report = run(Plan((Node("node", roundtrip["read"], params=read),)), tmp_path)
    else:
        ports = [key for key in example if key not in ("params", "gives", "files", "writes", "types", "inputs")]
        nodes = [table(port, example) for port in ports]
        nodes.append(Node("node", node_type.name, params=example.get("params", {}), index=len(nodes)))
        edges = [Edge(port, "node", port, index) for index, port in enumerate(ports)]
        report = run(Plan(tuple(nodes), tuple(edges)), tmp_path)
    if "gives" in example:
        shown = report.previews[-1]
        rows = [dict(zip(shown["columns"], row, strict=True)) for row in shown["rows"]]
        assert plain(rows) == plain(example["gives"])
    for name, content in example.get("writes", {}).items():
        assert (tmp_path / name).read_text(encoding="utf-8") == content


def table(port: str, example: dict[str, Any]) -> Node:
    types = example.get("types", {})
    types = types.get(port, types) if isinstance(types.get(port, types), dict) else types
    types = {key: value for key, value in types.items() if isinstance(value, str)}
    return Node(port, "inline_table", params={"rows": example[port]} | ({"types": types} if types else {}))


def run(plan: Plan, root: Path) -> Any:
    project = Project(root)
    verdict = project.check(plan)
    assert verdict.checked is not None, [f"{each.code} {each.at.pointer} {each.message}" for each in verdict.errors]
    return project.execute(project.compile(verdict.checked))


def plain(value: Any) -> str:
    return json.dumps(value, default=str, sort_keys=False, indent=1)
