"""Joins of two tables, by equal keys or by the nearest time, and tables stacked on each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.known import Col, Known
from interlock.evaluation.generate.steps.choosing import new_name, plain
from interlock.evaluation.generate.steps.drawing import Drawing, Feed
from interlock.ir.common_types import common_type
from interlock.ir.types import Type

MOST = 20_000
"""The most rows that a join may come to."""


def _pairs(draft: Draft, left: Known, right: Known) -> list[tuple[Col, Col]]:
    """Pairs of columns that can be equal, those of one name first."""
    found = [
        (one, other)
        for one in left.columns
        for other in right.columns
        if plain(one) and plain(other) and common_type(one.type, other.type) is not None
        and (one.type.is_numeric == other.type.is_numeric) and one.type.name not in ("blob",)
    ]  # fmt: skip
    draft.random.shuffle(found)
    return sorted(found, key=lambda pair: (pair[0].name != pair[1].name, pair[0].type != pair[1].type))


def _written(draft: Draft, pair: tuple[Col, Col]) -> Any:
    one, other = pair
    if one.name == other.name and draft.chance(0.8):
        return one.name
    return {"left": one.name, "right": other.name}


def _renamed(left: Known, right: Known, dropped: list[str], suffix: str) -> list[Col] | None:
    """The right table's columns under the names that they get; None where two would share one."""
    gone = {each.casefold() for each in dropped}
    taken = {each.casefold() for each in left.names}
    kept = [each for each in right.columns if each.name.casefold() not in gone]
    found = [each.named(each.name + suffix) if each.name.casefold() in taken else each for each in kept]
    names = [each.name.casefold() for each in found]
    return found if len(set(names)) == len(names) and not taken.intersection(names) else None


def _suffix(draft: Draft, params: dict[str, Any]) -> str:
    if draft.chance(0.7):
        return "_right"
    params["suffix"] = draft.random.choice(("_r", " (2)", "_right", "é"))
    return params["suffix"]


def join_tables(draft: Draft, feeds: list[Feed]) -> Step | None:
    left, right = feeds[0].known, feeds[1].known
    pairs = _pairs(draft, left, right)
    if not pairs or (pairs[0][0].name != pairs[0][1].name and draft.chance(0.5)):
        return None
    on = [pairs[0] if draft.chance(0.7) else draft.random.choice(pairs)]
    second = draft.random.choice(pairs)
    if draft.chance(0.25) and second[0] not in [each for each, _ in on] and second[1] not in [each for _, each in on]:
        on.append(second)
    how = draft.random.choice(("inner", "left", "right", "full", "semi", "anti", "inner", "left"))
    params: dict[str, Any] = {"on": [_written(draft, each) for each in on], "how": how}
    unique_left = any(set(key) <= {one.name for one, _ in on} for key in left.keys)
    unique_right = any(set(key) <= {other.name for _, other in on} for key in right.keys)
    expects = ["many-to-many"] + ["many-to-one"] * unique_right + ["one-to-many"] * unique_left
    expects += ["one-to-one"] * (unique_left and unique_right)
    if draft.chance(0.5) or draft.risky:
        params["expect"] = (
            draft.random.choice(expects) if not draft.risky else draft.random.choice(("one-to-one", "many-to-one"))
        )
    if how in ("semi", "anti"):
        return Step(params, left.fewer())
    most = left.most * right.most
    if unique_right:
        most = left.most + (right.most if how in ("right", "full") else 0)
    elif how != "inner":
        most += left.most + right.most
    if most > MOST and left.most > 30 and right.most > 30:
        return None
    shared = [other.name for one, other in on if one.name.casefold() == other.name.casefold()]
    renamed = _renamed(left, right, shared, _suffix(draft, params))
    if renamed is None:
        return None
    here = [each.maybe_null() if how in ("right", "full") else each for each in left.columns]
    there = [each.maybe_null() if how in ("left", "full") else each for each in renamed]
    if how in ("right", "full"):
        here = [_merged(each, on) for each in here]
    joined = Known((*here, *there), max(most, 0), left.least if how in ("left", "full") else 0)
    keys = left.keys if unique_right and how in ("inner", "left") else ()
    return Step(params, replace(joined, keys=keys))


