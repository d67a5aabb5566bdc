"""Choosing columns, keys and values for the parameters of a step."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from interlock.evaluation.generate.draft import Draft
from interlock.evaluation.generate.expressions.drawer import Expressions
from interlock.evaluation.generate.forms.written import plain_text
from interlock.evaluation.generate.known import Col, Known
from interlock.evaluation.generate.names import draw_name, recased
from interlock.evaluation.generate.values import draw_value, limits
from interlock.ir.types import Type

NESTED = frozenset({"list", "struct", "map", "json"})


def plain(column: Col) -> bool:
    """Whether a column has plain values that order, group and compare without surprises."""
    return column.type.name not in NESTED


def expressions(draft: Draft, table: Known) -> Expressions:
    """Expressions over a table's columns."""
    return Expressions(draft, [(None, each) for each in table.columns])


def some(draft: Draft, table: Known, most: int = 3, wanted: Callable[[Col], bool] = plain) -> list[Col]:
    """One or several columns of a kind, in any order; none if there are none."""
    found = [each for each in table.columns if wanted(each)]
    count = min(len(found), draft.random.choices(range(1, most + 1), range(most, 0, -1))[0])
    return draft.random.sample(found, count)


def one(draft: Draft, table: Known, wanted: Callable[[Col], bool] = plain) -> Col | None:
    """A column of a kind, if there is one."""
    found = [each for each in table.columns if wanted(each)]
    return draft.random.choice(found) if found else None


def refer(draft: Draft, columns: Sequence[Col]) -> list[str]:
    """Columns as a parameter names them: now and then in another case."""
    return [recased(draft.random, each.name) for each in columns]


def new_name(draft: Draft, taken: Sequence[str]) -> str:
    return draw_name(draft.random, taken)


def sort_keys(draft: Draft, columns: Sequence[Col], descending: bool = False) -> tuple[list[Any], list[dict[str, Any]]]:
    """Sort keys as the parameter has them, short or written out, and written out in full."""
    shown: list[Any] = []
    full: list[dict[str, Any]] = []
    for each in columns:
        down = draft.chance(0.4)
        first = draft.chance(0.25)
        term = {"column": each.name, "descending": down, "nulls": "first" if first else "last"}
        full.append(term)
        spaced = each.name.lower().endswith((" asc", " desc"))
        if first or draft.chance(0.3):
            written: dict[str, Any] = {"column": each.name}
            if down != descending or draft.chance(0.3):
                written["descending"] = down
            if first or draft.chance(0.2):
                written["nulls"] = "first" if first else "last"
            shown.append(written)
        elif spaced:
            shown.append(f"{each.name} {'desc' if down else 'asc'}")
        else:
            word = "desc" if down else "asc"
            usual = down == descending
            shown.append(
                each.name if usual and draft.chance(0.8) else f"{each.name} {draft.random.choice((word, word.upper()))}"
            )
    return shown, full


def literal_of(draft: Draft, column: Col, tame: bool = False) -> Any:
    """A JSON scalar that is a value of the column's type; None where there is none."""
    for _ in range(5):
        if column.sample and draft.chance(0.6):
            value = draft.random.choice(column.sample)
        elif column.type.name in NESTED | {"enum", "interval", "blob", "timestamptz", "timestamp_ns"}:
            return None
        else:
            value = draw_value(draft.random, column.type, not tame and draft.chance(0.1))
        found = as_json(value, column.type)
        if found is not None:
            return found
    return None


def as_json(value: Any, kind: Type) -> Any:
    """A value as a JSON scalar of its type; None where JSON cannot say it, or not exactly."""
    if value is None or kind.name in NESTED or isinstance(value, bytes):
        return None
    if isinstance(value, bool):
        return value
    if kind.is_integer:
        low, high = limits(kind.name)
        return value if low <= value <= high and abs(value) < 2**63 else None
    if isinstance(value, float):
        return value if math.isfinite(value) and kind.name == "double" else None
    if isinstance(value, Decimal):
        near = float(value)
        return near if Decimal(repr(near)) == value and abs(near) < 1e9 else None
    if isinstance(value, str):
        return value
    if isinstance(value, date | datetime | time) and kind.name in ("date", "timestamp", "time"):
        return plain_text(value)
    return None
