"""`interlock lineage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from interlock.doors.cli.output import (
    AsJson,
    Format,
    OutputFile,
    PlanPath,
    ProjectFolder,
    fail_usage,
    give,
    read_checked,
    require,
    say_json,
    stop,
)

if TYPE_CHECKING:
    from interlock.api.lineage import ColumnLineage, End

NAME = "lineage"


def command(
    plan: PlanPath,
    column: Annotated[
        str,
        typer.Argument(
            help="`NODE.COLUMN`, or a column's name: every source and sink that has it.", show_default=False
        ),
    ],
    format: Annotated[
        Format, typer.Option("-f", "--format", help="Say it, or draw the way of the value.")
    ] = Format.text,
    output: OutputFile = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Show where a column comes from, what has a say in it, and where it goes.

    It is read off the compiled statements; nothing runs.
    """
    from interlock.api.lineage import NoSuchColumn, PlanLineage
    from interlock.syntax import graphs

    _, checked = read_checked(plan, project, json)
    require(checked, json)
    assert checked.proven is not None
    lineage = PlanLineage(checked.proven)
    try:
        found = lineage.columns(column)
    except NoSuchColumn as error:
        stop(fail_usage(str(error), json))
    if json:
        say_json({"plan": checked.proven.digest, "columns": [each.as_dict() for each in found]})
        return
    if format is not Format.text and len(found) > 1:
        choices = ", ".join(f"{each.node}.{each.column}" for each in found)
        stop(fail_usage(f"a drawing is of one column; name one of {choices}"))
    if format is Format.text:
        text = "\n\n".join(_said(each) for each in found) + "\n"
    else:
        text = graphs.FORMS[format.value](lineage.draw(found[0]))
    give(text, output)


def _said(found: ColumnLineage) -> str:
    lines = [f"{found.node}.{found.column}  {found.type}"]
    lines += _listed("comes from", [[_name(each), _how(each)] for each in found.sources])
    if not found.sources and found.steps and not found.steps[0].of:
        first = found.steps[0]
        lines += ["  comes from no column", f"    it is made in {first.node}: {first.expression or first.type}"]
    lines += _listed("decided by", [[_name(each), _how(each)] for each in found.influenced_by])
    steps = [[f"{each.node}.{each.column}", each.note or each.expression or "read"] for each in found.steps]
    if len(steps) > 1:
        lines += _listed("step by step", steps)
    lines += _listed("goes to", [[_name(each), _how(each)] for each in found.sinks])
    lines += _listed("has a say in", [[_name(each), _how(each)] for each in found.influences])
    lines += _listed("tested by", [[node, title] for node, title in found.tests])
    return "\n".join(lines)


def _listed(title: str, rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    width = max(len(first) for first, _ in rows)
    return [f"  {title}", *(f"    {first:{width}}  {second}".rstrip() for first, second in rows)]


def _name(end: End) -> str:
    if not end.node:
        return f"answer {end.column}" if "." in (end.column or "") else f"run input :{end.column}"
    place = end.path or end.node
    return f"{place}: which rows there are" if end.column is None else f"{place}: {end.column}"


_WORDS = {"identity": "as it is", "transformation": "worked in", "aggregation": "aggregated", "group_by": "group by"}


def _how(end: End) -> str:
    words: dict[str, list[str]] = {}
    for how, node in end.how:
        words.setdefault(_WORDS.get(how, how), []).append(node)
    return ", ".join(word + (f" in {', '.join(nodes)}" if any(nodes) else "") for word, nodes in words.items())
