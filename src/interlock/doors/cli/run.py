"""`interlock run`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.api import Checked, Project, Report, RunFailed
from interlock.doors.cli.output import (
    AsJson,
    ProjectFolder,
    color,
    fail_usage,
    plan_name,
    read_checked,
    require,
    say_json,
    stop,
    table,
)

NAME = "run"


def command(
    plan: Annotated[
        Path | None,
        typer.Argument(help="The plan, YAML or JSON; `-` reads standard input. Not with --task.", show_default=False),
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
    """Check, compile and run a plan. What it writes is put in place only when everything has succeeded."""
    if (plan is None) == (task is None):
        stop(fail_usage("give a plan, or a task with --task", json))
    found, checked = read_checked(plan, project, json) if plan else _planned(task or "", project, json)
    require(checked, json)
    assert checked.proven is not None
    if memory is not None and not re.fullmatch(r"0*[1-9]\d*(\.\d+)?\s*([kmgt]i?b)", memory.strip(), re.IGNORECASE):
        stop(fail_usage(f"--memory takes a size such as 2GB or 500MB, not `{memory}`", json))
    inputs = {}
    for each in input or []:
        name, sign, value = each.partition("=")
        if not sign:
            stop(fail_usage(f"--input takes NAME=VALUE, not `{each}`", json))
        inputs[name] = value
    artifact = found.compile(checked.proven, plan_name(plan) if plan else "")
    if dry_run:
        say_json({"ok": True, "dry_run": True, "artifact": artifact.digest, **artifact.manifest}) if json else _dry(
            artifact.manifest
        )
        return
    try:
        with _progress(len(artifact.manifest["steps"]), json) as watch:
            report = found.execute(artifact, inputs, watch, threads=threads, memory=memory)
    except RunFailed as error:
        _failed(error, json)
        stop(3)
    if json:
        say_json({"ok": True, **report.as_dict(), "diagnostics": checked.as_json()})
        return
    _show(report)


def _planned(task: str, folder: Path | None, as_json: bool) -> tuple[Project, Checked]:
    """The project and the plan of a task in words; without a plan the command ends with the reasons and exit code 1."""
    from interlock.api.planning import Request
    from interlock.doors.cli.plan import planned, project_here, tell

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


def _dry(manifest: Any) -> None:
    print(f"would run {len(manifest['steps'])} steps")
    for each in manifest["reads"]:
        print(f"  reads   {each['path']}")
    for each in manifest["writes"]:
        print(f"  writes  {each['path']}")


def _failed(error: RunFailed, as_json: bool) -> None:
    if as_json:
        say_json({"ok": False, "failed": error.as_dict()})
        return
    mark, end = ("\x1b[1;31m", "\x1b[0m") if color() else ("", "")
    print(f"{mark}error[{error.code}]{end}: {error.message}", file=sys.stderr)
    if error.data.get("rows"):
        shown = table([str(name) for name in error.data["columns"]], error.data["rows"], _numeric(error.data["rows"]))
        print(_indented(shown), file=sys.stderr)
    for other in error.data.get("broken", [])[1:]:
        print(f"  = also: expected that {other['title']}; {other['count']:,} rows break it", file=sys.stderr)
    if error.help:
        print(f"  = help: {error.help}", file=sys.stderr)
    print(f"  = more: interlock explain {error.code}", file=sys.stderr)
    done = error.data.get("committed") or []
    print(f"  = written before the failure: {', '.join(done)}" if done else "  = nothing was written", file=sys.stderr)


def _show(report: Report) -> None:
    for preview in report.previews:
        total = "" if preview["total"] is None else f" ({preview['total']:,} rows)"
        print(f"{preview['step']}{total}")
        numeric = _numeric(preview["rows"])
        print(_indented(table(preview["columns"], preview["rows"], numeric)) + "\n")
    rows = []
    for entry in report.steps:
        count = "in the next" if entry["fused"] else "" if entry["rows"] is None else f"{entry['rows']:,}"
        rows.append([entry["step"], entry["type"], count, f"{entry['seconds'] * 1000:,.1f}"])
    print(table(["step", "node type", "rows", "ms"], rows, {2, 3}))
    for output in report.outputs:
        print(
            f"wrote {output['path']}  {output['rows']:,} row{'s'[: output['rows'] != 1]}, {output['bytes']:,} bytes, {output['digest'][:19]}…"
        )
    print(f"done in {report.seconds:.2f} s")


def _numeric(rows: Any) -> set[int]:
    """The columns whose values are all numbers, or missing."""
    width = len(rows[0]) if rows else 0
    return {
        index
        for index in range(width)
        if all(
            isinstance(row[index], int | float) and not isinstance(row[index], bool)
            for row in rows
            if row[index] is not None
        )
    }


def _indented(text: str) -> str:
    return "\n".join("  " + line for line in text.splitlines())


class _progress:
    """A progress display on a terminal, nothing elsewhere; gives the function that hears of every event."""

    def __init__(self, steps: int, silent: bool) -> None:
        self.steps, self.silent, self.bar = steps, silent or not sys.stderr.isatty(), None

    def __enter__(self) -> Any:
        if self.silent:
            return None
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self.bar.start()
        self.task = self.bar.add_task("starting", total=self.steps)
        return self.hear

    def hear(self, event: dict[str, Any]) -> None:
        if self.bar is None:
            return
        if event["event"] == "step_started":
            self.bar.update(self.task, description=f"{event['step']} ({event['type']})")
        elif event["event"] == "step_finished":
            self.bar.advance(self.task)

    def __exit__(self, *_: Any) -> None:
        if self.bar is not None:
            self.bar.stop()
