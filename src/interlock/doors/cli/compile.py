"""`interlock compile`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interlock.doors.cli.output import (
    AsJson,
    PlanPath,
    ProjectFolder,
    plan_name,
    read_checked,
    require,
    say_json,
)

NAME = "compile"


def command(
    plan: PlanPath,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write the program into.")] = Path(
        "build"
    ),
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Compile a plan to a Python program that runs without Interlock."""
    found, checked = read_checked(plan, project, json)
    require(checked, json)
    assert checked.proven is not None
    artifact = found.compile(checked.proven, plan_name(plan))
    written = found.write_artifact(artifact, output)
    if json:
        say_json(
            {
                "ok": True,
                "artifact": artifact.digest,
                "plan": checked.proven.digest,
                "files": [str(path) for path in written],
                "manifest": dict(artifact.manifest),
                "diagnostics": checked.as_json(),
            }
        )
        return
    for path in written:
        print(path)
    print(f"artifact {artifact.digest}")
