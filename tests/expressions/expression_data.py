"""A table with one column of every type, rows that hold its edge cases, and DuckDB's opinion about expressions."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache

import duckdb

from interlock.ir.expressions import Expression, Problem, Scope, admit
from interlock.ir.types import Schema, Type, parse_type, schema

COLUMNS: dict[str, tuple[str, list[str]]] = {
    # type, and values as SQL; the first of a nullable column is null
    "i8": ("tinyint", ["null", "0", "-7", "127"]),
    "i16": ("smallint", ["null", "0", "-300", "32767"]),
    "i32": ("integer", ["null", "0", "-70000", "2"]),
    "i64": ("bigint", ["null", "0", "-5000000000", "3"]),
    "i128": ("hugeint", ["null", "0", "-1", "170141183460469231731687303715884105727"]),
    "u8": ("utinyint", ["null", "0", "1", "255"]),
    "u16": ("usmallint", ["null", "0", "1", "65535"]),
    "u32": ("uinteger", ["null", "0", "1", "4294967295"]),
    "u64": ("ubigint", ["null", "0", "1", "18446744073709551615"]),
    "f32": ("float", ["null", "0", "'nan'", "-1.5"]),
    "f64": ("double", ["null", "0", "'nan'", "'infinity'"]),
    "d5": ("decimal(5,2)", ["null", "0", "-1.25", "999.99"]),
    "d18": ("decimal(18,3)", ["null", "0", "-1.125", "3"]),
    "d38": ("decimal(38,10)", ["null", "0", "-1.5", "2"]),
    "t": ("varchar", ["null", "''", "'héllo wörld'", "'12'"]),
    "s": ("varchar", ["null", "'a,b'", "'2024-01-31'", "' x '"]),
    "e": ("enum('low', 'high')", ["null", "'low'", "'high'", "'low'"]),
    "b": ("boolean", ["null", "false", "true", "true"]),
    "day": ("date", ["null", "'2024-02-29'", "'infinity'", "'1969-07-20'"]),
    "clock": ("time", ["null", "'00:00:00'", "'23:59:59.5'", "'12:30:00'"]),
    "ts": ("timestamp", ["null", "'2024-02-29 13:45:56.789'", "'infinity'", "'1969-07-20 20:17:40'"]),
    "ts_s": ("timestamp_s", ["null", "'2024-02-29 13:45:56'", "'2000-01-01'", "'1969-07-20 20:17:40'"]),
    "tz": ("timestamptz", ["null", "'2024-02-29 13:45:56+00'", "'2000-01-01 00:00:00+02'", "'1969-07-20 20:17:40+00'"]),
    "span": ("interval", ["null", "'1 month 2 days'", "'0 days'", "'-3 hours'"]),
    "ints": ("integer[]", ["null", "[]", "[1, null, 2]", "[null]"]),
    "texts": ("varchar[]", ["null", "[]", "['a', null]", "['x', 'y']"]),
    "nested": ("integer[][]", ["null", "[]", "[[1], null]", "[[1, 2], [3]]"]),
    "pair": (
        "struct(a integer, b varchar)",
        ["null", "{'a': 1, 'b': 'x'}", "{'a': null, 'b': null}", "{'a': 2, 'b': ''}"],
    ),
    # and columns that are never null
    "n32": ("integer not null", ["1", "2", "3", "-4"]),
    "n64": ("bigint not null", ["1", "0", "3", "-4"]),
    "nf": ("double not null", ["0", "'nan'", "1.5", "'-infinity'"]),
    "nd": ("decimal(10,2) not null", ["0", "1.25", "-3", "10"]),
    "nt": ("varchar not null", ["''", "'abc'", "'7'", "'é'"]),
    "nb": ("boolean not null", ["true", "false", "true", "false"]),
    "nday": ("date not null", ["'2024-01-31'", "'infinity'", "'1970-01-01'", "'2000-02-29'"]),
    "nts": ("timestamp not null", ["'2024-01-31 10:11:12'", "'2024-01-01'", "'1970-01-01'", "'infinity'"]),
    "nints": ("integer[] not null", ["[]", "[1]", "[null, 3]", "[3, 2, 1]"]),
    "Odd name": ("integer not null", ["1", "2", "3", "4"]),
}
SCHEMA: Schema = schema(**{name: kind for name, (kind, _) in COLUMNS.items()})
INPUTS: dict[str, Type] = {"low": Type("integer"), "when": Type("date"), "name": Type("varchar")}
SCOPE = Scope({"t": SCHEMA}, INPUTS)


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """A connection that holds the table `t` and the run inputs."""
    found = duckdb.connect(config={"threads": 1})
    columns = ", ".join(f'"{column.name}" {column.type.sql}' for column in SCHEMA)
    found.execute(f"create table t ({columns})")
    for row in range(4):
        values = ", ".join(f"cast({cells[row]} as {SCHEMA[name].type.sql})" for name, (_, cells) in COLUMNS.items())
        found.execute(f"insert into t values ({values})")
    found.execute("set variable low = 2; set variable name = 'abc'; set variable \"when\" = date '2024-01-31'")
    return found


def described(sql: str) -> Type:
    """The type that DuckDB gives an expression over the table."""
    return parse_type(
        connection().execute(f"describe select ({sql}) as r from t").fetchall()[0][1].replace('"NULL"', "null")
    )


def admitted(text: str, expect: Type | None = None) -> Expression:
    found = admit(text, SCOPE, expect)
    assert isinstance(found, Expression), (text, found)
    return found


def problems(text: str, expect: Type | None = None) -> list[Problem]:
    found = admit(text, SCOPE, expect)
    assert isinstance(found, list), (text, found.sql)
    assert found, text
    for problem in found:
        assert 0 <= problem.start <= problem.end <= len(text), (text, problem)
        assert "\n" not in problem.message
    return found


def is_null(sql: str) -> list[bool]:
    """For each row, whether an expression is null there; rows where it stops the run are left out."""
    try:
        return [bool(row[0]) for row in connection().execute(f"select (({sql}) is null) from t").fetchall()]
    except duckdb.Error:
        pass
    found: list[bool] = []
    for row in range(4):
        try:
            one = f"select (({sql}) is null) from (select * from t limit 1 offset {row})"
            found.append(bool(connection().execute(one).fetchall()[0][0]))
        except duckdb.Error:
            continue
    return found


def evaluate(sql: str) -> object:
    """The value of an expression without columns."""
    return connection().execute(f"select ({sql})").fetchall()[0][0]


def same(one: object, other: object) -> bool:
    """Whether two values are the same, NaN included; 1 and 1.0 are not."""
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other):
        return True
    if isinstance(one, (int, Decimal)) and isinstance(other, (int, Decimal)):
        return one == other
    return type(one) is type(other) and one == other
