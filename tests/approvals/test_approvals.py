"""Review before effect: a run stops before it acts, and goes on with an approval of exactly what it would do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from workbench import Workbench, passing

from interlock import Project
from interlock.api import RunFailed
from interlock.api.approvals import ApprovalNeeded

POLICY = '[policy]\nread = ["data/**"]\nwrite = ["out/**"]\napprove = ["writes"]\n'
OWN = '''"""Node types of a project."""
from interlock import Select, Table, node


@node()
def shout(table: Table) -> Select:
    """Pass the rows on."""
    return Select(table.select())
'''


def sales(least: int = 50, out: str = "out/o.csv") -> dict[str, Any]:
    """Sales of at least so much."""
    return passing("data/sales.csv", ("filter_rows", {"where": f"revenue >= {least}"}), out=out, name="sales")


@pytest.fixture
def shop(bench: Workbench) -> Workbench:
    bench.put("interlock.toml", POLICY)
    bench.put("data/sales.csv", "id,revenue\n1,120.5\n2,310\n3,45.25\n")
    bench.put("sales.plan.json", sales())
    return bench


def waiting(shop: Workbench, *command: str) -> dict[str, Any]:
    """What a run that must stop before any effect says."""
    ran = shop.cli(*(command or ("run", "sales.plan.json")), "--json")
    assert ran.code == 4, ran.err
    assert not (shop.root / "out").exists()
    assert ran.json["ok"] is False
    return ran.json["waiting"]


def test_the_whole_way(shop: Workbench) -> None:
    told = waiting(shop)
    assert told["code"] == "IL941"
    review = told["review"]
    assert [(each["effect"], each["path"]) for each in review["touches"]] == [
        ("reads", "data/sales.csv"),
        ("writes", "out/o.csv"),
    ]
    assert [each["effect"] for each in review["to_approve"]] == ["writes"]
    assert "revenue >= 50" in review["text"]
    assert review["since"] is None
    run = told["run"]
    assert shop.cli("runs", "--json").json["runs"][0]["status"] == "waiting"
    assert shop.cli("resume", run).code == 4, "nobody has approved it"
    approved = shop.cli("approve", run, "--by", "Ada", "--note", "as discussed", "--json").json
    assert (approved["verdict"], approved["by"], approved["run"]) == ("approved", "Ada", run)
    assert shop.cli("resume", run).code == 0
    assert shop.read() == "id,revenue\n1,120.5\n2,310.0\n"
    again = shop.cli("resume", run)
    assert (again.code, f"run {run} had finished" in again.err) == (0, True)
    assert shop.cli("run", "sales.plan.json").code == 0, "the same again is approved"
    assert shop.cli("audit", "verify").code == 0


def test_a_dry_run_says_what_needs_an_approval(shop: Workbench) -> None:
    assert "needs an approval: `o` writes out/o.csv" in shop.cli("run", "sales.plan.json", "--dry-run").out
    told = shop.cli("run", "sales.plan.json", "--dry-run", "--json").json["to_approve"]
    assert [(each["node"], each["effect"]) for each in told] == [("o", "writes")]
    assert not (shop.root / ".interlock").exists()


def test_what_a_person_reads(shop: Workbench) -> None:
    given = {**sales(), "contracts": {"o": {"columns": {"id": "bigint", "revenue": "double"}, "unique": ["id"]}}}
    shop.put("sales.plan.json", given)
    ran = shop.cli("run", "sales.plan.json")
    assert ran.code == 4
    assert "approve  writes out/o.csv  (`o`)" in ran.out
    assert "         reads data/sales.csv  (`s`)" in ran.out
    assert "o: unique [id]" in ran.out
    assert "revenue >= 50" in ran.out
    assert "no version of it was approved before" in ran.out
    assert "waiting[IL941]" in ran.err
    assert "interlock approve" in ran.err


def test_a_plan_is_approved_before_it_runs(shop: Workbench) -> None:
    assert shop.cli("approve", "sales.plan.json", "--by", "Ada").code == 0
    assert shop.cli("run", "sales.plan.json").code == 0


def change_plan(shop: Workbench) -> None:
    shop.put("sales.plan.json", sales(51))


def change_target(shop: Workbench) -> None:
    shop.put("sales.plan.json", sales(out="out/other.csv"))


def change_policy(shop: Workbench) -> None:
    shop.put("interlock.toml", POLICY + "max_write_bytes = 1_000_000\n")


def change_source(shop: Workbench) -> None:
    shop.put("data/sales.csv", "id,revenue,more\n1,120.5,x\n")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (change_plan, "the plan"),
        (change_target, "what it reads, writes and calls"),
        (change_policy, "the policy"),
        (change_source, "the program (its node types, its sources' columns, or Interlock)"),
    ],
)
def test_an_approval_expires(shop: Workbench, change: Any, told: str) -> None:
    shop.cli("approve", "sales.plan.json", "--by", "Ada")
    change(shop)
    review = waiting(shop)["review"]
    assert told in review["changed"]
    assert review["since"]["by"] == "Ada"


def test_an_approval_expires_with_a_node_type(shop: Workbench) -> None:
    shop.put("interlock.toml", 'nodes = ["own.py"]\n' + POLICY)
    shop.put("own.py", OWN)
    shop.put("sales.plan.json", passing("data/sales.csv", ("shout", {}), name="sales"))
    shop.cli("approve", "sales.plan.json", "--by", "Ada")
    shop.put("own.py", OWN.replace("table.select()", "table.select().limit(1)"))
    assert waiting(Workbench(shop.root))["review"]["changed"] == [
        "the program (its node types, its sources' columns, or Interlock)"
    ]


def test_what_changed_since_is_shown(shop: Workbench) -> None:
    shop.cli("approve", "sales.plan.json", "--by", "Ada")
    shop.put("sales.plan.json", sales(60, "out/other.csv"))
    review = waiting(shop)["review"]
    assert [(each["path"]) for each in review["gained"]] == ["out/other.csv"]
    assert [(each["path"]) for each in review["lost"]] == ["out/o.csv"]
    assert any(line.startswith("+") and ">= 60" in line for line in review["changes"])
    assert any(line.startswith("-") and ">= 50" in line for line in review["changes"])
    assert "`n0`: where was `revenue >= 50` and is `revenue >= 60`." in review["sentences"]
    text = shop.cli("approve", "sales.plan.json", "--review").out
    assert "since it was approved by Ada" in text
    assert "now    writes out/other.csv" in text


def test_a_change_while_a_run_waits(shop: Workbench) -> None:
    """The run is pinned: what is approved and what runs is the plan as it was; the policy counts as it is."""
    run = waiting(shop)["run"]
    change_plan(shop)
    shop.cli("approve", run, "--by", "Ada")
    change_policy(shop)
    assert shop.cli("resume", run).code == 4
    shop.cli("approve", run, "--by", "Ada")
    assert shop.cli("resume", run).code == 0
    assert shop.read() == "id,revenue\n1,120.5\n2,310.0\n"
    assert shop.cli("run", "sales.plan.json").code == 4, "the changed plan was approved by nobody"


def test_a_rejected_run(shop: Workbench) -> None:
    run = waiting(shop)["run"]
    shop.cli("reject", run, "--by", "Bob", "--note", "not on a Friday")
    ran = shop.cli("resume", run)
    assert ran.code == 4
    assert "rejected by Bob" in ran.err
    assert "not on a Friday" in ran.err
    again = waiting(shop)
    assert again["review"]["status"] == "rejected"
    shop.cli("approve", again["run"], "--by", "Ada")
    assert shop.cli("resume", again["run"]).code == 0
    ran = shop.cli("resume", run)
    assert ran.code != 0, "somebody had said no to it"
    assert f"the run {run} was rejected" in ran.err
    shop.cli("approve", run, "--by", "Bob")
    assert shop.cli("resume", run).code == 0


def test_a_review_shows_the_inputs_of_its_run(shop: Workbench) -> None:
    given = sales() | {"inputs": {"least": {"type": "double", "default": 1}}}
    given["nodes"].append({"id": "kept", "type": "filter_rows", "params": {"where": "id >= :least"}})
    first = given["edges"][0]
    given["edges"] = [{"from": first["from"], "to": "kept"}, {**first, "from": "kept"}, *given["edges"][1:]]
    shop.put("sales.plan.json", given)
    ran = shop.cli("run", "sales.plan.json", "-i", "least=2")
    assert ran.code == 4
    assert "  least = 2\n" in ran.out


def test_an_approval_is_taken_back(shop: Workbench) -> None:
    shop.cli("approve", "sales.plan.json", "--by", "Ada")
    shop.cli("reject", "sales.plan.json", "--by", "Ada")
    assert waiting(shop)["review"]["since"] is None


def test_a_saved_plan_is_approved(shop: Workbench) -> None:
    shop.cli("plans", "save", "sales.plan.json")
    run = waiting(shop, "run", "sales@1")["run"]
    shop.cli("approve", "sales@1", "--by", "Ada")
    assert shop.cli("resume", run).code == 0
    assert shop.cli("run", "sales@1").code == 0


@pytest.mark.parametrize(
    ("rules", "asks"),
    [
        ('["writes out/public/**"]', False),
        ('["writes out/**"]', True),
        ('["reads data/s*.csv"]', True),
        ('["network", "model"]', False),
        ("[]", False),
    ],
)
def test_what_needs_approval(shop: Workbench, rules: str, asks: bool) -> None:
    shop.put("interlock.toml", POLICY.replace('["writes"]', rules))
    assert shop.cli("run", "sales.plan.json").code == (4 if asks else 0)


def test_a_link_does_not_lead_around_it(shop: Workbench) -> None:
    shop.put("interlock.toml", POLICY.replace('["writes"]', '["writes out/public/**"]'))
    (shop.root / "out/public").mkdir(parents=True)
    (shop.root / "out/open").symlink_to("public")
    shop.put("sales.plan.json", sales(out="out/open/o.csv"))
    assert shop.cli("run", "sales.plan.json").code == 4


def test_without_a_journal_nothing_is_approved(shop: Workbench) -> None:
    ran = shop.cli("run", "sales.plan.json", "--no-journal")
    assert ran.code == 2
    assert "approvals" in ran.err
    assert not (shop.root / "out").exists()


@pytest.mark.parametrize("by", [(), ("--by", "  ")])
def test_a_decision_has_a_name(shop: Workbench, by: tuple[str, ...]) -> None:
    for command in ("approve", "reject"):
        ran = shop.cli(command, "sales.plan.json", *by)
        assert ran.code == 2
        assert "--by NAME" in ran.err
    assert shop.project.approvals.list() == []


def test_a_plan_that_does_not_pass_is_not_approved(shop: Workbench) -> None:
    shop.put("sales.plan.json", {**sales(), "edges": []})
    assert shop.cli("approve", "sales.plan.json", "--by", "Ada").code == 1
    assert shop.project.approvals.list() == []


def test_from_python(shop: Workbench) -> None:
    project = Project.at(shop.root)
    with pytest.raises(ApprovalNeeded) as needed:
        project.run(shop.root / "sales.plan.json")
    review = needed.value.review
    assert [str(each) for each in review.to_approve] == ["writes out/o.csv"]
    decision = project.approvals.approve(needed.value.run, by="Ada")
    assert decision.binding == review.binding
    assert project.runs.resume(needed.value.run).outputs[0]["path"] == "out/o.csv"
    assert project.approvals.review(shop.root / "sales.plan.json").holds


def test_an_approval_copied_to_another_plan(shop: Workbench) -> None:
    """Somebody writes an approval into the journal that was given for something else: it is not relied on."""
    shop.cli("approve", "sales.plan.json", "--by", "Ada")
    shop.put("sales.plan.json", sales(1))
    told = waiting(shop)
    binding = {part: told["review"][part] for part in ("plan", "effects", "policy", "artifact")}
    with closing(sqlite3.connect(shop.root / ".interlock/journal.db")) as database, database:
        for part, digest in binding.items():
            database.execute(
                f"UPDATE events SET data = json_set(data, '$.{part}', ?) WHERE kind = 'approved'", [digest]
            )
    for command in (("run", "sales.plan.json"), ("resume", told["run"])):
        ran = shop.cli(*command)
        assert ran.code == 3, ran.err
        assert "was changed" in ran.err
    assert not (shop.root / "out").exists()
    assert shop.cli("audit", "verify").code == 3


def test_a_run_whose_effects_were_taken_out_of_the_journal(shop: Workbench) -> None:
    """What is asked for follows the effects that were noted; who takes them out is found."""
    run = waiting(shop)["run"]
    with closing(sqlite3.connect(shop.root / ".interlock/journal.db")) as database, database:
        database.execute("UPDATE events SET data = json_remove(data, '$.touches') WHERE kind = 'run_created'")
    ran = shop.cli("resume", run)
    assert ran.code == 3
    assert not (shop.root / "out").exists()


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ('write = ["elsewhere/**"]', "writes out/o.csv, which is no longer allowed"),
        ('effects = ["reads"]', "the policy does not allow the effect `writes`"),
    ],
)
def test_a_saved_program_obeys_the_policy_of_today(shop: Workbench, policy: str, told: str) -> None:
    shop.put("interlock.toml", "")
    shop.cli("plans", "save", "sales.plan.json")
    shop.put("interlock.toml", f"[policy]\n{policy}\n")
    ran = shop.cli("run", "sales@1")
    assert ran.code == 3
    assert "IL942" in ran.err
    assert told in ran.err
    assert not (shop.root / "out").exists()
    with pytest.raises(RunFailed):
        shop.project.runs.start(shop.project.plans.find("sales@1"))
