"""`interlock plans`: named plans with immutable versions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.doors.cli.output import (
    AsJson,
    PlanPath,
    ProjectFolder,
    fail_usage,
    plan_name,
    read_checked,
    require,
    say_json,
    stop,
    table,
)

NAME = "plans"
group = typer.Typer(
    name=NAME,
    help="Save named plans, and look at their versions. A version is a plan with the program it was compiled to: it never changes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Reference = Annotated[
    str,
    typer.Argument(
        metavar="NAME[@VERSION]", help="A saved plan: `name`, `name@2`, `name@sha256:…`.", show_default=False
    ),
]


@group.command("save")
def save(
    plan: PlanPath,
    name: Annotated[
        str, typer.Option("--name", help="What to call it. Default: the plan's own name.", show_default=False)
    ] = "",
    account: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="How the plan came to be, as JSON: kept with the version.", show_default=False
        ),
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="A remark on this version.", show_default=False)] = "",
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Save a plan as the next version of its name; the newest version saved again stays as it is."""
    found, checked = read_checked(plan, project, json)
    require(checked, json)
    told = _account(account, json)
    file = "" if str(plan) == "-" else str(plan)
    saved = found.plans.save(
        checked,
        name or (checked.plan.name if checked.plan else "") or plan_name(plan),
        account=told,
        note=note,
        file=file,
    )
    if json:
        say_json({"ok": True, **saved.as_dict()})
        return
    print(f"{saved.reference}  plan {saved.plan[:19]}…, artifact {saved.artifact[:19]}…")


def _account(file: Path | None, as_json: bool) -> Any:
    import json

    if file is None:
        return None
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        stop(fail_usage(f"--account: {file}: {error.strerror or error}", as_json))
    except (ValueError, RecursionError) as error:
        stop(fail_usage(f"--account: {file} is not JSON: {error}", as_json))


@group.command("list")
def list_(
    name: Annotated[str | None, typer.Argument(help="Only versions of this name.", show_default=False)] = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """List saved plans: the newest version of each, or all versions of one name."""
    found = _project(project)
    versions = found.plans.list(name)
    if name is not None and not versions:
        found.plans.find(name)  # says what there is instead
    if json:
        say_json({"plans": [each.as_dict() for each in versions]})
        return
    if not versions:
        print("no plan is saved; `interlock plans save PLAN` saves one")
        return
    shown = versions if name is not None else list({each.name: each for each in versions}.values())
    rows = [
        [each.reference, each.saved_at[:19].replace("T", " "), each.plan[7:19], len(found.plans.runs(each)), each.note or each.task]
        for each in shown
    ]  # fmt: skip
    print(table(["plan", "saved (UTC)", "digest", "runs", "note or task"], rows, {3}))


@group.command("show")
def show(
    reference: Reference,
    account: Annotated[bool, typer.Option("--account", help="Print only the planning account, as JSON.")] = False,
    program: Annotated[bool, typer.Option("--program", help="Print only the program that was compiled.")] = False,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Show a version: the plan, where it came from, what it does, and which runs used it."""
    found = _project(project)
    saved = found.plans.find(reference)
    if program:
        print(found.plans.artifact(saved).source, end="")
        return
    if account:
        say_json(found.plans.account(saved))
        return
    plan, runs = found.plans.document(saved), found.plans.runs(saved)
    if json:
        lines = [{"run": each.run, "status": each.status, "created_at": each.created_at} for each in runs]
        say_json(
            {**saved.as_dict(), "document": plan.document(), "account": found.plans.account(saved), "runs": lines}
            | {"account_digest": saved.account}
        )
        return
    from interlock.api.versions import written

    print(written(plan))
    print(
        f"{saved.reference}, saved {saved.saved_at[:19].replace('T', ' ')} UTC"
        + (f" from {saved.file}" if saved.file else "")
    )
    for title, value in (
        ("plan", saved.plan),
        ("artifact", saved.artifact),
        ("account", saved.account),
        ("note", saved.note),
    ):
        if value:
            print(f"  {title:9} {value}")
    for touch in saved.touches:
        print(f"  effect    {touch}")
    for line in runs[:10]:
        print(f"  run       {line.run}  {line.status}")
    if len(runs) > 10:
        print(f"  … and {len(runs) - 10:,} more runs; --json lists all")


@group.command("log")
def log(reference: Reference, json: AsJson = False, project: ProjectFolder = None) -> None:
    """Tell what happened to a named plan, in order: saved, approved, rejected, run."""
    entries = _project(project).plans.log(reference)
    if json:
        say_json({"log": [vars(each) for each in entries]})
        return
    for each in entries:
        who = f" by {each.by}" if each.by else ""
        note = f": {each.note}" if each.note else ""
        run = f"  {each.run}" if each.run else ""
        print(f"{each.at[:19].replace('T', ' ')}  @{each.version}  {each.what}{who}{run}{note}")


def _project(folder: Path | None) -> Any:
    from interlock.doors.cli.output import project_for

    return project_for(Path("-"), folder)
