"""Name every column of every result: valid in, valid out, same effects.

A `*` in a query becomes the list of columns that it stood for when the plan was checked, and a column that the engine
would name after its expression gets that name, so that later passes may rewrite the expression.
"""

from __future__ import annotations

from sqlglot import exp

from interlock.ir.program import Program, Step
from interlock.registry import sql


def name_columns(program: Program) -> Program:
    """The program with explicit column lists."""
    return program.with_steps([_named(step) for step in program.steps])


def _named(step: Step) -> Step:
    query = step.query
    if step.kind != "select" or query is None:
        return step
    names = step.schema.names
    projections = query.selects
    if any(projection.is_star for projection in projections) or len(projections) != len(names):
        inner = exp.Subquery(this=query.copy(), alias=exp.TableAlias(this=sql.name_of("result")))
        return step.with_(query=sql.select(*(sql.column(name) for name in names)).from_(inner, copy=False))
    if all(_is_named(projection, name) for projection, name in zip(projections, names, strict=True)):
        return step
    if not isinstance(query, exp.Select):
        return step  # a set operation takes its names from its first side
    found = query.copy()
    found.set(
        "expressions",
        [
            projection if _is_named(projection, name) else exp.Alias(this=projection.unalias(), alias=sql.name_of(name))
            for projection, name in zip(found.selects, names, strict=True)
        ],
    )
    return step.with_(query=found)


def _is_named(projection: exp.Expr, name: str) -> bool:
    return isinstance(projection, exp.Column | exp.Alias) and projection.alias_or_name == name
