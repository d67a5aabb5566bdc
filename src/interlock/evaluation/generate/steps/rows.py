"""Rows: kept, ordered, cut, sampled, and their gaps filled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.steps.choosing import expressions, literal_of, refer, some, sort_keys
from interlock.evaluation.generate.steps.drawing import Drawing, Feed


def filter_rows(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    return Step({"where": expressions(draft, table).condition().written}, table.fewer())


def sort_rows(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    columns = some(draft, table)
    if not columns:
        return None
    shown, full = sort_keys(draft, columns)
    return Step({"by": shown}, replace(table, order=tuple(full)))


def limit_rows(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    rows = draft.random.choice((0, 1, 2, 5, 10, 1_000, 2**62))
    params: dict[str, Any] = {"rows": rows}
    offset = draft.random.choice((0, 1, 3, 100)) if draft.chance(0.4) else 0
    if offset or draft.chance(0.1):
        params["offset"] = offset
    least = max(0, min(table.least - offset, rows))
    return Step(params, replace(table.fewer(rows), least=least))


def sample_rows(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    params: dict[str, Any] = {}
    if draft.chance(0.5):
        params["rows"] = draft.random.choice((0, 1, 3, 1_000))
        most, least = params["rows"], min(params["rows"], table.least)
    else:
        params["fraction"] = draft.random.choice((0, 1, 0.5, 0.1, 0.333, 0.99))
        most, least = table.most, 0
    if draft.chance(0.5):
        params["seed"] = draft.random.choice((0, 1, 7, -3, 2**40))
    return Step(params, replace(table.fewer(most), least=least))


def drop_nulls(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    params: dict[str, Any] = {}
    columns = list(table.columns)
    if draft.chance(0.6):
        columns = some(draft, table, wanted=lambda each: True)
        params["columns"] = refer(draft, columns)
    how = draft.random.choice(("any", "all"))
    if how == "all" or draft.chance(0.3):
        params["how"] = how
    result = table.fewer()
    if how == "any" or len(columns) == 1:
        names = {each.name for each in columns}
        result = result.with_columns(
            replace(each, nullable=False) if each.name in names else each for each in table.columns
        )
    return Step(params, result)


def fill_nulls(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    if draft.chance(0.5):
        return _fill_fixed(draft, feeds)
    params: dict[str, Any] = {"method": draft.random.choice(("forward", "backward"))}
    group = some(draft, table, 2) if draft.chance(0.4) and len(table.columns) > 1 else []
    if group:
        params["group"] = refer(draft, group)
    taken = {each.name for each in group}
    rest = [each for each in table.columns if each.name not in taken]
    if not rest:
        return None
    filled = rest
    if draft.chance(0.5):
        filled = draft.random.sample(rest, draft.random.randint(1, min(3, len(rest))))
        params["columns"] = refer(draft, filled)
    return Step(params, table.changed(table.columns, [each.name for each in filled]))


def _fill_fixed(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    values: dict[str, Any] = {}
    reaches: dict[str, float] = {}
    for each in some(draft, table):
        value = literal_of(draft, each, tame=True)
        if value is not None:
            values[each.name] = value
            far = abs(value) if isinstance(value, int | float) else 40_000
            reaches[each.name] = max(each.reach, far)
    if not values:
        return None
    columns = [
        replace(each, nullable=False, reach=reaches[each.name]) if each.name in values else each
        for each in table.columns
    ]
    return Step({"values": values}, table.changed(columns, list(values)))


DRAWINGS: dict[str, Drawing] = {
    "filter_rows": filter_rows,
    "sort_rows": sort_rows,
    "limit_rows": limit_rows,
    "sample_rows": sample_rows,
    "drop_nulls": drop_nulls,
    "fill_nulls": fill_nulls,
}
