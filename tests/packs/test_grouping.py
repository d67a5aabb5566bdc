"""aggregate, describe, top_n and rank_rows on awkward data: nulls, ties, odd names, every type."""

from decimal import Decimal

import pytest

from interlock.registry import sql
from interlock.registry.packs.grouping import aggregate, describe, rank_rows, top_n

ODD = [
    {'we "ird': 1, "select": 2.5, "_row": 3, "ü x": "a"},
    {'we "ird': 2, "select": -0.0, "_row": 3, "ü x": "a"},
    {'we "ird': 1, "select": None, "_row": None, "ü x": None},
]
EVERY = ["count", "count_distinct", "sum", "mean", "median", "min", "max", "std", "first", "last", "list"]


def of(column, *functions, **more):
    return [{"name": function, "function": function, "column": column, **more} for function in functions]


def test_every_function_by_group_with_odd_names(bench):
    rows = bench.give(aggregate, {"by": ['we "ird'], "measures": of("select", *EVERY)}, table=ODD)
    assert rows == [
        {
            'we "ird': 1,
            "count": 1,
            "count_distinct": 1,
            "sum": 2.5,
            "mean": 2.5,
            "median": 2.5,
            "min": 2.5,
            "max": 2.5,
            "std": None,
            "first": 2.5,
            "last": None,
            "list": [2.5, None],
        },
        {
            'we "ird': 2,
            "count": 1,
            "count_distinct": 1,
            "sum": 0.0,
            "mean": 0.0,
            "median": 0.0,
            "min": 0.0,
            "max": 0.0,
            "std": None,
            "first": 0.0,
            "last": 0.0,
            "list": [0.0],
        },
    ]
    assert [str(rows[1][name]) for name in ("sum", "median", "min", "max")] == ["0.0"] * 4


def test_nothing_to_aggregate(bench):
    bench.port("table", [], {"x": "double"})
    nothing = dict.fromkeys(EVERY) | {"count": 0, "count_distinct": 0}
    assert bench.give(aggregate, {"measures": of("x", *EVERY)}) == [nothing]
    assert bench.give(aggregate, {"by": ["x"], "measures": of("x", "count")}) == []


def test_groups_come_by_key_nulls_last_and_zeros_together(bench):
    table = [
        {"k": 2.0, "j": None},
        {"k": None, "j": "a"},
        {"k": -0.0, "j": "b"},
        {"k": 0.0, "j": "b"},
        {"k": 2.0, "j": "a"},
    ]
    rows = bench.give(aggregate, {"by": ["k", "j"], "measures": [{"name": "n", "function": "count"}]}, table=table)
    assert [(str(row["k"]), row["j"], row["n"]) for row in rows] == [
        ("0.0", "b", 2),
        ("2.0", "a", 1),
        ("2.0", None, 1),
        ("None", "a", 1),
    ]


def test_a_measure_may_take_the_name_of_its_column(bench):
    measures = [
        {"name": "v", "function": "max", "expression": "v * 10"},
        {"name": "m", "function": "mean", "column": "v", "where": "v > 1"},
    ]
    assert bench.give(aggregate, {"by": ["k"], "measures": measures}, table=[{"k": 1, "v": 2}, {"k": 1, "v": 1}]) == [
        {"k": 1, "v": 20, "m": 2.0}
    ]


@pytest.mark.parametrize(
    "function", ["count", "count_distinct", "sum", "mean", "median", "min", "max", "first", "last", "list", "std"]
)
@pytest.mark.parametrize("kind", ["double", "bigint"])
def test_where_of_a_measure(bench, function, kind):
    bench.port("table", [{"v": v} for v in (1, 5, 7, 7, None)], {"v": kind})
    found = bench.give(
        aggregate, {"measures": [{"name": "x", "function": function, "column": "v", "where": "v > 1 and v < 7"}]}
    )
    assert found == [{"x": {"count": 1, "count_distinct": 1, "std": None, "list": [5]}.get(function, 5)}]


@pytest.mark.parametrize(
    ("kind", "sum_type", "min_type"),
    [
        ("bigint", "BIGINT", "BIGINT"),
        ("integer", "BIGINT", "INTEGER"),
        ("utinyint", "BIGINT", "UTINYINT"),
        ("ubigint", "HUGEINT", "UBIGINT"),
        ("hugeint", "HUGEINT", "HUGEINT"),
        ("uhugeint", "HUGEINT", "UHUGEINT"),
        ("double", "DOUBLE", "DOUBLE"),
        ("float", "DOUBLE", "FLOAT"),
        ("decimal(10,2)", "DECIMAL(38,2)", "DECIMAL(10,2)"),
    ],
)
def test_types_of_results(bench, kind, sum_type, min_type):
    bench.port("table", [{"x": 3}, {"x": 4}], {"x": kind})
    result = bench.run(aggregate, {"measures": of("x", "sum", "min", "mean", "median", "std")})
    found = bench.connection.sql(sql.text(result.tree))
    assert [str(each) for each in found.types] == [sum_type, min_type, "DOUBLE", "DOUBLE", "DOUBLE"]
    assert [float(each) for each in found.fetchall()[0]] == [7.0, 3.0, 3.5, 3.5, 0.5**0.5]


