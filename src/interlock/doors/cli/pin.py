"""`interlock pin`."""

from __future__ import annotations

from interlock.doors.cli.output import AsJson, OutputFile, PlanPath, ProjectFolder, read_checked, require, say_json

NAME = "pin"


def command(
    plan: PlanPath,
    output: OutputFile = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Write a plan with everything it depends on pinned.

    Node types get their own names and versions, and every source the columns that it has now, as a contract: a file
    that has changed since is refused before anything runs.
    """
    from interlock.syntax.write import to_json, to_yaml

    found, checked = read_checked(plan, project, json)
    require(checked, json)
    assert checked.proven is not None
    pinned = found.pin(checked.proven)
    as_text = to_json if (output or plan).suffix == ".json" else to_yaml
    if output is not None:
        output.write_text(as_text(pinned), encoding="utf-8", newline="\n")
    if json:
        say_json(
            {"ok": True, "digest": pinned.digest, "file": str(output) if output else None, "plan": pinned.document()}
        )
    elif output is None:
        print(as_text(pinned), end="")
    else:
        print(output)
