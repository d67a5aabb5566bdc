"""window_columns: against a plain Python reading of each function, on ties, nulls and odd names."""

import math
import random

import pytest

from interlock.registry.packs.windows import window_columns


def computed(rows, wanted):
    """What one window column holds, by the documentation."""
    groups = {}
    for index, row in enumerate(rows):
        groups.setdefault(row.get("g") if wanted.get("partition_by") else None, []).append(index)
    found = [None] * len(rows)
    for members in groups.values():
        if wanted.get("order_by"):
            members = sorted(members, key=lambda i: (rows[i]["k"] is None, rows[i]["k"]))
        values = [rows[i]["v"] for i in members]
        for place, index in enumerate(members):
            found[index] = cell(wanted, values, place)
    return found


def cell(wanted, values, place):
    function, offset = wanted["function"], wanted.get("offset", 1)
    value = values[place]
    before = values[place - offset] if place >= offset else None
    if function == "lag":
        return before if place >= offset else wanted.get("default")
    if function == "lead":
        return values[place + offset] if place + offset < len(values) else wanted.get("default")
    if function in ("first", "last"):
        return values[0 if function == "first" else -1]
    if function == "row_number":
        return place + 1
    if function == "difference":
        return None if None in (value, before) else value - before
    if function == "percent_change":
        return None if None in (value, before) or before == 0 else (value - before) / before
    kind = function.partition("_")[2]
    start = place - wanted["rows"] + 1 if function.startswith("rolling") else 0
    frame = values if function == "share" else values[max(0, start) : place + 1]
    frame = [each for each in frame if each is not None]
    if kind == "count":
        return len(frame)
    if function == "share":
        total = math.fsum(frame)
        return None if value is None or not total else value / total
    if not frame:
        return None
    return {"sum": math.fsum, "mean": lambda f: math.fsum(f) / len(f), "min": min, "max": max}[kind](frame)


FUNCTIONS = [
    {"function": "lag"},
    {"function": "lag", "offset": 2, "default": 7},
    {"function": "lead", "offset": 3},
    {"function": "first"},
    {"function": "last"},
    {"function": "row_number"},
    *({"function": f"running_{kind}"} for kind in ("sum", "mean", "min", "max", "count")),
    *({"function": f"rolling_{kind}", "rows": rows} for kind in ("sum", "mean", "min", "max") for rows in (1, 3)),
    {"function": "share"},
    {"function": "difference"},
    {"function": "difference", "offset": 2},
    {"function": "percent_change"},
]


@pytest.mark.parametrize("kind", ["double", "float", "bigint", "utinyint", "ubigint", "decimal(9,2)"])
def test_every_function(bench, kind):
    chance = random.Random(kind)
    rows = [
        {
            "g": chance.choice(["a", "b", None]),
            "k": chance.choice([1, 2, 3, None]),
            "v": chance.choice([0, 1, 2, 5, None]),
        }
        for _ in range(40)
    ]
    bench.port("table", rows, {"v": kind})
    for more in ({}, {"order_by": ["k"]}, {"partition_by": ["g"], "order_by": ["k"]}):
        columns = []
        for index, each in enumerate(FUNCTIONS):
            column = {} if each["function"] == "row_number" else {"column": "v"}
            usual = {
                key: value for key, value in more.items() if not (each["function"] == "share" and key == "order_by")
            }
            columns.append({"name": f"c{index}", **each, **column, **usual})
        found = bench.give(window_columns, {"columns": columns})
        assert [(row["g"], row["k"], row["v"]) for row in found] == [(row["g"], row["k"], row["v"]) for row in rows]
        for wanted in columns:
            for one, other in zip((row[wanted["name"]] for row in found), computed(rows, wanted), strict=True):
                assert (one is None and other is None) or float(one) == pytest.approx(float(other), rel=1e-15), wanted


