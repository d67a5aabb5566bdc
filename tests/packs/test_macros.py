"""Exact aggregates: right to a bit, and the same for every order of rows and number of threads."""

import math
import random
import statistics

import duckdb
import pytest
from sqlglot import exp

from interlock.registry import sql
from interlock.registry.macros import MACROS, create_statement, needed, used_in

INF, NAN = math.inf, math.nan


def connected(threads: int = 2) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": threads})
    for macro in MACROS.values():
        connection.execute(create_statement(macro))
    return connection


def one(connection: duckdb.DuckDBPyConnection, call: str, numbers: list[float | None], kind: str = "double"):
    row = connection.execute(f"SELECT {call} FROM (SELECT unnest(?::{kind}[]) AS x)", [numbers]).fetchone()
    assert row
    return row[0]


@pytest.fixture(scope="module")
def connection():
    return connected()


@pytest.mark.parametrize(
    "numbers",
    [
        [0.1] * 10,
        [1e300, 1e19, -1e300],
        [5e-324] * 3,
        [1e-300, 1.0, -1.0],
        [-1000.0] + [1 / 3] * 3000,
        [4e18] * 5 + [-4e18] * 5 + [1e-16],
        [2.0**62, -(2.0**62)],
        [2.0**63, -(2.0**63), 3.5],
        [1e16, 1.0, -1e16],
        [9e18, -9e18, 1e-20],
        [1e-16, -1e-17],
        [1e-17] * 7,
        [2.0**-53] * 3 + [-1e-16],
        [1e15, 1e-15, -1e15],
        [1.7e308, -1.7e308, 1e-300],
        [6.62607015e-34, 1.380649e-23, 299792458.0],
    ],
)
def test_sum_of_awkward_numbers(connection, numbers):
    wanted = math.fsum(numbers)
    assert abs(one(connection, "exact_sum(x)", numbers) - wanted) <= math.ulp(wanted)


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [
        ([], None),
        ([None, None], None),
        ([None, 2.5], 2.5),
        ([INF, 1.0], INF),
        ([-INF, 1e300], -INF),
        ([1e308, 1e308], INF),
        ([1e308, 1e308, -1e308, -1e308], 0.0),
        ([1e308, 1e308, -1e308], 1e308),
        ([9007199254740992.0, 1217.0, 0.25], 9007199254742210.0),
        ([-9007199254740992.0, -1217.0, -0.25], -9007199254742210.0),
        ([0.3535533905932738, 1.0690449676496976, 0.02357022603955158, 0.3535533905932738], 1.7997219748757967),
    ],
)
def test_sum_at_the_edges(connection, numbers, wanted):
    assert one(connection, "exact_sum(x)", numbers) == wanted


def test_sums_are_rounded_once(connection):
    """Numbers of many sizes, most sums of which lie between two floats."""
    draw = random.Random(7)
    for _ in range(400):
        numbers = [draw.uniform(-1, 1) * 10 ** draw.randint(-8, 8) for _ in range(draw.randint(2, 6))]
        assert one(connection, "exact_sum(x)", numbers) == math.fsum(numbers), numbers


@pytest.mark.parametrize("numbers", [[NAN, 1.0], [INF, -INF], [INF, NAN, 3.0]])
def test_nan_is_one_nan(connection, numbers):
    assert one(connection, "exact_sum(x)::varchar", numbers) == "nan"
    assert one(connection, "signbit(exact_sum(x))", numbers) is False


@pytest.mark.parametrize("numbers", [[-0.0], [-0.0, -0.0], [1.0, -1.0], [-1e-300, 1e-300], [1e300, -1e300]])
def test_zero_has_no_sign(connection, numbers):
    assert one(connection, "exact_sum(x)::varchar", numbers) == "0.0"


