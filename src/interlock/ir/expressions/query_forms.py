"""Forms that a query may be written in and that nothing behind its admission needs to know: named windows, `order by all`,
aggregates of distinct values with more arguments, run inputs without a name, indexes that are run inputs, and parts of
dates that no column has a say in."""

from __future__ import annotations

from sqlglot import exp

from interlock.ir.expressions.calls import CLOCK_PARTS, DATE_PARTS, FIELD_OF
from interlock.ir.expressions.typed import call_tree


def plain_forms(tree: exp.Query) -> None:
    """Put each of these forms into its plain one, in the tree itself."""
    for select in list(tree.find_all(exp.Select)):
        _spell_out_windows(select)
    for query in list(tree.find_all(exp.Query)):
        _spell_out_order(query)
    for call in list(tree.find_all(exp.Anonymous)):
        _part_distinct(call)
    for part in list(tree.find_all(exp.Extract, exp.Anonymous)):
        _name_part(part)


def keep_index(node: exp.Expr) -> None:
    """Before a run input is put in its place: an index is counted as it is written, whatever its type is known to be."""
    at: exp.Expr = node
    while at.parent is not None:
        above = at.parent
        if isinstance(above, exp.Bracket) and at.arg_key == "expressions" and len(above.expressions) == 1:
            alone = exp.Bracket(this=exp.column("x"), expressions=[at.copy()])
            if alone.sql(dialect="duckdb") == f"x[{at.sql(dialect='duckdb')}]":
                above.set("offset", 1)
        at = above


def _name_part(node: exp.Expr) -> None:
    """`extract(week from :day)` as `week(:day)`: the engine takes any part of a null that it can foresee for a double,
    and a run input is null until the run gives it a value."""
    name, moment = node.this, node.expression if isinstance(node, exp.Extract) else None
    if isinstance(node, exp.Anonymous):
        if str(node.this).lower() not in ("date_part", "datepart") or len(node.expressions) != 2:
            return
        name, moment = node.expressions
    if not isinstance(name, exp.Var | exp.Literal) or moment is None or moment.find(exp.Column) is not None:
        return
    word = name.name.lower().rstrip("s")
    if word in DATE_PARTS | CLOCK_PARTS:
        node.replace(call_tree(FIELD_OF.get(word, word), moment.copy()))


def _spell_out_windows(select: exp.Select) -> None:
    """`f() over w … window w as (…)` as `f() over (…)`."""
    named = {str(each.name).casefold(): each for each in select.args.get("windows") or []}
    for each in named.values():  # one may begin with another that stands before it
        _complete(each, named)
    for window in list(select.find_all(exp.Window)):
        if window.args.get("over") and window.find_ancestor(exp.Select) is select:
            _complete(window, named)
    if named and not any(each.args.get("alias") for each in select.find_all(exp.Window)):
        select.set("windows", None)


def _complete(window: exp.Window, named: dict[str, exp.Window]) -> None:
    """Fill in what a window takes from the one that it names; left as it is where there is none of that name."""
    base = named.get(str(window.alias).casefold()) if window.args.get("alias") is not None else None
    if base is None or base is window or base.args.get("alias") is not None:
        return
    for part in ("partition_by", "order", "spec"):
        given = base.args.get(part)
        if given and not window.args.get(part):
            window.set(part, [each.copy() for each in given] if isinstance(given, list) else given.copy())
    window.set("alias", None)


def _spell_out_order(query: exp.Query) -> None:
    """`order by all` as an order by every column of the result."""
    order = query.args.get("order")
    if not isinstance(order, exp.Order):
        return
    terms = order.expressions
    if len(terms) != 1 or not isinstance(terms[0].this, exp.Var) or terms[0].this.name.upper() != "ALL":
        return
    (term,) = terms
    selects = query.selects
    if any(each.is_star for each in selects):
        keys: list[exp.Expr] = [exp.Columns(this=exp.Star())]
    else:
        keys = [
            exp.column(each.alias_or_name, quoted=True)
            if isinstance(each, exp.Alias | exp.Column)
            else exp.Literal.number(place)
            for place, each in enumerate(selects, 1)
        ]
    found = []
    for key in keys:
        found.append(term.copy())
        found[-1].set("this", key)
    order.set("expressions", found)


def _part_distinct(call: exp.Anonymous) -> None:
    """`string_agg(distinct x, ',' order by x)`: only the first argument is what is distinct."""
    first = call.expressions[0] if call.expressions else None
    order = first if isinstance(first, exp.Order) else None
    distinct = order.this if order is not None else first
    if not isinstance(distinct, exp.Distinct) or len(distinct.expressions) < 2 or distinct.args.get("on"):
        return
    inner, *rest = [each.copy() for each in distinct.expressions]
    if order is not None:
        rest[-1] = exp.Order(this=rest[-1], expressions=[each.copy() for each in order.expressions])
    call.set("expressions", [exp.Distinct(expressions=[inner]), *rest, *call.expressions[1:]])
