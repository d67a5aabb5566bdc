"""`interlock runs`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from interlock.doors.cli.output import AsJson, ProjectFolder, project_here, say_json, table

NAME = "runs"


def command(
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help="How many, the newest first.", min=1)] = 20,
    status: Annotated[
        str | None,
        typer.Option(
            metavar="STATUS",
            help="Only these: finished, failed, stopped, interrupted, running, waiting, paused, rejected.",
            show_default=False,
        ),
    ] = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """List the runs of the project, the newest first."""
    found = project_here(project).runs.list(limit, status=status)
    if json:
        say_json({"ok": True, "runs": [asdict(each) for each in found]})
        return
    if not found:
        print("no runs" + (f" with the status {status}" if status else ""))
        return
    rows = [
        [each.run, each.status + (f" ({each.code})" if each.code else ""), each.name, each.created_at[:16].replace("T", " "),
         "" if each.seconds is None else f"{each.seconds:,.2f}"]
        for each in found
    ]  # fmt: skip
    print(table(["run", "status", "plan", "began (UTC)", "s"], rows, {4}))
