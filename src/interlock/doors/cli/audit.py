"""`interlock audit`: every event, and whether all is as it was written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.doors.cli.output import AsJson, ProjectFolder, fail_usage, project_for, say_json, stop

NAME = "audit"
group = typer.Typer(
    name=NAME,
    help="Look at the audit log: every run, approval, answer and saved plan, each event bound to the one before it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@group.command("verify")
def verify(
    head: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER:HASH",
            help="A head that an earlier `verify` printed: it must still be in the journal.",
            show_default=False,
        ),
    ] = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Find whatever was changed, removed, inserted or moved: events, plans, programs, checkpoints.

    Exit code 0: all is as it was written; 3: something is not. Whoever rewrites the whole journal can make a new chain
    that holds; a head noted elsewhere gives that away.
    """
    report = project_for(Path("-"), project).audit.verify(head)
    if json:
        say_json(report.as_dict())
    else:
        for each in report.faults:
            run = f" (run {each.run})" if each.run else ""
            print(f"fault: {each.message}{run}", file=sys.stderr)
        told = f"{report.events:,} events, {report.plans:,} plans, {report.artifacts:,} programs, {report.checkpoints:,} checkpoints"
        count = len(report.faults)
        print(f"{told}: " + ("all as written" if report.ok else f"{count:,} fault{'s'[: count != 1]}"))
        print(f"head {report.head}")
    if not report.ok:
        stop(3)


@group.command("list")
def list_(
    run: Annotated[str | None, typer.Option(metavar="RUN", help="Only events of this run.", show_default=False)] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help="Only events of this kind; repeat for more.", show_default=False),
    ] = None,
    after: Annotated[int, typer.Option(metavar="NUMBER", help="Only events after this one.", min=0)] = 0,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """List events, the oldest first: when, of which run, what happened, and who did it."""
    log = project_for(Path("-"), project).audit
    unknown = [each for each in kind or () if each not in log.kinds]
    if unknown:
        stop(fail_usage(f"there is no kind of event `{unknown[0]}`; there are {', '.join(sorted(log.kinds))}", json))
    events = log.events(run, tuple(kind or ()), after)
    if json:
        say_json({"events": [each.as_dict() for each in events]})
        return
    for each in events:
        print(
            f"{each.seq:>6}  {each.at[:19].replace('T', ' ')}  {each.run or '-':17}  {each.kind:20} {_told(each.data)}".rstrip()
        )


SHOWN = ("name", "step", "path", "by", "note", "code", "message", "rows", "plan")


def _told(data: Any) -> str:
    """The parts of an event's data that tell a person most."""
    from interlock.syntax.words import visible

    parts = []
    for name in SHOWN:
        value = data.get(name)
        if value not in (None, "") and not isinstance(value, dict | list):
            text = str(value)[:19] + "…" if str(value).startswith("sha256:") else str(value)
            parts.append(f"{name} {visible(text)[:80]}")
    return "  ".join(parts)
