"""Smaller SELECTs: without a clause, a column, a join or a part, or with a part of an expression in place of the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

CLAUSES = ("where", "having", "qualify", "order", "limit", "offset", "distinct", "with_", "joins")

MARK = "__input_"
"""Stands before the name of a run input while the text is a tree: the parser reads `:name` otherwise."""
_INPUT = re.compile(r"(?<![:\w'\"\]]):(?=[^\W\d])")


def smaller_queries(text: str) -> Iterator[str]:
    """Shorter texts of the query, each without one thing; nothing where the text cannot be read."""
    try:
        tree = sqlglot.parse_one(_INPUT.sub(MARK, text), dialect="duckdb")
    except SqlglotError:
        return
    count = sum(1 for _ in tree.find_all(exp.Query))
    for place in range(count):
        yield from _printed(text, tree, place)
    for place, node in enumerate(list(tree.walk())):
        if isinstance(node, exp.Func | exp.Binary | exp.Unary | exp.Case | exp.Window | exp.Between | exp.In):
            for inner in list(node.iter_expressions())[:3]:
                if isinstance(inner, exp.Condition):
                    copy = tree.copy()
                    list(copy.walk())[place].replace(inner.copy())
                    yield from _shorter(text, copy)


def _printed(text: str, tree: exp.Expr, place: int) -> Iterator[str]:
    query = list(tree.find_all(exp.Query))[place]
    if isinstance(query, exp.SetOperation | exp.Subquery):
        for part in ("this", "expression"):
            inner = query.args.get(part)
            if query is tree and isinstance(inner, exp.Query):
                yield from _shorter(text, inner)
        return
    if query is not tree:
        yield from _shorter(text, query)
    for clause in CLAUSES:
        if query.args.get(clause):
            copy = tree.copy()
            list(copy.find_all(exp.Query))[place].set(clause, None)
            yield from _shorter(text, copy)
    items = query.args.get("expressions") or []
    for each in range(len(items) if len(items) > 1 else 0):
        copy = tree.copy()
        found = list(copy.find_all(exp.Query))[place]
        found.set("expressions", [item for at, item in enumerate(found.args["expressions"]) if at != each])
        yield from _shorter(text, copy)


def _shorter(text: str, tree: exp.Expr) -> Iterator[str]:
    try:
        found = tree.sql(dialect="duckdb").replace(MARK, ":")
    except (SqlglotError, ValueError):  # what is left is no tree that can be printed
        return
    if len(found) < len(text):
        yield found
