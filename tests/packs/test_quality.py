"""expect, preview and query: what each check finds, what it lets pass, and how it is worded."""

import math

import pytest

from interlock.registry.packs.quality import expect, preview
from interlock.registry.packs.query import query

ROWS = [
    {"id": 1, "x": math.nan, "s": "ab", "rows": 1, "d": "2024-01-01"},
    {"id": 1, "x": 5.0, "s": None, "rows": 2, "d": None},
    {"id": None, "x": None, "s": 'b"', "rows": None, "d": "2023-12-31"},
    {"id": None, "x": -1.0, "s": "x", "rows": 3, "d": "2024-06-01"},
]


@pytest.fixture
def table(bench):
    bench.port("table", ROWS, {"d": "date"})
    bench.port("reference", [{"id": 2, "rows": 1}, {"id": 1, "rows": 2}])
    return bench


@pytest.mark.parametrize(
    ("params", "title", "count"),
    [
        ({"rows": {"min": 5}}, "the number of rows is at least 5", 1),
        ({"rows": {"max": 3, "min": 0}}, "the number of rows is at least 0 and at most 3", 1),
        ({"rows": {"min": 4, "max": 4}}, "", 0),
        ({"unique": [["id"]]}, "no two rows have the same `id`", 2),
        ({"unique": [["rows"]]}, "", 0),
        ({"unique": [["id", "rows"]]}, "", 0),
        ({"not_null": ["s"]}, "`s` is never null", 1),
        ({"ranges": {"x": {"min": -1}}}, "`x` is at least -1", 1),
        ({"ranges": {"x": {"min": 0, "max": 4.5}}}, "`x` is at least 0 and at most 4.5", 3),
        ({"ranges": {"s": {"max": "w"}}}, "`s` is at most w", 1),
        ({"ranges": {"d": {"min": "2024-01-01"}}}, "`d` is at least 2024-01-01", 1),
        ({"allowed": {"s": ["ab", 'b"']}}, '`s` is one of `ab`, `b"`', 1),
        ({"allowed": {"rows": [1, 2, 3]}}, "", 0),
        ({"allowed": {"d": ["2024-01-01"]}}, "`d` is one of `2024-01-01`", 2),
        ({"matches": {"s": "[a-b].*"}}, "`s` matches [a-b].*", 1),
        ({"where": ["x > 0 or id = 1"]}, "`x > 0 OR id = 1` is true for every row", 2),
        ({"where": ['"rows" is null or "rows" < 9']}, "", 0),
        ({"refers_to": {"columns": ["id"]}}, "", 0),
        (
            {"refers_to": {"columns": ["rows"], "reference_columns": ["id"]}},
            "`rows` occurs in `id` of `reference`",
            1,
        ),
        ({"refers_to": {"columns": ["id", "rows"]}}, "`id` + `rows` occurs in `id` + `rows` of `reference`", 1),
    ],
)
def test_what_a_check_finds(table, params, title, count):
    if "refers_to" not in params:
        del table.tables["reference"]
    result = table.run(expect, params)
    assert len(result.checks) == 1
    found = table.broken(result)
    assert [(name, len(rows)) for name, rows in found.items()] == ([(title, count)] if title else [])
    assert str(table.rows(result)) == str(table.rows(table.run(preview, {})))


