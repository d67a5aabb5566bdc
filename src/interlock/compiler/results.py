"""What a SELECT groups by, and which of its results a key of an order or of a grouping means."""

from __future__ import annotations

from sqlglot import exp

from interlock.ir.expressions.functions.aggregates import BY_NAME as AGGREGATES
from interlock.registry import sql


def is_aggregate(part: exp.Expr) -> bool:
    return isinstance(part, exp.AggFunc) or (isinstance(part, exp.Anonymous) and part.name.lower() in AGGREGATES)


def makes_one_row(select: exp.Select) -> bool:
    """Whether a SELECT without groups aggregates all that it reads."""
    if select.args.get("having") is not None:
        return True
    for item in select.selects:
        for part in item.walk(prune=lambda node: isinstance(node, exp.Query)):
            outer = part.parent if isinstance(part.parent, exp.Filter) else part
            over = isinstance(outer.parent, exp.Window) and outer.arg_key == "this"
            if is_aggregate(part) and not over:
                return True
    return False


def at_place(select: exp.Query, term: exp.Expr) -> int | None:
    """The index of the result that a number means: `order by 2` goes by the second."""
    if not isinstance(term, exp.Literal) or term.is_string or not term.this.isdecimal():
        return None
    return int(term.this) - 1 if 0 < int(term.this) <= len(select.selects) else None


def result_at(select: exp.Query, term: exp.Expr) -> int | None:
    """The index of the result that a key means by its place, or that is the same expression; None with a star."""
    if any(each.is_star for each in select.selects):
        return None
    if (found := at_place(select, term)) is not None:
        return found
    items = [each.unalias() for each in select.selects]
    if isinstance(term, exp.Column):
        same = [i for i, item in enumerate(items) if isinstance(item, exp.Column) and _same_column(select, item, term)]
    else:
        same = [i for i, item in enumerate(items) if sql.text(item) == sql.text(term)]
    return same[0] if same else None


def _same_column(select: exp.Query, item: exp.Column, term: exp.Column) -> bool:
    if item.name.casefold() != term.name.casefold():
        return False
    tables = {item.table.casefold(), term.table.casefold()}
    if len(tables) == 1:
        return True
    origin = select.args.get("from_")
    return (
        "" in tables
        and not select.args.get("joins")
        and origin is not None
        and (origin.this.alias_or_name.casefold() in tables)
    )


def group_keys(select: exp.Select) -> list[exp.Expr] | None:
    """What a SELECT groups by, which no two of its rows share; None for no grouping, or one of several sets."""
    group = select.args.get("group")
    if group is None or any(group.args.get(each) for each in ("rollup", "cube", "grouping_sets")):
        return None
    if group.args.get("all"):
        items = [each.unalias() for each in select.selects if not each.is_star]
        return [
            each
            for each in items
            if not any(is_aggregate(part) or isinstance(part, exp.Window) for part in each.walk())
        ]
    found: list[exp.Expr] = []
    for each in group.expressions:
        if isinstance(each, exp.Rollup | exp.Cube | exp.GroupingSets):
            return None
        at = at_place(select, each)
        if at is not None:
            found.append(select.selects[at].unalias())
        elif not isinstance(each, exp.Literal):
            found.append(each)
    return found
