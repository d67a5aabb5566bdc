"""Casts of literals: the engine tries them before the run, since one that fails would fail on every run."""

from __future__ import annotations

import threading
from functools import cache, lru_cache

import duckdb

from interlock.ir.expressions.literals import FORMS
from interlock.ir.expressions.problems import Problem

_LOCK = threading.Lock()


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    settings = {"threads": 1, "enable_external_access": "false", "autoload_known_extensions": "false"}
    return duckdb.connect(":memory:", config=settings)


@lru_cache(4096)
def holds_value(cast: str) -> bool:
    """Whether the cast of a literal, as SQL, gives a value; True too where only the run can tell.

    >>> holds_value("CAST('7' AS INTEGER)"), holds_value("CAST('soon' AS DATE)")
    (True, False)
    """
    try:
        with _LOCK:
            _connection().execute(f"SELECT {cast}").fetchall()
    except (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.NotImplementedException):
        return False
    except duckdb.Error:
        return True
    return True


@lru_cache(4096)
def pattern_trouble(pattern: str) -> str | None:
    """What the engine says of a regular expression that it cannot read; None of one that it can.

    >>> pattern_trouble("a(b"), pattern_trouble("a.b")
    ('missing ): a(b', None)
    """
    try:
        with _LOCK:
            _connection().execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
    except duckdb.Error as error:
        trouble = str(error).split("\n")[0].split(": ", 1)[-1]
        return trouble if len(trouble) <= 100 else trouble[:99] + "…"
    return None


def no_value(shown: str, kind: str, start: int, end: int) -> Problem:
    """The problem of a literal that is no value of the type it is cast to."""
    message = f"`{shown}` is not a value of type {kind}"
    help = ("write a value that is one, or `null` where none is meant",)
    if kind in FORMS:
        article = "an" if kind == "interval" else "a"
        message, help = f"`{shown}` is not {article} {kind}: write it as `'{FORMS[kind]}'`", ()
    return Problem("wrong-type", message, start, end, f"not a {kind}" if kind in FORMS else f"not {kind}", help=help)
