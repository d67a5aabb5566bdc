"""`interlock approve`."""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.doors.cli.output import AsJson, ProjectFolder
from interlock.doors.cli.reviewing import By, Note, Target, decide, show

NAME = "approve"


def command(
    target: Target,
    by: By = "",
    note: Note = "",
    review: Annotated[bool, typer.Option("--review", help="Only show what would be approved.")] = False,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Approve exactly what a plan would do: its effects, under this policy, with this program.

    A run that waits for it goes on with `interlock resume`. When the plan, its effects, the policy or the program
    change, the approval has expired.
    """
    show(target, json, project) if review else decide("approved", target, by, note, json, project)
