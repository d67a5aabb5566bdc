"""Lineage of every relational node type: what it says of the documented examples, and that it leaves nothing out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from interlock.api import Project, RunFailed
from interlock.api.lineage import PlanLineage
from interlock.compiler.checked import CheckedPlan
from interlock.ir.plan import Edge, Node, Plan
from interlock.registry.node import NodeType
from interlock.registry.registry import load
from interlock.syntax.documents import read_document

WITH_PORTS = [each for each in load() if each.kind in ("relational", "copy") and each.ports]
NOT_PORTS = ("params", "gives", "answers", "files", "writes", "types", "inputs", "tables", "roundtrip")

SAID = {
    "aggregate": "region = region; total = revenue; orders =; big =; value = units | region, units",
    "asof_join": "at = left.at; trade = trade; at_right = right.at; price = price | left.at, right.at",
    "cast_columns": "id = id; price = price |",
    "clean_text": "id = id; name = name | name",
    "derive_columns": "id = id; price = price; quantity = quantity; total = price, quantity |",
    "describe": "name =; type =; rows =; nulls = city, sold; distinct = city, sold; min = city, sold; max = city, sold;"
    " mean = sold; std = sold; median = sold |",
    "distinct_rows": "id = id; v = v | id, v",
    "drop_columns": "id = id; age = age |",
    "drop_nulls": "id = id; name = name | id, name",
    "expect": "id = id; price = price; kind = kind |",
    "explode": "id = id; tags = tags; place = tags | tags",
    "extract_text": "note = note; letter = note; number = note |",
    "fill_nulls": "id = id; amount = amount; city = city |",
    "filter_rows": "id = id; revenue = revenue | revenue",
    "human_review": "region = region; total = total; approved = node.approved; comment = node.comment; level = node.level |",
    "join_tables": "id = left.id; customer = customer; id_right = right.id; name = name | customer, right.id",
    "limit_rows": "id = id |",
    "map_values": "id = id; status = status | status",
    "normalize_names": "order_id = Order ID; total_amount = totalAmount; paid = Paid? |",
    "parse_dates": "day = day | day",
    "pivot": "shop = shop; jan = sales; feb = sales | month, shop",
    "preview": "id = id |",
    "query": "city = city; total = amount | amount, city, id, shop",
    "rank_rows": "name = name; points = points; place = | points",
    "rename_columns": "id = id; quantity = qty |",
    "replace_text": "phone = phone |",
    "sample_rows": "id = id |",
    "select_columns": "age = age; id = id |",
    "sort_rows": "id = id; v = v | v",
    "split_column": "name = name; last = name; first = name | name",
    "top_n": "id = id; team = team; points = points | points, team",
    "union_tables": "id = north.id, south.id; v = north.v, south.v; region = |",
    "unpivot": "shop = shop; month =; sales = feb, jan |",
    "window_columns": "day = day; sold = sold; so_far = sold; before = sold; two_days = sold | day",
    "write_csv": "id = id; name = name; note = note |",
    "write_json": "id = id; name = name; tags = tags |",
    "write_jsonl": "id = id; amount = amount | amount",
    "write_parquet": "name = name; amount = amount |",
}
"""For the first example of each: every column with what it is made of, then all that has a say in any of them."""


def test_every_relational_node_type_is_listed() -> None:
    assert sorted(SAID) == sorted(each.name for each in WITH_PORTS)


@pytest.mark.parametrize("node_type", WITH_PORTS, ids=lambda each: each.name)
def test_what_columns_are_made_of(node_type: NodeType, tmp_path: Path) -> None:
    example = read_document(node_type.examples[0], "example", "yaml").value
    proven, lineage = prove(plan_of(node_type, example, tmp_path), tmp_path)
    assert lineage.found.nodes["node"].note == ""
    columns = [lineage.column("node", name) for name in proven.by_id["node"].schema.names]
    names = [each for bound in proven.nodes if not bound.inputs for each in bound.schema.names]

    def named(node: str, column: str | None) -> str:
        return f"{node}.{column}" if names.count(column or "") > 1 else str(column)

    made = []
    deciding: set[str] = set()
    for each in columns:
        sources = sorted({named(end.node, end.column) for end in each.sources})
        made.append(f"{each.column} = {', '.join(sources)}".strip())
        deciding |= {named(end.node, end.column) for end in each.influenced_by if end.column is not None}
    assert f"{'; '.join(made)} | {', '.join(sorted(deciding))}".strip() == SAID[node_type.name]


@pytest.mark.parametrize("node_type", WITH_PORTS, ids=lambda each: each.name)
def test_what_is_not_listed_changes_nothing(node_type: NodeType, tmp_path: Path) -> None:
    """Every column of every input is changed in turn: the output columns that do not list it stay as they are."""
    for index, text in enumerate(node_type.examples):
        root = tmp_path / str(index)
        root.mkdir()
        example = read_document(text, "example", "yaml").value
        _, lineage = prove(plan_of(node_type, example, root), root)
        before = rows_of(node_type, example, root)
        for port, rows in ports_of(example).items():
            for column in dict.fromkeys(name for row in rows for name in row):
                safe = [
                    name
                    for name in lineage.found.nodes["node"].columns
                    if (port, column) not in {(end.node, end.column) for end in reached(lineage, name)}
                ]
                for changed in changes(rows, column) if safe else ():
                    given = {**example, "tables": {**ports_of(example), port: changed}}
                    for name in ports_of(example):
                        given.pop(name, None)
                    after = rows_of(node_type, given, root)
                    if after is not None:
                        assert [[row[name] for name in safe] for row in after] == [
                            [row[name] for name in safe] for row in before or ()
                        ], (port, column, safe)


def project(root: Path) -> Project:
    return Project(root, policy_settings={"effects": ("reads", "writes", "human")})


def reached(lineage: PlanLineage, column: str) -> list[Any]:
    found = lineage.column("node", column)
    return [*found.sources, *found.influenced_by]


def changes(rows: list[dict[str, Any]], column: str) -> list[list[dict[str, Any]]]:
    """The rows with the values of one column moved round, and with one value everywhere."""
    values = [row.get(column) for row in rows]
    turned = [*values[1:], values[0]]
    given = next((value for value in values if value is not None), None)
    return [
        [{**row, column: value} for row, value in zip(rows, other, strict=True)]
        for other in (turned, [given] * len(rows))
    ]


def ports_of(example: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {key: example[key] for key in example if key not in NOT_PORTS} | example.get("tables", {})


def plan_of(node_type: NodeType, example: dict[str, Any], root: Path) -> Plan:
    """The example as a plan: its tables as files or rows in the plan, the node, and a sink."""
    ports = ports_of(example)
    params = example.get("params") or {}
    if "roundtrip" in example:
        params = {**example["roundtrip"]["params"], **example["roundtrip"].get("write_params", {})}
    nodes = [table(port, rows, example, root) for port, rows in ports.items()]
    nodes.append(Node("node", node_type.name, params=params, index=len(nodes)))
    edges = [Edge(port, "node", port, index) for index, port in enumerate(ports)]
    if not node_type.is_sink:
        nodes.append(Node("written", "write_json", params={"path": "result.json"}, index=len(nodes)))
        edges.append(Edge("node", "written", None, len(edges)))
    return Plan(tuple(nodes), tuple(edges))


def table(port: str, rows: list[dict[str, Any]], example: dict[str, Any], root: Path) -> Node:
    types = example.get("types", {})
    types = types.get(port, types) if isinstance(types.get(port, types), dict) else types
    types = {key: value for key, value in types.items() if isinstance(value, str)}
    given = {"types": types} if types else {}
    if any(isinstance(value, list | dict) for row in rows for value in row.values()):
        (root / f"{port}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return Node(port, "read_jsonl", params={"path": f"{port}.jsonl"} | given)
    return Node(port, "inline_table", params={"rows": rows} | given)


def prove(plan: Plan, root: Path) -> tuple[CheckedPlan, PlanLineage]:
    verdict = project(root).check(plan)
    assert verdict.checked is not None, [f"{each.code} {each.message}" for each in verdict.errors]
    return verdict.checked, PlanLineage(verdict.checked)


def rows_of(node_type: NodeType, example: dict[str, Any], root: Path) -> list[dict[str, Any]] | None:
    """The rows that the node gives, read from what was written; None if the plan does not pass or the run stops."""
    plan = plan_of(node_type, example, root)
    verdict = project(root).check(plan)
    if verdict.checked is None:
        return None
    names = verdict.checked.by_id["node"].schema.names
    if node_type.is_sink:
        plan = Plan(
            (*plan.nodes, Node("back", "preview", params={"rows": 100}, index=9)), (*plan.edges, Edge("node", "back"))
        )
        verdict = project(root).check(plan)
        assert verdict.checked is not None
    try:
        report = project(root).execute(project(root).compile(verdict.checked))
    except RunFailed:
        return None
    if node_type.is_sink:
        return [dict(zip(names, row, strict=True)) for row in report.previews[0]["rows"]]
    return json.loads((root / "result.json").read_text(encoding="utf-8"))
