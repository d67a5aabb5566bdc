"""SQLite databases: read a table, write a table. Everything goes through Python's own sqlite3."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import math
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote as quote_uri

import duckdb

from interlock.registry.kinds import Name, NewTable, ReadDatabase, WriteDatabase
from interlock.registry.node import node
from interlock.registry.packs.adapters import sqlite_connector, sqlite_exporter, sqlite_reader
from interlock.registry.phrases import files as phrases
from interlock.registry.room import room_for
from interlock.registry.tables import Described, Rows, Staging, Writes

IfExists = Literal["replace", "append", "fail"]
SQLITE_SAMPLE_ROWS = 20_000
SQLITE_BATCH = 5_000
SQLITE_WAIT = 5.0
SQLITE_FIND = "SELECT type FROM main.sqlite_master WHERE name = ? COLLATE NOCASE AND type IN ('table', 'view')"
SQLITE_MARKS = "_interlock_marks"
SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*'"
SQLITE_TYPES = (  # SQLite's own rules of affinity, with the names that others use
    ("BOOL", "boolean"), ("^(DATETIME|TIMESTAMP)", "timestamp"), ("^DATE$", "date"), ("INT", "bigint"),
    ("DECIMAL|NUMERIC", "decimal"), ("CHAR|CLOB|TEXT", "varchar"), ("REAL|FLOA|DOUB", "double"), ("BLOB", "blob"),
)  # fmt: skip
SQLITE_TEXTS = {
    "date": r"\d{4}-\d\d-\d\d",
    "timestamp": r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?",
}
SQLITE_ENDLESS = ("infinity", "-infinity")


def describe_sqlite(
    connection: duckdb.DuckDBPyConnection, path: str, *, table: str
) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """The columns of a table: the declared types where a sample of at most 20,000 rows bears them out, else varchar."""
    order = None
    with contextlib.closing(sqlite_open(path)) as database:
        try:
            tables = sorted(name for (name,) in database.execute(SQLITE_TABLES))
            if table not in tables:
                listed = ", ".join(f"`{name}`" for name in tables[:20]) or "none"
                raise ValueError(f"there is no table `{table}` in the database; its tables are {listed}")
            declared = [
                (row[1], row[2]) for row in database.execute(f"PRAGMA table_xinfo({sqlite_name(table)})") if row[6] != 1
            ]
            listed = ", ".join(sqlite_name(name) for name, _ in declared)
            rows = database.execute(f"SELECT {listed} FROM {sqlite_name(table)} LIMIT {SQLITE_SAMPLE_ROWS}").fetchall()
            find = "SELECT 1 FROM sqlite_master WHERE name = ? AND type = 'table'"
            stored = database.execute(find, [table]).fetchone()
            rowid = sqlite_rowid([name for name, _ in declared]) if stored else None
            if rowid:
                with contextlib.suppress(sqlite3.Error):
                    database.execute(f"SELECT {rowid} FROM {sqlite_name(table)} LIMIT 0")
                    order = rowid
        except sqlite3.Error as error:
            raise ValueError(f"the database cannot be read: {error}") from error
    columns = []
    for place, (name, kind) in enumerate(declared):
        values = [row[place] for row in rows if row[place] is not None]
        wanted = sqlite_type(kind, values)
        if not all(sqlite_fits(value, wanted) for value in values):
            wanted = "varchar"
        if not all(sqlite_fits(value, wanted) for value in values):
            raise ValueError(f"column `{name}` holds both text or numbers and bytes")
        columns.append((name, wanted))
    return columns, {"order": order}


def sqlite_open(path: str) -> sqlite3.Connection:
    """Open a database for reading only; raises ValueError if it is none."""
    if os.path.isdir(path):
        raise ValueError("this is a directory, not a database file")
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    with open(path, "rb") as file:
        begins = file.read(20)
    if not begins.startswith(b"SQLite format 3\0"):
        raise ValueError("the file is empty" if not begins else "this is not an SQLite database")
    idle = begins[18:19] == b"\2" and not os.path.exists(path + "-wal")
    mode = "mode=ro&immutable=1" if idle else "mode=ro"  # opening an idle database in WAL mode would leave files behind
    try:
        database = sqlite3.connect(
            f"file:{quote_uri(path)}?{mode}", uri=True, timeout=SQLITE_WAIT, isolation_level=None
        )
        database.execute("PRAGMA query_only = ON")
    except sqlite3.Error as error:
        raise ValueError(f"the database cannot be opened: {error}") from error
    return database


def sqlite_type(declared: str, values: list[Any]) -> str:
    """The type that a declaration stands for; without one, that of the values."""
    kinds = {type(value) for value in values}
    numbers = bool(kinds) and kinds <= {int, float}
    for pattern, kind in SQLITE_TYPES:
        if re.search(pattern, declared.upper()):
            return kind if kind != "decimal" else "double" if numbers else "varchar"
    return "blob" if kinds == {bytes} else "bigint" if kinds == {int} else "double" if numbers else "varchar"


def sqlite_name(name: str) -> str:
    """A name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def sqlite_rowid(names: Sequence[str]) -> str | None:
    """A name under which SQLite gives a row's number, if the columns leave one free."""
    taken = {name.casefold() for name in names}
    return next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), None)


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
        return value in SQLITE_ENDLESS or (
            isinstance(value, str)
            and re.fullmatch(SQLITE_TEXTS[kind], value) is not None
            and bool(dt.datetime.fromisoformat(value))
        )
    except ValueError:
        return False