def test_empty_tables_pass_all_but_the_row_count(bench):
    bench.port("table", [], {"id": "bigint", "s": "varchar"})
    params = {
        "unique": [["id"]],
        "not_null": ["id"],
        "ranges": {"id": {"min": 0}},
        "allowed": {"s": ["a"]},
        "matches": {"s": "a"},
        "where": ["id > 0"],
        "rows": {"min": 1},
    }
    assert bench.broken(bench.run(expect, params)) == {"the number of rows is at least 1": [(0,)]}


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"rows": {}}, ("rows",)),
        ({"rows": {"min": 2, "max": 1}}, ("rows", "min")),
        ({"ranges": {"x": {}}}, ("ranges", "x")),
        ({"ranges": {"x": {"min": "a"}}}, ("ranges", "x", "min")),
        ({"ranges": {"x": {"min": 0, "max": -1}}}, ("ranges", "x", "min")),
        ({"ranges": {"id": {"min": 10, "max": 9}}}, ("ranges", "id", "min")),
        ({"ranges": {"s": {"min": "b", "max": "a"}}}, ("ranges", "s", "min")),
        ({"ranges": {"d": {"min": "2024-01-02", "max": "2024-01-01"}}}, ("ranges", "d", "min")),
        ({"ranges": {"id": {"max": 10**30}}}, ("ranges", "id", "max")),
        ({"allowed": {"id": [1, 2**63]}}, ("allowed", "id", 1)),
        ({"ranges": {"d": {"max": "someday"}}}, ("ranges", "d", "max")),
        ({"allowed": {"id": []}}, ("allowed", "id")),
        ({"allowed": {"id": [1, "2"]}}, ("allowed", "id", 1)),
        ({"matches": {"id": "1"}}, ("matches", "id")),
        ({"matches": {"s": "("}}, ("matches", "s")),
        ({"refers_to": {"columns": ["s"]}}, ("refers_to", "columns", 0)),
        ({"refers_to": {"columns": ["s"], "reference_columns": ["id"]}}, ("refers_to", "columns", 0)),
        ({"refers_to": {"columns": ["id"], "reference_columns": ["id", "rows"]}}, ("refers_to", "reference_columns")),
    ],
)
def test_refusals_point_at_the_place(table, params, path):
    if "refers_to" not in params:
        del table.tables["reference"]
    assert table.refusal(expect, params).param_path == path


def test_a_reference_needs_its_port(bench):
    bench.port("table", ROWS)
    error = bench.refusal(expect, {"refers_to": {"columns": ["id"]}})
    assert error.help == ("Add an edge to this node with `port: reference`.",)


def test_a_reference_needs_something_that_refers_to_it(table):
    error = table.refusal(expect, {"unique": ["id"]})
    assert (error.param_path, error.message) == ((), "nothing refers to the table at `reference`")


def test_limits_may_be_equal(bench):
    bench.port("table", [{"x": 1.5}])
    result = bench.run(expect, {"ranges": {"x": {"min": 1.5, "max": 1.5}}})
    assert bench.broken(result) == {}


def test_facts(bench):
    bench.port("table", [{"a": 1, "b": 2}])
    result = bench.run(expect, {"not_null": ["a"], "unique": [["a", "b"], ["b"]]})
    assert result.non_null == {"a"}
    assert result.keys == ("a", "b")
    assert bench.run(expect, {}).checks == ()


def test_preview_asks_for_rows(bench):
    bench.port("table", [{"a": 1}])
    assert bench.run(preview, {}).preview == 10
    assert bench.run(preview, {"rows": 3}).preview == 3


def test_query_gives_its_statement(bench):
    bench.port("sales", [{"a": 1}, {"a": 2}])
    assert bench.give(query, {"sql": "select a * 2 as b from sales order by b desc"}) == [{"b": 4}, {"b": 2}]
    assert query.aliases["QueryEngine"]({"query": "select 1", "more": 1}) == {"sql": "select 1", "more": 1}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("date", "20240131"), ("date", "2024-W05-3"), ("timestamp", "20240131T080000"), ("time", "08"),
        ("timestamptz", "2024-01-31 08:00:00"), ("uuid", "nonsense"),
    ],
)  # fmt: skip
def test_limits_that_the_engine_would_not_read_are_refused(bench, kind, text):
    bench.port("table", [{"v": None}], {"v": kind})
    refusal = bench.refusal(expect, {"allowed": {"v": [text]}})
    assert refusal.param_path == ("allowed", "v", 0)
