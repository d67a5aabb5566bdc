"""`interlock explain`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from interlock.api import rules
from interlock.doors.cli.output import AsJson, fail_usage, read_checked, refuse, refuse_json, say_json, stop
from interlock.ir.diagnostics import joined, nearest

NAME = "explain"


def command(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[CODE|PLAN]",
            help="A diagnostic's code or name, such as IL301, or a plan file; all codes without it.",
            show_default=False,
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Explain a diagnostic by its code or name, or a plan in English.

    The page of a diagnostic says what it refuses, why, with an example and the mend. A plan is told in numbered
    sentences that say all of it; `interlock plan` reads them back to the same plan.
    """
    if what is not None and (Path(what).suffix.lower() in (".yaml", ".yml", ".json") or Path(what).is_file()):
        _plan(what, json)
        return
    known = rules()
    if what is None:
        if json:
            say_json([{"code": each.code, "name": each.name, "severity": each.severity} for each in known.values()])
            return
        for each in known.values():
            print(f"{each.code}  {each.name:22}  {each.page.splitlines()[0]}")
        return
    rule = known.get(what.upper()) or next((each for each in known.values() if each.name == what.lower()), None)
    if rule is None:
        close = nearest(what, [*known, *(each.name for each in known.values())], 2)
        hint = f"close to it: {joined(close, 'or')}" if close else "list them with `interlock explain`"
        stop(fail_usage(f"there is no diagnostic and no plan file `{what}`; {hint}", json))
    if json:
        say_json({"code": rule.code, "name": rule.name, "severity": rule.severity, "page": rule.page})
        return
    print(f"{rule.code}: {rule.name} ({rule.severity})\n\n{rule.page}")


def _plan(plan: str, json: bool) -> None:
    found, checked = read_checked(Path(plan), None, json)
    broken = [each for each in checked.diagnostics if each.severity == "error" and each.code.startswith("IL0")]
    if checked.plan is None or broken:
        refuse_json(checked) if json else refuse(checked)
    text = found.explain(checked.plan)
    if json:
        say_json({"ok": checked.ok, "digest": checked.plan.digest, "english": text})
        return
    print(text, end="")
    if not checked.ok:
        print(f"interlock: this plan does not pass; see `interlock check {plan}`", file=sys.stderr)
