"""Our types are DuckDB's, what we call never null never is, and the canonical text is a fixed point."""

from __future__ import annotations

import itertools
from random import Random

import duckdb
import pytest
from expression_data import INPUTS, SCHEMA, SCOPE, admitted, connection, described, evaluate, is_null, same
from expression_texts import draw
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.ir.expressions import Expression, admit
from interlock.ir.expressions.operator_rows import OPERATORS
from interlock.ir.types import Type

NUMBERS = [column.name for column in SCHEMA if column.type.is_numeric and column.name[0] in "iufd"]
BESIDE = ["1", "-1", "1000", "3000000000", "10000000000000000000", "1.5", "-0.25", "1e0"]
MOMENTS = ["day", "ts", "ts_s", "clock", "span", "i32", "i64", "interval 1 day", "1"]


def agrees(text: str) -> bool:
    """Whether an expression is refused, or typed as DuckDB types it."""
    found = admit(text, SCOPE)
    return isinstance(found, list) or found.type == described(found.sql)


@pytest.mark.parametrize("op", ["+", "-", "*", "/", "//", "%", "**", "coalesce", "="])
def test_numbers_meet_as_in_duckdb(op: str) -> None:
    pairs = [*itertools.product(NUMBERS, NUMBERS), *itertools.product(NUMBERS, BESIDE)]
    texts = [f"coalesce({a}, {b})" if op == "coalesce" else f"{a} {op} {b}" for a, b in pairs]
    assert [text for text in texts if not agrees(text)] == []


def test_moments_meet_as_in_duckdb() -> None:
    texts = [f"{a} {op} {b}" for op, a, b in itertools.product("+-*/", MOMENTS, MOMENTS)]
    texts += [f"coalesce({a}, {b})" for a, b in itertools.product(MOMENTS, MOMENTS)]
    assert [text for text in texts if not agrees(text)] == []
    assert sum(isinstance(admit(text, SCOPE), Expression) for text in texts) > 40


@pytest.mark.parametrize("name", ["round", "floor", "ceil", "trunc", "abs", "sign", "round_even", "sqrt"])
def test_rounding_gives_duckdbs_types(name: str) -> None:
    texts = [f"{name}({x})" for x in NUMBERS] + [f"{name}({x}, {n})" for x in NUMBERS for n in (-1, 0, 1, 9)]
    assert [text for text in texts if not agrees(text)] == []


FOUND = [
    # disagreements that random expressions once found
    "case when nb then [n64, 1e0] else [f32, f32] end",
    "array_contains([i8, i16], n32)",
    "list_position(nints, u64)",
    "contains([i8, i16], i128)",
    "list_append([i8, i16], -1)",
    "list_prepend(1000, [i8, i16])",
    "cast(u8 as uhugeint)",
    "datepart('month', make_time(u8, i8, i8))",
    "greatest(ceil(d38), nd)",
    "cast(d38 as decimal(38, 0)) < nd",
]


@pytest.mark.parametrize("text", FOUND)
def test_expressions_that_once_disagreed(text: str) -> None:
    assert agrees(text)
    found = admit(text, SCOPE)
    if isinstance(found, Expression):
        again = admitted(found.sql)
        assert (again.type, again.sql, again.nullable) == (found.type, found.sql, found.nullable)


def test_decimals_meet_without_a_loss() -> None:
    shapes = [(38, 0), (38, 10), (38, 37), (20, 20), (30, 5), (10, 2), (5, 0)]
    kinds = [f"decimal({width}, {scale})" for width, scale in shapes]
    pairs = [(f"cast(nd as {one})", f"cast(nd as {other})") for one, other in itertools.product(kinds, kinds)]
    assert [pair for pair in pairs if not agrees(f"coalesce({pair[0]}, {pair[1]})")] == []
    assert all(isinstance(admit(f"{one} = {other}", SCOPE), Expression) for one, other in pairs)


def test_casts_that_are_allowed_bind() -> None:
    kinds = "boolean tinyint integer hugeint double decimal(9,2) varchar date timestamp time interval".split()
    texts = [f"try_cast({column.name} as {kind})" for column in SCHEMA if column.name.isidentifier() for kind in kinds]
    assert [text for text in texts if not agrees(text)] == []


EXAMPLES = [(text, value) for row in OPERATORS for text, value in row.examples]


