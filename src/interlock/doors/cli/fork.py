"""`interlock fork`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interlock.doors.cli.output import (
    AsJson,
    ProjectFolder,
    RunName,
    fail_usage,
    project_here,
    read_checked,
    require,
    stop,
)
from interlock.doors.cli.running import follow

NAME = "fork"


def command(
    run: RunName,
    start: Annotated[
        str, typer.Option("--from", metavar="STEP", help="The first step that is made again.", show_default=False)
    ],
    input: Annotated[
        list[str] | None,
        typer.Option(
            "--input", "-i", metavar="NAME=VALUE", help="Another value of a run input; repeat for more.",
            show_default=False,
        ),
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="Another plan; what it has in common is reused.", show_default=False)
    ] = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:  # fmt: skip
    """Begin a new run that reuses what an earlier one made before a step.

    The new run says what it was forked from. With changed inputs or another plan, steps before it that these change are
    made again too.
    """
    from interlock.api.forks import fork

    found = project_here(project)
    inputs = {}
    for each in input or []:
        name, sign, value = each.partition("=")
        if not sign:
            stop(fail_usage(f"--input takes NAME=VALUE, not `{each}`", json))
        inputs[name] = value
    checked = None
    if plan is not None:
        _, checked = read_checked(plan, found.root if project is None else project, json)
        require(checked, json)
    made = fork(found, run, start, inputs, checked)
    if not json:
        reused = f"{len(made.reused)} earlier result{'s'[: len(made.reused) != 1]} reused, as far as kept"
        print(f"run {made.run}, forked from {made.of} at {made.step}: {reused}")
        if made.made_again:
            print(f"  made again although before it: {', '.join(made.made_again)}")
    follow(lambda watch: found.runs.resume(made.run, watch), len(made.reused), json, fork=made.as_dict())
