"""Putting exact aggregates in place of a statement's sums, means and deviations of floats.

What the engine adds up in the order in which threads reach the rows is computed by the exact macros instead; values differ
from the engine's own by rounding only.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from interlock.compiler.floats import SPREADS, Unprovable, engine_name, float_aggregates, is_column
from interlock.compiler.results import group_keys, is_aggregate, result_at
from interlock.ir.types import Schema
from interlock.registry import sql


def made_exact(tree: exp.Query, schemas: Mapping[str, Schema]) -> exp.Query:
    """The statement with exact aggregates, itself where it has none to replace; raises Unprovable."""
    if not float_aggregates(tree, schemas):
        return tree
    found = tree.copy()
    for having in reversed(list(found.find_all(exp.Having))):  # the innermost first: what is lifted is copied
        select = having.parent
        if not isinstance(select, exp.Select):
            continue
        spelled = _spelled_out(having, select, schemas)
        if _holds_floats(found, spelled, having, schemas):
            found = _lifted(found, select, schemas)
    calls = float_aggregates(found, schemas)
    for call, _ in calls:
        _keep_name(call, schemas)
    for call, family in reversed(calls):  # what stands inside another first
        _replace(call, family)
    return found


def _replace(call: exp.Expr, family: str) -> None:
    argument = call.expressions[0] if isinstance(call, exp.Anonymous) else call.this
    condition = None
    outermost: exp.Expr = call
    if isinstance(call.parent, exp.Filter):
        outermost = call.parent
        condition = outermost.expression.this
    distinct = isinstance(argument, exp.Distinct)
    inner = argument.expressions[0] if distinct else argument
    if condition is not None:
        inner = exp.Case(ifs=[exp.If(this=condition.copy(), true=inner.copy())])
    window = outermost.parent if isinstance(outermost.parent, exp.Window) else None
    if window is not None:
        window.replace(_windowed(window, inner, family))
    elif distinct:
        ordered = sql.call("list_sort", sql.call("list", exp.Distinct(expressions=[inner.copy()])))
        outermost.replace(sql.call("list_aggregate", ordered, {"sum": "sum", "mean": "avg", **SPREADS}[family]))
    else:
        outermost.replace(sql.call(f"exact_{family}", inner.copy()))


def _windowed(window: exp.Window, inner: exp.Expr, family: str) -> exp.Expr:
    """The exact form of a window aggregate: integer sums over the window, put together row by row."""

    def over(tree: exp.Expr) -> exp.Expr:
        found = window.copy()
        found.set("this", tree)
        return found

    if family in SPREADS:
        values = over(sql.call("list", inner.copy()))
        return sql.call("list_aggregate", sql.call("list_sort", values), SPREADS[family])
    parts = [over(sql.call("sum", sql.call(f"exact_{part}", inner.copy()))) for part in ("whole", "high", "low")]
    odd = sql.call("exact_rest", inner.copy())
    rest = over(sql.filtered(sql.call("list", odd), exp.NEQ(this=odd.copy(), expression=sql.literal(0))))
    total = sql.call("exact_total", *parts, rest)
    if family == "sum":
        return total
    return exp.Div(this=total, expression=over(sql.call("count", inner.copy())))


def _keep_name(call: exp.Expr, schemas: Mapping[str, Schema]) -> None:
    """Give a column that the engine would name after the call that name, before the call becomes another."""
    item: exp.Expr = call
    while item.parent is not None and not (isinstance(item.parent, exp.Select) and item.arg_key == "expressions"):
        item = item.parent
        if isinstance(item, exp.Query):
            return
    select = item.parent
    around = select.parent if select is not None else None
    if isinstance(around, exp.Subquery) and not isinstance(around.parent, exp.From | exp.Join | exp.Subquery):
        return  # it stands for a value: nobody names it
    if select is not None and not isinstance(item, exp.Alias):
        holder = exp.Alias(alias=sql.name_of(engine_name(item, schemas)))
        item.replace(holder)
        holder.set("this", item)


HAVING = "_having"


def _spelled_out(having: exp.Having, select: exp.Select, schemas: Mapping[str, Schema]) -> exp.Expr:
    """The condition of a HAVING with what its names mean: a key of the groups, or else a result of that name."""
    found = having.this.copy()
    holder = exp.Paren(this=found)
    keys = {each.name.casefold() for each in group_keys(select) or () if isinstance(each, exp.Column)}
    named = {each.alias.casefold(): each.this for each in select.selects if isinstance(each, exp.Alias)}
    read: dict[str, bool] = {}

    def spell(part: exp.Expr, seen: frozenset[str], first: bool) -> None:
        for column in list(part.find_all(exp.Column)):
            name = column.name.casefold()
            if column.table or name not in named or name in seen or _is_inside(column, part):
                continue
            if not first and name not in read:
                read[name] = is_column(select, column, schemas)
            if name in keys if first else read[name]:
                continue  # of the names in a result, a column of the input is meant first
            inner = sql.grouped(named[name].copy())
            spell(inner, seen | {name}, False)
            column.replace(inner)

    spell(holder, frozenset(), True)
    return holder.this


def _is_inside(column: exp.Expr, part: exp.Expr) -> bool:
    """Whether a column stands in an aggregate, or in a query of its own: there it means what is read."""
    at = column.parent
    while at is not None and at is not part:
        if isinstance(at, exp.Query | exp.Window) or is_aggregate(at):
            return True
        at = at.parent
    return False


def _holds_floats(tree: exp.Query, condition: exp.Expr, having: exp.Having, schemas: Mapping[str, Schema]) -> bool:
    """Whether a condition, in the place of a HAVING's own, aggregates floats; then it is left there."""
    before = having.this
    having.set("this", condition)
    if any(call.find_ancestor(exp.Having) is having for call, _ in float_aggregates(tree, schemas)):
        return True
    having.set("this", before)
    return False


