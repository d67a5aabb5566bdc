"""Judging a proposed plan; where the user allows it, after its safe fixes, which are listed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from interlock.api.checked import Checked
from interlock.api.project import Project
from interlock.planning.task import Required
from interlock.syntax.patch import apply_patch

MOST_FIXES = 50


def judged(
    project: Project, plan: str | Mapping[str, Any], required: Sequence[Required], fix: bool
) -> tuple[Checked, tuple[str, ...]]:
    """The plan, checked, with the required outputs as contracts; and the fixes that were applied, which `fix` allows."""
    value = json.loads(plan) if isinstance(plan, str) else dict(plan)
    value = _demanding(value, required)
    applied: list[str] = []
    while True:
        checked = project.check_text(json.dumps(value, ensure_ascii=False, indent=1, default=str), "plan.json")
        found = next(
            (each for each in checked.diagnostics if each.severity == "error" and each.fix and each.fix.safe), None
        )
        if checked.ok or not fix or found is None or found.fix is None or len(applied) >= MOST_FIXES:
            return checked, tuple(applied)
        try:
            value = apply_patch(value, found.fix.patch)
        except ValueError:
            return checked, tuple(applied)
        applied.append(f"{found.code} at {found.at.pointer}: {found.fix.title}")


def _demanding(value: dict[str, Any], required: Sequence[Required]) -> dict[str, Any]:
    """The plan with a contract for each output that the task requires. What it promises itself stays."""
    contracts = value.get("contracts")
    if not required or (contracts is not None and not isinstance(contracts, dict)):
        return value
    own = dict(contracts or {})
    for each in required:
        wanted = {"columns": list(each.columns)} if each.columns else {}
        there = own.get(each.path)
        own[each.path] = {**there, **wanted} if isinstance(there, dict) else wanted
    return {**value, "contracts": own}
