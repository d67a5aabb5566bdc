"""A run is pinned to its program: what changes later, in plans, node types or sources, never changes what it does."""

from __future__ import annotations

from typing import Any

import pytest
from workbench import Workbench, plan

OWN = '''"""Node types of a project."""
from interlock import Column, Rows, Select, Table, node, sql


@node()
def scaled(table: Table, *, column: Column) -> Select:
    """Ten times a column."""
    more = sql.call("multiply", column.sql, 10)
    return Select(table.select(sql.named(more, "scaled")))


def columns(schema):
    return [("scaled", "double"), ("said", "varchar")]


@node(columns=columns)
def said(table: Rows) -> Rows:
    """With a word."""
    return Rows([("scaled", "double"), ("said", "varchar")], ((row[0], "first") for row in table))
'''


def given(ask: bool = False) -> dict[str, Any]:
    form = {"question": "Go on?", "fields": {"go": {"default": "yes"}}}
    nodes: dict[str, Any] = {
        "s": ("read_csv", {"path": "data/s.csv", "types": {"n": "double"}}),
        "scaled": ("scaled", {"column": "n"}),
        "said": ("said", {}),
    }
    if ask:
        nodes["review"] = ("human_review", form)
    return plan({**nodes, "o": ("write_csv", {"path": "out/o.csv"})}, name="pinned")


@pytest.fixture
def shop(bench: Workbench) -> Workbench:
    bench.put("interlock.toml", 'nodes = ["own.py"]\n[policy]\neffects = ["reads", "writes", "human"]\n')
    bench.put("own.py", OWN)
    bench.put("data/s.csv", "n\n1\n2.5\n")
    bench.put("pinned.plan.json", given())
    return bench


def change_node_types(shop: Workbench) -> None:
    shop.put("own.py", OWN.replace("column.sql, 10", "column.sql, 100").replace('"first"', '"second"'))


FIRST = "scaled,said\n10.0,first\n25.0,first\n"
SECOND = "scaled,said\n100.0,second\n250.0,second\n"


def test_a_version_keeps_its_node_types(shop: Workbench) -> None:
    shop.cli("plans", "save", "pinned.plan.json", env={})
    change_node_types(shop)
    assert shop.cli("run", "pinned@1", env={}).code == 0
    assert shop.read() == FIRST
    assert shop.cli("run", "pinned.plan.json", env={}).code == 0
    assert shop.read() == SECOND
    shop.cli("plans", "save", "pinned.plan.json", env={})
    versions = shop.cli("plans", "list", "pinned", "--json", env={}).json["plans"]
    assert [each["version"] for each in versions] == [1, 2], "the same plan, another program: another version"
    assert versions[0]["plan"] == versions[1]["plan"]


def test_a_version_needs_no_node_types_at_all(shop: Workbench) -> None:
    shop.cli("plans", "save", "pinned.plan.json", env={})
    (shop.root / "own.py").unlink()
    (shop.root / "pinned.plan.json").unlink()
    shop.put("interlock.toml", "")
    assert shop.cli("run", "pinned", env={}).code == 0
    assert shop.read() == FIRST


def test_a_run_that_waits_keeps_its_program(shop: Workbench) -> None:
    shop.put("pinned.plan.json", given(ask=True))
    run = shop.cli("run", "pinned.plan.json", "--json", env={}).json["waiting"]["run"]
    change_node_types(shop)
    shop.put("pinned.plan.json", {**given(), "nodes": []})
    shop.cli("answer", run, "--set", "go=on", "--by", "Ada", env={})
    assert shop.cli("resume", run, env={}).code == 0
    assert shop.read() == "scaled,said,go\n10.0,first,on\n25.0,first,on\n"


def test_which_runs_used_which(shop: Workbench) -> None:
    shop.cli("plans", "save", "pinned.plan.json", env={})
    one = shop.cli("run", "pinned@1", "--json", env={}).json["run"]
    change_node_types(shop)
    shop.cli("plans", "save", "pinned.plan.json", env={})
    two = shop.cli("run", "pinned.plan.json", "--json", env={}).json["run"]
    plans = shop.project.plans
    assert [each.run for each in plans.runs(plans.find("pinned@1"))] == [one]
    assert [each.run for each in plans.runs(plans.find("pinned@2"))] == [two]
    log = shop.cli("plans", "log", "pinned", "--json", env={}).json["log"]
    assert [(each["what"], each["version"], each["run"]) for each in log] == [
        ("saved", 1, ""), ("run, finished", 1, one), ("saved", 2, ""), ("run, finished", 2, two),
    ]  # fmt: skip
    assert shop.project.runs.status(one).origin == {"version": "pinned@1"}
    assert one in shop.cli("plans", "show", "pinned@1", env={}).out


def test_a_source_that_changed_is_noticed(shop: Workbench) -> None:
    shop.cli("plans", "save", "pinned.plan.json", env={})
    shop.put("data/s.csv", "n,more\n1,x\n")
    ran = shop.cli("run", "pinned@1", env={})
    assert ran.code == 3
    assert "IL901" in ran.err


def test_a_file_of_that_name_comes_first(shop: Workbench) -> None:
    shop.cli("plans", "save", "pinned.plan.json", env={})
    shop.put("pinned@1", {**given(), "nodes": []})
    assert shop.cli("run", "pinned@1", env={}).code == 1


def test_inputs_of_a_version(shop: Workbench) -> None:
    with_input = given()
    with_input["inputs"] = {"least": {"type": "double"}}
    with_input["nodes"].append({"id": "large", "type": "filter_rows", "params": {"where": "n >= :least"}})
    with_input["edges"][0]["to"] = "large"
    with_input["edges"].append({"from": "large", "to": "scaled"})
    shop.put("pinned.plan.json", with_input)
    shop.cli("plans", "save", "pinned.plan.json", env={})
    assert shop.cli("run", "pinned@1", env={}).code == 3
    assert shop.cli("run", "pinned@1", "--input", "least=2", env={}).code == 0
    assert shop.read() == "scaled,said\n25.0,first\n"
    for option in ("--dry-run", "--no-journal"):
        assert shop.cli("run", "pinned@1", "--input", "least=2", option, env={}).code == 2
