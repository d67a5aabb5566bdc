"""Values of two types, compared in the one that they have in common."""

from __future__ import annotations

from sqlglot import exp

from interlock.ir.common_types import always_fits, common_type, tells_apart
from interlock.ir.types import Type
from interlock.registry import sql
from interlock.registry.kinds import Column


def as_common(value: exp.Expr, found: Type, common: Type) -> exp.Expr:
    """The value in a common type, to be put in order; integers, which the engine compares as they are, stay so.

    A value without a place in that type stops the run.
    """
    plain = found == common or found.is_null or (found.is_integer and common.is_integer)
    return value if plain else sql.cast(value, common)


def as_key(value: exp.Expr, found: Type, common: Type) -> exp.Expr:
    """The value in a common type, to be looked for among others: null where it has no place there, so equals none.

    Of a list only an item would become null, and might then equal one: it stops the run.
    """
    if found.element or always_fits(found, common):
        return as_common(value, found, common)
    return sql.cast(value, common, trying=True)


def grouping(column: Column, other: Type, table: str | None = None) -> exp.Expr:
    """What is the same for two values of a column that equal the same value of another type."""
    common = common_type(column.type, other)
    value = sql.column(column.name, table)
    return value if common is None or tells_apart(column.type, common) else sql.cast(value, common)


def equals(left: Column, right: Column, tables: tuple[str, str]) -> exp.Expr | None:
    """`left = right`, in a type that both have in common; None where there is none."""
    common = common_type(left.type, right.type)
    if common is None:
        return None
    one, other = (
        as_key(sql.column(each.name, table), each.type, common)
        for each, table in zip((left, right), tables, strict=True)
    )
    return exp.EQ(this=one, expression=other)
