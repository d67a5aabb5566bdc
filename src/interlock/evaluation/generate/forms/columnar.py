"""Parquet files, written by DuckDB: their types stand in them."""

from __future__ import annotations

import atexit
import math
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from interlock.evaluation.frames import Frame
from interlock.evaluation.generate.forms.written import Unwritable, Written, plain_text
from interlock.ir.types import Type

TYPES = frozenset(
    "boolean tinyint smallint integer bigint utinyint usmallint uinteger ubigint float double decimal varchar blob date time "
    "timestamp timestamptz uuid list struct map".split()
)
"""Types of columns that a Parquet file keeps as they are."""


@dataclass(frozen=True)
class Columnar:
    """A Parquet file with groups of `group` rows."""

    path: str
    compression: str = "zstd"
    group: int = 122_880
    type: str = "read_parquet"

    def write(self, frame: Frame) -> Written:
        if not frame.columns:
            raise Unwritable("a Parquet file has a column")
        rows = frame.rows or [tuple(None for _ in frame.columns)]
        lines = ", ".join(
            "(" + ", ".join(_literal(v, k) for v, k in zip(row, frame.types, strict=True)) + ")" for row in rows
        )
        casts = ", ".join(
            f"CAST(c{n} AS {kind.sql}) AS {_quoted(name)}" for n, (name, kind) in enumerate(frame.columns)
        )
        places = ", ".join(f"c{n}" for n in range(len(frame.columns)))
        where = "" if frame.rows else " WHERE false"
        path = _folder() / f"{os.getpid()}.parquet"
        _connection().execute(
            f"COPY (SELECT {casts} FROM (VALUES {lines}) AS t({places}){where}) TO '{path}' "
            f"(FORMAT parquet, COMPRESSION {self.compression}, ROW_GROUP_SIZE {self.group})"
        )
        return Written({"path": self.path}, {self.path: path.read_bytes()})


@lru_cache(maxsize=1)
def _folder() -> Path:
    """A folder for the files on their way, one for the process: making and removing one for each takes longer than they do."""
    folder = tempfile.mkdtemp(prefix="interlock-cases-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@lru_cache(maxsize=1)
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _literal(value: Any, kind: Type) -> str:
    """A value as DuckDB reads it, typed where a bare literal would be ambiguous."""
    if value is None:
        return f"CAST(NULL AS {kind.sql})"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return (
            f"CAST('{plain_text(value)}' AS {kind.sql})"
            if not math.isfinite(value)
            else f"CAST('{value!r}' AS {kind.sql})"
        )
    if isinstance(value, int | Decimal):
        return f"CAST('{plain_text(value)}' AS {kind.sql})"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bytes):
        return "CAST('" + "".join(f"\\x{each:02X}" for each in value) + "' AS BLOB)"
    if isinstance(value, list) and kind.element:
        element = kind.element
        return f"CAST([{', '.join(_literal(each, element) for each in value)}] AS {kind.sql})"
    if isinstance(value, dict) and kind.name == "struct":
        members = ", ".join(f"{_quoted(name)}: {_literal(value[name], inner)}" for name, inner in kind.fields)
        return f"CAST({{{members}}} AS {kind.sql})"
    if isinstance(value, dict):
        (_, key), (_, inner) = kind.fields
        keys = ", ".join(_literal(each, key) for each in value)
        return f"CAST(MAP([{keys}], [{', '.join(_literal(each, inner) for each in value.values())}]) AS {kind.sql})"
    if isinstance(value, date | datetime) or hasattr(value, "isoformat"):
        return f"CAST('{plain_text(value)}' AS {kind.sql})"
    return f"CAST({_text(str(value))} AS {kind.sql})"
