"""`interlock fork`: a new run that takes up what an earlier one made, and says where it comes from."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from workbench import Workbench

Again = Callable[..., str]


def forked(shop: Workbench, *arguments: str) -> dict[str, Any]:
    ran = shop.cli("fork", *arguments, "--json")
    assert ran.code == 0, ran.out + ran.err
    return ran.json


def kinds(shop: Workbench, run: str) -> dict[str, list[str]]:
    """The events of a run that tell of steps, by what happened."""
    found: dict[str, list[str]] = {}
    for event in json.loads(shop.cli("trace", run).out):
        found.setdefault(event["kind"], []).append(event["data"].get("step", ""))
    return found


def test_what_comes_before_is_reused(shop: Workbench, first: str) -> None:
    before = shop.read("out/totals.csv")
    (shop.root / "out/totals.csv").unlink()
    told = forked(shop, first, "--from", "totals")
    assert told["fork"]["reused"] == ["sales", "large", "shops", "joined"]
    assert shop.read("out/totals.csv") == before
    happened = kinds(shop, told["run"])
    assert happened["step_reused"] == ["joined"]
    assert happened["step_started"] == ["raw", "totals", "out"]
    shown = shop.cli("show", told["run"]).out
    assert f"forked from  {first}, from totals" in shown
    assert shop.cli("audit", "verify").code == 0


def test_another_value_of_an_input(shop: Workbench, first: str, again: Again) -> None:
    told = forked(shop, first, "--from", "joined", "-i", "least=6")
    assert told["fork"]["made_again"] == ["large"]
    assert kinds(shop, told["run"])["step_started"] == ["large", "joined", "raw", "totals", "out"]
    made = shop.read("out/totals.csv")
    again("-i", "least=6")
    assert shop.read("out/totals.csv") == made == "city,total\nBonn,7.5\nUlm,20.0\n"
    assert told["inputs"] == {"least": "6"}


def test_another_plan(shop: Workbench, first: str) -> None:
    given = json.loads(shop.read("plan.json"))
    given["nodes"][4]["params"]["measures"].append({"name": "n", "function": "count"})
    shop.put("new.json", given)
    told = forked(shop, first, "--from", "totals", "--plan", "new.json")
    assert told["fork"]["reused"] == ["sales", "large", "shops", "joined"]
    assert kinds(shop, told["run"])["step_started"] == ["raw", "totals", "out"]
    assert shop.read("out/totals.csv") == "city,total,n\nBonn,7.5,1\nUlm,25.5,2\n"
    given["nodes"][2]["params"]["where"] = "amount > 6"
    shop.put("new.json", given)
    told = forked(shop, first, "--from", "totals", "--plan", "new.json")
    assert told["fork"]["made_again"] == ["large", "joined"]
    assert shop.read("out/totals.csv") == "city,total,n\nBonn,7.5,1\nUlm,20.0,1\n"


def test_a_fork_of_a_failed_run(shop: Workbench) -> None:
    shop.put("shops.csv", "id,city\n1,Ulm\n1,Bonn\n")
    assert shop.cli("run", "plan.json", "--checkpoint", "every").code == 3
    shop.put("shops.csv", "id,city\n1,Ulm\n2,Bonn\n")
    told = forked(shop, "last", "--from", "shops")
    assert told["fork"]["reused"] == ["sales", "large"]
    assert shop.read("out/totals.csv") == "city,total\nBonn,7.5\nUlm,25.5\n"


def test_a_source_that_changed_stops_it(shop: Workbench) -> None:
    """What was not kept would have to be made of another file than what is reused."""
    assert shop.cli("run", "plan.json", "--checkpoint", "none").code == 0
    shop.put("sales.csv", "shop,amount\n1,99\n")
    ran = shop.cli("fork", "last", "--from", "totals")
    assert ran.code == 3
    assert "IL912" in ran.err
    assert "`sales.csv` has changed" in ran.err


def test_what_was_kept_is_reused_whatever_became_of_the_source(shop: Workbench, first: str) -> None:
    before = shop.read("out/totals.csv")
    shop.put("sales.csv", "shop,amount\n1,99\n")
    forked(shop, first, "--from", "totals")
    assert shop.read("out/totals.csv") == before


def test_a_lost_checkpoint_is_made_again(shop: Workbench, first: str) -> None:
    before = shop.read("out/totals.csv")
    for path in (shop.root / ".interlock/checkpoints").glob("*"):
        path.unlink()
    told = forked(shop, first, "--from", "totals")
    assert kinds(shop, told["run"])["step_started"] == ["sales", "large", "shops", "joined", "raw", "totals", "out"]
    assert shop.read("out/totals.csv") == before


def test_nothing_is_appended_twice(shop: Workbench) -> None:
    given = json.loads(shop.read("plan.json"))
    given["nodes"].append(
        {"id": "db", "type": "write_sqlite", "params": {"path": "shop.db", "table": "t", "if_exists": "append"}}
    )
    given["edges"].append({"from": "large", "to": "db"})
    shop.put("plan.json", given)
    assert shop.cli("run", "plan.json").code == 0
    said = shop.cli("fork", "last", "--from", "totals")
    assert said.code == 2
    assert "`db` does not come after `totals`" in said.err
    assert shop.cli("fork", "last", "--from", "large").code == 0


def test_a_step_that_is_not_there(shop: Workbench, first: str) -> None:
    said = shop.cli("fork", first, "--from", "totls")
    assert said.code == 2
    assert "the program has no step `totls`" in said.err
    assert "totals" in said.err


def test_people_are_not_asked_again(shop: Workbench) -> None:
    """What was answered to a step that is reused is taken over; forked from the question itself, it is asked anew."""
    shop.put("interlock.toml", '[policy]\neffects = ["reads", "writes", "human"]\n')
    given = json.loads(shop.read("plan.json"))
    fields = {"approved": {"type": "boolean"}}
    given["nodes"].append({"id": "asked", "type": "human_review", "params": {"question": "Right?", "fields": fields}})
    next(edge for edge in given["edges"] if edge["to"] == "out")["from"] = "asked"
    given["edges"].append({"from": "totals", "to": "asked"})
    shop.put("plan.json", given)
    assert shop.cli("run", "plan.json").code == 4
    assert shop.cli("answer", "last", "--set", "approved=true", "--by", "Ann").code == 0
    assert shop.cli("resume", "last").code == 0
    run = shop.project.runs.list()[0].run
    before = shop.read("out/totals.csv")
    told = forked(shop, run, "--from", "out")
    assert shop.read("out/totals.csv") == before
    assert "by Ann" in shop.cli("show", told["run"]).out
    assert shop.cli("replay", run).code == 0
    assert shop.cli("fork", run, "--from", "asked").code == 4
