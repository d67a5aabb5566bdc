"""Settle ties in statements that others wrote: a `query` of a plan, a node type from elsewhere.

Where a window, an ordered aggregate or an ORDER BY leaves ties, which row comes first would be chance. The columns of
what the statement reads, or of its result, are added as last keys. Where they cannot be told, `unsettled` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from interlock.compiler.infer import keeps_order
from interlock.ir.types import Schema
from interlock.registry import sql

RANKED = frozenset(
    "row_number ntile lag lead first_value last_value nth_value first last any_value list array_agg string_agg".split()
)
"""Functions over a window whose value depends on the order of rows that its ORDER BY holds equal."""


def settle_foreign(tree: exp.Query, wanted: bool, schemas: Mapping[str, Schema]) -> exp.Query:
    """The statement with its ties settled and, if its order is `wanted`, a total outermost order."""
    found = tree.copy()
    for order, keys in _open_orders(found, schemas):
        if keys:
            order.set("expressions", [*order.expressions, *(sql.ordered(key.copy()) for key in keys)])
    positions = _positions(found)
    for query in found.find_all(exp.Query):
        if query.args.get("order") is not None:
            _make_total(query, positions)
    if wanted and found.args.get("order") is None and not keeps_order(found):
        found.set("order", exp.Order(expressions=[sql.ordered(each) for each in _results(found)]))
    return found


def unsettled(tree: exp.Query, schemas: Mapping[str, Schema]) -> str | None:
    """Why the statement's ties cannot be settled, or None if they can."""
    for _, keys in _open_orders(tree, schemas):
        if keys is None:
            return (
                "a window or an ordered aggregate may have ties, and the columns it could break them by are not known"
            )
    for select in tree.find_all(exp.Select):
        order = select.args.get("order")
        if select.args.get("distinct") is None or order is None:
            continue
        names = {projection.alias_or_name.casefold() for projection in select.selects}
        for term in order.expressions:
            if not isinstance(term.this, exp.Column) or term.this.name.casefold() not in names:
                return "`select distinct` is sorted by something that it does not select"
    return None


def _open_orders(tree: exp.Query, schemas: Mapping[str, Schema]) -> Iterator[tuple[exp.Order, list[exp.Expr] | None]]:
    """The ORDER BYs inside windows and aggregates that can leave ties, each with the keys that break them."""
    for order in list(tree.find_all(exp.Order)):
        owner = order.parent
        if isinstance(owner, exp.Query):
            continue
        select = order.find_ancestor(exp.Select)
        if select is None:
            continue
        if isinstance(owner, exp.Window):
            if not _is_ranked(owner):
                continue
            group = select.args.get("group")
            if group is not None:
                plain = bool(group.expressions) and not any(isinstance(each, exp.Literal) for each in group.expressions)
                yield order, list(group.expressions) if plain else None
                continue
        if any(isinstance(term.this, exp.Column) and term.this.name in _positions(tree) for term in order.expressions):
            continue
        yield order, _columns(select, tree, schemas)


def _is_ranked(window: exp.Window) -> bool:
    inner = window.this
    while isinstance(inner, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        inner = inner.this
    name = inner.name if isinstance(inner, exp.Anonymous) else inner.sql_name() if isinstance(inner, exp.Func) else ""
    spec = window.args.get("spec")
    return name.lower() in RANKED or (spec is not None and str(spec.args.get("kind")).upper() == "ROWS")


def _columns(select: exp.Select, tree: exp.Query, schemas: Mapping[str, Schema]) -> list[exp.Expr] | None:
    """Every column of what a SELECT reads, qualified, or None where one source's columns are not known."""
    origin = select.args.get("from_")
    sources = [origin.this] if origin is not None else []
    for join in select.args.get("joins") or ():
        if join.args.get("kind") not in ("SEMI", "ANTI"):
            sources.append(join.this)
    found: list[exp.Expr] = []
    for source in sources:
        names = _names(source, tree, schemas)
        alias = source.alias or (source.name if isinstance(source, exp.Table) else "")
        if names is None or not alias:
            return None
        found += [sql.column(name, alias) for name in names]
    return found


def _names(source: exp.Expr, tree: exp.Query, schemas: Mapping[str, Schema]) -> list[str] | None:
    """The names of the columns of one source of a FROM."""
    inner: exp.Expr | None = source.this if isinstance(source, exp.Subquery) else None
    if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
        for cte in tree.find_all(exp.CTE):
            if cte.alias.casefold() == source.name.casefold():
                inner = cte.this
        if inner is None:
            schema = next((each for name, each in schemas.items() if name.casefold() == source.name.casefold()), None)
            return schema.names if schema is not None else None
    if not isinstance(inner, exp.Query) or any(each.is_star or not each.alias_or_name for each in inner.selects):
        return None
    if any(not isinstance(each, exp.Alias | exp.Column) for each in inner.selects):
        return None
    return [each.alias_or_name for each in inner.selects]


def _positions(tree: exp.Query) -> set[str]:
    """The names that `Table.numbered()` gave to rows' positions in this statement."""
    return {
        each.alias
        for each in tree.find_all(exp.Alias)
        if isinstance(each.this, exp.Window)
        and isinstance(each.this.this, exp.RowNumber)
        and not each.this.args.get("order")
        and not each.this.args.get("partition_by")
    }


def _results(tree: exp.Query) -> list[exp.Expr]:
    """The columns of a result as keys to sort by: by name, or by place where one has no name of its own."""
    if any(each.is_star for each in tree.selects):
        return [exp.Columns(this=exp.Star())]
    if any(not isinstance(each, exp.Alias | exp.Column) for each in tree.selects):
        return [exp.Literal.number(place + 1) for place in range(len(tree.selects))]
    return [sql.column(projection.alias_or_name) for projection in tree.selects]


def _make_total(query: exp.Query, positions: set[str]) -> None:
    """Add the result's columns as last keys of an ORDER BY; those that are keys by their own name are left out."""
    order = query.args["order"]
    terms = [term.this if isinstance(term, exp.Ordered) else term for term in order.expressions]
    inner = [term.this if isinstance(term, exp.Min | exp.Max) else term for term in terms]
    if any(isinstance(term, exp.Column) and term.name in positions for term in inner):
        return
    keys = {term.name.casefold() for term in terms if isinstance(term, exp.Column) and not term.table}
    missing = [each for each in _results(query) if not isinstance(each, exp.Column) or each.name.casefold() not in keys]
    order.set("expressions", [*order.expressions, *(sql.ordered(each) for each in missing)])
