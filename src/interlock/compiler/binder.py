"""DuckDB's binder as the second judge: what would this statement give, run on nothing?

One in-memory database for the whole process, without access to files, holds an empty table for every schema seen.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from interlock.ir.types import Schema, Type, TypeTextError, parse_type
from interlock.registry.macros import MACROS, create_statement, needed

STAND_INS = {
    "exact_sum": "CREATE MACRO exact_sum(x) AS sum(CAST(x AS DOUBLE))",
    "exact_mean": "CREATE MACRO exact_mean(x) AS avg(CAST(x AS DOUBLE))",
    "exact_total": "CREATE MACRO exact_total(whole, high, low, rest) AS "
    "CAST(whole AS DOUBLE) + CAST(high AS DOUBLE) + CAST(low AS DOUBLE) + list_sum(rest)",
}
"""Macros that take thirty times as long to bind as the rest of a statement, as others of the same types."""


_NO_JSON = re.compile(r'"(?:[^"\\]|\\.)*"|-?\b(?:nan|inf(?:inity)?)\b', re.IGNORECASE)


def _as_json(found: re.Match[str]) -> str:
    """What stands for a part of a plan that is no JSON: the engine writes `NAN` and `Infinity`."""
    return found[0] if found[0].startswith('"') else "null"


class BindError(Exception):
    """The engine refuses a statement; the message is its first line, without the engine's own prefix."""


LARGE = 5_000
"""Statements of more characters, a column of the result counted as 100, are not remembered."""


class Binder:
    """Binds statements against empty tables, keeping those of about `most` schemas, and what so many statements gave. Safe to use from several threads,
    one statement at a time."""

    def __init__(self, most: int = 5_000) -> None:
        self._most = most
        self._connection = duckdb.connect(
            ":memory:", config={"threads": 1, "enable_external_access": "false", "autoload_known_extensions": "false"}
        )
        self._connection.execute("SET lock_configuration = true")
        self._macros: set[str] = set()
        self._tables: dict[Schema, str] = {}
        self._bound: OrderedDict[str, tuple[tuple[str, Type], ...]] = OrderedDict()
        self._lock = threading.Lock()

    def bind(self, statement: str, tables: Mapping[str, Schema]) -> list[tuple[str, Type]]:
        """The names and types of the columns that `statement` gives over empty `tables`; raises BindError."""
        with self._lock:
            self._forget()
            text = self._over(statement, tables)
            known = self._bound.get(text)
            if known is not None:
                self._bound.move_to_end(text)
                return list(known)
            try:
                self._make_macros(statement)
                relation = self._connection.sql(text)
                found = [
                    (name, parse_type(str(kind))) for name, kind in zip(relation.columns, relation.types, strict=True)
                ]
            except duckdb.Error as error:
                raise BindError(plain_error(error)) from error
            except TypeTextError as error:
                raise BindError(f"a result has a type that no column can have: {error}") from error
            self._remember(text, found)
            return found

    def plan(self, statement: str, tables: Mapping[str, Schema]) -> tuple[str, Any]:
        """The text by which the engine reads a statement that binds, and its own plan of it, not optimised: the members
        `error`, which says whether it has none to show, and `plans`."""
        with self._lock:
            self._forget()
            self._make_macros(statement)
            text = self._over(statement, tables)
            row = self._connection.execute("SELECT json_serialize_plan(?, optimize := false)", [text]).fetchone()
            try:
                return text, json.loads(_NO_JSON.sub(_as_json, row[0])) if row else {"error": True}
            except json.JSONDecodeError:  # a value that the engine writes in yet another way
                return text, {"error": True}

    def _over(self, statement: str, tables: Mapping[str, Schema]) -> str:
        """A statement over empty tables."""
        relations = ", ".join(f"{_quoted(name)} AS (FROM {self._table(schema)})" for name, schema in tables.items())
        # a subquery of its own lets the statement bring its own WITH
        return f"WITH {relations} SELECT * FROM ({statement})" if relations else statement

    def _remember(self, text: str, found: Sequence[tuple[str, Type]]) -> None:
        """Keep what a statement gives: a plan that is checked, mended and checked again binds most of its own twice.

        The text says all that it depends on, since tables are named after their columns.
        """
        if len(text) + 100 * len(found) <= LARGE:
            self._bound[text] = tuple(found)
            if len(self._bound) > self._most:
                self._bound.popitem(last=False)

    def _make_macros(self, statement: str) -> None:
        """Create the macros that the statement may name and that are not there yet."""
        missing = {name for name in MACROS if name not in self._macros and name in statement}
        for name in missing & set(STAND_INS):
            self._connection.execute(STAND_INS[name])
            self._macros.add(name)
        for macro in needed(missing - self._macros):
            if macro.name not in self._macros:
                self._connection.execute(create_statement(macro))
                self._macros.add(macro.name)

    def _forget(self) -> None:
        """Drop the tables once there are too many; schemas that differ in `not null` alone share one."""
        if len(self._tables) >= self._most:
            for name in dict.fromkeys(self._tables.values()):
                self._connection.execute(f"DROP TABLE {name}")
            self._tables.clear()

    def _table(self, schema: Schema) -> str:
        """The empty table that stands for a schema, made when first needed."""
        found = self._tables.get(schema)
        if found is None:
            columns = ", ".join(f"{_quoted(column.name)} {column.type.sql}" for column in schema)
            found = "s" + hashlib.sha256(columns.encode()).hexdigest()[:24]
            try:
                self._connection.execute(f"CREATE OR REPLACE TABLE {found}({columns})")
            except (duckdb.Error, UnicodeEncodeError) as error:
                raise BindError(plain_error(error)) from error
            self._tables[schema] = found
        return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def plain_error(error: Exception) -> str:
    """The engine's message in one line: no prefix, no excerpt, no list of overloads.

    >>> plain_error(Exception("Binder Error: No such thing\\n\\nLINE 1: x"))
    'No such thing'
    """
    first = str(error).strip().split("\n\n")[0]
    first = first.split("\n\tCandidate functions")[0].split("\nCandidate functions")[0].split("\nLINE ")[0]
    first = re.sub(r"^[A-Za-z]+(?: [A-Za-z]+)? (?:Error|exception): ", "", first.strip(), flags=re.IGNORECASE)
    return " ".join(first.split())[:500]


_BINDER: Binder | None = None
_MAKING = threading.Lock()


def binder() -> Binder:
    """The process's binder, made when first needed."""
    global _BINDER
    with _MAKING:
        if _BINDER is None:
            _BINDER = Binder()
    return _BINDER
