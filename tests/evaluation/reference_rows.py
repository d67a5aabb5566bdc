"""A table of edge values, held by DuckDB and as Python values, and what DuckDB makes of an expression over its rows."""

from __future__ import annotations

import math
from functools import cache
from random import Random
from typing import Any

import duckdb
from expression_data import INPUTS, SCHEMA

from interlock.evaluation.reference.casts import cast, to_text
from interlock.ir.expressions import Scope
from interlock.ir.types import Type

TEXTS = [
    "",
    "héllo wörld",
    "12",
    "a,b",
    " x ",
    "2024-01-31",
    "ab12cd",
    "ABC",
    "-1.5",
    "1e3",
    "true",
    "ß",
    "a.b%c",
    "abcabc",
    "aaa",
]
DATES = [
    "2024-02-29",
    "infinity",
    "1969-07-20",
    "-infinity",
    "2000-01-01",
    "9998-12-30",
    "0002-01-01",
    "2024-12-30",
    "2023-01-01",
]
STAMPS = [
    "2024-02-29 13:45:56.789",
    "infinity",
    "1969-07-20 20:17:40.000001",
    "2000-01-01",
    "1999-12-31 23:59:59.999999",
]
PLAIN_STAMPS = ["2024-02-29 13:45:56", "2000-01-01", "1969-07-20 20:17:40"]
FLOATS = ["0", "-0.0", "nan", "inf", "-inf", "1.5", "-2.5", "0.1", "1e15", "1e-7", "2.675", "100", "3"]
VALUES: dict[str, list[str]] = {
    "tinyint": ["0", "1", "-7", "127", "-128", "2"],
    "smallint": ["0", "1", "-300", "32767", "-32768"],
    "integer": ["0", "1", "2", "-70000", "3", "2147483647", "-2147483648"],
    "bigint": ["0", "1", "3", "-5000000000", "9223372036854775807", "-9223372036854775808", "9007199254740993"],
    "hugeint": ["0", "-1", "170141183460469231731687303715884105727", "12345678901234567890123", "5"],
    "utinyint": ["0", "1", "255", "7"],
    "usmallint": ["0", "1", "65535"],
    "uinteger": ["0", "1", "4294967295"],
    "ubigint": ["0", "1", "18446744073709551615", "9"],
    "float": [*FLOATS, "16777217", "3.4e38"],
    "double": [*FLOATS, "1e308", "123456789.123456789", "9007199254740993"],
    "decimal(5,2)": ["0", "-1.25", "999.99", "0.5", "2.50"],
    "decimal(18,3)": ["0", "-1.125", "3", "999999999999999.999", "2.5"],
    "decimal(38,10)": ["0", "-1.5", "2", "1234567890123456789012345678.0000000001"],
    "decimal(10,2)": ["0", "1.25", "-3", "10", "99999999.99", "2.5"],
    "varchar": TEXTS,
    "enum('low', 'high')": ["low", "high"],
    "boolean": ["true", "false"],
    "date": DATES,
    "time": ["00:00:00", "23:59:59.5", "12:30:00", "23:59:59.999999"],
    "timestamp": STAMPS,
    "timestamp_s": PLAIN_STAMPS,
    "timestamptz": ["2024-02-29 13:45:56+00", "1999-12-31 22:00:00+00"],
    "interval": ["1 month 2 days", "0 days", "-3 hours", "1 day 01:02:03.000004", "-14 months", "30 days"],
}
LISTS: dict[str, list[list[Any] | None]] = {
    "integer[]": [[], [1], [1, None, 2], [None], [3, 2, 1], [2, 2]],
    "varchar[]": [[], ["a", None], ["x", "y"], ["b c", "", "a"]],
    "integer[][]": [[], [[1], None], [[1, 2], [3]], [[None]]],
}
STRUCTS = [{"a": 1, "b": "x"}, {"a": None, "b": None}, {"a": 2, "b": ""}]
COUNT = 24
SCOPE = Scope({"t": SCHEMA}, INPUTS)
GIVEN = {"low": (Type("integer"), 2), "name": (Type("varchar"), "abc")}
TEXT = Type("varchar")


def drawn(random: Random, kind: Type, nullable: bool) -> Any:
    """An edge value of a type."""
    if nullable and random.random() < 0.15:
        return None
    if kind.element:
        return random.choice(LISTS[str(kind)])
    if kind.name == "struct":
        return random.choice(STRUCTS)
    return cast(random.choice(VALUES[str(kind).replace("','", "', '")]), TEXT, kind)


@cache
def rows() -> list[tuple[Any, ...]]:
    """The rows of the table, as Python values."""
    random = Random(20240229)
    return [tuple(drawn(random, column.type, column.nullable) for column in SCHEMA) for _ in range(COUNT)]


def sql_of(value: Any, kind: Type) -> str:
    """A value as a literal of SQL."""
    if value is None:
        return "null"
    if kind.name == "struct":
        return "{" + ", ".join(f"'{name}': {sql_of(value[name], part)}" for name, part in kind.fields) + "}"
    if kind.element:
        return f"cast([{', '.join(sql_of(item, kind.element) for item in value)}] as {kind.sql})"
    return f"cast('{to_text(value, kind)}' as {kind.sql})"


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """A connection with the table `t`, and every row of it as a table of its own."""
    found = duckdb.connect(config={"threads": 1})
    found.execute("create table t (" + ", ".join(f'"{c.name}" {c.type.sql}' for c in SCHEMA) + ")")
    for at, row in enumerate(rows()):
        values = ", ".join(sql_of(value, column.type) for value, column in zip(row, SCHEMA, strict=True))
        found.execute(f"insert into t values ({values})")
        found.execute(f"create table row{at} as select * from t limit 1 offset {at}")
    found.execute("set variable low = 2; set variable name = 'abc'; set variable \"when\" = date '2024-01-31'")
    return found


class Stopped:
    """What DuckDB gives for a row that stops it."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __repr__(self) -> str:
        return f"stops: {self.message[:100]}"


def shown(kind: Type) -> bool:
    """Whether values of a type are compared as text, since Python holds not all of them."""
    return kind.is_temporal or kind.name in ("interval", "struct") or (kind.element is not None and shown(kind.element))


def by_duckdb(sql: str, kind: Type) -> list[Any]:
    """For every row, the value of an expression, or Stopped; as text, for types that Python cannot hold."""
    taken = f"cast(({sql}) as varchar)" if shown(kind) else f"({sql})"
    try:
        return [row[0] for row in connection().execute(f"select {taken} from t").fetchall()]
    except duckdb.Error:
        pass
    found: list[Any] = []
    for at in range(COUNT):
        try:
            found.append(connection().execute(f"select {taken} from row{at}").fetchall()[0][0])
        except duckdb.Error as error:
            found.append(Stopped(str(error)))
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same: NaN is itself, the zeros differ, 1 and true differ."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return (math.isnan(one) and math.isnan(other)) or (
            one == other and math.copysign(1, one) == math.copysign(1, other)
        )
    return one == other and isinstance(one, bool) == isinstance(other, bool)
