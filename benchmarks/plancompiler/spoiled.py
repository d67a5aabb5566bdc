"""The recorded plans with a column, a type, an expression or an output spoiled: refused before they run, or not.

Such slips leave the graph as it was, so checks of structure alone (node types, edges, ports, cycles, arity, required
parameters: IL1xx) cannot see most of them. Both counts come from the same mutants.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.plancompiler.compare import columns_of, difference
from benchmarks.plancompiler.judge import DATA, SETS
from benchmarks.plancompiler.reader import read_recorded
from benchmarks.report import Result, Table
from interlock.api import Project, RunFailed
from interlock.evaluation.mutate import mutants_of, params, texts
from interlock.evaluation.mutate.subjects import Mutant, subject_of

SLIPS = (
    params.rename_column, params.other_column, params.rename_made, params.clash_made, params.other_type,
    texts.break_expression, texts.misspell_in_expression, texts.other_operator, texts.break_query,
)  # fmt: skip
"""Slips in columns, types, expressions and the columns of outputs; none of them touches the graph."""
MOST = 4
"""So many mutants of one plan by one mutator, at most."""

Outcome = Literal["refused", "equal output", "other output", "FAILED"]


@dataclass(frozen=True)
class Judged:
    """What became of a mutant, and whether a check of structure alone refuses it."""

    mutant: Mutant
    outcome: Outcome
    by_structure: bool = False
    reason: str = ""


def judge_all(folder: Path, seed: int, data: Path = DATA) -> Iterator[Judged]:
    """Judge the mutants of every recorded plan that passes."""
    for name in SETS:
        tasks = {task["task_id"]: task for task in _load(data / f"tasks_set_{name}.json")}
        for recorded in _load(data / f"recorded_plans_set_{name}.json"):
            yield from _of_plan(recorded, tasks[recorded["task_id"]], folder / recorded["task_id"], seed, data)


def _of_plan(
    recorded: Mapping[str, Any], task: Mapping[str, Any], folder: Path, seed: int, data: Path
) -> Iterator[Judged]:
    folder.mkdir(parents=True)
    for used, fixture in task["fixtures"].items():
        shutil.copyfile(data / fixture, folder / used)
    (path,) = {each["path"] for each in task["success_criteria"] if "path" in each}
    (gold,) = (data / "gold").glob(f"{task['task_id']}.*")
    project = Project(folder)
    verdict = project.check(read_recorded(recorded["plan"], task["task_id"], {path: {"columns": columns_of(gold)}}))
    if verdict.checked is None:
        return
    document = verdict.checked.plan.document()
    subject = subject_of(task["task_id"], document, verdict.checked, [each.name for each in project.registry])
    before = {each.name for each in folder.iterdir()}
    for mutant in mutants_of(subject, seed, MOST):
        if mutant.mutator in {each.__name__ for each in SLIPS}:
            yield _judge(project, mutant, folder / path, gold)
            for left in {each.name for each in folder.iterdir()} - before:
                (folder / left).unlink()


def _judge(project: Project, mutant: Mutant, output: Path, gold: Path) -> Judged:
    checked = project.check_text(json.dumps(mutant.document), "mutant.json")
    errors = [each for each in checked.diagnostics if each.severity == "error"]
    if checked.proven is None:
        structure = any(each.code.startswith("IL1") for each in errors)
        return Judged(mutant, "refused", structure, f"{errors[0].code} {errors[0].at.pointer}: {errors[0].message}")
    try:
        project.execute(project.compile(checked.proven))
    except RunFailed as error:
        return Judged(mutant, "FAILED", reason=str(error))
    return Judged(mutant, "other output" if difference(output, gold) else "equal output")


def _load(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))


def run(folder: Path, seed: int, data: Path = DATA) -> Result:
    """The benchmark as it is printed."""
    title = "recorded plans with a spoiled column, type, expression or output"
    if not data.is_dir():
        note = f"skipped: the public benchmark data is not at {data}"
        return Result("spoiled", title, notes=[note], data={"skipped": True})
    judged = list(judge_all(folder, seed, data))
    rows = [_row(each.__name__, judged) for each in SLIPS if any(one.mutant.mutator == each.__name__ for one in judged)]
    rows.append(_row("all", judged))
    refused, failed = rows[-1][2], [each for each in judged if each.outcome == "FAILED"]
    notes = [
        f"{len(judged):,} mutants, seed {seed}; refused before running {refused:,} ({refused / max(len(judged), 1):.1%}),",
        f"by checks of structure alone (IL1xx) {rows[-1][3]:,} ({rows[-1][3] / max(len(judged), 1):.1%})",
        "equal output: means the same; other output: a valid plan that says something else, which no check can know",
        f"passed the checks and failed in the run: {len(failed)}",
        *(f"  {each.mutant.subject} / {each.mutant.mutator} / {each.mutant.what}: {each.reason}" for each in failed),
    ]
    headers = ["mutator", "mutants", "refused", "by structure", "equal output", "other output", "failed in the run"]
    found = {"mutants": len(judged), "refused": refused, "by_structure": rows[-1][3], "failed": len(failed)}
    return Result("spoiled", title, [Table(headers, rows)], notes, found, not failed)


def _row(name: str, judged: Sequence[Judged]) -> list[Any]:
    group = [each for each in judged if name in ("all", each.mutant.mutator)]
    outcomes = Counter(each.outcome for each in group)
    structure = sum(each.by_structure for each in group)
    counts = (outcomes["refused"], structure, outcomes["equal output"], outcomes["other output"], outcomes["FAILED"])
    return [name, len(group), *counts]