def test_an_integer_sum_too_large_is_an_error_not_a_wrong_number(bench):
    with pytest.raises(Exception, match="out of range"):
        bench.give(aggregate, {"measures": of("x", "sum")}, table=[{"x": 2**62}, {"x": 2**62}])


def test_first_and_last_go_by_keys_then_by_position(bench):
    table = [{"i": 1, "k": 2}, {"i": 2, "k": 1}, {"i": 3, "k": 1}, {"i": 4, "k": None}, {"i": 5, "k": 2}]
    bench.port("table", table)
    assert bench.give(aggregate, {"measures": of("i", "first", "last")}) == [{"first": 1, "last": 5}]
    assert bench.give(aggregate, {"measures": of("i", "first", "last", "list", order_by=["k"])}) == [
        {"first": 2, "last": 4, "list": [2, 3, 1, 5, 4]}
    ]
    assert bench.give(aggregate, {"measures": of("i", "list", order_by=["k desc"])}) == [{"list": [1, 5, 2, 3, 4]}]


def test_join_any_all_quantile(bench):
    table = [
        {"t": "b", "ok": True, "v": 1},
        {"t": None, "ok": None, "v": 2},
        {"t": "a", "ok": False, "v": 5},
        {"t": "b", "ok": True, "v": 4},
    ]
    measures = [
        {"name": "joined", "function": "join", "column": "t", "separator": "|"},
        {"name": "unique", "function": "join", "column": "t", "distinct": True},
        {"name": "any", "function": "any", "column": "ok"},
        {"name": "all", "function": "all", "column": "ok"},
        {"name": "high", "function": "all", "expression": "v > 0"},
        {"name": "q", "function": "quantile", "column": "v", "q": 0.25},
    ]
    assert bench.give(aggregate, {"measures": measures}, table=table) == [
        {"joined": "b|a|b", "unique": "a, b", "any": True, "all": False, "high": True, "q": 1.75}
    ]


@pytest.mark.parametrize(
    ("measure", "path", "says"),
    [
        ({"function": "sum", "column": "t"}, ("column",), "`sum` needs numbers, but `t` is varchar"),
        ({"function": "mean", "column": "b"}, ("column",), "`mean` needs numbers, but `b` is boolean"),
        ({"function": "any", "column": "i"}, ("column",), "`any` needs true/false values"),
        ({"function": "join", "column": "i"}, ("column",), "`join` needs text"),
        ({"function": "sum"}, ("column",), "`sum` needs a `column` or an `expression`"),
        ({"function": "sum", "column": "i", "expression": "i"}, ("expression",), "not both"),
        ({"function": "quantile", "column": "i"}, ("q",), "needs `q`"),
        ({"function": "median", "column": "i", "q": 0.5}, ("q",), "no meaning for `median`"),
        ({"function": "sum", "column": "i", "order_by": ["i"]}, ("order_by",), "no meaning for `sum`"),
        ({"function": "count", "column": "i", "distinct": True}, ("distinct",), "no meaning for `count`"),
        ({"function": "min", "column": "i", "separator": "-"}, ("separator",), "no meaning for `min`"),
        ({"function": "list", "column": "i", "distinct": True, "order_by": ["t"]}, ("order_by",), "ascending"),
    ],
)
def test_a_measure_that_makes_no_sense_is_refused_at_its_place(bench, measure, path, says):
    error = bench.refusal(
        aggregate,
        {"measures": [{"name": "n", "function": "count"}, {"name": "x", **measure}]},
        table=[{"t": "a", "i": 1, "b": True}],
    )
    assert error.param_path == ("measures", 1, *path)
    assert says in error.message


def test_two_columns_of_one_name_are_refused(bench):
    count = {"name": "K", "function": "count"}
    assert bench.refusal(aggregate, {"by": ["k"], "measures": [count]}, table=[{"k": 1}]).param_path == (
        "measures",
        0,
        "name",
    )
    assert bench.refusal(aggregate, {"measures": [count, count]}).param_path == ("measures", 1, "name")
    assert bench.refusal(aggregate, {"by": ["k", "k"], "measures": [count]}).param_path == ("by", 1)


