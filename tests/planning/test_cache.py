"""Plans made before: found again, planned again where something changed, and carried over to other literals."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

TASK = "Add up what was sold in each area when it was more than 100, into out/totals.csv"
OWN_NODE = '''
from interlock import Select, Table, node


@node(version=1)
def first_ones(table: Table) -> Select:
    """Keep the first ten rows."""
    return Select(table.select().limit({limit}))
'''


@pytest.fixture
def planned(interlock: Any, model: Any, good: Any) -> Any:
    """The shop after a task was planned by the model."""
    model.will(good())
    done = interlock("plan", TASK, "--json")
    assert done.json["planner"] == "small", done.err
    model.asked.clear()
    return done


def test_a_task_is_planned_once(planned: Any, interlock: Any, model: Any) -> None:
    again = interlock("plan", "  " + TASK.replace(", ", ",\n "), "--json")
    assert again.json["planner"] == "cache"
    assert model.asked == []
    assert again.json["digest"] == planned.json["digest"]
    assert again.json["account"]["calls"] == []
    entry = interlock("cache", "list", "--json").json["plans"][0]
    assert entry["used"] == 1
    assert entry["account"]["input_tokens"] == 1_000
    assert entry["node_types"] == ["aggregate@1", "filter_rows@1", "read_csv@1", "write_csv@1"]


def test_other_columns_are_another_task(planned: Any, interlock: Any, model: Any, shop: Path) -> None:
    (shop / "data/sales.csv").write_text((shop / "data/sales.csv").read_text().replace("product", "article"))
    again = interlock("plan", TASK, "--json")
    assert again.json["planner"] == "small"
    assert "other columns" in again.json["passed_over"][0]["reason"]


def test_more_rows_are_the_same_task(planned: Any, interlock: Any, shop: Path) -> None:
    with (shop / "data/sales.csv").open("a") as file:
        file.write("5,West,lamp,400.0\n")
    assert interlock("plan", TASK, "--json").json["planner"] == "cache"


def test_another_policy_or_output_is_another_task(planned: Any, interlock: Any, shop: Path) -> None:
    assert interlock("plan", TASK, "--json", "--require", "out/totals.csv:region").json["planner"] == "small"
    with (shop / "interlock.toml").open("a") as file:
        file.write('\n[policy]\nwrite = ["out/**"]\n')
    assert interlock("plan", TASK, "--json").json["planner"] == "small"


def test_exactly_the_plans_that_use_a_changed_node_type_are_planned_again(
    interlock: Any, model: Any, good: Any, shop: Path
) -> None:
    (shop / "own.py").write_text(OWN_NODE.replace("{limit}", "10"))
    settings = (shop / "interlock.toml").read_text()
    (shop / "interlock.toml").write_text('nodes = ["own.py"]\n' + settings)
    with_own = good()
    with_own["nodes"][1] = {"id": "large", "type": "first_ones", "params": {}}
    model.will(with_own)
    assert interlock("plan", "The first ten, added up by area", "--json").json["planner"] == "small"
    model.will(good())
    assert interlock("plan", TASK, "--json").json["planner"] == "small"
    (shop / "own.py").write_text(OWN_NODE.replace("{limit}", "12"))
    assert interlock("plan", TASK, "--json").json["planner"] == "cache"
    model.will(with_own)
    again = interlock("plan", "The first ten, added up by area", "--json").json
    assert again["planner"] == "small"
    assert again["passed_over"][0]["reason"] == "planned before, but `first_ones@1` changed since"


def test_another_threshold_reuses_the_plan(planned: Any, interlock: Any, model: Any) -> None:
    again = interlock("plan", TASK.replace("100", "250"), "--json").json
    assert again["planner"] == "cache"
    assert model.asked == []
    assert again["plan"]["nodes"][1]["params"] == {"where": "revenue > 250"}
    assert again["notes"] == ["the plan of an earlier task, with 100 → 250 at /nodes/1/params/where"]
    assert "250" in again["plan"]["task"]


def test_another_file_of_the_same_shape_reuses_the_plan(interlock: Any, model: Any, good: Any, shop: Path) -> None:
    shutil.copy(shop / "data/sales.csv", shop / "data/march.csv")
    model.will(good())
    task = "Add up by area what is above 100 of data/sales.csv, into out/totals.csv"
    assert interlock("plan", task, "--json").json["planner"] == "small"
    again = interlock("plan", task.replace("sales", "march"), "--json").json
    assert again["planner"] == "cache"
    assert again["plan"]["nodes"][0]["params"]["path"] == "data/march.csv"
    (shop / "data/april.csv").write_text("id,region,revenue\n1,East,500\n")
    assert interlock("plan", task.replace("sales", "april"), "--json").json["planner"] == "small"


@pytest.mark.parametrize(
    ("task", "where", "other"),
    [
        ("Add up by area above 5, into out/totals.csv", "revenue > 5", "7"),  # small: could stand there by chance
        ("Add up by area above 100, into out/totals.csv", "revenue > 100 and id < 100", "250"),  # twice in the plan
        ("Add up by area above 100, into out/totals.csv", "revenue > 90 + 10", "250"),  # not in the plan
        ("Add up by area between 100 and 100, into out/totals.csv", "revenue > 100", "250"),  # twice in the task
        ("Add up by area above 100, into out/totals.csv", "revenue > 100.00", "250"),  # as part of another value
        ("Add up by area above 100, into out/totals.csv", "revenue > 100", "250.5"),  # another kind of number
    ],
)
def test_what_is_not_provably_the_same_plan_is_planned_anew(
    interlock: Any, model: Any, good: Any, task: str, where: str, other: str
) -> None:
    model.will(good(where=where))
    assert interlock("plan", task, "--json").json["planner"] == "small"
    old = "5" if "above 5" in task else "100"
    assert interlock("plan", task.replace(old, other, 1), "--json").json["planner"] == "small"


def test_a_plan_that_no_longer_passes_is_not_given(planned: Any, interlock: Any, shop: Path) -> None:
    (shop / "out").mkdir()
    (shop / "out/totals.csv").mkdir()
    again = interlock("plan", TASK, "--json")
    assert "no longer passes: IL505" in again.json["passed_over"][0]["reason"]


def test_clearing(planned: Any, interlock: Any, shop: Path) -> None:
    assert (shop / ".interlock/.gitignore").read_text() == "*\n"
    assert TASK[:30] in interlock("cache").out
    assert interlock("cache", "list", "--json").json["plannings"] == 1
    assert interlock("cache", "clear").out == "cleared 1 plan\n"
    assert interlock("cache").out == "no plans are kept\n"
    assert interlock("plan", TASK, "--json").json["planner"] == "small"


def test_a_damaged_file_is_told_and_does_not_stop_planning(planned: Any, interlock: Any, shop: Path) -> None:
    (shop / ".interlock/plans.db").write_bytes(b"this is no database" * 100)
    again = interlock("plan", TASK, "--json")
    assert again.code == 0
    assert "interlock cache clear" in again.json["passed_over"][0]["reason"]
    assert interlock("cache").code == 2
    assert interlock("cache", "clear").code == 0
    assert interlock("cache").code == 0


def test_every_attempt_is_kept(interlock: Any, model: Any, good: Any, shop: Path) -> None:
    import json
    import sqlite3

    model.will(good(measure="revenu"))
    assert interlock("plan", TASK).code == 1
    with sqlite3.connect(shop / ".interlock/plans.db") as database:
        rows = database.execute("SELECT ok, record FROM plannings").fetchall()
    database.close()
    assert [ok for ok, _ in rows] == [0]
    attempts = json.loads(rows[0][1])["attempts"]
    assert [each["outcome"] for each in attempts] == ["not understood", "refused", "refused", "refused"]
    assert all("revenu" in each["answer"] and each["usage"]["output_tokens"] == 200 for each in attempts[1:])
