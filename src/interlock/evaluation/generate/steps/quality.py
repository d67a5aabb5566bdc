"""Quality: what is expected of a table, drawn so that it holds; and previews."""

from __future__ import annotations

import math
from typing import Any

from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.expressions.parts import room
from interlock.evaluation.generate.known import Col, Known
from interlock.evaluation.generate.steps.choosing import expressions, plain, refer
from interlock.evaluation.generate.steps.drawing import Drawing, Feed


def implied(draft: Draft, table: Known) -> dict[str, Any]:
    """Checks that hold by what is known: on the rows, on nulls, on keys, on ranges, on every row."""
    found: dict[str, Any] = {}
    random = draft.random
    if draft.chance(0.4):
        limits: dict[str, int] = {}
        if draft.chance(0.7):
            limits["max"] = table.most + random.choice((0, 0, 10))
        if draft.chance(0.6) or not limits:
            limits["min"] = max(0, table.least - random.choice((0, 0, 1)))
        found["rows"] = limits
    if table.keys and draft.chance(0.5):
        keys = [list(each) for each in random.sample(table.keys, random.randint(1, min(2, len(table.keys))))]
        found["unique"] = keys[0] if len(keys) == 1 and draft.chance(0.7) else keys
    filled = [each for each in table.columns if not each.nullable]
    if filled and draft.chance(0.5):
        found["not_null"] = refer(draft, random.sample(filled, random.randint(1, min(3, len(filled)))))
    bounded = [each for each in table.columns if each.type.is_numeric and each.reach < min(1e9, room(each.type))]
    if bounded and draft.chance(0.4):
        found["ranges"] = {each.name: _limits(draft, each) for each in random.sample(bounded, 1)}
    booleans = [each for each in table.columns if each.type.name == "boolean"]
    if booleans and draft.chance(0.4):
        found["allowed"] = {random.choice(booleans).name: random.choice(([True, False], [False, True, None]))}
    if draft.chance(0.4):
        found["where"] = [_truth(draft, table) for _ in range(random.choice((1, 1, 2)))]
    return found


def _limits(draft: Draft, column: Col) -> dict[str, Any]:
    """Limits that every value keeps, in numbers that the column's type holds."""
    most = math.ceil(column.reach)
    kind = column.type
    low = 0 if kind.name.startswith("u") else -most
    found = {"min": low, "max": most}
    if draft.chance(0.3):
        del found[draft.random.choice(("min", "max"))]
    return found


def _truth(draft: Draft, table: Known) -> str:
    """A condition that is true for every row, whatever stands in it."""
    random = draft.random
    column = random.choice(table.columns)
    name = expressions(draft, table).as_part(None, column).written
    truths = [f"{name} is null or {name} is not null", f"({name} is null) in (true, false)", "1 = 1"]
    if plain(column):
        truths += [f"{name} is not distinct from {name}", f"coalesce({name} = {name}, true)"]
    if not column.nullable:
        truths.append(f"{name} is not null")
    if column.type.is_text:
        truths.append(f"coalesce(length({name}), 0) >= 0")
    if column.type.is_integer and column.reach < 1e9:
        truths.append(f"coalesce({name} between -{int(column.reach)} and {int(column.reach)}, true)")
    return random.choice(truths)


def expect(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    params = implied(draft, table)
    texts = [each for each in table.columns if each.type.is_text]
    if texts and draft.chance(0.4):
        params["matches"] = {
            draft.random.choice(texts).name: draft.random.choice(("(?s).*", "(?s)(.|\\n)*", "[\\s\\S]*"))
        }
    if len(feeds) > 1:
        reference = feeds[1]
        if reference.node != feeds[0].node:
            return None
        chosen = [each for each in table.columns if plain(each) and each.type.name != "blob"][:2]
        if not chosen:
            return None
        params["refers_to"] = {"columns": [each.name for each in chosen]}
        if draft.chance(0.5):
            params["refers_to"]["reference_columns"] = [each.name for each in chosen]
    return Step(params, table) if params or draft.chance(0.1) else None


def preview(draft: Draft, feeds: list[Feed]) -> Step | None:
    params = {"rows": draft.random.choice((1, 2, 10, 1_000))} if draft.chance(0.6) else {}
    return Step(params, feeds[0].known)


DRAWINGS: dict[str, Drawing] = {"expect": expect, "preview": preview}