def _merged(column: Col, on: list[tuple[Col, Col]]) -> Col:
    """A key that both tables have, as it is when either side may be missing."""
    for one, other in on:
        if one.name == column.name and one.name.casefold() == other.name.casefold():
            kind = common_type(one.type, other.type) or one.type
            return Col(column.name, kind, True, max(one.reach, other.reach), column.sample)
    return column


def asof_join(draft: Draft, feeds: list[Feed]) -> Step | None:
    left, right = feeds[0].known, feeds[1].known
    pairs = _pairs(draft, left, right)
    names = ("date", "timestamp", "timestamp_s", "timestamp_ms", "bigint", "integer", "double", "decimal", "smallint")
    times = [pair for pair in pairs if pair[0].type.name in names and pair[1].type.name in names]
    if not times:
        return None
    time = times[0] if draft.chance(0.6) else draft.random.choice(times)
    params: dict[str, Any] = {"time": _written(draft, time)}
    by: list[tuple[Col, Col]] = []
    rest = [pair for pair in pairs if pair[0] is not time[0] and pair[1] is not time[1]]
    if rest and draft.chance(0.4):
        by.append(rest[0])
        params["by"] = [_written(draft, each) for each in by]
    if draft.chance(0.6):
        params["direction"] = draft.random.choice(("backward", "forward", "nearest"))
    numeric = time[0].type.is_numeric
    if draft.chance(0.3) and (not numeric or max(time[0].reach, time[1].reach) < 1e12):
        params["tolerance"] = draft.random.choice((0, 1, 2.5, 10, 86_400, 1e6))
    how = draft.random.choice(("left", "inner"))
    if how == "inner" or draft.chance(0.2):
        params["how"] = how
    shared = [other.name for one, other in by if one.name.casefold() == other.name.casefold()]
    renamed = _renamed(left, right, shared, _suffix(draft, params))
    if renamed is None:
        return None
    there = [each.maybe_null() if how == "left" else each for each in renamed]
    result = left.fewer() if how == "inner" else left
    return Step(params, replace(result, columns=(*left.columns, *there), order=()))


def union_tables(draft: Draft, feeds: list[Feed]) -> Step | None:
    tables = [each.known for each in feeds]
    types: dict[str, Col] = {}
    for table in tables:
        for each in table.columns:
            known = types.get(each.name.casefold())
            if known is None:
                types[each.name.casefold()] = each
                continue
            common = common_type(known.type, each.type)
            if common is None:
                return None
            reach = max(known.reach, each.reach)
            types[each.name.casefold()] = Col(known.name, common, known.nullable or each.nullable, reach, known.sample)
    params: dict[str, Any] = {}
    lacking = {folded for table in tables for folded in types if not table.has(types[folded].name)}
    if lacking:
        params["missing"] = "null"
    columns = [each.maybe_null() if folded in lacking else each for folded, each in types.items()]
    names = [each.name for each in columns]
    if draft.chance(0.3):
        params["source"] = new_name(draft, names)
    distinct = draft.chance(0.3)
    if distinct:
        params["distinct"] = True
    most = sum(each.most for each in tables)
    least = sum(each.least for each in tables) if not distinct else min(1, sum(each.least for each in tables))
    result = Known(tuple(columns), most, least, (tuple(names),) if distinct else ())
    if "source" in params:
        result = replace(result, columns=(*columns, Col(params["source"], Type("varchar"), False, 40)))
    return Step(params, result)


DRAWINGS: dict[str, Drawing] = {"join_tables": join_tables, "asof_join": asof_join, "union_tables": union_tables}