def test_known_facts(bench):
    bench.port("table", [{"k": 1, "v": 2, "w": None}], {"k": "bigint not null", "v": "bigint not null", "w": "bigint"})
    measures = [
        *of("v", "sum", "std", "first"),
        {"name": "w", "function": "max", "column": "w"},
        {"name": "n", "function": "count", "where": "v > 5"},
        {"name": "f", "function": "max", "column": "v", "where": "v > 5"},
    ]
    result = bench.run(aggregate, {"by": ["k"], "measures": measures})
    assert result.keys == ("k",)
    assert result.non_null == {"k", "sum", "first", "n"}
    assert bench.run(aggregate, {"measures": measures}).non_null == {"n"}


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("varchar", "a", "a"),
        ("date", "2024-01-01", "2024-01-01"),
        ("timestamp", "2024-01-01", "2024-01-01 00:00:00"),
        ("boolean", True, "true"),
        ("json", "[1]", "[1]"),
        ("blob", b"a", "a"),
        ("interval", "1 day", "1 day"),
        ("varchar[]", ["a"], "[a]"),
        ("struct(a integer)", {"a": 1}, "{'a': 1}"),
        ("enum('x','y')", "x", "x"),
        ("decimal(5,2)", Decimal("1.50"), "1.50"),
    ],
)
def test_describe_every_type(bench, kind, value, shown):
    bench.port("table", [{"x": value}, {"x": None}], {"x": kind})
    (row,) = bench.give(describe, {})
    assert (row["rows"], row["nulls"], row["distinct"], row["min"], row["max"]) == (2, 1, 1, shown, shown)
    assert row["mean"] == (1.5 if "decimal" in kind else None)


def test_describe_nothing_and_odd_names(bench):
    bench.port("table", [], {"fact": "double", "place": "varchar", 'a"b': "bigint"})
    rows = bench.give(describe, {})
    assert [row["name"] for row in rows] == ["fact", "place", 'a"b']
    assert {row["rows"] for row in rows} == {0}


def test_top_n(bench):
    bench.port(
        "table",
        [
            {"i": i, "v": v, "g": g}
            for i, (v, g) in enumerate([(3, "b"), (None, "a"), (5, "b"), (5, None), (1, "a"), (5, "b")])
        ],
    )

    def ids(**params):
        return [row["i"] for row in bench.give(top_n, {"by": ["v"], **params})]

    assert ids(n=2) == [2, 3]
    assert ids(n=2, ties="all") == [2, 3, 5]
    assert ids(n=1, per=["g"]) == [4, 2, 3]
    assert ids(n=2, per=["g"]) == [4, 1, 2, 5, 3]
    assert ids(n=2, by=["v asc"]) == [4, 0]
    assert ids(n=1, by=[{"column": "v", "nulls": "first"}]) == [1]
    assert ids(n=99) == [2, 3, 5, 0, 4, 1]


def test_rank_rows(bench):
    bench.port("table", [{"v": v} for v in (3, None, 5, 5, 1)])

    def ranks(**params):
        return [row["r"] for row in bench.give(rank_rows, {"order_by": ["v"], "into": "r", **params})]

    assert ranks() == [2, 5, 3, 3, 1]
    assert ranks(method="dense_rank") == [2, 4, 3, 3, 1]
    assert ranks(method="row_number") == [2, 5, 3, 4, 1]
    assert ranks(method="percent") == [0.25, 1.0, 0.5, 0.5, 0.0]
    assert ranks(order_by=["v desc"], partition_by=["v"], method="row_number") == [1, 1, 1, 2, 1]
    assert bench.refusal(rank_rows, {"order_by": ["v"], "into": "V"}).param_path == ("into",)


def test_one_result_on_any_number_of_threads(benches):
    """Ties everywhere, and enough rows that every thread gets some."""
    calls = [
        (
            aggregate,
            {
                "by": ["g"],
                "measures": [
                    *of("x", "sum", "mean", "std", "median", "first", "last"),
                    *of("k", "list"),
                    {"name": "t", "function": "join", "expression": "cast(k as varchar)", "order_by": ["k desc"]},
                ],
            },
        ),
        (top_n, {"n": 3, "by": ["k"], "per": ["g"]}),
        (top_n, {"n": 50, "by": ["k"]}),
        (rank_rows, {"order_by": ["k"], "method": "row_number", "into": "r"}),
    ]
    found = []
    for bench in benches:
        bench.port("table", [], {"g": "bigint", "k": "bigint", "x": "double"})
        bench.connection.execute(
            'INSERT INTO "table" SELECT hash(i) % 700, hash(i) % 5, sin(i) * pow(10.0, i % 9) FROM range(60_000) AS r(i)'
        )
        found.append([hash(str(bench.give(node, params))) for node, params in calls])
    assert found[0] == found[1] == found[2]
