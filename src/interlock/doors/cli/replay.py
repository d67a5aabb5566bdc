"""`interlock replay`."""

from __future__ import annotations

import json as json_module
from typing import TYPE_CHECKING, Any

from interlock.doors.cli.output import AsJson, ProjectFolder, RunName, project_here, say_json, stop, table

if TYPE_CHECKING:
    from interlock.api.replays import Replay

NAME = "replay"


def command(
    run: RunName,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Execute the program of a run again over today's sources, beside the project, and compare every step.

    Exit code 0 if all is identical, 1 if something differs, 3 if the program cannot be run to its end any more.
    """
    from interlock.api.replays import replay

    found = replay(project_here(project), run)
    if json:
        say_json(json_module.loads(json_module.dumps(found.as_dict(), default=str)))
    else:
        _say(found)
    stop(0 if found.identical else 1 if found.first is not None or found.failure is None else 3)


def _say(found: Replay) -> None:
    for name, (before, now) in found.engines.items():
        note = ": rows are compared by their number, files by their bytes" if name == "duckdb" else ""
        print(f"{name} was {before} and is {now}{note}")
    for source in found.sources:
        print(f"`{source.path}` is gone" if source.after is None else f"`{source.path}` has changed since")
    if found.identical:
        compared = sum(each.outcome == "identical" for each in found.steps)
        print(f"identical: {compared} steps gave the same rows, bytes and order as in the run {found.run}")
        return
    rows = [
        [each.step, each.type, each.outcome, _number(each.rows_before), _number(each.rows_after)]
        for each in found.steps
    ]
    print(table(["step", "node type", "", "rows then", "rows now"], rows, {3, 4}))
    if found.first is not None:
        print(f"\n`{found.first.step}` is the first step that differs" + _how(found))
    if found.failure is not None:
        print(f"\nthe program stopped: {found.failure['code']} {found.failure['message']}")


def _how(found: Replay) -> str:
    how = found.how
    if how is None:
        return "; its rows of then were not kept (run with --checkpoint every to keep them)"
    if how.only_order:
        return ": the same rows in another order"
    text = f": rows gone {how.only_before:,}, rows new {how.only_after:,}, in {', '.join(how.differing)}"
    for title, rows in (("then", how.before), ("now", how.after)):
        if rows:
            text += f"\n  {title}\n" + _indented(table(list(how.columns), [list(row) for row in rows]))
    return text


def _number(count: Any) -> str:
    return "" if count is None else f"{count:,}"


def _indented(text: str) -> str:
    return "\n".join("    " + line for line in text.splitlines())
