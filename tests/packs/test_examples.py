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
from interlock.runtime.execute import load as load_program
from interlock.runtime.execute import unload
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
        write = {**roundtrip["params"], **roundtrip.get("write_params", {})}
        read = {**roundtrip["params"], **roundtrip.get("read_params", {})}
        source = table("table", example["table"], example, tmp_path)
        run(Plan((source, Node("out", roundtrip["write"], params=write, index=1)), (Edge("table", "out"),)), tmp_path)
        given = result(Plan((Node("node", roundtrip["read"], params=read),)), tmp_path)
    else:
        ports = {key: example[key] for key in example if key not in NOT_PORTS} | example.get("tables", {})
        nodes = [table(port, rows, example, tmp_path) for port, rows in ports.items()]
        nodes.append(Node("node", node_type.name, params=example.get("params", {}), index=len(nodes)))
        edges = [Edge(port, "node", port, index) for index, port in enumerate(ports)]
        plan = Plan(tuple(nodes), tuple(edges))
        given = None
        if node_type.is_sink:
            run(plan, tmp_path)
        else:
            answers = {"node": example["answers"]} if "answers" in example else None
            given = result(plan, tmp_path, answers)
    if "gives" in example:
        assert plain(given) == plain(example["gives"])
    for name, content in example.get("writes", {}).items():
        assert (tmp_path / name).read_text(encoding="utf-8") == content


NOT_PORTS = ("params", "gives", "answers", "files", "writes", "types", "inputs", "tables")


def table(port: str, rows: list[dict[str, Any]], example: dict[str, Any], root: Path) -> Node:
    """A source node that gives the example's rows: in the plan itself, or from a file where a value is nested."""
    types = example.get("types", {})
    types = types.get(port, types) if isinstance(types.get(port, types), dict) else types
    types = {key: value for key, value in types.items() if isinstance(value, str)}
    if any(isinstance(value, list | dict) for row in rows for value in row.values()):
        (root / f"{port}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return Node(port, "read_jsonl", params={"path": f"{port}.jsonl"} | ({"types": types} if types else {}))
    return Node(port, "inline_table", params={"rows": rows} | ({"types": types} if types else {}))


def result(plan: Plan, root: Path, answers: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The rows that the node `node` gives, written to a file and read back; `answers` are what people say, by node."""
    sink = Node("written", "write_jsonl", params={"path": "result.jsonl"}, index=len(plan.nodes))
    run(Plan((*plan.nodes, sink), (*plan.edges, Edge("node", "written", None, len(plan.edges)))), root, answers)
    return [
        json.loads(line, parse_float=str) for line in (root / "result.jsonl").read_text(encoding="utf-8").splitlines()
    ]


def run(plan: Plan, root: Path, answers: dict[str, Any] | None = None) -> Any:
    """Check, compile and run a plan that must pass."""
    asks = {"policy_settings": {"effects": ("reads", "writes", "human")}} if answers else {}
    project = Project(root, **asks)
    verdict = project.check(plan)
    assert verdict.checked is not None, [f"{each.code} {each.at.pointer} {each.message}" for each in verdict.errors]
    artifact = project.compile(verdict.checked)
    if not answers:
        return project.execute(artifact)
    module = load_program(artifact)
    try:
        return module.run(str(root), recorder=module.Recorder(answers))
    finally:
        unload(module)


def plain(value: Any) -> str:
    """Rows as text, columns in order, numbers with a fraction as they are written."""
    return json.dumps(json.loads(json.dumps(value, default=str), parse_float=str), indent=1)
