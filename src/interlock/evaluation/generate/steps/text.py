"""Text: cleaned, split, extracted, replaced, read as dates, and lists turned into rows."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.known import Col, Known
from interlock.evaluation.generate.steps.choosing import new_name, one, refer, some
from interlock.evaluation.generate.steps.drawing import Drawing, Feed
from interlock.ir.expressions.promotion import BIGINT, VARCHAR
from interlock.ir.types import Type

SEPARATORS = (",", ";", "-", " ", ", ", "|", "a", "||", "é", "'")
PATTERNS = (
    ("([A-Z])-(\\d+)", 2), ("(\\d+)", 1), ("[a-c]+", 0), ("(?i)^(e|w)ast", 1), ("(.)(.)(.)", 3), ("\\w+$", 0),
    ("(?:a|b)(x?)", 1), ("\\p{L}+", 0), ("^(\\S+)\\s+(\\S+)$", 2),
)  # fmt: skip
REPLACEMENTS = (
    ("-", "", False), ("a", "AA", False), ("it's", "\\", False), ("\\d+", "<\\0>", True), ("([A-Z])-(\\d+)", "\\2-\\1", True),
    ("(?i)east", "E", True), (" +", " ", True), ("^", ">", True), ("$1", "x", False), (".", "·", False),
)  # fmt: skip
FORMATS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%y",
    "%b %d, %Y",
    "%Y%m%d",
    "%m/%d/%Y %I:%M %p",
    "%Y-%m-%dT%H:%M:%S%z",
)


def _is_text(column: Col) -> bool:
    return column.type.is_text


def _placed(draft: Draft, table: Known, column: Col, made: list[Col], own: Col | None) -> Known:
    """The table with new columns at its end, `own` in the place of the column that it replaces."""
    columns = [own if own is not None and each.name == column.name else each for each in table.columns]
    return table.changed([*columns, *made], [column.name] if own is not None else [])


def clean_text(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    chosen = some(draft, table, 3, _is_text)
    if not chosen:
        return None
    params: dict[str, Any] = {}
    if draft.chance(0.6):
        params["columns"] = refer(draft, chosen)
    else:
        chosen = [each for each in table.columns if _is_text(each)]
    for name, chance in (("trim", 0.4), ("collapse_spaces", 0.4), ("blank_as_null", 0.4)):
        if draft.chance(chance):
            params[name] = draft.chance(0.6)
    if draft.chance(0.5):
        params["case"] = draft.random.choice(("lower", "upper", "title"))
    blank = params.get("blank_as_null", False)
    names = {each.name for each in chosen}
    made = [Col(each.name, VARCHAR, each.nullable or blank, each.reach * 3) for each in table.columns]
    columns = [new if old.name in names else old for old, new in zip(table.columns, made, strict=True)]
    return Step(params, table.changed(columns, names))


def split_column(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    column = one(draft, table, _is_text)
    if column is None:
        return None
    names: list[str] = []
    for _ in range(draft.random.choice((2, 2, 3, 5))):
        names.append(new_name(draft, [*table.names, *names]))
    own = draft.random.randrange(len(names)) if draft.chance(0.2) else None
    if own is not None:
        names[own] = column.name
    params: dict[str, Any] = {"column": column.name, "separator": draft.random.choice(SEPARATORS), "into": names}
    if draft.chance(0.4):
        params["trim"] = draft.chance(0.3)
    made = [Col(name, VARCHAR, column.nullable or place > 0, column.reach) for place, name in enumerate(names)]
    replaced = made.pop(own) if own is not None else None
    return Step(params, _placed(draft, table, column, made, replaced))


def extract_text(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    column = one(draft, table, _is_text)
    if column is None:
        return None
    pattern, groups = draft.random.choice(PATTERNS)
    names: list[str] = []
    for _ in range(max(groups, 1)):
        names.append(new_name(draft, [*table.names, *names]))
    own = 0 if draft.chance(0.2) else None
    if own is not None:
        names[own] = column.name
    made = [Col(name, VARCHAR, True, column.reach) for name in names]
    replaced = made.pop(own) if own is not None else None
    return Step(
        {"column": column.name, "pattern": pattern, "into": names}, _placed(draft, table, column, made, replaced)
    )


def replace_text(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    chosen = some(draft, table, 2, _is_text)
    if not chosen:
        return None
    find, new, regex = draft.random.choice(REPLACEMENTS)
    params: dict[str, Any] = {"columns": refer(draft, chosen), "find": find, "replace": new}
    if regex or draft.chance(0.2):
        params["regex"] = regex
    names = {each.name for each in chosen}
    columns = [Col(c.name, VARCHAR, c.nullable, c.reach * 4 + 4) if c.name in names else c for c in table.columns]
    return Step(params, table.changed(columns, names))


def parse_dates(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    chosen = some(draft, table, 2, _is_text)
    if not chosen:
        return None
    formats = draft.random.sample(FORMATS, draft.random.choice((1, 2, 3)))
    params: dict[str, Any] = {"columns": refer(draft, chosen), "formats": formats}
    kind = draft.random.choice(("date", "timestamp"))
    if kind == "timestamp" or draft.chance(0.3):
        params["to"] = kind
    if not draft.risky:
        params["on_error"] = "null"
    if draft.chance(0.3):
        params["blank_as_null"] = draft.chance(0.7)
    names = {each.name for each in chosen}
    columns = [Col(c.name, Type(kind), True, math.inf) if c.name in names else c for c in table.columns]
    return Step(params, table.changed(columns, names))


def explode(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    column = one(draft, table, lambda each: each.type.name == "list") if draft.chance(0.6) else None
    column = column or one(draft, table, _is_text)
    if column is None or table.most > 3_000:
        return None
    params: dict[str, Any] = {"column": column.name}
    item = column.type.element or VARCHAR
    if column.type.is_text:
        params["separator"] = draft.random.choice(SEPARATORS)
        if draft.chance(0.3):
            params["trim"] = draft.chance(0.3)
    keep = draft.chance(0.4)
    if keep or draft.chance(0.1):
        params["keep_empty"] = keep
    reach = column.reach if column.type.is_text else math.inf
    columns = [Col(column.name, item, True, reach) if each.name == column.name else each for each in table.columns]
    if draft.chance(0.4):
        params["position"] = new_name(draft, table.names)
        columns.append(Col(params["position"], BIGINT, keep, 10_000))
    length = 200 if column.reach == math.inf else int(column.reach) + 1
    result = replace(table.changed(columns, [column.name]), most=table.most * max(length, 1), keys=())
    return Step(params, replace(result, least=table.least if keep else 0))


DRAWINGS: dict[str, Drawing] = {
    "clean_text": clean_text,
    "split_column": split_column,
    "extract_text": extract_text,
    "replace_text": replace_text,
    "parse_dates": parse_dates,
    "explode": explode,
}
