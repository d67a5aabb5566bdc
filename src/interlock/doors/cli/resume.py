"""`interlock resume`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from interlock.doors.cli.output import AsJson, ProjectFolder, RunName, project_here
from interlock.doors.cli.running import follow

NAME = "resume"


def command(
    run: RunName,
    repeat: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STEP",
            help="Commit this sink again: it was interrupted, and cannot tell whether it did. Repeat for more.",
            show_default=False,
        ),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STEP", help="Take this sink for done: you saw that it is. Repeat for more.", show_default=False
        ),
    ] = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Go on with a run that was stopped, killed, failed or waited, from its last complete step.

    It runs the program and the inputs that it began with, whatever became of the plan since. A finished run is only reported.
    """
    runs = project_here(project).runs
    status = runs.status(run)
    if status.status == "finished" and not json:
        print(f"run {status.run} had finished; this is what it did", file=sys.stderr)
    follow(
        lambda watch: runs.resume(status.run, watch, repeat=repeat or (), skip=skip or ()),
        len(status.steps),
        json,
    )
