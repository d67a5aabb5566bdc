"""Read every task description without a model: planned and right, planned and wrong, or refused."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.plancompiler.compare import difference
from benchmarks.plancompiler.judge import DATA, SETS, load_tasks
from benchmarks.report import Result, Table
from interlock.api import Project, RunFailed
from interlock.api.catalogs import catalog_for
from interlock.syntax.english import Misunderstood, read_english

Outcome = Literal["right", "wrong", "refused"]


@dataclass(frozen=True)
class Read:
    """What became of one description. A plan that fails when it runs counts as wrong."""

    task: str
    set: str
    outcome: Outcome
    reason: str
    seconds: float


def read_all(folder: Path, data: Path = DATA) -> Iterator[Read]:
    """Read and judge every task, each in a project folder of its own below `folder`."""
    for name in SETS:
        for task in load_tasks(data, name):
            yield _read(task, name, folder / task["task_id"], data)


def _read(task: dict[str, Any], name: str, folder: Path, data: Path) -> Read:
    folder.mkdir(parents=True)
    for used, fixture in task["fixtures"].items():
        shutil.copyfile(data / fixture, folder / used)
    project = Project(folder)
    began = time.perf_counter()
    catalog = catalog_for(project, task["description"]).catalog
    found = read_english(task["description"], project.registry, catalog, project.schemas)
    seconds = time.perf_counter() - began

    def judged(outcome: Outcome, reason: str = "") -> Read:
        return Read(task["task_id"], name, outcome, reason, seconds)

    if isinstance(found, Misunderstood):
        return judged("refused", found.why)
    verdict = project.check(found)
    if verdict.checked is None:
        return judged("refused", "; ".join(f"{each.code} {each.message}" for each in verdict.errors))
    try:
        project.execute(project.compile(verdict.checked))
    except RunFailed as error:
        return judged("wrong", f"the run fails: {error}")
    (path,) = {each["path"] for each in task["success_criteria"] if "path" in each}
    (gold,) = (data / "gold").glob(f"{task['task_id']}.*")
    difference_found = difference(folder / path, gold)
    return judged("wrong" if difference_found else "right", difference_found or "")


def run(folder: Path, data: Path = DATA) -> Result:
    """The benchmark as it is printed. A plan that is wrong misses the aim; a refusal does not."""
    title = "150 task descriptions of the PlanCompiler benchmark, read without a model"
    if not data.is_dir():
        note = f"skipped: the public benchmark data is not at {data}"
        return Result("english", title, notes=[note], data={"skipped": True})
    read = list(read_all(folder, data))
    outcomes: tuple[Outcome, ...] = ("right", "wrong", "refused")
    rows: list[list[str | int | float | None]] = []
    for name in (*SETS, "all"):
        group = [each for each in read if name in (each.set, "all")]
        rows.append([name, len(group), *(sum(each.outcome == outcome for each in group) for outcome in outcomes)])
    seconds = sorted(each.seconds for each in read)
    notes = [
        f"time to read one: median {seconds[len(seconds) // 2] * 1000:.0f} ms, longest {seconds[-1] * 1000:.0f} ms"
    ]
    notes += [f"  {each.task}: {each.outcome}: {each.reason}" for each in read if each.outcome != "right"]
    counts = {outcome: sum(each.outcome == outcome for each in read) for outcome in outcomes}
    headers = ["set", "tasks", "planned and right", "planned and wrong (aim 0)", "refused"]
    return Result("english", title, [Table(headers, rows)], notes, dict(counts), counts["wrong"] == 0)