def test_random_sums_agree_with_fsum_in_any_order(connection):
    chance = random.Random(7)
    for _ in range(40):
        reach = chance.choice([1, 5, 20, 60, 300, 900])
        numbers = [
            chance.uniform(-1, 1) * 2.0 ** chance.randint(-reach, reach)
            for _ in range(chance.choice([1, 2, 3, 10, 300]))
        ]
        if chance.random() < 0.5:
            numbers += [-number for number in numbers[: len(numbers) // 2]]
        if chance.random() < 0.5:
            numbers += [-number * (1 + 2**-52) for number in numbers[: len(numbers) // 2]]
        found = one(connection, "exact_sum(x)", numbers)
        assert abs(found - math.fsum(numbers)) <= math.ulp(math.fsum(numbers)), numbers
        chance.shuffle(numbers)
        assert one(connection, "exact_sum(x)", numbers) == found
        assert one(connection, "exact_mean(x)", numbers) == found / len(numbers)


def test_one_result_on_any_number_of_threads():
    text = """SELECT g, exact_sum(x), exact_mean(x), exact_std(x), plain_zero(min(z)) FROM t GROUP BY g ORDER BY g"""
    found = set()
    for threads in (1, 2, 4):
        connection = connected(threads)
        connection.execute(
            """CREATE TABLE t AS SELECT i % 100 AS g, sin(i) * pow(10.0, i % 40 - 20) AS x, CASE WHEN i % 3 = 0 THEN -0.0 ELSE 0.0 END AS z
               FROM range(400_000) AS r(i) ORDER BY hash(i)"""
        )
        for _ in range(3):
            found.add(str(connection.execute(text).fetchall()))
        connection.execute("CREATE OR REPLACE TABLE t AS SELECT * FROM t ORDER BY hash(x)")
        found.add(str(connection.execute(text).fetchall()))
    assert len(found) == 1


def test_std(connection):
    chance = random.Random(3)
    for centre, spread in ((0, 1), (1e6, 1e-3), (1e-9, 1e-12), (1e12, 1e12)):
        numbers = [chance.gauss(centre, spread) for _ in range(500)]
        assert math.isclose(one(connection, "exact_std(x)", numbers), statistics.stdev(numbers), rel_tol=1e-9)
    assert one(connection, "exact_std(x)", [1.0]) is None
    assert one(connection, "exact_std(x)", []) is None
    assert one(connection, "exact_std(x)", [2.0, None, 2.0]) == 0.0
    assert math.isnan(one(connection, "exact_std(x)", [1.0, INF]))


def test_single_precision_is_added_in_double(connection):
    assert one(connection, "exact_sum(x)", [16777216.0, 1.0, 1.0], "float") == 16777218.0
    assert one(connection, "typeof(exact_sum(x))", [1.0], "float") == "DOUBLE"


def test_columns_named_like_the_macros_insides(connection):
    """A macro's own words never capture a column of the same name."""
    for name in (
        "x",
        "n",
        "s",
        "f",
        "sorted",
        "middle",
        "sum",
        "next",
        "whole",
        "high",
        "low",
        "rest",
        "numbers",
        "total",
        "units",
        "all",
        "key",
    ):
        found = connection.execute(
            f"""SELECT exact_sum("{name}") FROM (SELECT unnest([1.5, 'inf'::double, 1e300, 1e-30]) AS "{name}")"""
        ).fetchone()
        assert found == (INF,), name
        found = connection.execute(
            f"""SELECT exact_std("{name}") FROM (SELECT unnest([1.0, 3.0, 2.0]) AS "{name}")"""
        ).fetchone()
        assert found == (1.0,), name


def test_windows_take_the_parts(connection):
    over = "OVER (ORDER BY i ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"
    numbers = [0.1, 0.2, 0.3, 1e300, -1e300, 1e-30, NAN, 1.0, 1.0, 1.0]
    found = connection.execute(
        f"""SELECT exact_total(sum(exact_whole(x)) {over}, sum(exact_high(x)) {over}, sum(exact_low(x)) {over},
              list(exact_rest(x)) FILTER (exact_rest(x) <> 0) {over}) FROM (SELECT unnest(?::double[]) AS x, unnest(range(10)) AS i) ORDER BY i""",
        [numbers],
    ).fetchall()
    wanted = [math.fsum(numbers[max(0, i - 2) : i + 1]) for i in range(len(numbers))]
    assert [str(row[0]) for row in found] == [str(each) for each in wanted]


def test_a_macro_comes_after_those_it_uses():
    for name, macro in MACROS.items():
        found = [each.name for each in needed([name])]
        assert found[-1] == name
        assert set(macro.uses) == {other for other in MACROS if other != name and f"{other}(" in macro.body}
        connection = duckdb.connect()
        for each in needed([name]):
            connection.execute(create_statement(each))
    assert list(MACROS) == [each.name for each in MACROS.values()]


def test_used_in_a_statement():
    tree = sql.select(sql.call("exact_mean", sql.column("x")), exp.Sum(this=sql.column("y")))
    assert [macro.name for macro in used_in(tree)][-2:] == ["exact_sum", "exact_mean"]
    assert used_in(sql.select(sql.column("exact_sum"))) == []
