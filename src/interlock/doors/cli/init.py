"""`interlock init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interlock.api import ProjectError, create_project
from interlock.doors.cli.output import AsJson, fail_usage, say_json, stop

NAME = "init"


def command(
    folder: Annotated[Path, typer.Argument(help="The folder; made if it is not there.")] = Path("."),
    json: AsJson = False,
) -> None:
    """Start a project with a first plan that passes.

    Writes an interlock.toml, a small data file and a plan; overwrites nothing.
    """
    try:
        made = create_project(folder)
    except (ProjectError, OSError) as error:
        stop(fail_usage(str(error), json))
    if json:
        say_json({"ok": True, "files": [str(path) for path in made]})
        return
    for path in made:
        print(path)
    where = "" if folder == Path(".") else f"cd {folder} && "
    print(f"next: {where}interlock run first.plan.yaml")
