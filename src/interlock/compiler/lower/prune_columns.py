"""Read and carry only columns that something uses: valid in, valid out, same effects.

From the sinks back to the sources, every SELECT keeps the columns that its consumers name. A statement whose columns
decide its rows (DISTINCT, set operations, unnest) is left as it is. What nobody uses is not computed, so a cast that
would have failed in an unused column no longer stops the run.
"""

from __future__ import annotations

from sqlglot import exp

from interlock.ir.program import Program, Step
from interlock.ir.types import Schema


def prune_columns(program: Program) -> Program:
    """The program with explicit, minimal column lists."""
    needed: dict[str, set[str]] = {step.id: set() for step in program.steps}
    pruned: list[Step] = []
    for step in reversed(program.steps):
        everything = step.is_sink or step.preview > 0 or step.asks or step.kind != "select" or not step.known_shape
        if not everything and step.query is not None:
            wanted = needed[step.id] | {name for check in step.checks for name in _names(check.violations)}
            step = _keep(step, wanted)
        trees: list[exp.Expr] = [check.violations for check in step.checks]
        if step.query is not None:
            trees.append(step.query)
        for name in {*step.reads}:
            if step.query is None or not step.known_shape or any(_has_star(tree) for tree in trees):
                needed[name].add("*")
            for tree in trees:
                needed[name] |= _names(tree)
        pruned.append(step)
    return program.with_steps(pruned[::-1])


def _names(tree: exp.Expr) -> set[str]:
    """Every column name mentioned, folded: more than is read of any one relation, never less."""
    found = {column.name.casefold() for column in tree.find_all(exp.Column)}
    for join in tree.find_all(exp.Join):
        found.update(each.name.casefold() for each in join.args.get("using") or ())
        if join.args.get("method") == "NATURAL":
            found.add("*")
    return found | ({"*"} if _has_star(tree) else set())


def _has_star(tree: exp.Expr) -> bool:
    return any(not isinstance(star.parent, exp.Count | exp.Anonymous) for star in tree.find_all(exp.Star))


def _keep(step: Step, wanted: set[str]) -> Step:
    """The step with the projections that are `wanted`, at least one."""
    query = step.query
    if "*" in wanted or not isinstance(query, exp.Select) or query.args.get("distinct") is not None or _has_star(query):
        return step
    inside = {
        column.name.casefold()
        for name, clause in query.args.items()
        if name not in ("expressions", "from_", "from", "joins", "with_", "with") and clause is not None
        for part in (clause if isinstance(clause, list) else [clause])
        if isinstance(part, exp.Expr)
        for column in part.find_all(exp.Column)
    }
    named = wanted | inside
    keep = [
        projection
        for projection in query.selects
        if projection.alias_or_name.casefold() in named or _decides_rows(projection)
    ] or query.selects[:1]
    if len(keep) == len(query.selects):
        return _keep_inner(step, query)
    slim = query.copy()
    names = {projection.alias_or_name for projection in keep}
    slim.set("expressions", [projection for projection in slim.selects if projection.alias_or_name in names])
    columns = tuple(column for column in step.schema if column.name in names)
    return _keep_inner(step.with_(schema=Schema(columns)), slim)


def _decides_rows(projection: exp.Expr) -> bool:
    return any(
        isinstance(each, exp.Unnest | exp.Explode)
        or (isinstance(each, exp.Anonymous) and each.name.lower() == "unnest")
        for each in projection.walk()
    )


def _keep_inner(step: Step, query: exp.Select) -> Step:
    """The step with the columns of a numbered input narrowed to those that the outer statement names."""
    if query.find(exp.Subquery) is None:
        return step if query is step.query else step.with_(query=query)
    found = query.copy()
    for subquery in found.find_all(exp.Subquery):
        inner = subquery.this
        if not isinstance(inner, exp.Select) or not any(
            isinstance(each, exp.Alias) and isinstance(each.this, exp.Window) for each in inner.selects
        ):
            continue
        inside = {id(column) for column in inner.find_all(exp.Column)}
        outer = {column.name.casefold() for column in found.find_all(exp.Column) if id(column) not in inside}
        own = {
            column.name.casefold()
            for each in inner.selects
            if not isinstance(each, exp.Column)
            for column in each.find_all(exp.Column)
        }
        inner.set(
            "expressions",
            [
                each
                for each in inner.selects
                if not isinstance(each, exp.Column) or each.alias_or_name.casefold() in outer | own
            ],
        )
    return step.with_(query=found)
