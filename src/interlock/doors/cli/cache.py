"""`interlock cache`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from interlock.doors.cli.output import AsJson, ProjectFolder, fail_usage, project_here, say_json, stop, table

NAME = "cache"


def command(
    action: Annotated[
        Literal["list", "clear"], typer.Argument(help="`list` the plans, or `clear` them away.")
    ] = "list",
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """List or clear the plans that were made before.

    They lie in .interlock/plans.db of the project, with the record of every planning.
    """
    from interlock.planning.cache import Cache, CacheError

    cache = Cache(project_here(project).root)
    if action == "clear":
        count = cache.clear()
        say_json({"ok": True, "cleared": count}) if json else print(f"cleared {count} plan{'s'[: count != 1]}")
        return
    try:
        entries, plannings = cache.entries(), cache.plannings()
    except CacheError as error:
        stop(fail_usage(str(error), json))
    if json:
        say_json({"plans": [each.as_dict() for each in entries], "plannings": plannings})
        return
    if not entries:
        print("no plans are kept")
        return
    rows = [[each.key[:8], each.task, each.planner, each.used, each.made_at] for each in entries]
    print(table(["key", "task", "planner", "used", "made at (UTC)"], rows, {3}))