def test_running_sums_of_floats_are_exact(bench):
    values = [0.1, 0.2, 1e300, -1e300, 1e-30, float("inf"), 1.0]
    columns = [
        {"name": "s", "function": "running_sum", "column": "v"},
        {"name": "r", "function": "rolling_sum", "column": "v", "rows": 2},
    ]
    rows = bench.give(window_columns, {"columns": columns}, table=[{"v": v} for v in values])
    assert [row["s"] for row in rows] == [math.fsum(values[: i + 1]) for i in range(len(values))]
    assert [row["r"] for row in rows] == [math.fsum(values[max(0, i - 1) : i + 1]) for i in range(len(values))]


def test_dates_odd_names_and_counting_rows(bench):
    bench.port("table", [{"_row": "2024-01-31", "a b": None}, {"_row": "2024-02-29", "a b": 1}], {"_row": "date"})
    columns = [
        {"name": "days", "function": "difference", "column": "_row"},
        {"name": 'sel"ect', "function": "lag", "column": "_row", "default": "2020-01-01"},
        {"name": "rows", "function": "running_count"},
        {"name": "values", "function": "running_count", "column": "a b"},
    ]
    rows = bench.give(window_columns, {"columns": columns})
    assert [(row["days"], str(row['sel"ect']), row["rows"], row["values"]) for row in rows] == [
        (None, "2020-01-01", 1, 0),
        (29, "2024-01-31", 2, 1),
    ]


@pytest.mark.parametrize(
    ("column", "key"),
    [
        ({"function": "lag"}, "column"),
        ({"function": "row_number", "column": "v"}, "column"),
        ({"function": "running_sum", "column": "t"}, "column"),
        ({"function": "share", "column": "t"}, "column"),
        ({"function": "running_sum", "column": "v", "offset": 2}, "offset"),
        ({"function": "difference", "column": "v", "default": 0}, "default"),
        ({"function": "lag", "column": "v", "default": "none"}, "default"),
        ({"function": "running_sum", "column": "v", "rows": 2}, "rows"),
        ({"function": "rolling_sum", "column": "v"}, "rows"),
        ({"function": "share", "column": "v", "order_by": ["v"]}, "order_by"),
        ({"function": "first", "column": "v", "name": "V"}, "name"),
    ],
)
def test_refusals_point_at_the_place(bench, column, key):
    error = bench.refusal(window_columns, {"columns": [{"name": "n", **column}]}, table=[{"v": 1, "t": "a"}])
    assert error.param_path == ("columns", 0, key)


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("bigint", 1.0e308, False),
        ("bigint", 10**30, False),
        ("bigint", 2**63 - 1, True),
        ("bigint", 5.0, True),
        ("tinyint", 300, False),
        ("tinyint", -128, True),
        ("utinyint", -1, False),
        ("uhugeint", 2**128 - 1, True),
        ("decimal(5,2)", 1000, False),
        ("decimal(5,2)", 0.125, False),
        ("decimal(5,2)", 0.25, True),
        ("double", 2**53 + 1, False),
        ("double", 10**400, False),
        ("double", 2**70, True),
        ("float", 1e39, False),
        ("float", 0.5, True),
    ],
)
def test_a_default_that_the_column_cannot_hold(bench, kind, value, fits):
    bench.port("table", [{"v": None}], {"v": kind})
    params = {"columns": [{"name": "n", "function": "lag", "column": "v", "default": value}]}
    if fits:
        assert bench.give(window_columns, params) == [{"v": None, "n": value}]
    else:
        assert bench.refusal(window_columns, params).param_path == ("columns", 0, "default")


def test_one_result_on_any_number_of_threads(benches):
    found = []
    columns = [
        {"name": f, "function": f, "column": "x", "order_by": ["k"], "partition_by": ["g"]}
        for f in ("running_sum", "lag", "first", "last")
    ]
    columns += [
        {"name": "r", "function": "rolling_mean", "column": "x", "rows": 9, "order_by": ["k"]},
        {"name": "s", "function": "share", "column": "x"},
    ]
    for bench in benches:
        bench.port("table", [], {"g": "bigint", "k": "bigint", "x": "double"})
        bench.connection.execute(
            'INSERT INTO "table" SELECT hash(i) % 70, hash(i) % 5, sin(i) * pow(10.0, i % 9) FROM range(40_000) AS r(i)'
        )
        found.append(hash(str(bench.give(window_columns, {"columns": columns}))))
    assert found[0] == found[1] == found[2]
