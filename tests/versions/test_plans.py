"""Named plans: versions that never change, where they came from, and what happened to them."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest
from workbench import Workbench, passing

from interlock.api import JournalError

SALES = "id,region,revenue\n1,East,120.5\n2,West,310\n3,East,45.25\n"


def sales(least: int = 50) -> dict[str, Any]:
    """Sales of at least so much."""
    return passing(
        "data/sales.csv", ("filter_rows", {"where": f"revenue >= {least}"}), name="sales", task="Large sales."
    )


@pytest.fixture
def shop(bench: Workbench) -> Workbench:
    bench.put("data/sales.csv", SALES)
    bench.put("sales.plan.json", sales())
    return bench


def test_a_missing_file_is_told_as_one_with_a_store_or_without(shop: Workbench) -> None:
    (shop.root / ".interlock").mkdir()  # as the cache of plans makes it, without a journal
    for _ in range(2):
        ran = shop.cli("run", "nothere.yaml")
        assert (ran.code, ran.err.strip()) == (2, "interlock: nothere.yaml: No such file or directory")
        shop.cli("plans", "save", "sales.plan.json")


def test_a_version_is_saved_once(shop: Workbench) -> None:
    first = shop.cli("plans", "save", "sales.plan.json", "--json").json
    assert (first["name"], first["version"], first["task"], first["file"]) == (
        "sales",
        1,
        "Large sales.",
        "sales.plan.json",
    )
    assert [each["effect"] for each in first["touches"]] == ["reads", "writes"]
    again = shop.cli("plans", "save", "sales.plan.json", "--json").json
    assert (again["version"], again["saved_at"]) == (1, first["saved_at"])
    shop.put("sales.plan.json", sales(100))
    assert shop.cli("plans", "save", "sales.plan.json", "--json").json["version"] == 2
    shop.put("sales.plan.json", sales())
    assert shop.cli("plans", "save", "sales.plan.json", "--json").json["version"] == 3, "what was old is new again"
    listed = shop.cli("plans", "list", "--json").json["plans"]
    assert [each["version"] for each in listed] == [1, 2, 3]
    assert listed[0]["plan"] == listed[2]["plan"] != listed[1]["plan"]


def test_layout_and_names_make_no_version(shop: Workbench) -> None:
    """A version is known by its digest: what means the same is the same."""
    shop.cli("plans", "save", "sales.plan.json")
    shop.put("other.plan.json", json.dumps({**sales(), "task": "In other words."}, indent=3))
    assert shop.cli("plans", "save", "other.plan.json", "--json").json["version"] == 1
    assert shop.cli("plans", "save", "other.plan.json", "--name", "other", "--json").json["version"] == 1
    assert {each.name for each in shop.project.plans.list()} == {"sales", "other"}


def test_where_it_came_from(shop: Workbench) -> None:
    account = {"model": "some-model", "attempts": [{"diagnostics": ["IL301"]}, {}], "cost": 0.0125}
    shop.put("account.json", account)
    shop.cli("plans", "save", "sales.plan.json", "--account", "account.json", "--note", "from the planner")
    shown = shop.cli("plans", "show", "sales@1", "--json").json
    assert (shown["account"], shown["note"]) == (account, "from the planner")
    assert json.loads(shop.cli("plans", "show", "sales@1", "--account").out) == account
    assert shop.project.plans.account(shop.project.plans.find("sales")) == account
    other = shop.project.plans.save(shop.root / "sales.plan.json", "by-api", account=["any", "JSON"])
    assert shop.project.plans.account(other) == ["any", "JSON"]


@pytest.mark.parametrize("text", ["", "{", "[1, 2"])
def test_an_account_that_is_not_json(shop: Workbench, text: str) -> None:
    shop.put("account.json", text)
    ran = shop.cli("plans", "save", "sales.plan.json", "--account", "account.json")
    assert ran.code == 2
    assert "account.json is not JSON" in ran.err
    assert shop.project.plans.list() == []


def test_a_version_shown(shop: Workbench) -> None:
    shop.cli("plans", "save", "sales.plan.json")
    shown = shop.cli("plans", "show", "sales")
    assert "revenue >= 50" in shown.out
    assert "writes out/o.csv" in shown.out
    checked = shop.project.check_text(shown.out.partition("\n\nsales@1")[0])
    assert checked.proven is not None
    assert checked.proven.digest == shop.project.plans.find("sales").plan
    program = shop.cli("plans", "show", "sales@1", "--program").out
    assert program == shop.compile(sales()).source


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("sale", "no plan is saved under the name `sale`"),
        ("sales@7", "`sales` has no version `7`"),
        ("sales@newest", "`newest` is no version"),
        ("sales@sha256:0000", "`sales` has no version"),
    ],
)
def test_what_is_not_there(shop: Workbench, reference: str, told: str) -> None:
    shop.cli("plans", "save", "sales.plan.json")
    ran = shop.cli("plans", "show", reference)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert "sales" in ran.err.partition("help")[2]
    with pytest.raises(JournalError):
        shop.project.plans.find(reference)


def test_references(shop: Workbench) -> None:
    shop.cli("plans", "save", "sales.plan.json")
    shop.put("sales.plan.json", sales(100))
    newest = shop.project.plans.save(shop.root / "sales.plan.json")
    plans = shop.project.plans
    assert plans.find("sales") == plans.find("sales@2") == plans.find(f"sales@{newest.plan[:15]}") == newest
    assert plans.find(f"sales@{plans.find('sales@1').artifact[7:20]}").version == 1


@pytest.mark.parametrize("name", ["a@b", "../up", "a/b", "-x", "", "a b"])
def test_names_that_would_mean_something_else(shop: Workbench, name: str) -> None:
    shop.put("nameless.json", {**sales(), "name": ""})
    ran = shop.cli("plans", "save", "nameless.json", f"--name={name}")
    if not name:
        assert shop.project.plans.find("nameless")
        return
    assert ran.code == 2
    assert "cannot be the name of a plan" in ran.err


def test_nothing_is_saved_of_a_plan_that_does_not_pass(shop: Workbench) -> None:
    shop.put("sales.plan.json", sales() | {"nodes": []})
    assert shop.cli("plans", "save", "sales.plan.json").code == 1
    assert shop.cli("plans", "list").out.startswith("no plan is saved")


def test_looking_makes_no_store(shop: Workbench) -> None:
    before = shop.files()
    assert shop.cli("plans", "list").code == 0
    assert shop.cli("plans", "show", "sales").code == 2
    assert shop.cli("plans", "log", "sales").code == 2
    assert shop.files() == before


def test_the_log(shop: Workbench) -> None:
    shop.cli("plans", "save", "sales.plan.json", "--note", "first")
    shop.cli("approve", "sales@1", "--by", "Ada", "--note", "looks right")
    shop.put("sales.plan.json", sales(100))
    shop.cli("plans", "save", "sales.plan.json")
    shop.cli("reject", "sales@2", "--by", "Bob")
    entries = shop.cli("plans", "log", "sales", "--json").json["log"]
    assert [(each["what"], each["version"], each["by"]) for each in entries] == [
        ("saved", 1, ""), ("approved", 1, "Ada"), ("saved", 2, ""), ("rejected", 2, "Bob"),
    ]  # fmt: skip
    assert "@1  approved by Ada: looks right" in shop.cli("plans", "log", "sales").out


@pytest.mark.parametrize(
    ("statement", "command"),
    [
        ("UPDATE plans SET document = replace(document, '50', '51')", ("plans", "show", "sales")),
        ("DELETE FROM plans", ("plans", "show", "sales")),
        ("UPDATE blobs SET body = x'00'", ("plans", "show", "sales", "--program")),
        ("UPDATE artifacts SET files = replace(files, '.py', '.txt')", ("plans", "show", "sales", "--program")),
        ("DELETE FROM artifacts", ("plans", "show", "sales", "--program")),
    ],
)
def test_a_version_that_was_changed_is_not_shown(shop: Workbench, statement: str, command: tuple[str, ...]) -> None:
    shop.cli("plans", "save", "sales.plan.json")
    database = sqlite3.connect(shop.root / ".interlock/journal.db")
    with database:
        database.execute(statement)
    database.close()
    ran = shop.cli(*command)
    assert (ran.code, ran.out) == (3, "")
    assert "journal" in ran.err
