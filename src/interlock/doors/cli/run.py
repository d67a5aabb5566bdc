"""`interlock run`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from interlock.api import Checked, Project
from interlock.doors.cli.output import (
    AsJson,
    ProjectFolder,
    fail_usage,
    plan_name,
    project_here,
    read_checked,
    require,
    say_json,
    stop,
)
from interlock.doors.cli.running import follow

if TYPE_CHECKING:
    from interlock.ir.effects import Touch
    from interlock.runtime.versions import SavedPlan

NAME = "run"


def command(
    plan: Annotated[
        Path | None,
        typer.Argument(
            metavar="PLAN",
            help="The plan, YAML or JSON; `-` reads standard input. Or a saved plan: `name@2`, `name`. Not with --task.",
            show_default=False,
        ),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(
            metavar="TASK",
            help="Plan this task in words, as `interlock plan` does, and run the plan that passed.",
            show_default=False,
        ),
    ] = None,
    input: Annotated[
        list[str] | None,
        typer.Option("--input", "-i", metavar="NAME=VALUE", help="A run input; repeat for more.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and compile, show what would be read and written, run nothing.")
    ] = False,
    checkpoint: Annotated[
        Literal["auto", "none", "every"],
        typer.Option(help="Which results are kept, so that a resumed run need not make them again."),
    ] = "auto",
    no_journal: Annotated[
        bool, typer.Option("--no-journal", help="Keep no record: the run cannot be shown, resumed or approved.")
    ] = False,
    threads: Annotated[
        int | None,
        typer.Option(metavar="N", help="Threads to use. Default: all cores.", show_default=False, min=1, max=256),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Memory to use, such as 2GB; more is spilled to disk.", show_default=False),
    ] = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Check, compile and run a plan. What it writes is put in place only when everything has succeeded.

    The run is written down in the project's journal: whatever stops it, `interlock resume` goes on with it.
    """
    if (plan is None) == (task is None):
        stop(fail_usage("give a plan, or a task with --task", json))
    if memory is not None and not re.fullmatch(r"0*[1-9]\d*(\.\d+)?\s*([kmgt]i?b)", memory.strip(), re.IGNORECASE):
        stop(fail_usage(f"--memory takes a size such as 2GB or 500MB, not `{memory}`", json))
    inputs = {}
    for each in input or []:
        name, sign, value = each.partition("=")
        if not sign:
            stop(fail_usage(f"--input takes NAME=VALUE, not `{each}`", json))
        inputs[name] = value
    saved = _saved(plan, project) if plan else None
    if saved is not None:
        if dry_run or no_journal:
            stop(fail_usage("a saved plan is run with a journal, and without --dry-run; `plans show` shows it", json))
        here = project_here(project)
        follow(
            lambda watch: here.runs.start(saved, inputs, watch, checkpoint=checkpoint, threads=threads, memory=memory),
            len(here.plans.artifact(saved).manifest["steps"]),
            json,
        )
        return
    found, checked = read_checked(plan, project, json) if plan else _planned(task or "", project, json)
    require(checked, json)
    assert checked.proven is not None
    artifact = found.compile(checked.proven, plan_name(plan) if plan else "")
    if dry_run:
        needed = found.approvals.needed(checked)
        if json:
            asked = [each.as_dict() for each in needed]
            say_json(
                {"ok": True, "dry_run": True, "artifact": artifact.digest, "to_approve": asked, **artifact.manifest}
            )
        else:
            _dry(artifact.manifest, needed)
        return
    steps = len(artifact.manifest["steps"])
    options: dict[str, Any] = {"threads": threads, "memory": memory}
    if no_journal:
        if found.policy.approve:
            stop(fail_usage("--no-journal: this project's policy asks for approvals, which the journal holds", json))
        follow(
            lambda watch: found.execute(artifact, inputs, watch, **options), steps, json, diagnostics=checked.as_json()
        )
        return
    follow(
        lambda watch: found.runs.start(checked, inputs, watch, checkpoint=checkpoint, artifact=artifact, **options),
        steps,
        json,
        diagnostics=checked.as_json(),
    )


def _saved(plan: Path, folder: Path | None) -> SavedPlan | None:
    """The saved plan that is meant: `name@2`, or `name` where there is no such file."""
    name = str(plan)
    if name == "-" or plan.exists() or "/" in name:
        return None
    plans = project_here(folder).plans
    return plans.find(name) if "@" in name or plans.list(name) else None


def _planned(task: str, folder: Path | None, as_json: bool) -> tuple[Project, Checked]:
    """The project and the plan of a task in words; without a plan the command ends with the reasons and exit code 1."""
    from interlock.api.planning import Request
    from interlock.doors.cli.plan import planned, tell

    found = project_here(folder)
    outcome = planned(found, Request(task), as_json)
    if outcome.checked is None:
        say_json(outcome.as_dict()) if as_json else tell(outcome)
        stop(1)
    if not as_json:
        tell(outcome)
        print(
            f"planned by {outcome.planner}: {len(outcome.checked.proven.nodes)} nodes, {outcome.checked.proven.digest}"
        )
    return found, outcome.checked


def _dry(manifest: Any, needed: Iterable[Touch]) -> None:
    print(f"would run {len(manifest['steps'])} steps")
    for each in manifest["reads"]:
        print(f"  reads   {each['path']}")
    for each in manifest["writes"]:
        print(f"  writes  {each['path']}")
    for touch in needed:
        print(f"  needs an approval: `{touch.node}` {touch}")
