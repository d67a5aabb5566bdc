"""Give every result that someone looks at in order a total order, and take away orders that nobody needs.

Valid in, valid out, same effects. Sinks, previews, people and Python steps look at order; a filter or projection needs its
input's order if its own is needed; a statement that numbers its input always does; grouping and joins do not.
"""

from __future__ import annotations

from sqlglot import exp

from interlock.compiler.infer import keeps_order
from interlock.compiler.ties import settle_foreign
from interlock.ir.program import Program, Step
from interlock.registry import sql


def settle_order(program: Program) -> Program:
    """The program with ORDER BY exactly where an order is needed, each leaving no ties."""
    demanded: set[str] = set()
    known = {step.id: step.schema for step in program.steps}
    settled: list[Step] = []
    for step in reversed(program.steps):
        if step.kind == "select" and step.query is not None:
            wanted = step.id in demanded or step.preview > 0 or step.asks is not None
            schemas = {name: known[name] for name in step.reads}
            query = settle(step.query, wanted) if step.known_shape else settle_foreign(step.query, wanted, schemas)
            if query is not step.query:
                step = step.with_(query=query)
            demanded.update(step.reads if not step.known_shape or depends_on_order(query, wanted) else ())
        elif step.kind == "copy" and step.query is not None:
            demanded.update(step.reads if depends_on_order(step.query, True) else ())
        else:
            demanded.update(step.reads)
        settled.append(step)
    return program.with_steps(settled[::-1])


def settle(tree: exp.Query, wanted: bool) -> exp.Query:
    """The statement with a total outermost order if that is `wanted`, without one if not; itself if it is so already."""
    if tree.find(exp.Order, exp.Subquery, exp.Limit, exp.CTE) is None and (
        not wanted or keeps_order(tree) or _keeps_union_order(tree)
    ):
        return tree
    found = tree.copy()
    for inner in found.find_all(exp.Select):
        if inner is not found and inner.args.get("order") is not None:
            _make_total(inner)
    limited = found.args.get("limit") is not None or found.args.get("offset") is not None
    if wanted or limited:
        if found.args.get("order") is not None:
            _make_total(found)
        elif not keeps_order(found) and not _keeps_union_order(found):
            found.set("order", exp.Order(expressions=[sql.ordered(each) for each in _results(found)]))
    elif found.args.get("order") is not None:
        found.set("order", None)
    drop_unused_positions(found)
    return found


def _results(tree: exp.Query) -> list[exp.Expr]:
    return [sql.column(projection.alias_or_name) for projection in tree.selects]


def _make_total(tree: exp.Query) -> None:
    """Add the result's columns as last keys of its ORDER BY, unless its keys already leave no ties."""
    order = tree.args["order"]
    terms = [term.this if isinstance(term, exp.Ordered) else term for term in order.expressions]
    if any(_is_position(term) for term in terms):
        return
    texts = {sql.text(term) for term in terms} | {term.name for term in terms if isinstance(term, exp.Column)}
    group = tree.args.get("group")
    if group is not None and group.expressions and all(sql.text(each) in texts for each in group.expressions):
        return
    grouped = tree.args.get("group") is not None
    if not grouped and any(each.is_star for each in tree.selects):
        missing: list[exp.Expr] = [exp.Columns(this=exp.Star())]
    else:
        missing = [each for each in _results(tree) if each.name not in texts]
    order.set("expressions", [*order.expressions, *(sql.ordered(each) for each in missing)])


def _is_position(term: exp.Expr) -> bool:
    inner = term.this if isinstance(term, exp.Min) else term
    if isinstance(inner, exp.Anonymous) and inner.name.lower() == "min" and inner.expressions:
        inner = inner.expressions[0]
    return isinstance(inner, exp.Column) and inner.name.startswith(sql.POSITION)


def _keeps_union_order(tree: exp.Query) -> bool:
    """UNION ALL of order-keeping statements gives the first one's rows, then the second's."""
    waiting: list[exp.Expr] = [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, exp.Union):
            if each.args.get("distinct"):
                return False
            waiting += [each.left, each.right]
        elif not (isinstance(each, exp.Query) and keeps_order(each)):
            return False
    return isinstance(tree, exp.Union)


def depends_on_order(tree: exp.Query, wanted: bool) -> bool:
    """Whether the statement's result depends on the order of what it reads, its own order being `wanted` or not."""
    if any(_is_bare_window(window) for window in tree.find_all(exp.Window)):
        return True
    for select in tree.find_all(exp.Select):
        if select.args.get("limit") is not None and select.args.get("order") is None:
            return True
    return wanted and tree.args.get("order") is None


def _is_bare_window(window: exp.Window) -> bool:
    return window.args.get("order") is None and isinstance(window.this, exp.RowNumber)


def drop_unused_positions(tree: exp.Query) -> None:
    """Turn `(SELECT *, row_number() OVER () AS _row FROM t) AS t` back into `t` where `_row` is not used."""
    for subquery in list(tree.find_all(exp.Subquery)):
        inner = subquery.this
        if not isinstance(inner, exp.Select) or subquery.parent is None:
            continue
        positions = [
            each.alias
            for each in inner.selects
            if isinstance(each, exp.Alias) and isinstance(each.this, exp.Window) and _is_bare_window(each.this)
        ]
        if len(positions) != 1:
            continue
        inside = {id(column) for column in inner.find_all(exp.Column)}
        used = any(column.name == positions[0] and id(column) not in inside for column in tree.find_all(exp.Column))
        origin = inner.args.get("from_") or inner.args.get("from")
        table = origin.this if origin is not None else None
        plain = all(isinstance(each, exp.Column) for each in inner.selects if each.alias_or_name != positions[0])
        bare = not any(inner.args.get(clause) for clause in ("where", "group", "joins", "limit", "order", "distinct"))
        if not used and plain and bare and isinstance(table, exp.Table):
            alias = subquery.alias
            subquery.replace(sql.table(table.name, alias if alias and alias != table.name else None))
