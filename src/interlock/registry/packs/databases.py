"""SQLite databases: read a table, write a table. Everything goes through Python's own sqlite3."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote as quote_uri
from uuid import UUID

import duckdb

from interlock.registry.kinds import Name, ReadPath, WritePath
from interlock.registry.node import node
from interlock.registry.tables import Described, Rows, Writes

SQLITE_SAMPLE_ROWS = 20_000
SQLITE_BATCH = 5_000
SQLITE_WAIT = 5.0
SQLITE_TEXTS = {
    "date": r"\d{4}-\d\d-\d\d",
    "timestamp": r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?",
}


def describe_sqlite(
    connection: duckdb.DuckDBPyConnection, path: str, *, table: str, pinned: Sequence[tuple[str, str]] = ()
) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """The columns of a table: the declared types where a sample of at most 20,000 rows bears them out, else varchar.

    `pinned` are the columns it had before: a column whose sample still fits its earlier type keeps that type.
    """
    database = sqlite_open(path)
    before = dict(pinned)
    try:
        tables = sorted(name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"))
        if table not in tables:
            listed = ", ".join(f"`{name}`" for name in tables[:20]) or "none"
            raise ValueError(f"there is no table `{table}` in the database; its tables are {listed}")
        declared = [(row[1], row[2]) for row in database.execute(f"PRAGMA table_xinfo({sqlite_name(table)})") if row[6] != 1]
        listed = ", ".join(sqlite_name(name) for name, _ in declared)
        rows = database.execute(f"SELECT {listed} FROM {sqlite_name(table)} LIMIT {SQLITE_SAMPLE_ROWS}").fetchall()
        keyed = bool(database.execute("SELECT 1 FROM sqlite_master WHERE name = ? AND type = 'table' AND upper(sql) NOT LIKE '%WITHOUT%ROWID%'", [table]).fetchone())
    except sqlite3.Error as error:
        raise ValueError(f"the database cannot be read: {error}") from error
    finally:
        database.close()
    columns = []
    for place, (name, kind) in enumerate(declared):
        values = [row[place] for row in rows if row[place] is not None]
        wanted = before.get(name) or sqlite_type(kind, values)
        columns.append((name, wanted if all(sqlite_fits(value, wanted) for value in values) else sqlite_type("", values)))
    return columns, {"ordered": keyed and not any(name.casefold() == "rowid" for name, _ in declared)}


def sqlite_open(path: str) -> sqlite3.Connection:
    """Open a database for reading only; raises ValueError if it is none."""
    if os.path.isdir(path):
        raise ValueError("this is a directory, not a database file")
    if not os.path.exists(path):
        raise ValueError("there is no such file")
    with open(path, "rb") as file:
        begins = file.read(16)
    if begins != b"SQLite format 3\0":
        raise ValueError("the file is empty" if not begins else "this is not an SQLite database")
    try:
        database = sqlite3.connect(f"file:{quote_uri(path)}?mode=ro", uri=True, timeout=SQLITE_WAIT, isolation_level=None)
        database.execute("PRAGMA query_only = ON")
    except sqlite3.Error as error:
        raise ValueError(f"the database cannot be opened: {error}") from error
    return database


def sqlite_name(name: str) -> str:
    """A name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


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


def sqlite_fits(value: Any, kind: str) -> bool:
    """Whether a stored value can be read as that type without losing anything."""
    if value is None or kind == "varchar":
        return value is None or not isinstance(value, bytes)
    if kind == "boolean":
        return isinstance(value, int) and value in (0, 1)
    if kind == "bigint":
        return isinstance(value, int)
    if kind == "double":
        return isinstance(value, float) or (isinstance(value, int) and abs(value) <= 2**53)
    if kind == "blob":
        return isinstance(value, bytes)
    try:
        return isinstance(value, str) and re.fullmatch(SQLITE_TEXTS[kind], value) is not None and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def sqlite_value(value: Any, kind: str) -> Any:
    """A stored value as a Python value of that type; it must fit."""
    if value is None or kind in ("bigint", "blob"):
        return value
    if kind == "varchar":
        return value if isinstance(value, str) else repr(value)
    if kind == "boolean":
        return bool(value)
    if kind == "double":
        return float(value)
    return date.fromisoformat(value) if kind == "date" else datetime.fromisoformat(value)


