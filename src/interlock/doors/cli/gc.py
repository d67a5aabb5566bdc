"""`interlock gc`."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from interlock.doors.cli.output import AsJson, ProjectFolder, fail_usage, project_here, say_json, stop, table

NAME = "gc"
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


def command(
    days: Annotated[
        float, typer.Option(metavar="N", help="Results of runs that were over longer ago go; 0 for all of them.", min=0)
    ] = 30,
    max_size: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE", help="The most to keep, such as 2GB; the results of the oldest runs go first.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")] = False,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:  # fmt: skip
    """Remove kept results of runs that are over, and what crashed processes left.

    What a run needs to go on is kept in any case, and so are all events, plans and programs.
    """
    from interlock.api.collecting import collect

    most = None
    if max_size is not None:
        size = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?)b", max_size.strip(), re.IGNORECASE)
        if size is None or size[2].lower() not in UNITS:
            stop(fail_usage(f"--max-size takes a size such as 2GB or 500MB, not `{max_size}`", json))
        most = int(float(size[1]) * UNITS[size[2].lower()])
    found = collect(project_here(project), days, most, dry_run)
    if json:
        say_json(found.as_dict())
        return
    if found.removed:
        print(table(["", "bytes", ""], [[each.path[:32], f"{each.bytes:,}", each.why] for each in found.removed], {1}))
    verb = "would free" if dry_run else "freed"
    print(
        f"{verb} {found.freed:,} bytes; {found.kept:,} results kept, {found.kept_bytes:,} bytes; journal {found.journal_bytes:,} bytes"
    )
