"""Formats of dates, such as `%d/%m/%Y`: which of them can be read, and reading by one of them."""

from __future__ import annotations

import re

import duckdb
from sqlglot import exp

from interlock.ir.types import Type
from interlock.registry import sql
from interlock.registry.tables import NodeError


def letters(form: str) -> set[str]:
    """The letters behind the `%` signs of a format."""
    return set(re.findall(r"%-?(.)", form.replace("%%", "")))


def read_by(text: exp.Expr, form: str) -> exp.Expr:
    """The timestamp that a text shows in this format, or null."""
    read: exp.Expr = sql.call("try_strptime", text, form)
    # the engine also reads these words in every format, as that moment
    first = exp.EQ(this=read, expression=sql.cast(sql.literal("1900-01-01"), Type("timestamp")))
    word = sql.call("regexp_full_match", text.copy(), r"\s*(-?infinity|epoch)\s*", "i")
    read = exp.Case(
        ifs=[exp.If(this=exp.Not(this=sql.grouped(exp.And(this=first, expression=word))), true=read.copy())]
    )
    if "z" in letters(form):
        return sql.call("timezone", "UTC", read)
    return sql.cast(read, Type("timestamp")) if "n" in letters(form) else read


def check_format(text: str, path: tuple[str | int, ...]) -> None:
    """Refuse a date format that DuckDB does not read, or that says no date."""
    named = letters(text)
    if not named:
        message = f"`{text}` names no part of a date; write %Y for the year, %m for the month, %d for the day"
        raise NodeError(path, message, help=("for example %d/%m/%Y",))
    if not named & set("YyGcx"):
        raise NodeError(path, f"`{text}` has no year, so it does not say a date; add %Y")
    if "Z" in named:
        raise NodeError(path, f"`{text}` reads ambiguous names of time zones; %z reads offsets such as +02:00")
    try:
        sql.value_of(sql.call("try_strptime", "", text))
    except duckdb.Error as error:
        raise NodeError(path, f"`{text}` is not a date format: {str(error).split(': ')[-1].splitlines()[0]}") from None
