"""pivot and unpivot: listed values, nulls, names, types."""

import pytest

from interlock.registry.packs.reshape import pivot, unpivot

SALES = [
    {"k": 1, "c": "x", "v": 2},
    {"k": 1, "c": "y", "v": None},
    {"k": None, "c": "x", "v": 3},
    {"k": 1, "c": "x", "v": 5},
    {"k": None, "c": None, "v": 7},
]


@pytest.mark.parametrize(
    ("function", "cells"),
    [
        ("count", [2, 0, 0, 1, 0, 1]),
        ("sum", [7, None, None, 3, None, 7]),
        ("mean", [3.5, None, None, 3.0, None, 7.0]),
        ("min", [2, None, None, 3, None, 7]),
        ("max", [5, None, None, 3, None, 7]),
        ("median", [3.5, None, None, 3.0, None, 7.0]),
        ("first", [2, None, None, 3, None, 7]),
        ("last", [5, None, None, 3, None, 7]),
    ],
)
@pytest.mark.parametrize("kind", ["bigint", "double", "decimal(9,2)"])
def test_every_function(bench, function, cells, kind):
    bench.port("table", SALES, {"v": kind})
    params = {"index": ["k"], "column": "c", "values": ["x", "y", None], "function": function, "value": "v"}
    result = bench.run(pivot, params)
    assert bench.rows(result) == [
        dict(zip(("k", "x", "y", "null"), [key, *part], strict=True))
        for key, part in ((1, cells[:3]), (None, cells[3:]))
    ]
    assert not bench.broken(result)
    assert result.keys == ("k",)


def test_values_that_are_not_listed_stop_the_run_unless_dropped(bench):
    bench.port("table", SALES)
    params = {"index": ["k"], "column": "c", "values": ["x"], "function": "count"}
    assert bench.broken(bench.run(pivot, params)) == {
        "every value of `c` is one of the listed values": [("y", 1), (None, 1)]
    }
    dropping = bench.run(pivot, {**params, "others": "drop"})
    assert not dropping.checks
    assert bench.rows(dropping) == [{"k": 1, "x": 2}, {"k": None, "x": 1}]
    assert bench.broken(bench.run(pivot, {**params, "values": ["x", None]})) == {
        "every value of `c` is one of the listed values": [("y", 1)]
    }
    assert not bench.broken(bench.run(pivot, {**params, "values": ["x", "y", None]}))


@pytest.mark.parametrize(
    ("kind", "stored", "value", "name"),
    [
        ("double", 1.5, 1.5, "p_1.5"),
        ("bigint", 3, 3, "p_3"),
        ("decimal(5,2)", 1.25, 1.25, "p_1.25"),
        ("date", "2024-01-31", "2024-01-31", "p_2024-01-31"),
        ("timestamp", "2024-01-31 08:00:00", "2024-01-31 08:00:00", "p_2024-01-31 08:00:00"),
        ("boolean", True, True, "p_true"),
        ("varchar", 'it\'s "odd"', 'it\'s "odd"', 'p_it\'s "odd"'),
        ("enum('a','b')", "a", "a", "p_a"),
    ],
)
def test_values_of_every_type(bench, kind, stored, value, name):
    bench.port("table", [{"k": 1, "c": stored}], {"c": kind})
    result = bench.run(pivot, {"index": ["k"], "column": "c", "values": [value], "function": "count", "prefix": "p_"})
    assert bench.rows(result) == [{"k": 1, name: 1}]
    assert not bench.broken(result)


@pytest.mark.parametrize(
    ("kind", "stored", "value", "says"),
    [
        ("varchar", "a", 1, "text"),
        ("bigint", 1, "1", "a whole number"),
        ("bigint", 1, 1.5, "a whole number"),
        ("bigint", 1, True, "a whole number"),
        ("double", 1.0, "x", "a number"),
        ("boolean", True, "true", "true or false"),
        ("date", "2024-01-01", "soon", "a date such as"),
        ("timestamp", "2024-01-01", 2024, "a time such as"),
        ("varchar[]", ["a"], "a", "plain value"),
    ],
)
def test_a_value_of_another_type_is_refused(bench, kind, stored, value, says):
    bench.port("table", [{"k": 1, "c": stored}], {"c": kind})
    error = bench.refusal(pivot, {"index": ["k"], "column": "c", "values": [value], "function": "count"})
    assert error.param_path == ("values", 0)
    assert says in error.message


def test_refusals(bench):
    bench.port("table", SALES)
    params = {"index": ["k"], "column": "c", "values": ["x"], "function": "sum"}
    assert bench.refusal(pivot, params).param_path == ("value",)
    assert bench.refusal(pivot, {**params, "value": "c"}).param_path == ("value",)
    assert bench.refusal(pivot, {**params, "value": "v", "values": ["x", "K"]}).param_path == ("values", 1)
    assert bench.refusal(pivot, {**params, "value": "v", "values": ["x", "X"]}).param_path == ("values", 1)


