"""Columns: chosen, named, converted, computed and mapped."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.expressions.parts import ATOM, Part
from interlock.evaluation.generate.known import Col
from interlock.evaluation.generate.steps.choosing import (
    expressions,
    literal_of,
    new_name,
    one,
    refer,
    some,
)
from interlock.evaluation.generate.steps.drawing import Drawing, Feed
from interlock.ir.expressions.casts import refusal
from interlock.ir.expressions.promotion import BIGINT, DOUBLE, VARCHAR
from interlock.ir.types import Type, parse_type
from interlock.registry.packs.columns import _snake_case as snake_case

TARGETS = tuple(
    parse_type(text)
    for text in "bigint double varchar integer date timestamp boolean decimal(9,2) decimal(18,3) smallint float time hugeint "
    "varchar[] bigint[]".split()
)


def select_columns(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    columns = some(draft, table, min(6, len(table.columns)), lambda each: True)
    return Step({"columns": refer(draft, columns)}, table.with_columns(columns))


def drop_columns(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    if len(table.columns) < 2:
        return None
    gone = some(draft, table, min(3, len(table.columns) - 1), lambda each: True)
    names = {each.name for each in gone}
    return Step(
        {"columns": refer(draft, gone)}, table.with_columns(each for each in table.columns if each.name not in names)
    )


def rename_columns(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    chosen = some(draft, table, 3, lambda each: True)
    new: dict[str, str] = {}
    if len(chosen) == 2 and draft.chance(0.3):
        new = {chosen[0].name: chosen[1].name, chosen[1].name: chosen[0].name}
    else:
        for each in chosen:
            new[each.name] = new_name(draft, [*table.names, *new.values()])
    columns = [each.named(new.get(each.name, each.name)) for each in table.columns]
    keys = tuple(tuple(new.get(name, name) for name in key) for key in table.keys)
    order = tuple({**term, "column": new.get(term["column"], term["column"])} for term in table.order)
    return Step({"columns": new}, replace(table, columns=tuple(columns), keys=keys, order=order))


def normalize_names(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    style = draft.random.choice(("snake_case", "lower", "upper"))
    write = {"snake_case": snake_case, "lower": str.lower, "upper": str.upper}[style]
    new = {name: write(name) for name in table.names}
    if len({each.casefold() for each in new.values()}) < len(new) or not all(new.values()):
        return None
    params = {} if style == "snake_case" and draft.chance(0.5) else {"style": style}
    keys = tuple(tuple(new[name] for name in key) for key in table.keys)
    order = tuple({**term, "column": new[term["column"]]} for term in table.order)
    return Step(
        params,
        replace(table, columns=tuple(each.named(new[each.name]) for each in table.columns), keys=keys, order=order),
    )


def cast_columns(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    draw = expressions(draft, table)
    types: dict[str, str] = {}
    made: dict[str, Col] = {}
    careful = False
    blank = draft.chance(0.3)
    for each in some(draft, table, 3, lambda each: True):
        kinds = [kind for kind in TARGETS if refusal(each.type, kind) is None]
        if not kinds:
            continue
        kind = draft.random.choice(kinds)
        part = Part("x", ATOM, each.type, each.nullable, each.reach)
        fitted = draw.fitted(part, kind)
        careful = careful or fitted.written.lower().startswith("try_cast")
        types[each.name] = draw.type_text(kind)
        made[each.name] = Col(each.name, kind, True, fitted.reach)
    if not types:
        return None
    params: dict[str, Any] = {"types": types}
    if careful or draft.chance(0.3):
        params["on_error"] = "null"
    if blank:
        params["blank_as_null"] = True
    columns = [made.get(each.name, each) for each in table.columns]
    return Step(params, table.changed(columns, list(types)))


def derive_columns(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    draw = expressions(draft, table)
    params: dict[str, str] = {}
    made: dict[str, Col] = {}
    for _ in range(draft.random.choice((1, 1, 2, 3))):
        part = draw.value()
        replaced = one(draft, table, lambda each: each.name.casefold() not in made) if draft.chance(0.2) else None
        name = replaced.name if replaced else new_name(draft, [*table.names, *params])
        params[name] = part.written
        made[name.casefold()] = Col(name, part.type, part.nullable, part.reach)
    columns = [made.pop(each.name.casefold(), each) for each in table.columns]
    return Step({"columns": params}, table.changed([*columns, *made.values()], params))


def map_values(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    names = ("varchar", "bigint", "integer", "boolean", "date", "double", "decimal", "smallint")
    column = one(draft, table, lambda each: each.type.name in names)
    if column is None:
        return None
    olds = [literal_of(draft, column) for _ in range(draft.random.choice((1, 2, 4)))]
    olds = list(dict.fromkeys(each for each in olds if each is not None and each != ""))
    if not olds or len({str(each).strip() for each in olds}) < len(olds):
        return None
    style = draft.random.choice(("keep", "null", "default", "keep"))
    kind = column.type if style == "keep" else draft.random.choice((VARCHAR, BIGINT, DOUBLE, Type("boolean")))
    target = Col(column.name, kind, True, math.inf, column.sample if kind == column.type else ())
    news = [literal_of(draft, target, tame=True) for _ in olds]
    if any(each is None for each in news):
        return None
    params: dict[str, Any] = {"column": column.name}
    pairs: list[dict[str, Any]] = [{"from": old, "to": new} for old, new in zip(olds, news, strict=True)]
    if draft.chance(0.3):
        pairs.append({"from": None, "to": news[0]})
    if column.type.is_text and draft.chance(0.6):
        params["mapping"] = {pair["from"]: pair["to"] for pair in pairs if pair["from"] is not None}
    else:
        params["mapping"] = pairs
    if style == "null":
        params["unmatched"] = "null"
    elif style == "default":
        params["default"] = literal_of(draft, target, tame=True)
        if params["default"] is None:
            return None
    result = Col(column.name, _mapped_type(kind, style, [*news, params.get("default")]), True, math.inf)
    if draft.chance(0.4):
        params["into"] = new_name(draft, table.names)
        result = result.named(params["into"])
        return Step(params, table.with_columns([*table.columns, result]))
    columns = [result if each.name == column.name else each for each in table.columns]
    return Step(params, table.changed(columns, [column.name]))


def _mapped_type(kind: Type, style: str, values: list[Any]) -> Type:
    """The type of mapped values: the column's where values are kept, else that of the new ones."""
    if style == "keep":
        return kind
    if kind == DOUBLE and all(isinstance(each, int) for each in values if each is not None):
        return BIGINT
    return kind


DRAWINGS: dict[str, Drawing] = {
    "select_columns": select_columns,
    "drop_columns": drop_columns,
    "rename_columns": rename_columns,
    "normalize_names": normalize_names,
    "cast_columns": cast_columns,
    "derive_columns": derive_columns,
    "map_values": map_values,
}
