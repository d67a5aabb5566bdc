"""What a model would be sent for every task: how many tokens, also with a registry of a thousand node types more."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from statistics import mean

from benchmarks.plancompiler.judge import DATA, SETS, load_tasks
from benchmarks.report import Result, Table
from interlock.api import Project
from interlock.api.catalogs import catalog_for
from interlock.planning.prompt import Prompt, build
from interlock.planning.task import Task
from interlock.registry.node import node
from interlock.registry.registry import Registry, installed
from interlock.registry.tables import Select
from interlock.registry.tables import Table as Rows

AIM = 1_300
"""Tokens besides the task and its data."""


def large(more: int = 1_000) -> Registry:
    """The built-in node types, and as many more."""

    def body(table: Rows) -> Select:
        """Nothing."""
        return Select(table.select())

    verbs = ("reconcile", "annotate", "smooth", "route", "stamp", "geocode", "score", "audit", "replay", "index")
    nouns = ("invoice", "ledger", "payroll", "ticket", "sensor", "shipment", "voucher", "patient", "cargo", "meter")
    made = []
    for number in range(more):
        verb, noun = verbs[number % 10], nouns[number // 10 % 10]
        body.__doc__ = f"{verb.title()} every {noun} of kind {number}, keep its rows and group them by month."
        made.append(replace(node(version=1)(body), name=f"{verb}_{noun}_{number}"))
    return Registry([*installed(), *made])


def run(folder: Path, data: Path = DATA) -> Result:
    """The benchmark as it is printed."""
    title = "prompts for the 150 tasks of the PlanCompiler benchmark (tokens as estimated offline)"
    if not data.is_dir():
        note = f"skipped: the public benchmark data is not at {data}"
        return Result("prompts", title, notes=[note], data={"skipped": True})
    grown = large()
    small: list[Prompt] = []
    big: list[Prompt] = []
    for name in SETS:
        for task in load_tasks(data, name):
            here = folder / task["task_id"]
            here.mkdir(parents=True)
            for used, fixture in task["fixtures"].items():
                shutil.copyfile(data / fixture, here / used)
            project = Project(here)
            asked = Task(task["description"], catalog_for(project, task["description"]).catalog)
            small.append(build(asked, project.registry))
            big.append(build(asked, grown))
    rows = [
        [f"{what}, {len(registry)} node types", round(mean(counts)), max(counts)]
        for registry, prompts in ((Registry(installed()), small), (grown, big))
        for what, counts in (
            ("fixed", [each.fixed_tokens for each in prompts]),
            ("with task and data", [each.tokens for each in prompts]),
        )
    ]
    most = max(each.fixed_tokens for each in small)
    large_most = max(each.fixed_tokens for each in big)
    found = {"fixed_mean": rows[0][1], "fixed_most": most, "fixed_most_large": large_most}
    return Result(
        "prompts", title, [Table(["tokens", "mean", f"most (aim for fixed: {AIM:,})"], rows)], [], found, most <= AIM
    )