def sqlite_value(value: Any, kind: str) -> Any:
    """A stored value as a Python value of that type; it must fit."""
    if value is None or kind in ("bigint", "blob") or value in SQLITE_ENDLESS:
        return value
    if kind == "varchar":
        return value if isinstance(value, str) else repr(value)
    if kind == "boolean":
        return bool(value)
    if kind == "double":
        return float(value)
    return dt.date.fromisoformat(value) if kind == "date" else dt.datetime.fromisoformat(value)


@node(
    version=1,
    says=phrases.READ_SQLITE,
    effects=["reads"],
    describe=describe_sqlite,
    aliases={"SQLiteReader": sqlite_reader},
)
def read_sqlite(*, path: ReadDatabase, table: Name, source: Described) -> Rows:
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
            order = f" ORDER BY {source.facts['order']}" if source.facts["order"] else ""
            cursor = database.execute(f"SELECT {listed} FROM {sqlite_name(table)}{order}")
            kinds = [kind for _, kind in source.columns]
            plain = [{"bigint": int, "double": float, "varchar": str, "blob": bytes}.get(kind) for kind in kinds]
            number = 0
            while batch := cursor.fetchmany(SQLITE_BATCH):
                for row in batch:
                    number += 1
                    if all(value is None or type(value) is each for value, each in zip(row, plain, strict=True)):
                        yield row
                        continue
                    for value, (name, kind) in zip(row, source.columns, strict=True):
                        if not sqlite_fits(value, kind):
                            raise ValueError(
                                f"row {number} of `{table}`: {repr(value)[:60]} in column `{name}` is not a {kind}"
                            )
                    yield tuple(map(sqlite_value, row, kinds))
        finally:
            database.close()

    return Rows(source.columns, rows())


def sqlite_declared(kind: str) -> str:
    """The type with which a column is declared."""
    if kind in ("boolean", "date", "timestamp", "blob"):
        return kind
    if kind in ("tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"):
        return "integer"
    return "real" if kind in ("float", "double") else "text"


def sqlite_stored(value: Any, declared: str) -> Any:
    """A Python value as SQLite stores it: what is declared as text becomes text, exactly."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list | tuple | dict):
        return sqlite_json(value)
    if declared == "text":
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return (
        int(value) if isinstance(value, bool) else bytes(value) if isinstance(value, bytearray | memoryview) else value
    )


def sqlite_json(value: Any) -> str:
    """A list, struct or map as JSON: numbers with all their digits, NaN and infinities as null, all else as text."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(sqlite_json, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{sqlite_json(str(key))}: {sqlite_json(each)}" for key, each in value.items()) + "}"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float) and not math.isfinite(value):
        return "null"
    if isinstance(value, bytes | bytearray | memoryview):
        value = bytes(value).hex()
    return json.dumps(value, ensure_ascii=False, default=str)


