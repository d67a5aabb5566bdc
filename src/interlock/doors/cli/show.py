"""`interlock show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from interlock.doors.cli.output import (
    AsJson,
    Format,
    OutputFile,
    ProjectFolder,
    RunName,
    give,
    project_here,
    say_json,
    table,
    times,
)

if TYPE_CHECKING:
    from interlock.api.past_runs import PastRun

NAME = "show"


def command(
    run: RunName,
    format: Annotated[
        Format, typer.Option("-f", "--format", help="Say it, or draw the plan coloured by what became of each node.")
    ] = Format.text,
    output: OutputFile = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Show a run: its steps, rows and times, what it read and wrote, who approved it."""
    from interlock.api.past_runs import past_run
    from interlock.syntax import graphs

    past = past_run(project_here(project), run)
    if json:
        say_json(past.as_dict())
        return
    give(_said(past) if format is Format.text else graphs.FORMS[format.value](past.graph()), output)


def _said(past: PastRun) -> str:
    status = past.status
    took = f" in {status.seconds:.2f} s" if status.seconds is not None else ""
    lines = [f"run {status.run}  {status.status}{took}"]
    facts: list[tuple[str, Any]] = [
        ("plan", f"{status.name}  {status.plan}"),
        ("file", status.file),
        ("program", status.artifact),
        ("began", _time(status.started_at)),
        ("ended", _time(status.ended_at)),
        ("attempts", status.attempts if status.attempts > 1 else ""),
        ("forked from", _origin(status.origin)),
        ("inputs", ", ".join(f"{name}={value}" for name, value in status.inputs.items())),
        ("made by", ", ".join(f"{name} {value}" for name, value in status.versions.items())),
    ]
    lines += [f"  {name:11}  {value}" for name, value in facts if value]
    lines += _listed(
        "read", [[each["path"], f"{each['bytes']:,} bytes", _short(each["digest"])] for each in status.sources.values()]
    )
    steps = []
    for step in status.steps.values():
        count = "in the next" if step.fused else "" if step.rows is None else f"{step.rows:,}"
        taken = "" if step.seconds is None else f"{step.seconds * 1000:,.1f}"
        notes = [f"held: {title}" for title in step.checks]
        notes += [f"begun {step.attempts} times"] if step.attempts > 1 else []
        notes += [f"tried again {times(step.retries)}"] if step.retries else []
        notes += ["reused"] if step.reused or (step.complete and not step.attempts) else []
        notes += [f"kept, {step.checkpoint_bytes:,} bytes"] if step.checkpoint and step.checkpoint_bytes else []
        state = step.state if step.state != "running" or status.status == "running" else status.status
        steps.append([step.step, step.type, state, count, taken, "; ".join(notes)])
    if steps:
        lines += ["", table(["step", "node type", "", "rows", "ms", ""], steps, {3, 4})]
    for each in status.outputs:
        lines.append(
            f"wrote {each['path']}  {each['rows']:,} row{'s'[: each['rows'] != 1]}, {each['bytes']:,} bytes, {_short(each['digest'])}"
        )
    for each in (*status.approvals, *status.pauses):
        who = f" by {each['by']}" if each.get("by") else ""
        note = f": {each['note']}" if each.get("note") else ""
        lines.append(f"{_time(each['at'])}  {each['kind'].replace('_', ' ')}{who}{note}")
    if status.failure:
        lines.append(f"{status.failure['code']}: {status.failure['message']}")
    return "\n".join(lines) + "\n"


def _listed(title: str, rows: list[list[str]]) -> list[str]:
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(3)]
    return [
        f"  {title:11}  " + "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _time(at: str) -> str:
    return at[:19].replace("T", " ") + " UTC" if at else ""


def _short(digest: str) -> str:
    return f"{digest[:19]}…"


def _origin(origin: Any) -> str:
    return f"{origin['fork_of']}, from {origin['from']}" if origin.get("fork_of") else ""
