"""Projects as earlier releases left them: their plans, versions, decisions and runs stay readable, and go on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from workbench import Workbench

STORED = Path(__file__).parent / "stored"


@pytest.fixture(params=sorted(path.name for path in STORED.iterdir()))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Workbench:
    """A copy of a project that the release of that format wrote (`write_stored.py`)."""
    root = tmp_path / "project"
    shutil.copytree(STORED / request.param, root, ignore=shutil.ignore_patterns("store"))
    shutil.copytree(STORED / request.param / "store", root / ".interlock")
    return Workbench(root)


def test_the_plans_pass_and_mean_the_same(old: Workbench) -> None:
    versions = old.project.plans.list("totals")
    for name, saved in (("totals.plan.yaml", versions[-1]), ("public.plan.yaml", None)):
        checked = old.project.read(old.root / name)
        assert checked.proven is not None, [f"{each.code} {each.message}" for each in checked.diagnostics]
        assert saved is None or checked.proven.digest == saved.plan


def test_everything_is_as_it_was_written(old: Workbench) -> None:
    ran = old.cli("audit", "verify")
    assert ran.code == 0, ran.err


def test_versions(old: Workbench) -> None:
    first, second = old.project.plans.list("totals")
    assert (first.reference, second.reference) == ("totals@1", "totals@2")
    assert (first.task, first.note) == ("Total revenue by region.", "the first")
    assert [str(each) for each in first.touches] == ["human: `review` (human_review@1)", "reads data/sales.csv", "writes out/totals.csv"]  # fmt: skip
    assert old.project.plans.account(first) == {"model": "some-model", "attempts": [1, 2]}
    assert old.project.plans.document(first).inputs[0].default == 50
    assert [line.status for line in old.project.plans.runs(first)] == ["paused", "finished"]


def test_decisions(old: Workbench) -> None:
    assert [(each.verdict, each.by, each.note) for each in old.project.approvals.list()] == [
        ("rejected", "Bob", "not yet"),
        ("approved", "Ada", ""),
    ]


def test_a_finished_run_is_reported(old: Workbench) -> None:
    run = old.project.runs.list(status="finished")[0].run
    report = old.project.runs.report(run)
    assert [(each["path"], each["rows"]) for each in report.outputs] == [("out/totals.csv", 2)]
    assert [step["step"] for step in report.steps] == ["sales", "large", "total", "review", "out"]


def test_a_paused_run_goes_on(old: Workbench) -> None:
    run = old.project.runs.list(status="paused")[0].run
    question = old.project.answers.question(run)
    assert (question.question, question.rows) == ("Right?", (("East", 120.5), ("West", 310.0)))
    assert old.cli("answer", run, "--set", "right=true", "--by", "Grace").code == 0
    ran = old.cli("resume", run)
    assert ran.code == 0, ran.err
    assert old.read("out/totals.csv") == "region,total,right\nEast,120.5,true\nWest,310.0,true\n"
    assert old.cli("audit", "verify").code == 0


def test_an_old_version_runs(old: Workbench) -> None:
    run = old.cli("run", "totals@1", "--input", "minimum=0", "--json").json["waiting"]["run"]
    assert old.cli("answer", run, "--set", "right=true", "--by", "Grace").code == 0
    assert old.cli("resume", run).code == 0
    assert old.read("out/totals.csv") == "region,total,right\nEast,165.75,true\nWest,310.0,true\n"
