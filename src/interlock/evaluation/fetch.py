"""Rows out of the engine as the plain Python values that frames hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

import duckdb

from interlock.evaluation.frames import Frame, Row, Span, Unsupported
from interlock.ir.types import Type, parse_type


def fetch(connection: duckdb.DuckDBPyConnection, relation: str) -> Frame:
    """A relation's columns, types and rows in their order; raises Unsupported for a type without a plain form."""
    described = connection.execute(f"DESCRIBE FROM {_quoted(relation)}").fetchall()
    columns = tuple((row[0], parse_type(row[1])) for row in described)
    chosen = ", ".join(_plain(name, kind) for name, kind in columns)
    found = connection.execute(f"SELECT {chosen} FROM {_quoted(relation)}").fetchall()
    return Frame(columns, _converted(found, [kind for _, kind in columns]))


def _converted(rows: list[Row], kinds: list[Type]) -> tuple[Row, ...]:
    """Rows as `fetch` selects them, as the values that a frame holds."""
    makers = [_MAKERS.get(kind.name) for kind in kinds]
    if not any(makers):
        return tuple(rows)
    return tuple(
        tuple(
            make(value) if make is not None and value is not None else value
            for make, value in zip(makers, row, strict=True)
        )
        for row in rows
    )


def _plain(name: str, kind: Type) -> str:
    """A column in a form that fetching does not change."""
    column = _quoted(name)
    if kind.name == "interval":
        parts = [
            f"datepart('year', {column}) * 12 + datepart('month', {column})",
            f"datepart('day', {column})",
            f"(datepart('hour', {column}) * 60 + datepart('minute', {column})) * 60000000 + datepart('microsecond', {column})",
        ]
        return f"CASE WHEN {column} IS NOT NULL THEN [{', '.join(parts)}] END"
    if kind.name == "timestamptz":
        return f"{column} AT TIME ZONE 'UTC'"
    if kind.name in ("timestamp_ns", "timestamp_ms", "timestamp_s"):
        return f"CAST({column} AS TIMESTAMP)"
    if _holds(kind, "interval") or _holds(kind, "timestamptz"):
        raise Unsupported(f"{kind} is not fetched")
    return column


def _holds(kind: Type, name: str) -> bool:
    inner = [each for _, each in kind.fields] + ([kind.element] if kind.element else [])
    return any(each.name == name or _holds(each, name) for each in inner)


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "interval": lambda parts: Span(*parts),
    "timestamptz": lambda moment: moment.replace(tzinfo=UTC),
}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
