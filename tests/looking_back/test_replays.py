"""`interlock replay`: the same program over today's sources, compared step by step, without touching the project."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from workbench import Workbench, plan

Again = Callable[..., str]


def test_identical(shop: Workbench, first: str) -> None:
    before = shop.files()
    said = shop.cli("replay", first)
    assert (said.code, said.err) == (0, "")
    assert said.out == f"identical: 7 steps gave the same rows, bytes and order as in the run {first}\n"
    left = {name: digest for name, digest in shop.files().items() if not name.startswith(".interlock/journal")}
    assert left == {name: digest for name, digest in before.items() if not name.startswith(".interlock/journal")}
    assert [each.run for each in shop.project.runs.list()] == [first]


def test_a_changed_source_is_named_and_followed(shop: Workbench, first: str) -> None:
    shop.put("sales.csv", "shop,amount\n1,5.5\n2,8.5\n1,0.5\n1,20\n")
    written = shop.read("out/totals.csv")
    said = shop.cli("replay", first)
    assert said.code == 1
    assert said.out.splitlines()[0] == "`sales.csv` has changed since"
    assert "`sales` is the first step that differs: rows gone 1, rows new 1, in amount" in said.out
    told = shop.cli("replay", first, "--json").json
    assert (told["identical"], told["first"]["step"], told["failure"]) == (False, "sales", None)
    assert told["how"]["before"] == [[2, 7.5]]
    assert told["how"]["after"] == [[2, 8.5]]
    outcomes = {each["step"]: each["outcome"] for each in told["steps"]}
    assert outcomes == dict.fromkeys(("sales", "large", "joined", "raw", "totals", "out"), "different") | {
        "shops": "identical"
    }
    assert shop.read("out/totals.csv") == written


def test_the_first_step_that_differs_may_come_late(shop: Workbench, first: str) -> None:
    """A change that a filter takes away again ends there."""
    shop.put("sales.csv", "shop,amount\n1,5.5\n2,7.5\n1,0.25\n1,20\n")
    told = shop.cli("replay", first, "--json").json
    assert {each["step"] for each in told["steps"] if each["outcome"] == "different"} == {"sales"}
    shop.put("sales.csv", "shop,amount\n2,7.5\n1,5.5\n1,0.5\n1,20\n")
    said = shop.cli("replay", first)
    assert "`sales` is the first step that differs: the same rows in another order" in said.out


def test_rows_that_were_not_kept(shop: Workbench) -> None:
    assert shop.cli("run", "plan.json", "--checkpoint", "none").code == 0
    shop.put("shops.csv", "id,city\n1,Ulm\n2,Berlin\n")
    said = shop.cli("replay", "last")
    assert said.code == 1
    assert "`shops` is the first step that differs; its rows of then were not kept" in said.out


def test_a_program_that_stops(shop: Workbench, first: str) -> None:
    shop.put("shops.csv", "id,city\n1,Ulm\n1,Bonn\n")
    told = shop.cli("replay", first, "--json")
    assert told.json["failure"]["code"] == "IL905"
    assert told.code == 1  # what differs is known: the shops
    (shop.root / "shops.csv").unlink()
    gone = shop.cli("replay", first)
    assert gone.code == 3
    assert "`shops.csv` is gone" in gone.out
    assert "IL902" in gone.out


def test_the_plan_and_its_inputs_are_those_of_the_run(shop: Workbench, again: Again) -> None:
    run = again("-i", "least=6")
    shop.put("plan.json", plan({"s": ("inline_table", {"rows": [{"a": 1}]}), "o": ("write_csv", {"path": "o.csv"})}))
    assert shop.cli("replay", run).code == 0


def test_a_database_is_not_written_twice(shop: Workbench) -> None:
    nodes = {
        "s": ("read_csv", {"path": "sales.csv"}),
        "db": ("write_sqlite", {"path": "shop.db", "table": "sales", "if_exists": "append"}),
    }
    shop.put("db.json", plan(nodes))
    ran = shop.cli("run", "db.json")
    assert ran.code == 0, ran.err
    assert shop.cli("replay", "last").code == 0
    with sqlite3.connect(shop.root / "shop.db") as connection:
        assert connection.execute("SELECT count(*) FROM sales").fetchone() == (4,)
