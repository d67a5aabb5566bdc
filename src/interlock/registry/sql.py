"""Building SQL trees: never from text. Names are always quoted, values are always literals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from interlock.ir.types import Type

POSITION = "_row"
"""The name of the column that holds a row's position in its input, where a step needs it."""


def column(name: str, table: str | None = None) -> exp.Column:
    """A reference to a column."""
    return exp.Column(this=name_of(name), table=name_of(table) if table else None)


def name_of(name: str) -> exp.Identifier:
    """A quoted identifier."""
    return exp.Identifier(this=name, quoted=True)


def table(name: str, alias: str | None = None) -> exp.Table:
    """A reference to a relation."""
    return exp.Table(this=name_of(name), alias=exp.TableAlias(this=name_of(alias)) if alias else None)


def named(tree: exp.Expression, name: str) -> exp.Expression:
    """`tree AS name`; a column that has that name already stays as it is."""
    if isinstance(tree, exp.Column) and tree.name == name:
        return tree
    return exp.Alias(this=tree, alias=name_of(name))


def call(function: str, *arguments: exp.Expression | Any) -> exp.Anonymous:
    """A call of a DuckDB function; plain Python values become literals."""
    return exp.Anonymous(this=function, expressions=[each if isinstance(each, exp.Expression) else literal(each) for each in arguments])


def cast(tree: exp.Expression, kind: Type, *, trying: bool = False) -> exp.Expression:
    """`CAST(tree AS kind)`, or TRY_CAST, which gives null where the value does not fit."""
    target = datatype(kind)
    return exp.TryCast(this=tree, to=target) if trying else exp.Cast(this=tree, to=target)


def datatype(kind: Type) -> exp.Expression:
    """The type as a tree."""
    found = _TYPES.get(kind)
    if found is None:
        found = _TYPES[kind] = sqlglot.parse_one(f"CAST(1 AS {kind.sql})", dialect="duckdb").args["to"]
    return found.copy()


_TYPES: dict[Type, Any] = {}


def literal(value: Any) -> exp.Expression:
    """A Python value as a SQL literal: None, booleans, numbers, text, dates, times, lists and mappings.

    >>> literal("it's").sql(dialect="duckdb"), literal(1.5).sql(dialect="duckdb")
    ("'it''s'", 'CAST(1.5 AS DOUBLE)')
    """
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int):
        number = exp.Literal.number(abs(value))
        return exp.Neg(this=number) if value < 0 else number
    if isinstance(value, float):
        text = exp.Literal.string(repr(value)) if not math.isfinite(value) else literal_number(repr(value))
        return cast(text, Type("double"))
    if isinstance(value, Decimal):
        return literal_number(str(value))
    if isinstance(value, datetime):
        return cast(exp.Literal.string(value.isoformat(sep=" ")), Type("timestamptz" if value.tzinfo else "timestamp"))
    if isinstance(value, date):
        return cast(exp.Literal.string(value.isoformat()), Type("date"))
    if isinstance(value, time):
        return cast(exp.Literal.string(value.isoformat()), Type("time"))
    if isinstance(value, list | tuple):
        return exp.Array(expressions=[literal(each) for each in value])
    if isinstance(value, Mapping):
        return struct({str(key): literal(each) for key, each in value.items()})
    return exp.Literal.string(str(value))


def literal_number(text: str) -> exp.Expression:
    """A number as written: `-1.5` becomes the negation of a literal."""
    return exp.Neg(this=exp.Literal.number(text[1:])) if text.startswith("-") else exp.Literal.number(text)


def struct(members: Mapping[str, exp.Expression]) -> exp.Expression:
    """A struct literal `{'a': …}`."""
    return exp.Struct(expressions=[exp.PropertyEQ(this=name_of(key), expression=value) for key, value in members.items()])


def ordered(tree: exp.Expression, *, descending: bool = False, nulls_first: bool = False) -> exp.Ordered:
    """An ORDER BY term that says where nulls go."""
    return exp.Ordered(this=tree, desc=descending, nulls_first=nulls_first)


def order(terms: Iterable[exp.Ordered | exp.Expression]) -> exp.Order | None:
    """An ORDER BY clause, or None for no terms."""
    found = [term if isinstance(term, exp.Ordered) else ordered(term) for term in terms]
    return exp.Order(expressions=found) if found else None


def select(*columns: exp.Expression) -> exp.Select:
    """A SELECT of these columns, without a FROM yet."""
    return exp.Select(expressions=list(columns))


def window(function: exp.Expression, partition: Iterable[exp.Expression] = (), by: Iterable[exp.Ordered] = (), frame: exp.WindowSpec | None = None) -> exp.Window:
    """`function OVER (PARTITION BY … ORDER BY … frame)`."""
    return exp.Window(this=function, partition_by=list(partition), order=order(by), over="OVER", spec=frame)


def position() -> exp.Expression:
    """`row_number() OVER ()`: a row's place in its input, which DuckDB guarantees to be the input's order."""
    return window(exp.RowNumber())


def all_of(*conditions: exp.Expression | None) -> exp.Expression | None:
    """Conditions joined by AND, each in parentheses where that is needed; None for none."""
    return _joined(exp.And, conditions)


def any_of(*conditions: exp.Expression | None) -> exp.Expression | None:
    """Conditions joined by OR; None for none."""
    return _joined(exp.Or, conditions)


def _joined(connector: type[exp.And] | type[exp.Or], conditions: Iterable[exp.Expression | None]) -> exp.Expression | None:
    found: exp.Expression | None = None
    for condition in conditions:
        if condition is None:
            continue
        condition = grouped(condition)
        found = condition if found is None else connector(this=found, expression=condition)
    return found


def grouped(tree: exp.Expression) -> exp.Expression:
    """`tree`, in parentheses if it is an operator that could bind to what stands beside it."""
    return exp.Paren(this=tree) if isinstance(tree, exp.Binary | exp.Unary | exp.Between | exp.In | exp.Is) and not isinstance(tree, exp.Paren | exp.Dot) else tree


def is_null(tree: exp.Expression) -> exp.Is:
    """`tree IS NULL`."""
    return exp.Is(this=grouped(tree), expression=exp.Null())


def not_null(tree: exp.Expression) -> exp.Not:
    """`tree IS NOT NULL`."""
    return exp.Not(this=is_null(tree))


class _Printer(DuckDB.Generator):
    """DuckDB's dialect, leaving the names of functions as they were written."""


def text(tree: exp.Expression, *, pretty: bool = False) -> str:
    """The statement as DuckDB reads it."""
    return _Printer(dialect="duckdb", pretty=pretty, normalize_functions=False, comments=False, max_text_width=100).generate(tree)
