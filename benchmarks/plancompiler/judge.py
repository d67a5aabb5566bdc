"""Judge every recorded plan: refused before it runs, or run and compared with the right output."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.plancompiler.compare import columns_of, difference
from benchmarks.plancompiler.reader import read_recorded
from benchmarks.report import Result, Table
from interlock.api import Project, RunFailed

SETS = ("a", "c", "e")
DATA = Path(__file__).resolve().parents[2].parent / "shared" / "benchmarks" / "plancompiler"
"""Where the public data lies, if it is there: beside the repository."""

Outcome = Literal["refused", "right", "wrong", "failed"]


@dataclass(frozen=True)
class Judged:
    """What became of one recorded plan."""

    task: str
    recorded_failed: bool
    outcome: Outcome
    reason: str = ""

    @property
    def as_should_be(self) -> bool:
        """A plan that failed when recorded is refused; any other runs and is right."""
        return self.outcome == ("refused" if self.recorded_failed else "right")


def judge_all(folder: Path, data: Path = DATA) -> Iterator[Judged]:
    """Judge every plan, each in a project folder of its own below `folder`."""
    for name in SETS:
        tasks = {task["task_id"]: task for task in load_tasks(data, name)}
        for recorded in _load(data / f"recorded_plans_set_{name}.json"):
            task = tasks[recorded["task_id"]]
            yield judge(recorded, task, folder / task["task_id"], data)


def judge(recorded: dict[str, Any], task: dict[str, Any], folder: Path, data: Path) -> Judged:
    """Check one recorded plan with its output contract, run it if it passes, and compare what it wrote."""
    name, failed = task["task_id"], not recorded["criteria_passed"]
    folder.mkdir(parents=True)
    for used, fixture in task["fixtures"].items():
        shutil.copyfile(data / fixture, folder / used)
    (path,) = {each["path"] for each in task["success_criteria"] if "path" in each}
    (gold,) = (data / "gold").glob(f"{name}.*")
    contracts = {path: {"columns": columns_of(gold)}}
    project = Project(folder)
    verdict = project.check(read_recorded(recorded["plan"], name, contracts))
    if verdict.checked is None:
        reason = "; ".join(f"{each.code} {each.at.pointer}: {each.message}" for each in verdict.errors)
        return Judged(name, failed, "refused", reason)
    try:
        project.execute(project.compile(verdict.checked))
    except RunFailed as error:
        return Judged(name, failed, "failed", str(error))
    found = difference(folder / path, gold)
    return Judged(name, failed, "wrong" if found else "right", found or "")


def load_tasks(data: Path, name: str) -> list[dict[str, Any]]:
    """The tasks of one set."""
    return _load(data / f"tasks_set_{name}.json")


def _load(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))


def run(folder: Path, data: Path = DATA) -> Result:
    """The benchmark as it is printed."""
    title = "150 recorded plans of the PlanCompiler benchmark (sets A, C, E)"
    if not data.is_dir():
        return Result(
            "plancompiler",
            title,
            notes=[f"skipped: the public benchmark data is not at {data}"],
            data={"skipped": True},
        )
    judged = list(judge_all(folder, data))
    rows = []
    for label, failed, wanted in (
        ("failed", True, "refused before it runs"),
        ("passed", False, "runs, output equals gold"),
    ):
        group = [each for each in judged if each.recorded_failed == failed]
        met = sum(each.as_should_be for each in group)
        rows.append([f"recorded run {label}", len(group), wanted, met, f"{met}/{len(group)}"])
    deviations = [each for each in judged if not each.as_should_be]
    refusals = [each for each in judged if each.as_should_be and each.recorded_failed]
    notes = ["how the plans that failed are refused:"] + [f"  {each.task}: {each.reason}" for each in refusals]
    notes += ["deviations: none"] if not deviations else ["deviations:"]
    notes += [f"  {each.task}: {each.outcome}: {each.reason}" for each in deviations]
    data_out = {
        "refused": sum(each.as_should_be for each in judged if each.recorded_failed),
        "should_be_refused": sum(each.recorded_failed for each in judged),
        "right": sum(each.as_should_be for each in judged if not each.recorded_failed),
        "should_be_right": sum(not each.recorded_failed for each in judged),
        "deviations": [{"task": each.task, "outcome": each.outcome, "reason": each.reason} for each in deviations],
    }
    headers = ["plans", "count", "what should happen", "happened", "ratio"]
    return Result("plancompiler", title, [Table(headers, rows)], notes, data_out, not deviations)
