"""What a SQLite database says of itself: its tables, and which type a column has, as declared and as filled."""

from __future__ import annotations

import sqlite3
from typing import Any


def sqlite_tables(database: sqlite3.Connection) -> list[str]:
    """The names of its tables and views, in order."""
    names = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    return sorted(name for (name,) in database.execute(names))


def sqlite_type(declared: str, values: list[Any]) -> str:
    """The type that a declaration stands for, by SQLite's own rules of affinity; without one, that of the values."""
    word = declared.upper()
    if "BOOL" in word:
        return "boolean"
    if word.startswith(("DATETIME", "TIMESTAMP")):
        return "timestamp"
    if word == "DATE":
        return "date"
    if "INT" in word:
        return "bigint"
    if any(each in word for each in ("CHAR", "CLOB", "TEXT", "DECIMAL", "NUMERIC")):
        number = values and all(isinstance(value, int | float) for value in values)
        return "double" if number and ("DECIMAL" in word or "NUMERIC" in word) else "varchar"
    if any(each in word for each in ("REAL", "FLOA", "DOUB")):
        return "double"
    if "BLOB" in word:
        return "blob"
    kinds = {type(value) for value in values}
    if kinds == {bytes}:
        return "blob"
    if kinds == {int}:
        return "bigint"
    return "double" if kinds and kinds <= {int, float} else "varchar"