def _lifted(tree: exp.Query, select: exp.Select, schemas: Mapping[str, Schema]) -> exp.Query:
    """HAVING as a WHERE around the statement: the engine cannot evaluate the exact macros in a HAVING.

    `SELECT k, sum(x) AS s FROM t GROUP BY k HAVING sum(x) > 1` becomes
    `SELECT k, s FROM (SELECT k, sum(x) AS s, sum(x) > 1 AS _having FROM t GROUP BY k) AS grouped WHERE _having`.
    """
    if any(each.is_star for each in select.selects):
        raise Unprovable("a HAVING with floats beside a `*`; write the columns out")
    items: list[exp.Expr] = []
    for each in select.selects:
        plain = isinstance(each, exp.Alias | exp.Column)
        name = each.alias_or_name if plain else engine_name(each, schemas)
        items.append(
            each.copy() if isinstance(each, exp.Alias) else exp.Alias(this=each.copy(), alias=sql.name_of(name))
        )
    names = [each.alias for each in items]
    hidden_name = sql.fresh(HAVING, names)
    outer = sql.select(*(sql.column(name) for name in names))
    hidden: list[exp.Expr] = [sql.named(select.args["having"].this.copy(), hidden_name)]
    order = select.args.get("order")
    if order is not None:
        terms = []
        for index, term in enumerate(order.expressions):
            key = _result(select, term.this, names)
            if key is None:
                key = sql.column(sql.fresh(f"_order{index}", names))
                hidden.append(sql.named(term.this.copy(), key.name))
            kept = term.copy()
            kept.set("this", key)
            terms.append(kept)
        outer.set("order", exp.Order(expressions=terms))
    for clause in ("limit", "offset", "distinct"):
        if select.args.get(clause) is not None:
            outer.set(clause, select.args[clause].copy())
    inner = select.copy()
    parts = inner.args.get("with_")
    for clause in ("having", "order", "limit", "offset", "distinct", "with_"):
        inner.set(clause, None)
    inner.set("expressions", [*items, *hidden])
    outer = outer.from_(exp.Subquery(this=inner, alias=exp.TableAlias(this=sql.name_of("grouped"))), copy=False)
    outer = outer.where(sql.column(hidden_name), copy=False)
    if parts is not None:
        outer.set("with_", parts)
    if select is tree:
        return outer
    select.replace(outer)
    return tree


def _result(select: exp.Select, term: exp.Expr, names: list[str]) -> exp.Column | None:
    """The column of the result that a key of an order means: by its name, its place, or what it says."""
    if isinstance(term, exp.Column) and not term.table:
        return next((sql.column(name) for name in names if name.casefold() == term.name.casefold()), None)
    at = result_at(select, term)
    return sql.column(names[at]) if at is not None else None
