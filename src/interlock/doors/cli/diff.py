"""`interlock diff`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from interlock.api import Checked, Project
from interlock.doors.cli.output import (
    AsJson,
    Format,
    OutputFile,
    ProjectFolder,
    color,
    fail_usage,
    give,
    project_for,
    say_json,
    stop,
)

NAME = "diff"


Side = Annotated[
    str,
    typer.Argument(help="A plan's file, a saved plan (NAME or NAME@2), or a run.", show_default=False),
]


def command(
    before: Side,
    after: Side,
    format: Annotated[
        Format, typer.Option("-f", "--format", help="Say it, or draw both plans in one picture.")
    ] = Format.text,
    output: OutputFile = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Say what differs between two plans, in meaning and not in text, or between two runs.

    Exit code 0 if they mean the same, 1 if they differ, 2 if one cannot be read.
    """
    from interlock.api.diffs import PlanDiff
    from interlock.api.run_diffs import run_diff
    from interlock.syntax import graphs

    found = project_for(Path(after), project)
    runs = run_diff(found, before, after)
    if runs is not None:
        if format is not Format.text:
            stop(fail_usage("a picture is of two plans; `interlock show RUN --format svg` draws a run", json))
        text = "".join(f"{each}\n" for each in runs.sentences()) or "They did the same with the same.\n"
        say_json(runs.as_dict()) if json else give(text, output)
        stop(0 if runs.same else 1)
    sides = [_read(found, each, json) for each in (before, after)]
    diff = PlanDiff(sides[0], sides[1], found.registry)
    if json:
        say_json(diff.as_dict())
        stop(0 if diff.same else 1)
    if format is Format.text:
        text = "".join(f"{each}\n" for each in diff.sentences())
        text += "They mean the same.\n" if diff.same else ""
    else:
        text = graphs.FORMS[format.value](diff.graph())
    give(text, output)
    stop(0 if diff.same else 1)


def _read(project: Project, text: str, as_json: bool) -> Checked:
    """The plan that `text` means; one that cannot be read at all ends the command with exit code 2."""
    from interlock.api.diffs import plan_of

    try:
        checked = plan_of(project, text)
    except OSError as error:
        stop(fail_usage(f"{text}: {error.strerror or error}", as_json))
    if checked.plan is None:
        if as_json:
            say_json({"ok": False, "diagnostics": checked.as_json()})
        print(checked.text(color=color()), file=sys.stderr)
        stop(2)
    return checked