def sqlite_check(path: str, table: str, if_exists: str, names: Sequence[str]) -> None:
    """Refuse, before anything is written, what the database as it stands does not allow."""
    if not os.path.exists(path) or not os.path.getsize(path):
        return
    with contextlib.closing(sqlite_open(path)) as database:
        try:
            found = database.execute(SQLITE_FIND, [table]).fetchone()
            there = [row[1] for row in database.execute(f"PRAGMA table_info({sqlite_name(table)})")]
        except sqlite3.Error as error:
            raise ValueError(sqlite_trouble(error)) from error
    if found is None:
        return
    if found[0] == "view":
        raise ValueError(f"`{table}` is a view of the database; rows cannot be written to it")
    if if_exists == "fail":
        raise ValueError(f"the database already has a table `{table}`; give `if_exists: replace` or `append`")
    lacking = [name for name in there if name.casefold() not in {each.casefold() for each in names}]
    unknown = [name for name in names if name.casefold() not in {each.casefold() for each in there}]
    if if_exists == "append" and (lacking or unknown):
        told = [f"the table also has {', '.join(lacking)}"] * bool(lacking) + [
            f"it does not have {', '.join(unknown)}"
        ] * bool(unknown)
        raise ValueError(f"the rows cannot be appended to `{table}`, because the columns differ: {'; '.join(told)}")


def sqlite_merge(
    path: str, staged: str, table: str, if_exists: str, names: Sequence[str], create: str, mark: str, *, commit: bool
) -> None:
    """Bring the staged table into the database in one transaction, with `mark`; without `commit`, only try whether that works."""
    sqlite_check(path, table, if_exists, names)
    database = sqlite3.connect(f"file:{quote_uri(path)}", uri=True, timeout=SQLITE_WAIT, isolation_level=None)
    try:
        # read-only: a commit to two databases goes by a third file, which a kill would leave behind
        database.execute("ATTACH ? AS staged", [f"file:{quote_uri(staged)}?mode=ro"])
        database.execute("BEGIN IMMEDIATE")
        exists = database.execute(SQLITE_FIND, [table]).fetchone()
        if exists and if_exists == "replace":
            database.execute(f"DROP TABLE main.{sqlite_name(table)}")
        if not exists or if_exists == "replace":
            database.execute(create.replace("CREATE TABLE ", "CREATE TABLE main.", 1))
        listed = ", ".join(map(sqlite_name, names))
        order = f" ORDER BY {rowid}" if (rowid := sqlite_rowid(names)) else ""
        database.execute(
            f"INSERT INTO main.{sqlite_name(table)} ({listed}) SELECT {listed} FROM staged.{sqlite_name(table)}{order}"
        )
        if mark and commit:
            database.execute(f"CREATE TABLE IF NOT EXISTS main.{SQLITE_MARKS} (mark TEXT PRIMARY KEY)")
            database.execute(f"INSERT INTO main.{SQLITE_MARKS} VALUES (?)", [mark])
        database.execute("COMMIT" if commit else "ROLLBACK")
    except sqlite3.Error as error:
        raise ValueError(sqlite_trouble(error)) from error
    finally:
        database.close()  # which takes back what was not committed


def sqlite_writing(path: str) -> sqlite3.Connection:
    """Open a database that exists; SQLite then takes back what a process that was killed in a commit left half done."""
    return sqlite3.connect(f"file:{quote_uri(path)}?mode=rw", uri=True, timeout=SQLITE_WAIT, isolation_level=None)


def sqlite_in_place(path: str, staged: str, mark: str) -> bool:
    """Whether an earlier attempt at the same run has committed already: it left its mark, or its file under two names."""
    if not mark or not os.path.exists(path) or not os.path.getsize(path):
        return False
    if os.path.exists(staged) and os.path.samefile(staged, path):
        return True
    sqlite_open(path).close()  # refuses what is no database
    with contextlib.closing(sqlite_writing(path)) as database:
        marks = database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [SQLITE_MARKS]).fetchone()
        return bool(marks and database.execute(f"SELECT 1 FROM {SQLITE_MARKS} WHERE mark = ?", [mark]).fetchone())


