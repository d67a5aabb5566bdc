"""Columns of two types that meet: as keys, as times, and stacked; what is equal, what is promised, and what stops."""

from __future__ import annotations

from typing import Any

import pytest
from workbench import Ran, Workbench, plan

Side = tuple[str, list[Any]]
"""The type of a column, and its values."""
LARGE = 2**53


def two(left: Side, right: Side, *, node: str, name: str = "k", **params: Any) -> dict[str, Any]:
    """A node with two inputs: a column, the same in both, and a second one that counts the rows."""
    sides = {}
    for port, (kind, values) in {"left": left, "right": right}.items():
        rows = [{name: value, f"{port[0]}": place} for place, value in enumerate(values)]
        sides[port] = ("inline_table", {"rows": rows, "types": {name: kind, port[0]: "integer"}})
    ports = {"union_tables": ("left", "right"), "expect": ("table", "reference")}.get(node, ("left", "right"))
    edges = [
        f"{side} n" if node == "union_tables" else f"{side} n.{port}" for side, port in zip(sides, ports, strict=True)
    ]
    nodes = {**sides, "n": (node, params), "o": ("write_csv", {"path": "out/o.csv"})}
    return plan(nodes, *edges, "n o")


def ran(bench: Workbench, given: dict[str, Any]) -> Ran:
    bench.put("test.plan.json", given)
    assert bench.codes(given) == []
    return bench.cli("run", "test.plan.json", "--json")


def rows(bench: Workbench, given: dict[str, Any]) -> list[str]:
    """The rows of the result."""
    done = ran(bench, given)
    assert done.code == 0, done.err
    return bench.read().splitlines()[1:]


@pytest.mark.parametrize(
    ("left", "right", "expect"),
    [
        (("double", [float(LARGE)]), ("bigint", [LARGE, LARGE + 1]), "one-to-one"),
        (("double", [float(LARGE)]), ("bigint", [LARGE, LARGE + 1]), "many-to-one"),
        (("bigint", [LARGE, LARGE + 1]), ("double", [float(LARGE)]), "one-to-many"),
        (("float", [float(2**24)]), ("integer", [2**24, 2**24 + 1]), "one-to-one"),
        (("uhugeint", [2**100]), ("hugeint", [2**100, 2**100 + 1]), "one-to-one"),
    ],
)
def test_a_promise_about_keys_is_of_the_values_that_are_compared(
    left: Side, right: Side, expect: str, bench: Workbench
) -> None:
    given = two(left, right, node="join_tables", on=["k"], how="inner", expect=expect)
    if expect == "one-to-one":
        given["contracts"] = {"n": {"unique": ["k"]}}
    stopped = ran(bench, given)
    assert (stopped.code, stopped.json["failed"]["code"]) == (3, "IL905")


def test_keys_of_one_side_that_differ_are_told_apart_as_ever(bench: Workbench) -> None:
    sides = ("integer", [2**30, 2**30 + 1]), ("double", [2.0**30, 2.0**30 + 1])
    assert rows(bench, two(*sides, node="join_tables", on=["k"], how="inner", expect="one-to-one")) == [
        "1073741824,0,0",
        "1073741825,1,1",
    ]


def test_a_column_that_is_compared_twice_is_shown_once_for_each_way(bench: Workbench) -> None:
    given = two(("bigint", [5, 5]), ("double", [5.0]), node="join_tables", how="inner", expect="one-to-one")
    given["nodes"][2]["params"]["on"] = ["k", {"left": "k", "right": "r"}]
    failed = ran(bench, given).json["failed"]
    assert failed["code"] == "IL905" and len(failed["columns"]) == len(failed["rows"][0]) == 3


def test_of_equal_times_the_last_one_counts_as_they_are_compared(bench: Workbench) -> None:
    times = ("double", [float(LARGE)]), ("bigint", [LARGE + 1, LARGE])
    assert rows(bench, two(*times, node="asof_join", time="k")) == ["9007199254740992.0,0,9007199254740992,1"]
    by = two(*times, node="asof_join", time={"left": "l", "right": "one"}, by=["k"])
    by["nodes"][1]["params"]["rows"] = [{"k": LARGE, "r": 0, "one": 0}, {"k": LARGE + 1, "r": 1, "one": 0}]
    assert [row.split(",")[2] for row in rows(bench, by)] == ["1"]


