"""Run inputs: typed values that expressions use as `:name`, with defaults and without."""

from __future__ import annotations

from typing import Any

from interlock.evaluation.generate.draft import Draft, Given
from interlock.evaluation.generate.forms.written import plain_text
from interlock.evaluation.generate.values import draw_value, reach_of
from interlock.ir.types import Type, parse_type

TYPES = (
    "bigint",
    "integer",
    "double",
    "varchar",
    "boolean",
    "date",
    "timestamp",
    "time",
    "decimal(9,2)",
    "smallint",
    "timestamptz",
)
NAMES = ("minimum", "since", "country", "flag", "X", "_1", "limit", "select", "rate", "until")


def draw_inputs(draft: Draft) -> None:
    """Inputs that expressions may use; those that none uses are left out of the plan at the end."""
    for name in draft.random.sample(NAMES, draft.random.choice((0, 0, 1, 2, 3))):
        kind = parse_type(draft.random.choice(TYPES))
        value = draw_value(draft.random, kind, draft.chance(0.1) and not kind.is_float)
        draft.given.append(Given(name, kind, value, reach_of(kind, [value])))


def _plain(value: Any, kind: Type) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    text = plain_text(value)
    return float(text) if kind.name == "decimal" and len(text) < 12 else text


def written_inputs(draft: Draft) -> dict[str, Any]:
    """The inputs that are used, as the plan declares them: in short, with a default, with a description."""
    found: dict[str, Any] = {}
    draft.random.shuffle(draft.given)
    for each in draft.given:
        if each.name not in draft.used_inputs:
            continue
        shape = draft.random.random()
        if shape < 0.3:
            found[each.name] = str(each.type)
            continue
        declared: dict[str, Any] = {"type": str(each.type)}
        if shape < 0.85:
            declared["default"] = _plain(each.value, each.type)
        if draft.chance(0.2):
            declared["description"] = "what to leave out"
        found[each.name] = declared
    draft.declared = found
    return found


def input_values(draft: Draft) -> dict[str, Any]:
    """Values for the inputs without a default, and for some with one."""
    found: dict[str, Any] = {}
    for each in draft.given:
        declared = draft.declared.get(each.name)
        if declared is None:
            continue
        if isinstance(declared, str) or "default" not in declared or draft.chance(0.2):
            found[each.name] = each.value
    return found
