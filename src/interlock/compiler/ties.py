"""Settle ties in statements that others wrote: a `query` of a plan, a node type from elsewhere.

Where a window, an ordered aggregate or an ORDER BY leaves ties, which row comes first would be chance. The columns of
what the statement reads, or of its result, are added as last keys. Where they cannot be told, `unsettled` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from interlock.compiler.binder import BindError
from interlock.compiler.floats import given_by
from interlock.compiler.infer import keeps_order
from interlock.compiler.results import group_keys, makes_one_row
from interlock.ir.expressions.functions.aggregates import BY_NAME as AGGREGATES
from interlock.ir.types import Schema
from interlock.registry import sql

PLACED = frozenset("row_number ntile lag lead".split())
"""Functions over a window that look at the order of its rows and at no frame."""
RANKED = frozenset({"first_value", "last_value", "nth_value"}) | {
    name for name, aggregate in AGGREGATES.items() if aggregate.ordered
}
"""Functions over a window whose value depends on the order of the rows in its frame."""
SORTED = frozenset({"list_sort", "exact_total"})
"""Calls in which the order of a list over a window makes no difference."""


def settle_foreign(tree: exp.Query, wanted: bool, schemas: Mapping[str, Schema]) -> exp.Query:
    """The statement with its ties settled and, if its order is `wanted`, a total outermost order."""
    found = tree.copy()
    for order, keys, call in _open_orders(found, schemas):
        if not keys:
            continue
        terms = [sql.ordered(key.copy()) for key in keys]
        if call is None:
            order.set("expressions", [*order.expressions, *terms])
        else:
            _order_inside(call, [*(term.copy() for term in order.expressions), *terms])
    positions = _positions(found)
    for query in found.find_all(exp.Query):
        if query.args.get("order") is not None:
            _make_total(query, positions)
    if wanted and found.args.get("order") is None and not keeps_order(found):
        found.set("order", exp.Order(expressions=[sql.ordered(each) for each in _results(found)]))
    return found


def unsettled(tree: exp.Query, schemas: Mapping[str, Schema]) -> str | None:
    """Why the statement's ties cannot be settled, or None if they can."""
    for _, keys, _ in _open_orders(tree, schemas):
        if keys is None:
            return (
                "a window or an ordered aggregate may have ties, and the columns it could break them by are not known"
            )
    for select in tree.find_all(exp.Select):
        order, distinct = select.args.get("order"), select.args.get("distinct")
        if distinct is None or distinct.args.get("on") is not None or order is None:
            continue
        given = {projection.alias_or_name.casefold() for projection in select.selects}
        texts = {sql.text(projection.unalias()) for projection in select.selects}
        for term in order.expressions:
            named = isinstance(term.this, exp.Column) and ("*" in given or term.this.name.casefold() in given)
            if not named and not isinstance(term.this, exp.Literal | exp.Columns) and sql.text(term.this) not in texts:
                return "`select distinct` is sorted by something that it does not select"
    return None


Tie = tuple[exp.Order, list[exp.Expr] | None, exp.Anonymous | None]
"""An ORDER BY that can leave ties, the keys that break them, and the call inside of which they belong, if not there."""


def _open_orders(tree: exp.Query, schemas: Mapping[str, Schema]) -> Iterator[Tie]:
    """The ORDER BYs inside windows and aggregates that can leave ties."""
    for order in list(tree.find_all(exp.Order)):
        owner = order.parent
        if isinstance(owner, exp.Query):
            continue
        select = order.find_ancestor(exp.Select)
        if select is None:
            continue
        call = None
        if isinstance(owner, exp.Window):
            depends, call = _dependence(owner)
            if not depends:
                continue
            if select.args.get("group") is not None:
                yield order, group_keys(select) or None, call
                continue
            if makes_one_row(select):
                continue
        elif isinstance(order.this, exp.Distinct) or (
            isinstance(owner, exp.Anonymous) and any(isinstance(each, exp.Distinct) for each in owner.expressions)
        ):
            continue  # what is sorted is what is distinct
        if any(isinstance(term.this, exp.Column) and term.this.name in _positions(tree) for term in order.expressions):
            continue
        yield order, _columns(select, tree, schemas), call


def _dependence(window: exp.Window) -> tuple[bool, exp.Anonymous | None]:
    """Whether the value over a window depends on the order of rows that its ORDER BY holds equal, and, where more keys
    there would change which rows are in the frame, the call inside of which they belong."""
    inner = window.this
    while isinstance(inner, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        inner = inner.this
    name = inner.name if isinstance(inner, exp.Anonymous) else inner.sql_name() if isinstance(inner, exp.Func) else ""
    spec = window.args.get("spec")
    if name.lower() in PLACED:
        return True, None
    if spec is not None and str(spec.args.get("kind")).upper() == "ROWS":
        return True, None
    if name.lower() not in RANKED or not isinstance(inner, exp.Anonymous):
        return False, None
    around = window.parent
    while isinstance(around, exp.Filter):
        around = around.parent
    if isinstance(around, exp.Anonymous) and around.name.lower() in SORTED:
        return False, None
    if any(isinstance(each, exp.Order | exp.Distinct) for each in inner.expressions):
        return False, None  # it has an order of its own
    return True, inner


def _order_inside(call: exp.Anonymous, terms: list[exp.Expr]) -> None:
    """Give a call an ORDER BY of its own: `last_value(x ORDER BY …)`."""
    *first, last = [each.copy() for each in call.expressions]
    call.set("expressions", [*first, exp.Order(this=last, expressions=terms)])


def _columns(select: exp.Select, tree: exp.Query, schemas: Mapping[str, Schema]) -> list[exp.Expr] | None:
    """Every column of what a SELECT reads, qualified where its source has a name; None where they cannot be told."""
    origin = select.args.get("from_")
    sources = [origin.this] if origin is not None else []
    for join in select.args.get("joins") or ():
        if join.args.get("kind") not in ("SEMI", "ANTI"):
            sources.append(join.this)
    found: list[exp.Expr] = []
    bare: list[str] = []
    for source in sources:
        try:
            names = [name for name, _ in given_by(select, source, schemas)]
        except BindError:
            return None
        alias = source.alias or (source.name if isinstance(source, exp.Table) else "")
        found += [sql.column(name, alias or None) for name in names]
        bare += names
    unqualified = {each.name.casefold() for each in found if isinstance(each, exp.Column) and not each.table}
    folded = [name.casefold() for name in bare]
    return found if all(folded.count(name) == 1 for name in unqualified) else None


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
    items = _items(tree)
    if any(each.is_star for each in items):
        return [exp.Columns(this=exp.Star())]
    if any(not isinstance(each, exp.Alias | exp.Column) for each in items):
        return [exp.Literal.number(place + 1) for place in range(len(items))]
    return [sql.column(projection.alias_or_name) for projection in items]


def _items(tree: exp.Query) -> list[exp.Expr]:
    """What gives a result its columns: of a union by name, what either side has."""
    if isinstance(tree, exp.Subquery):
        return _items(tree.this)
    if not isinstance(tree, exp.SetOperation):
        return list(tree.selects)
    left = _items(tree.this)
    if not tree.args.get("by_name"):
        return left
    known = {each.alias_or_name.casefold() for each in left}
    return [*left, *(each for each in _items(tree.expression) if each.alias_or_name.casefold() not in known)]


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
