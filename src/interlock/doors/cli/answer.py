"""`interlock answer`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interlock.doors.cli.output import AsJson, ProjectFolder, fail_usage, project_for, say_json, stop, table

if TYPE_CHECKING:
    from interlock.api.answers import Question

NAME = "answer"


def command(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run that waits: its id, or `last`.", show_default=False)],
    node: Annotated[
        str | None,
        typer.Argument(metavar="[NODE]", help="The node that asks. Default: the one that does.", show_default=False),
    ] = None,
    set: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="An answer; repeat for more.", show_default=False),
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who answers.", show_default=False)] = "",
    note: Annotated[
        str, typer.Option("--note", metavar="TEXT", help="A remark, kept with the answer.", show_default=False)
    ] = "",
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Answer what a run asks a person, or without `--set` and `--by` show the question.

    The answers are checked against the form: types, choices, fields that must be answered. One that does not fit is wrong
    usage, and the run waits as before. With its answers, `interlock resume` goes on with the run; until it does, they can
    be given again.
    """
    from interlock.api.answers import BadAnswer

    answers = project_for(Path("-"), project).answers
    if not set and not by:
        question = answers.question(run)
        say_json(question.as_dict()) if json else print(question_text(question))
        return
    values: dict[str, Any] = {}
    for each in set or []:
        name, sign, value = each.partition("=")
        if not sign:
            stop(fail_usage(f"--set takes FIELD=VALUE, not `{each}`", json))
        values[name] = value
    if not by.strip():
        stop(fail_usage("an answer needs the name of who gives it: --by NAME", json))
    try:
        given = answers.answer(run, values, by=by, step=node, note=note)
    except BadAnswer as error:
        if json:
            say_json({"ok": False, "error": str(error), "code": error.code})
        else:
            print(f"error[{error.code}]: {error}", file=sys.stderr)
            print(f"  = help: `interlock answer {run}` shows the form", file=sys.stderr)
            print(f"  = more: interlock explain {error.code}", file=sys.stderr)
        stop(2)
    if json:
        say_json({"ok": True, "answer": given, "by": by.strip()})
        return
    for name, value in given.items():
        print(f"  {name} = {_shown(value)}")
    print(f"next: interlock resume {run}")


def _shown(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value)


def question_text(question: Question) -> str:
    """A question as a person reads it: the rows that it is about, then the form."""
    from interlock.syntax.words import visible

    lines = [f"{question.step}: {visible(question.question)}", ""]
    if question.rows:
        lines += [
            "  " + line for line in table(list(question.columns), [list(row) for row in question.rows]).splitlines()
        ]
        more = question.total - len(question.rows)
        if more > 0:
            lines.append(f"  … and {more:,} more row{'s'[: more != 1]}")
        lines.append("")
    rows = []
    for name, field in question.fields.items():
        choices = "one of " + ", ".join(str(each) for each in field["choices"]) if field.get("choices") else ""
        default = (
            f"default {field['default']}"
            if field.get("default") is not None
            else "optional"
            if field.get("optional")
            else ""
        )
        rows.append(
            [name, field["type"], ", ".join(each for each in (choices, default) if each), field.get("label", "")]
        )
    lines.append(table(["field", "type", "", "label"], rows))
    if question.answered is not None:
        lines += ["", "answered: " + ", ".join(f"{name}={_shown(value)}" for name, value in question.answered.items())]
    return "\n".join(lines)
