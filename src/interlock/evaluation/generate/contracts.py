"""Contracts that hold by construction: some are proven by the check, others are left for the run."""

from __future__ import annotations

from typing import Any

from interlock.evaluation.generate.draft import Draft
from interlock.evaluation.generate.known import Col, Known
from interlock.evaluation.generate.steps.quality import implied


def draw_contracts(draft: Draft) -> None:
    """Contracts about some of the nodes and files."""
    if draft.chance(0.5):
        return
    paths = {each["id"]: each.get("params", {}).get("path") for each in draft.nodes if each["id"] in draft.sinks}
    for name in draft.random.sample(list(draft.results), min(len(draft.results), draft.random.choice((1, 1, 2, 3)))):
        body = _body(draft, draft.results[name])
        path = paths.get(name)
        if body:
            draft.contracts[path if path and draft.chance(0.5) else name] = body


def _body(draft: Draft, table: Known) -> dict[str, Any]:
    found = implied(draft, table)
    if "where" in found and len(found["where"]) == 1 and draft.chance(0.5):
        found["where"] = found["where"][0]
    if draft.chance(0.6):
        chosen = [each for each in table.columns if draft.chance(0.7)]
        whole = len(chosen) == len(table.columns)
        if chosen and draft.chance(0.3):
            found["columns"] = [each.name for each in chosen]
        elif chosen:
            found["columns"] = {each.name: _written(draft, each) for each in chosen}
        if chosen and (draft.chance(0.6) if whole else draft.chance(0.2)):
            found["additional_columns"] = not whole
    if table.order and draft.chance(0.7):
        count = draft.random.randint(1, len(table.order))
        found["order"] = [_term(draft, each) for each in table.order[:count]]
    items = list(found.items())
    draft.random.shuffle(items)
    return dict(items)


def _written(draft: Draft, column: Col) -> str | None:
    """A column's type as a contract says it, or nothing but its name."""
    if draft.chance(0.1):
        return None
    text = str(column.type)
    text = text.upper() if draft.chance(0.1) and column.type.name not in ("struct", "enum") else text
    return f"{text} not null" if not column.nullable and draft.chance(0.5) else text


def _term(draft: Draft, term: dict[str, Any]) -> Any:
    if term["nulls"] == "last" and not term["column"].lower().endswith((" asc", " desc")) and draft.chance(0.6):
        return f"{term['column']} desc" if term["descending"] else term["column"]
    return dict(term)
