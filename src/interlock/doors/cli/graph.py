"""`interlock graph`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from interlock.doors.cli.output import (
    AsJson,
    OutputFile,
    PlanPath,
    ProjectFolder,
    read_checked,
    refuse,
    refuse_json,
    say_json,
)

NAME = "graph"


class Format(StrEnum):
    """How a graph is drawn."""

    mermaid = "mermaid"
    dot = "dot"
    svg = "svg"


def command(
    plan: PlanPath,
    format: Annotated[Format, typer.Option(help="How to draw it.")] = Format.mermaid,
    output: OutputFile = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Draw a plan as a graph. A plan that does not pass is drawn as well, as far as it can be read."""
    found, checked = read_checked(plan, project, json)
    if checked.plan is None:
        refuse_json(checked) if json else refuse(checked)
    text = found.draw(checked, format.value)
    if output is not None:
        output.write_text(text, encoding="utf-8")
    if json:
        say_json({"format": format.value, "file": str(output) if output else None, "text": None if output else text})
    elif output is None:
        print(text)
    else:
        print(output)
