"""Tables of SQLite databases."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass
from typing import Any

from interlock.evaluation.frames import Frame
from interlock.evaluation.generate.forms.written import Unwritable, Written, plain_text

TYPES = frozenset("boolean bigint double varchar date timestamp blob".split())
"""Types of columns that a table may declare."""
DECLARED = {
    "boolean": "BOOLEAN",
    "bigint": "INTEGER",
    "double": "REAL",
    "varchar": "TEXT",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "blob": "BLOB",
}


@dataclass(frozen=True)
class Stored:
    """A table of a database, beside another one, or behind a view if `view`."""

    path: str
    table: str = "data"
    view: bool = False
    type: str = "read_sqlite"

    def write(self, frame: Frame) -> Written:
        if not frame.columns:
            raise Unwritable("a table has a column")
        if any(isinstance(v, float) and not math.isfinite(v) for row in frame.rows for v in row):
            raise Unwritable("NaN is null to SQLite, and infinity is not read back everywhere")
        if any(v == 0 and math.copysign(1, v) < 0 for row in frame.rows for v in row if isinstance(v, float)):
            raise Unwritable("SQLite keeps a whole number of a REAL column as an integer, which has no -0.0")
        if any(name.casefold() in ("rowid", "_rowid_", "oid") or not name.isascii() for name in frame.names):
            raise Unwritable("names that SQLite folds or keeps for itself")
        if self.view and any(name.casefold() in ("true", "false") for name in frame.names):
            raise Unwritable("SQLite gives such a column of a view another name")
        database = sqlite3.connect(":memory:")
        try:
            declared = ", ".join(f"{_quoted(name)} {DECLARED[kind.name]}" for name, kind in frame.columns)
            real = f"{self.table} real" if self.view else self.table
            database.execute("CREATE TABLE other (x)")
            database.execute(f"CREATE TABLE {_quoted(real)} ({declared})")
            marks = ", ".join("?" for _ in frame.columns)
            rows = [tuple(_kept(value) for value in row) for row in frame.rows]
            database.executemany(f"INSERT INTO {_quoted(real)} VALUES ({marks})", rows)
            if self.view:
                database.execute(f"CREATE VIEW {_quoted(self.table)} AS SELECT * FROM {_quoted(real)}")
            database.commit()
            data = bytes(database.serialize())
        except sqlite3.Error as error:
            raise Unwritable(str(error)) from error
        finally:
            database.close()
        return Written({"path": self.path, "table": self.table}, {self.path: data})


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _kept(value: Any) -> Any:
    if value is None or isinstance(value, int | float | str | bytes):
        return int(value) if isinstance(value, bool) else value
    return plain_text(value)
