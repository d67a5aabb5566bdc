"""`interlock check`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from interlock.doors.cli.output import (
    AsJson,
    PlanPath,
    ProjectFolder,
    color,
    read_checked,
    refuse,
    say_json,
    stop,
)

NAME = "check"


def command(
    plan: PlanPath,
    concise: Annotated[
        bool, typer.Option("--concise", help="One line a finding, as a planning model is shown them.")
    ] = False,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Prove what can be proved about a plan. Nothing runs; only headers of its sources are looked at."""
    found, checked = read_checked(plan, project, json)
    if checked.proven is not None:
        found.compile(checked.proven)  # what passes can be compiled: a fault of Interlock shows here, not in a run
    if concise and not json:
        print(checked.text(concise=True), end="")
        stop(0 if checked.ok else 1)
    if json:
        say_json(
            {
                "ok": checked.ok,
                "digest": checked.proven.digest if checked.proven else None,
                "diagnostics": checked.as_json(),
            }
        )
        stop(0 if checked.ok else 1)
    if checked.proven is None:
        refuse(checked)
    if checked.diagnostics:
        print(checked.text(color=color()), file=sys.stderr)
    sinks = [bound.node.id for bound in checked.proven.nodes if bound.type.is_sink]
    planted = sum(each.code == "IL903" for each in checked.proven.contract_checks)
    later = f"; {planted} contract check{'s'[: planted != 1]} left for the run" if planted else ""
    print(f"{checked.document.name}: ok, {len(checked.proven.nodes)} nodes, writes {len(sinks)}{later}")
    print(f"plan {checked.proven.digest}")