@pytest.mark.parametrize(
    ("kind", "stored", "values"),
    [
        ("double", 1.0, [1, 2, 1.0]),
        ("double", 0.0, [0.0, 2, -0.0]),
        ("float", 0.5, [0.1, 2, 0.1000000001]),
        ("decimal(5,2)", 1.5, [1, 2, 1.0]),
        ("bigint", 1, [1, 2, 1.0]),
        ("timestamp", "2024-01-31", ["2024-01-31", "2024-02-01", "2024-01-31 00:00:00"]),
    ],
)
def test_the_same_value_twice_is_refused_however_it_is_written(bench, kind, stored, values):
    bench.port("table", [{"k": 1, "c": stored}], {"c": kind})
    params = {"index": ["k"], "column": "c", "values": values, "function": "count"}
    error = bench.refusal(pivot, params)
    assert error.param_path == ("values", 2)
    assert "is the same value as" in error.message
    bench.run(pivot, {**params, "values": values[:2]})


def test_the_alias_takes_pandas_names():
    adapter = pivot.aliases["Pivoter"]
    assert adapter({"index": "k", "columns": "c", "values": "v", "aggfunc": "sum", "more": 1}) == {
        "index": ["k"],
        "column": "c",
        "value": "v",
        "function": "sum",
        "more": 1,
    }


def test_unpivot_keeps_row_order_then_column_order(bench):
    table = [{"_row": i, "_place": "p", "places": None, "b": i * 10, "a": i * 100} for i in (3, 1, 2)]
    rows = bench.give(unpivot, {"columns": ["b", "a"], "names_to": "n", "values_to": "v"}, table=table)
    assert [(row["_row"], row["n"], row["v"]) for row in rows] == [
        (3, "b", 30),
        (3, "a", 300),
        (1, "b", 10),
        (1, "a", 100),
        (2, "b", 20),
        (2, "a", 200),
    ]
    assert list(rows[0]) == ["_row", "_place", "places", "n", "v"]


def test_unpivot_types_and_nulls(bench):
    bench.port(
        "table",
        [{"k": 1, "a": 1, "b": None, "c": "2.50"}],
        {"k": "bigint not null", "a": "integer", "b": "double", "c": "decimal(5,2)"},
    )
    params = {"columns": ["a", "b", "c"], "names_to": "a", "values_to": "b"}
    assert bench.give(unpivot, params) == [
        {"k": 1, "a": "a", "b": 1.0},
        {"k": 1, "a": "b", "b": None},
        {"k": 1, "a": "c", "b": 2.5},
    ]
    dropped = bench.run(unpivot, {**params, "drop_nulls": True})
    assert [row["a"] for row in bench.rows(dropped)] == ["a", "c"]
    assert dropped.non_null == {"k", "a", "b"}
    assert bench.run(unpivot, params).non_null == {"k", "a"}


def test_unpivot_refusals(bench):
    bench.port("table", [{"k": 1, "a": "x", "b": 2}])
    assert bench.refusal(unpivot, {"columns": ["a", "b"], "names_to": "n", "values_to": "v"}).param_path == (
        "columns",
        1,
    )
    assert bench.refusal(unpivot, {"columns": ["b"], "names_to": "K", "values_to": "v"}).param_path == ("names_to",)
    assert bench.refusal(unpivot, {"columns": ["b"], "names_to": "n", "values_to": "N"}).param_path == ("values_to",)
    assert bench.refusal(unpivot, {"columns": ["b", "b"], "names_to": "n", "values_to": "v"}).param_path == (
        "columns",
        1,
    )
    assert bench.give(unpivot, {"columns": ["k", "a", "b"][:1], "names_to": "n", "values_to": "v"}) == [
        {"a": "x", "b": 2, "n": "k", "v": 1}
    ]


def test_one_result_on_any_number_of_threads(benches):
    found = []
    for bench in benches:
        bench.port("table", [], {"k": "bigint", "c": "bigint", "v": "double", "w": "double"})
        bench.connection.execute(
            'INSERT INTO "table" SELECT hash(i) % 90, i % 3, sin(i) * pow(10.0, i % 9), i FROM range(50_000) AS r(i)'
        )
        long = bench.give(unpivot, {"columns": ["v", "w"], "names_to": "n", "values_to": "x"})
        wide = [
            bench.give(pivot, {"index": ["k"], "column": "c", "values": [0, 1, 2], "function": each, "value": "v"})
            for each in ("sum", "first")
        ]
        found.append(hash(str((long, wide))))
    assert found[0] == found[1] == found[2]


def test_pivot_refuses_a_column_without_a_name(bench):
    rows = [{"k": 1, "v": ""}]
    refusal = bench.refusal(
        pivot, {"index": ["k"], "column": "v", "values": ["a", ""], "function": "count"}, table=rows
    )
    assert refusal.param_path == ("values", 1)