def sqlite_forget(path: str, mark: str) -> None:
    """Take the mark away, and the table of marks if that was the last. Nothing happens if it is not there."""
    with contextlib.closing(sqlite_writing(path)) as database:
        if database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [SQLITE_MARKS]).fetchone():
            database.execute("BEGIN IMMEDIATE")
            database.execute(f"DELETE FROM {SQLITE_MARKS} WHERE mark = ?", [mark])
            if not database.execute(f"SELECT 1 FROM {SQLITE_MARKS}").fetchone():
                database.execute(f"DROP TABLE {SQLITE_MARKS}")
            database.execute("COMMIT")


def sqlite_trouble(error: sqlite3.Error) -> str:
    """What went wrong, in plain words."""
    return "the database is locked by another program" if "locked" in str(error) else f"SQLite refuses it: {error}"


@node(
    version=1, says=phrases.WRITE_SQLITE, effects=["writes"], columns=room_for(2_000, "an SQLite table", without="\0"),
    endings=[".db", ".sqlite", ".sqlite3"], repeat="marked",
    aliases={"SQLExporter": sqlite_exporter, "SQLiteConnector": sqlite_connector},
)  # fmt: skip
def write_sqlite(
    rows: Rows, *, path: WriteDatabase, table: NewTable, if_exists: IfExists = "fail", staging: Staging
) -> Writes:
    """Write the rows to a table of an SQLite database, in one transaction.

    Other tables of the database are left alone, and so is the database if the run fails. While a durable run commits, a
    table `_interlock_marks` says that it did, so that nothing is written twice after a crash. Columns are declared
    integer, real, boolean (0 and 1), date and timestamp (ISO text, or `infinity` and `-infinity`), blob or text. Decimals
    and integers beyond 64 bits are text, exact to the last digit; times, intervals, uuids, timestamps with another
    precision or a zone are text; lists, structs and
    maps are JSON as in `write_json`, but with bytes in hexadecimal. NaN is null, and -0.0 comes back as 0.0.

    - `if_exists`: what to do when the table exists: `fail`, `replace` it (with its indexes and triggers), or `append`
      to it; to append, the names of the columns must be the same, in any order.

    Example:
        roundtrip: {write: write_sqlite, read: read_sqlite, params: {path: data.db, table: days}}
        table: [{day: 2024-01-31, ok: true}, {day: null, ok: false}]
        gives: [{day: 2024-01-31, ok: true}, {day: null, ok: false}]
    """
    names = [name for name, _ in rows.columns]
    kinds = [sqlite_declared(kind) for _, kind in rows.columns]
    if not names and not staging.done:
        raise ValueError("there is no column to write")
    staged = os.path.join(staging.folder, "staged.db")
    if staging.done or sqlite_in_place(path, staged, staging.mark):
        yield from () if staging.done else (None, None)
        sqlite_forget(path, staging.mark)
        return
    sqlite_check(path, table, if_exists, names)
    create = f"CREATE TABLE {sqlite_name(table)} ({', '.join(f'{sqlite_name(name)} {kind}' for name, kind in zip(names, kinds, strict=True))})"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(staged)
    side = sqlite3.connect(staged, isolation_level=None)
    try:
        side.execute("PRAGMA journal_mode = OFF")
        side.execute("PRAGMA synchronous = OFF")
        side.execute(create)
        insert = f"INSERT INTO {sqlite_name(table)} VALUES ({', '.join('?' * len(names))})"
        stored = (tuple(map(sqlite_stored, row, kinds)) for row in rows)
        side.execute("BEGIN")
        while batch := list(itertools.islice(stored, SQLITE_BATCH)):
            side.executemany(insert, batch)
        side.execute("COMMIT")
    except sqlite3.Error as error:
        raise ValueError(sqlite_trouble(error)) from error
    finally:
        side.close()
    if os.path.exists(path):
        sqlite_merge(path, staged, table, if_exists, names, create, "", commit=False)
    yield
    try:
        with open(staged, "rb") as file:
            os.fsync(file.fileno())
        os.link(staged, path)  # unlike a rename, this fails where there is a database
    except OSError:  # there is one, or the file system is one without links
        sqlite_merge(path, staged, table, if_exists, names, create, staging.mark, commit=True)
    if staging.mark:
        yield
        sqlite_forget(path, staging.mark)
