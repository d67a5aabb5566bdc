"""Joins of a query that pair every row with every row without saying so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher

from sqlglot import exp

from interlock.ir.expressions.problems import Problem, mended
from interlock.ir.expressions.query_places import Places
from interlock.ir.expressions.query_types import Columns, QueryTypes
from interlock.ir.types import Schema

_WORDS = "left right full inner outer cross natural semi anti asof".split()
_EVERY = "write `cross join` if every pair of rows is meant"


def check_joins(text: str, tree: exp.Expr, tables: Mapping[str, Schema]) -> list[Problem]:
    """What is wrong with the joins of a query."""
    places, types = Places(text), QueryTypes(tables)
    found = [_judged(join, places, types) for join in tree.find_all(exp.Join)]
    return [problem for problem in found if problem is not None]


def _judged(join: exp.Join, places: Places, types: QueryTypes) -> Problem | None:
    right = join.this
    place = places.of(right)
    if place is None or isinstance(right, exp.Lateral | exp.Unnest):
        return None
    conditional = bool(join.args.get("on") or join.args.get("using"))
    method = str(join.args.get("method") or "").upper()
    if not conditional and (join.kind == "CROSS" or method in ("NATURAL", "POSITIONAL")):
        return _misspelt(join, places, conditional=True)
    named = right.args.get("alias") or right.this
    spot = places.of(named if isinstance(named, exp.TableAlias | exp.Identifier) else right) or place
    name = places.text[slice(*spot)] if spot != place or isinstance(named, exp.Identifier) else "(…)"
    if not conditional and re.search(r",[\s(]*$", places.bare[: place[0]]):
        if _linked(join, types):
            return None
        message = f"nothing links `{name}` to the tables before the comma: every row would meet every row"
        help = ("write `join … on …` instead of the comma, with what links them", _EVERY)
        return Problem("not-allowed", message, *place, "not linked", help=help)
    misspelt = _misspelt(join, places, conditional=conditional)
    if misspelt is not None or conditional:
        return misspelt
    help = ("add `on …`, with what links it to the tables before it", _EVERY)
    message = f"`join {name}` has no condition: every row would meet every row"
    return Problem("not-allowed", message, *place, "no condition", help=help)


def _misspelt(join: exp.Join, places: Places, *, conditional: bool) -> Problem | None:
    """The problem of `orders crross join rates`: a join word that reads as another name of the table before it."""
    before = _before(join)
    alias = before.args.get("alias") if before is not None else None
    written = alias.this if isinstance(alias, exp.TableAlias) else None
    place = places.of(written) if isinstance(written, exp.Identifier) and not written.args.get("quoted") else None
    if before is None or written is None or place is None:
        return None
    start, end = place
    if re.search(r"\bas\s*$", places.bare[:start], re.IGNORECASE):
        return None
    if not re.match(r"\s+(?:\w+\s+)?join\b", places.bare[end:], re.IGNORECASE):
        return None
    select = join.find_ancestor(exp.Select)
    name = str(written.name)
    if select is None or any(each.table.casefold() == name.casefold() for each in select.find_all(exp.Column)):
        return None
    likeness, meant = max((SequenceMatcher(None, name.casefold(), word).ratio(), word) for word in _WORDS)
    if likeness < 0.75 or (not conditional and meant not in ("cross", "natural")):
        return None
    message = f"`{name}` is read as another name of `{before.name}`: is `{meant} join` meant?"
    replacement = mended(places.text, start, end, meant)
    help = (f"write `{meant} join`, or give the table a name that is no join word",)
    return Problem("not-allowed", message, start, end, "not a join word", replacement=replacement, help=help)


def _before(join: exp.Join) -> exp.Expr | None:
    """The item of FROM directly before a join."""
    above = join.parent
    if above is None:
        return None
    joins = above.args.get("joins") or []
    at = next((i for i, each in enumerate(joins) if each is join), 0)
    if at:
        return joins[at - 1].this
    start = above.args.get("from_") or above.args.get("from")
    return start.this if isinstance(start, exp.From) else above if isinstance(above, exp.Table) else None


def _linked(join: exp.Join, types: QueryTypes) -> bool:
    """Whether some condition of the SELECT may link what a comma joins with something else."""
    select = join.find_ancestor(exp.Select)
    if select is None:
        return False
    sources = types.sources(select)
    names = {name for name, _ in types.relation(join.this)}
    conditions = [each.args.get("on") for each in select.args.get("joins") or []]
    where = select.args.get("where")
    conditions.append(where.this if where is not None else None)
    for condition in conditions:
        if condition is None:
            continue
        for clause in condition.flatten() if isinstance(condition, exp.And) else [condition]:
            owners = [_owners(column, sources) for column in clause.find_all(exp.Column)]
            for i, owner in enumerate(owners):
                others = [other for j, other in enumerate(owners) if j != i]
                if owner & names and any(other - names for other in others):
                    return True
    return False


def _owners(column: exp.Column, sources: list[tuple[str, Columns | None]]) -> set[str]:
    """The sources that a column may come from."""
    name, table = column.name.casefold(), column.table.casefold()
    if table and any(each == table for each, _ in sources):
        return {table}
    return {each for each, columns in sources if columns is None or any(name == known for known, _ in columns)}