@pytest.mark.parametrize(
    ("source", "to", "values", "kept"),
    [
        ("timestamp", "timestamp_ns", ["9999-12-31 00:00:00", "2024-01-01 00:00:00"], [False, True]),
        ("timestamp_s", "timestamp_ns", ["9999-12-31 00:00:00", "2024-01-01 00:00:00"], [False, True]),
        ("date", "timestamp_ns", ["0001-01-01", "2024-01-01"], [False, True]),
        ("date", "timestamp", ["300000-01-01", "2024-01-01"], [False, True]),
        ("date", "timestamp_s", ["300000-01-01", "2024-01-01"], [False, True]),
        ("hugeint", "decimal(38,0)", [str(10**38), "5"], [False, True]),
        ("uhugeint", "decimal(38,0)", [str(10**38), "5"], [False, True]),
        ("decimal(38,0)", "hugeint", [10**38 - 1, 5], [True, True]),
    ],
)
def test_a_value_that_does_not_fit_becomes_null_if_that_is_wanted(
    source: str, to: str, values: list[Any], kept: list[bool], bench: Workbench
) -> None:
    given = plan(
        {
            "s": ("inline_table", {"rows": [{"v": value, "n": 1} for value in values], "types": {"v": source}}),
            "c": ("cast_columns", {"types": {"v": to}, "on_error": "null"}),
            "o": ("write_csv", {"path": "out/o.csv"}),
        }
    )
    assert [row != ",1" for row in rows(bench, given)] == kept
    given["nodes"][1]["params"]["on_error"] = "fail"
    assert ran(bench, given).code == (0 if all(kept) else 3)


BEYOND = [
    (("timestamp", ["9999-12-31 00:00:00", "2024-01-01 00:00:00"]), ("timestamp_ns", ["2024-01-01 00:00:00"])),
    (("date", ["0001-01-01", "2024-01-01"]), ("timestamp_ns", ["2024-01-01 00:00:00"])),
    (("date", ["300000-01-01", "2024-01-01"]), ("timestamp", ["2024-01-01 00:00:00"])),
    (("date", ["300000-01-01", "2024-01-01"]), ("timestamptz", ["2024-01-01 00:00:00+00"])),
]


@pytest.mark.parametrize(("left", "right"), BEYOND)
def test_a_key_beyond_the_range_of_the_other_type_equals_none(left: Side, right: Side, bench: Workbench) -> None:
    def joined(how: str, *sides: Side) -> list[str]:
        given = two(*sides, node="join_tables", on=["k"], how=how, expect="one-to-one")
        return ["".join(row.split(",")[1:]) for row in rows(bench, given)]

    assert joined("inner", left, right) == ["10"]
    assert joined("left", left, right) == ["0", "10"]
    assert joined("semi", left, right) == ["1"]
    assert joined("anti", left, right) == ["0"]
    assert joined("inner", right, left) == ["01"]
    twice = (left[0], [left[1][0]] * 2)
    given = two(twice, right, node="join_tables", on=["k"], how="inner", expect="one-to-many")
    assert ran(bench, given).json["failed"]["code"] == "IL905"
    for how in ("right", "full"):
        assert ran(bench, two(left, right, node="join_tables", on=["k"], how=how)).code == (how == "full") * 3
    refers = two(left, right, node="expect", refers_to={"columns": ["k"]})
    failed = ran(bench, refers).json["failed"]
    assert failed["code"] == "IL904" and [row[1] for row in failed["rows"]] == [0]
    assert rows(bench, two(right, left, node="expect", refers_to={"columns": ["k"]}))


@pytest.mark.parametrize(
    ("left", "right", "stacked"),
    [
        (("hugeint", [str(10**38)]), ("decimal(38,0)", [10**38 - 1]), [str(10**38), str(10**38 - 1)]),
        (("uhugeint", [str(10**38)]), ("decimal(38,0)", [-1]), ["1e+38", "-1.0"]),
        (("uhugeint", [str(2**128 - 1)]), ("float", [0.5]), ["3.402823669209385e+38", "0.5"]),
    ],
)
def test_numbers_are_stacked_in_a_type_that_holds_both(
    left: Side, right: Side, stacked: list[str], bench: Workbench
) -> None:
    given = two(left, right, node="union_tables", missing="null")
    assert [row.split(",")[0] for row in rows(bench, given)] == stacked
    assert rows(bench, two(left, right, node="join_tables", on=["k"], how="anti"))
    assert ran(bench, two(left, right, node="expect", refers_to={"columns": ["k"]})).json["failed"]["code"] == "IL904"


@pytest.mark.parametrize(
    ("left", "right", "keys"),
    [
        (("tinyint", [1]), ("uhugeint", [40000]), ["1.0", "40000.0"]),
        (("bigint", [10**9]), ("decimal(38,30)", [1.5]), ["1000000000.0", "1.5"]),
        (("integer", [10**9]), ("decimal(38,30)", [1.5]), ["1000000000.0", "1.5"]),
        (("hugeint", [10**37]), ("decimal(4,1)", [1.5]), ["1e+37", "1.5"]),
        (
            ("timestamptz", ["2024-01-01 00:00:00+00"]),
            ("timestamp_ns", ["2024-01-01 00:00:00", "2024-01-02 00:00:00"]),
            ["2024-01-01 00:00:00+00", "2024-01-02 00:00:00+00"],
        ),
    ],
)
def test_a_key_that_comes_once_has_the_type_in_which_it_is_compared(
    left: Side, right: Side, keys: list[str], bench: Workbench
) -> None:
    for sides, how in (((left, right), "full"), ((right, left), "full"), ((left, right), "right")):
        found = rows(bench, two(*sides, node="join_tables", on=["k"], how=how))
        wanted = keys if how == "full" else keys[-len(right[1]) :]
        assert sorted(row.split(",")[0] for row in found) == sorted(wanted)
