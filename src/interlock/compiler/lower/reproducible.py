"""Make sums, means and deviations of floats independent of the order in which threads reach the rows.

Valid in, valid out, same effects; values differ from the engine's own by rounding only. Built-in nodes use the exact
macros from the start; this pass rewrites what a `query` or a node type of your own writes as `sum(x)`.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from interlock.compiler.floats import SPREADS, float_aggregates
from interlock.ir.program import Program, Step
from interlock.ir.types import Schema
from interlock.registry import sql


def make_reproducible(program: Program) -> Program:
    """The program with exact aggregates in place of order-dependent ones."""
    schemas = {step.id: step.schema for step in program.steps}
    return program.with_steps(
        [_rewritten(step, {name: schemas[name] for name in step.reads}) for step in program.steps]
    )


def _rewritten(step: Step, schemas: Mapping[str, Schema]) -> Step:
    if step.query is None or step.source is not None or not float_aggregates(step.query, schemas):
        return step
    tree = step.query.copy()
    _spell_out_having(tree)
    for call, _ in float_aggregates(tree, schemas):
        having = call.find_ancestor(exp.Having)
        if having is not None and isinstance(having.parent, exp.Select):
            tree = _lift_having(tree, having.parent)
    for call, family in reversed(float_aggregates(tree, schemas)):  # what stands inside another first
        _replace(call, family)
    return step.with_(query=tree)


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


def _spell_out_having(tree: exp.Query) -> None:
    """Put the aggregates that a HAVING names by their aliases in place of the aliases."""
    for having in list(tree.find_all(exp.Having)):
        select = having.parent
        if not isinstance(select, exp.Select):
            continue
        named = {each.alias.casefold(): each.this for each in select.selects if isinstance(each, exp.Alias)}
        for column in list(having.find_all(exp.Column)):
            meant = named.get(column.name.casefold()) if not column.table else None
            if meant is not None and any(isinstance(each, exp.AggFunc | exp.Anonymous) for each in meant.walk()):
                column.replace(sql.grouped(meant.copy()))


HAVING = "_having"


def _lift_having(tree: exp.Query, select: exp.Select) -> exp.Query:
    """HAVING as a WHERE around the statement: the engine cannot evaluate the exact macros in a HAVING.

    `SELECT k, sum(x) AS s FROM t GROUP BY k HAVING sum(x) > 1` becomes
    `SELECT k, s FROM (SELECT k, sum(x) AS s, sum(x) > 1 AS _having FROM t GROUP BY k) AS grouped WHERE _having`.
    """
    having = select.args["having"]
    outer = sql.select(*(sql.column(each.alias_or_name) for each in select.selects))
    order = select.args.get("order")
    hidden: list[exp.Expr] = [sql.named(having.this.copy(), HAVING)]
    if order is not None:
        terms = []
        for index, term in enumerate(order.expressions):
            hidden.append(sql.named(term.this.copy(), f"_order{index}"))
            terms.append(
                sql.ordered(
                    sql.column(f"_order{index}"),
                    descending=bool(term.args.get("desc")),
                    nulls_first=bool(term.args.get("nulls_first")),
                )
            )
        outer.set("order", exp.Order(expressions=terms))
    for clause in ("limit", "offset", "distinct"):
        if select.args.get(clause) is not None:
            outer.set(clause, select.args[clause].copy())
    inner = select.copy()
    for clause in ("having", "order", "limit", "offset", "distinct"):
        inner.set(clause, None)
    inner.set("expressions", [*(_aliased(each) for each in inner.selects), *hidden])
    outer = outer.from_(exp.Subquery(this=inner, alias=exp.TableAlias(this=sql.name_of("grouped"))), copy=False)
    outer = outer.where(sql.column(HAVING), copy=False)
    if select is tree:
        return outer
    select.replace(outer)
    return tree


def _aliased(projection: exp.Expr) -> exp.Expr:
    return (
        projection
        if isinstance(projection, exp.Alias)
        else exp.Alias(this=projection, alias=sql.name_of(projection.alias_or_name))
    )
