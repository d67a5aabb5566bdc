"""`interlock trace`."""

from __future__ import annotations

import json as json_module
from enum import StrEnum
from typing import Annotated

import typer

from interlock.doors.cli.output import AsJson, OutputFile, ProjectFolder, RunName, project_here, say_json

NAME = "trace"


class Format(StrEnum):
    json = "json"
    otel = "otel"
    openlineage = "openlineage"


def command(
    run: RunName,
    format: Annotated[
        Format,
        typer.Option(
            "-f", "--format",
            help="Every event as it is; OpenTelemetry spans (OTLP/JSON); or OpenLineage events, one a line.",
        ),
    ] = Format.json,
    output: OutputFile = None,
    namespace: Annotated[str, typer.Option(help="The namespace of the job in OpenLineage.")] = "interlock",
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:  # fmt: skip
    """Give the record of a run to other tools."""
    from interlock.api.openlineage import openlineage
    from interlock.api.past_runs import past_run

    found = project_here(project)
    past = past_run(found, run)
    if format is Format.openlineage:
        events = openlineage(past, found.root, namespace)
        text = "".join(json_module.dumps(each, ensure_ascii=False) + "\n" for each in events)
    else:
        value = past.spans() if format is Format.otel else past.trace()
        text = json_module.dumps(value, ensure_ascii=False, indent=2) + "\n"
    if output is not None:
        output.write_text(text, encoding="utf-8")
    if json and output is not None:
        say_json({"run": past.status.run, "format": format.value, "file": str(output)})
    elif output is not None:
        print(output)
    else:
        print(text, end="")