def _old_reader(params: dict[str, Any]) -> dict[str, Any]:
    named = {"db_path": "path", "database": "path", "file_path": "path", "table_name": "table"}
    return {named.get(key, key): value for key, value in params.items()}


def _old_connector(params: dict[str, Any]) -> dict[str, Any]:
    return {"if_exists": "replace", **_old_reader(params)}


def _old_exporter(params: dict[str, Any]) -> dict[str, Any]:
    return {"path": "interlock.db", **_old_reader(params)}


@node(version=1, effects=["reads"], describe=describe_sqlite, aliases={"SQLiteReader": _old_reader})
def read_sqlite(*, path: ReadPath, table: Name, source: Described) -> Rows:
    """Read a table or a view of an SQLite database, in the order in which its rows are stored.

    The types are those declared, if the values bear them out (SQLite does not enforce them); a column with values of
    other kinds is read as text. A later value that does not fit stops the run and is named. The database is opened
    for reading only.

    Example:
        roundtrip: {write: write_sqlite, read: read_sqlite, params: {path: data.db, table: people}}
        table: [{id: 1, name: "Ada", height: 1.7}, {id: 2, name: null, height: 2.0}]
        gives: [{id: 1, name: "Ada", height: 1.7}, {id: 2, name: null, height: 2.0}]
    """

    def rows() -> Iterator[tuple[Any, ...]]:
        database = sqlite_open(path)
        try:
            listed = ", ".join(sqlite_name(name) for name, _ in source.columns)
            order = " ORDER BY rowid" if source.facts["ordered"] else ""
            cursor = database.execute(f"SELECT {listed} FROM {sqlite_name(table)}{order}")
            number = 0
            while batch := cursor.fetchmany(SQLITE_BATCH):
                for row in batch:
                    number += 1
                    for value, (name, kind) in zip(row, source.columns, strict=True):
                        if not sqlite_fits(value, kind):
                            raise ValueError(f"row {number} of `{table}`: {value!r:.60} in column `{name}` is not a {kind}")
                    yield tuple(sqlite_value(value, kind) for value, (_, kind) in zip(row, source.columns, strict=True))
        finally:
            database.close()

    return Rows(source.columns, rows())


def sqlite_declared(kind: str) -> str:
    """The type that a column of this type is declared with."""
    if kind == "boolean" or kind in ("date", "timestamp"):
        return kind
    if kind in ("tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"):
        return "integer"
    return "real" if kind in ("float", "double") else "blob" if kind == "blob" else "text"


def sqlite_stored(value: Any) -> Any:
    """A Python value as SQLite stores it: decimals, large integers, dates and times as text."""
    if value is None or isinstance(value, str | bytes | float):
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID | timedelta):
        return str(value)
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    raise ValueError(f"SQLite cannot store {value!r:.60}")


def _tells_nothing() -> None: ...


@node(version=1, effects=["writes"], aliases={"SQLExporter": _old_exporter, "SQLiteConnector": _old_connector})
def write_sqlite(table: Rows, *, path: WritePath, name: Name, if_exists: Literal["replace", "append", "fail"] = "fail") -> Writes:
    """Write the rows to a table of an SQLite database, all in one transaction.

    Other tables of the database are left alone, and so is the database if the run fails. Columns are declared
    integer, real, boolean (0 and 1), date, timestamp (ISO text), blob or text; decimals and integers beyond 64 bits
    are text, exact to the last digit.

    - `name`: the table.
    - `if_exists`: what to do when the table exists: `fail`, `replace` it, or `append` to it; to append, the names of
      the columns must be the same, in any order.

    Example:
        roundtrip: {write: write_sqlite, read: read_sqlite, params: {path: data.db, table: t}}
        table: [{day: 2024-01-31, ok: true}, {day: null, ok: false}]
        gives: [{day: 2024-01-31, ok: true}, {day: null, ok: false}]
    """
