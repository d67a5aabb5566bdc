"""`interlock explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.api import rules
from interlock.doors.cli.output import AsJson, fail_usage, say_json, stop
from interlock.ir.diagnostics import joined, nearest

NAME = "explain"


def command(
    code: Annotated[
        str | None,
        typer.Argument(help="A diagnostic's code or name, such as IL301; all codes without it.", show_default=False),
    ] = None,
    json: AsJson = False,
) -> None:
    """Explain a diagnostic by its code or name.

    The page says what it refuses, why, with an example and the mend.
    """
    known = rules()
    if code is None:
        if json:
            say_json([{"code": each.code, "name": each.name, "severity": each.severity} for each in known.values()])
            return
        for each in known.values():
            print(f"{each.code}  {each.name:22}  {each.page.splitlines()[0]}")
        return
    rule = known.get(code.upper()) or next((each for each in known.values() if each.name == code.lower()), None)
    if rule is None:
        close = nearest(code, [*known, *(each.name for each in known.values())], 2)
        hint = f"close to it: {joined(close, 'or')}" if close else "list them with `interlock explain`"
        stop(fail_usage(f"there is no diagnostic `{code}`; {hint}", json))
    if json:
        say_json({"code": rule.code, "name": rule.name, "severity": rule.severity, "page": rule.page})
        return
    print(f"{rule.code}: {rule.name} ({rule.severity})\n\n{rule.page}")
