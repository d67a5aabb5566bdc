"""`interlock diff` of plans: what is said of each kind of difference, as data, and as a picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from workbench import Workbench

Change = Callable[[dict[str, Any]], None]

PLAN: dict[str, Any] = {
    "interlock": 1,
    "name": "totals",
    "task": "Totals.",
    "inputs": {"least": {"type": "double", "default": 50}},
    "nodes": [
        {"id": "sales", "type": "read_csv@1", "params": {"path": "sales.csv"}},
        {"id": "more", "type": "read_csv@1", "params": {"path": "more.csv"}},
        {"id": "all", "type": "union_tables@1", "params": {}},
        {"id": "large", "type": "filter_rows@1", "params": {"where": "amount >= :least"}},
        {"id": "totals", "type": "aggregate@1", "params": {"by": ["region"], "measures": [
            {"name": "total", "function": "sum", "column": "amount"}, {"name": "n", "function": "count"}]}},
        {"id": "out", "type": "write_csv@1", "params": {"path": "out/totals.csv"}},
    ],
    "edges": [
        {"from": "sales", "to": "all", "port": "sales"}, {"from": "more", "to": "all", "port": "more"},
        {"from": "all", "to": "large"}, {"from": "large", "to": "totals"}, {"from": "totals", "to": "out"},
    ],
    "contracts": {"out": {"columns": {"region": "varchar", "total": "double"}, "unique": ["region"]}},
}  # fmt: skip


@pytest.fixture
def project(bench: Workbench) -> Workbench:
    for name in ("sales.csv", "more.csv"):
        bench.put(name, "region,amount\neast,60.5\nwest,1.5\n")
    bench.put("old.json", PLAN)
    return bench


def changed(project: Workbench, *changes: Change) -> dict[str, Any]:
    """What `interlock diff` says of the plan and the plan after these changes."""
    given = json.loads(json.dumps(PLAN))
    for change in changes:
        change(given)
    project.put("new.json", given)
    said = project.cli("diff", "old.json", "new.json", "--json")
    text = project.cli("diff", "old.json", "new.json")
    assert said.code == text.code == (0 if said.json["same"] else 1), said.err
    assert text.out.splitlines() == [*said.json["sentences"], *(["They mean the same."] if said.json["same"] else [])]
    return said.json


def node(given: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in given["nodes"] if each["id"] == name)


def put(given: dict[str, Any], new: dict[str, Any], source: str, target: str) -> None:
    """Put a node on an edge."""
    given["nodes"].append(new)
    edge = next(each for each in given["edges"] if (each["from"], each["to"]) == (source, target))
    given["edges"].append({**edge, "from": new["id"]})
    edge.pop("port", None)
    edge["to"] = new["id"]


def rename(given: dict[str, Any], old: str, new: str) -> None:
    node(given, old)["id"] = new
    for edge in given["edges"]:
        edge.update({side: new for side in ("from", "to") if edge[side] == old})


MEASURES: Change = lambda given: node(given, "totals")["params"]["measures"].reverse()  # noqa: E731

CASES: dict[str, tuple[list[Change], list[str]]] = {
    "nothing": ([], []),
    "order of nodes": ([lambda given: given["nodes"].reverse()], []),
    "task": (
        [lambda given: given.update(task="Totals by region.")],
        ["The task was `Totals.` and is `Totals by region.`; that changes nothing it does."],
    ),
    "a parameter": (
        [lambda given: node(given, "large")["params"].update(where="amount > :least")],
        ["`large`: where was `amount >= :least` and is `amount > :least`."],
    ),
    "a new parameter and its consequence": (
        [lambda given: node(given, "all")["params"].update(source="origin"),
         lambda given: node(given, "totals")["params"]["by"].append("origin")],
        ["`all`: source is new: `origin`.", "`totals`: by › origin is new.",
         "`out/totals.csv`: column `origin` (varchar) is new.",
         "`out/totals.csv`: the order of rows was region and is region, origin."],
    ),
    "a measure": (
        [lambda given: node(given, "totals")["params"]["measures"][1].update(function="count_distinct", column="amount"),
         lambda given: node(given, "totals")["params"]["measures"].pop(0),
         lambda given: given.pop("contracts")],
        ["`totals`: measures › total is gone: function sum, column amount.",
         "`totals`: measures › n › function was `count` and is `count_distinct`.",
         "`totals`: measures › n › column is new: `amount`.",
         "The contract on `out` is gone: {\"columns\": {\"region\": \"varchar\", \"total\": \"double\"}, \"unique\": [\"region\"]}.",
         "`out/totals.csv`: column `total` (double) is gone."],
    ),
    "order of measures": (
        [MEASURES, lambda given: given.pop("contracts")],
        ["`totals`: the order in measures was total, n and is n, total.",
         "The contract on `out` is gone: {\"columns\": {\"region\": \"varchar\", \"total\": \"double\"}, \"unique\": [\"region\"]}.",
         "`out/totals.csv`: the order of columns was region, total, n and is region, n, total."],
    ),
    "a type of a column": (
        [lambda given: node(given, "totals")["params"]["measures"][0].update(function="count"),
         lambda given: given["contracts"]["out"]["columns"].update(total="bigint")],
        ["`totals`: measures › total › function was `sum` and is `count`.",
         "The contract on `out`: columns › total was `double` and is `bigint`.",
         "`out/totals.csv`: column `total` was double and is bigint."],
    ),
    "a node between two": (
        [lambda given: put(given, {"id": "ranked", "type": "sort_rows@1", "params": {"by": ["total desc"]}}, "totals", "out")],
        ["`ranked` (sort_rows@1) is new between `totals` and `out`: by total desc.",
         "`out/totals.csv`: the order of rows was region and is total desc, region."],
    ),
    "a node renamed": ([lambda given: rename(given, "large", "big")], ["`large` is now called `big`, and does the same."]),
    "a node renamed and changed": (
        [lambda given: rename(given, "large", "big"), lambda given: node(given, "big")["params"].update(where="amount > 3"),
         lambda given: given.pop("inputs")],
        ["Run input `:least` is gone: double, 50 by default.", "`large` is now called `big`.",
         "`big`: where was `amount >= :least` and is `amount > 3`."],
    ),
    "two renamed, told apart by what they do": (
        [lambda given: rename(given, "sales", "first"), lambda given: rename(given, "more", "second")],
        ["`sales` is now called `first`, and does the same.", "`more` is now called `second`, and does the same."],
    ),
    "order of inputs": (
        [lambda given: given["edges"].insert(0, given["edges"].pop(1))],
        ["`all` takes its inputs in another order: more, sales, not sales, more."],
    ),
    "a port": (
        [lambda given: given["edges"][0].update(port="first")],
        ["`sales` goes into the port first of `all`, not sales."],
    ),
    "an input": (
        [lambda given: given["inputs"].update(least={"type": "double"})],
        ["Run input `:least`: default is gone: 50."],
    ),
    "a sink and what it writes": (
        [lambda given: given["nodes"].append({"id": "raw", "type": "write_jsonl@1", "params": {"path": "out/raw.jsonl"}}),
         lambda given: given["edges"].append({"from": "large", "to": "raw"})],
        ["`raw` (write_jsonl@1) is new: path `out/raw.jsonl`.", "There is a new edge from `large` to `raw`.",
         "It now writes `out/raw.jsonl`."],
    ),
    "a source gone": (
        [lambda given: given["nodes"].remove(node(given, "more")), lambda given: given["edges"].pop(1)],
        ["`more` (read_csv@1) is gone.", "It no longer reads `more.csv`."],
    ),
    "another node type": (
        [lambda given: node(given, "out").update(type="write_parquet@1"),
         lambda given: node(given, "out")["params"].update(path="out/totals.parquet")],
        ["`out` was write_csv@1 and is write_parquet@1.", "`out`: path was `out/totals.csv` and is `out/totals.parquet`.",
         "It now writes `out/totals.parquet`.", "It no longer writes `out/totals.csv`."],
    ),
    "how often it is tried": (
        [lambda given: node(given, "sales").update(retry={"attempts": 4, "interval": "2s", "factor": 1.5}),
         lambda given: node(given, "out").update(retry={"attempts": 2, "factor": 1})],
        ["`sales` is tried up to 4 times, waiting 2s, then 1.5 times as long each time; it was tried once.",
         "`out` is tried up to 2 times, waiting 1s each time; it was tried once."],
    ),
    "a plan that does not pass": (
        [lambda given: node(given, "large")["params"].update(where="amont > :least")],
        ["`large`: where was `amount >= :least` and is `amont > :least`.",
         "new.json does not pass, so nothing is said about what its sinks write."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_said(project: Workbench, case: str) -> None:
    changes, sentences = CASES[case]
    found = changed(project, *changes)
    assert found["sentences"] == sentences
    assert found["same"] == (case in ("nothing", "order of nodes", "task"))


def test_the_same_by_digest_or_not(project: Workbench) -> None:
    """Whatever the digest tells apart is a difference, except how a node type is written."""
    for changes, _ in CASES.values():
        found = changed(project, *changes)
        assert found["same"] == (found["before"]["plan"] == found["after"]["plan"])
    found = changed(project, lambda given: node(given, "large").update(type="filter_rows"))
    assert found["same"]
    assert found["before"]["plan"] != found["after"]["plan"]


def test_as_data(project: Workbench) -> None:
    found = changed(
        project,
        lambda given: rename(given, "large", "big"),
        lambda given: node(given, "big")["params"].update(where="amount > 3"),
    )
    assert found["nodes"]["changed"] == [
        {"id": "big", "was": "large", "params": [
            {"what": "changed", "path": ["where"], "before": "amount >= :least", "after": "amount > 3"}]}
    ]  # fmt: skip
    assert found["edges"] == []


def test_a_picture(project: Workbench) -> None:
    changed(
        project,
        lambda given: put(given, {"id": "ranked", "type": "sort_rows@1", "params": {"by": ["total"]}}, "totals", "out"),
        lambda given: node(given, "large")["params"].update(where="amount > 3"),
        lambda given: given["nodes"].remove(node(given, "more")),
        lambda given: given["edges"].pop(1),
    )
    drawn = project.cli("diff", "old.json", "new.json", "-f", "svg")
    assert drawn.code == 1
    picture = ElementTree.fromstring(drawn.out)
    texts = [each.text for each in picture.iter() if each.tag.endswith("}text")]
    for wanted in ("ranked", "more", "same", "added", "removed", "changed", "where was `amount >= :least` and i…"):
        assert any((text or "").startswith(wanted.rstrip("…")) for text in texts), (wanted, texts)
    dashed = [each for each in picture.iter() if each.get("stroke-dasharray")]
    assert len(dashed) == 2  # more to all, totals to out
    assert project.cli("diff", "old.json", "new.json", "-f", "dot", "-o", "d.dot").out == "d.dot\n"
    assert "style=dashed" in project.read("d.dot")
    assert "-.->" in project.cli("diff", "old.json", "new.json", "-f", "mermaid").out


def test_what_cannot_be_read(project: Workbench) -> None:
    project.put("bad.json", "{")
    said = project.cli("diff", "old.json", "bad.json")
    assert (said.code, said.out) == (2, "")
    assert "IL0" in said.err
    assert project.cli("diff", "old.json", "nowhere.json").code == 2
    assert "no such file" in project.cli("diff", "old.json", "nowhere.json").err.lower()
    assert project.cli("diff", "old.json", "nowhere").code == 2