@pytest.mark.parametrize(("text", "value"), EXAMPLES, ids=[text for text, _ in EXAMPLES])
def test_examples_of_operators_hold(text: str, value: str) -> None:
    found = admitted(text)
    assert same(evaluate(found.sql), evaluate(admitted(value).sql))
    assert found.type == described(found.sql)


@settings(max_examples=250)
@given(random=st.randoms(use_true_random=False), depth=st.integers(1, 3))
def test_random_expressions(random: Random, depth: int) -> None:
    text = draw(random, None, depth)
    found = admit(text, SCOPE)
    if isinstance(found, list):
        assert all(0 <= problem.start <= problem.end <= len(text) and problem.message for problem in found)
        return
    sql = found.sql
    assert found.type == described(sql)
    assert found.nullable or not any(is_null(sql)), sql
    check_non_null(found)
    if not found.inputs:
        again = admit(sql, SCOPE)
        assert isinstance(again, Expression), again
        assert (again.type, again.sql, again.nullable) == (found.type, sql, found.nullable)


def check_non_null(found: Expression) -> None:
    """Where the expression is true, no column that is said to have a value is null."""
    if found.type.name != "boolean":
        return
    for name in found.non_null:
        try:
            rows = connection().execute(f'select 1 from t where ({found.sql}) and "{name}" is null').fetchall()
        except duckdb.Error:
            continue
        assert rows == [], (name, found.sql)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("t is not null and i32 > 1", {"t", "i32"}),
        ("t is not null or i32 > 1", set()),
        ("t = 'a' or t = 'b'", {"t"}),
        ("not (t is null)", {"t"}),
        ("not (t is null or i32 is null)", {"t", "i32"}),
        ("t in ('a', 'b')", {"t"}),
        ("i32 between i8 and i16", {"i32", "i8", "i16"}),
        ("not i32 between i8 and i16", {"i32"}),
        ("coalesce(t, s) = 'a'", set()),
        ("length(t) > 1", {"t"}),
        ("b", {"b"}),
        ("not b", {"b"}),
        ("b is true", {"b"}),
        ("b is not true", set()),
        ("t is null", set()),
        ("t is distinct from 'a'", set()),
        ("case when b then true end", set()),
        ("length(string_split(t, s)) > 0", {"t"}),  # a separator that is null splits nothing
    ],
)
def test_columns_known_to_have_a_value(text: str, columns: set[str]) -> None:
    found = admitted(text)
    assert found.non_null == columns
    check_non_null(found)


@pytest.mark.parametrize(
    ("text", "nullable"),
    [
        ("n32 + 1", False), ("n32 / 0", False), ("n32 // n32", False), ("nf % 0", False), ("i32 + 1", True),
        ("try_cast(nt as integer)", True), ("cast(nt as integer)", False), ("nullif(n32, 1)", True), ("coalesce(i32, 0)", False),
        ("case when nb then 1 end", True), ("case when nb then 1 else 2 end", False), ("year(nday)", True), ("nints[1]", True),
        ("concat(t, s)", False), ("t is null", False), ("sqrt(nf)", False), ("ln(nf)", False), ("regexp_extract(nt, 'a')", True),
        ("greatest(i32, n32)", False), ("greatest(i32, i64)", True), ("if(b, 1, 2)", False), (":low + n32", False),
        ("pair.a", True), ("list_sum(nints)", True), ("nday - nday", False), ("nday + 1", False), ("nts + interval 1 day", False),
    ],
)  # fmt: skip
def test_nullability(text: str, nullable: bool) -> None:
    found = admitted(text)
    assert found.nullable == nullable
    assert nullable or not any(is_null(found.sql))


def test_canonical_text() -> None:
    found = admitted('ODD_NAME + "odd NAME" > :low'.replace("ODD_NAME", "N32"))
    assert found.sql == '"n32" + "Odd name" > CAST(GETVARIABLE(\'low\') AS INT)'
    assert (found.columns, found.inputs) == (("n32", "Odd name"), ("low",))
    assert admitted("day >= '2024-01-01'").sql == "\"day\" >= CAST('2024-01-01' AS DATE)"
    assert admitted("t.i32 = 1 and T.N32 = 2").columns == ("i32", "n32")
    assert INPUTS["low"] == Type("integer")
