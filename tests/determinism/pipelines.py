"""Pipelines whose naive form differs from run to run, and the data that makes it differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from workbench import plan

Step = tuple[str, dict[str, Any]]

# Numbers of very different size, many ties, nulls, zeros of both signs; the rows in no order.
FACTS = """
    SELECT hash(i) % 1000000007 AS id, (hash(i, 1) % 700)::BIGINT AS k, 's' || (hash(i, 2) % 40) AS s,
        CASE WHEN hash(i, 3) % 50 = 0 THEN NULL WHEN hash(i, 3) % 50 = 1 THEN -0.0
            ELSE ((hash(i, 4) % 2000003)::DOUBLE - 1000001) * pow(10, (hash(i, 5) % 25)::INTEGER - 10) END AS x,
        ((hash(i, 6) % 100003)::DOUBLE / 7)::FLOAT AS y, ((hash(i, 7) % 1000000)::DECIMAL(12, 2) / 100)::DECIMAL(12, 2) AS d,
        TIMESTAMP '2024-01-01' + INTERVAL (hash(i, 8) % 5000) MINUTE AS t,
        's' || (hash(i, 9) % 7) || ',t' || (hash(i, 10) % 5) AS tags
    FROM range({rows}) AS r(i)
"""
KEYS = """
    SELECT (hash(i, 11) % 900)::BIGINT AS k, 'n' || i AS name, (hash(i, 12) % 1009)::DOUBLE / 13 AS w,
        TIMESTAMP '2024-01-01' + INTERVAL (hash(i, 13) % 5000) MINUTE AS t
    FROM range(1500) AS r(i)
"""


def write_data(folder: Path, rows: int) -> None:
    """The two source files, as Parquet (in small row groups, for all threads) and the facts as CSV too."""
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        for name, text in (("facts", FACTS.format(rows=rows)), ("keys", KEYS)):
            connection.execute(f"COPY ({text}) TO '{folder / name}.parquet' (FORMAT parquet, ROW_GROUP_SIZE 20480)")
        connection.execute(f"COPY (FROM '{folder}/facts.parquet') TO '{folder}/facts.csv' (HEADER)")


def measures(*functions: str, column: str = "x", **more: Any) -> list[dict[str, Any]]:
    """One measure for each function."""
    return [{"name": f"{function}_{column}", "function": function, "column": column, **more} for function in functions]


NUMBERS = [
    *measures("sum", "mean", "std", "median", "min", "max", "count_distinct"),
    *measures("sum", "mean", "std", column="y"),
    *measures("sum", "mean", column="d"),
    {"name": "q", "function": "quantile", "column": "x", "q": 0.9},
    {"name": "some", "function": "sum", "column": "x", "where": "y > 5000"},
]
WINDOWS = [
    {"name": "before", "function": "lag", "column": "x", "partition_by": ["k"], "order_by": ["t"]},
    {"name": "after", "function": "lead", "column": "id", "offset": 2, "order_by": ["s"]},
    {"name": "nr", "function": "row_number", "partition_by": ["s"]},
    {"name": "run", "function": "running_sum", "column": "x", "partition_by": ["k"], "order_by": ["t"]},
    {"name": "run_mean", "function": "running_mean", "column": "y", "partition_by": ["s"], "order_by": ["t"]},
    {"name": "roll", "function": "rolling_sum", "column": "x", "rows": 5, "partition_by": ["k"], "order_by": ["s"]},
    {"name": "roll_mean", "function": "rolling_mean", "column": "x", "rows": 3, "order_by": ["k"]},
    {"name": "part", "function": "share", "column": "y", "partition_by": ["k"]},
    {"name": "first_x", "function": "first", "column": "x", "partition_by": ["s"]},
]
ORDERED = [
    {"name": "names", "function": "join", "column": "s"},
    {"name": "by_time", "function": "join", "column": "s", "order_by": ["t"]},
    {"name": "first_id", "function": "first", "column": "id"},
    {"name": "last_id", "function": "last", "column": "id", "order_by": ["t desc"]},
    {"name": "all_s", "function": "join", "column": "s", "distinct": True},
]
CHAINS: dict[str, list[Step]] = {
    "sums-by-group": [("aggregate", {"by": ["k"], "measures": NUMBERS})],
    "sums-of-all": [("aggregate", {"measures": NUMBERS})],
    "sums-of-joined-keys": [
        ("aggregate", {"by": ["s", "k"], "measures": measures("sum", "mean")}),
        ("sort_rows", {"by": ["sum_x desc"]}),
    ],
    "ordered-measures": [("aggregate", {"by": ["k"], "measures": ORDERED})],
    "describe": [("describe", {})],
    "distinct-first": [("distinct_rows", {"keys": ["k", "s"]})],
    "distinct-last-by-order": [("distinct_rows", {"keys": ["k"], "keep": "last", "order_by": ["t"]})],
    "distinct-all": [("select_columns", {"columns": ["k", "s", "t"]}), ("distinct_rows", {})],
    "top-ties": [("top_n", {"n": 50, "by": ["s", "k"]})],
    "top-per-group": [("top_n", {"n": 2, "by": ["t"], "per": ["k"]})],
    "top-all-ties": [("top_n", {"n": 3, "by": ["t"], "per": ["s"], "ties": "all"})],
    "sort-ties-limit": [("sort_rows", {"by": ["s", "t desc"]}), ("limit_rows", {"rows": 1000, "offset": 77})],
    "limit-after-filter": [("filter_rows", {"where": "y > 100"}), ("limit_rows", {"rows": 500, "offset": 9000})],
    "windows": [("filter_rows", {"where": "k < 200"}), ("window_columns", {"columns": WINDOWS})],
    "ranks": [("rank_rows", {"order_by": ["t"], "partition_by": ["k"], "method": "row_number", "into": "r"})],
    "sample": [("sample_rows", {"rows": 777, "seed": 3})],
    "fill-forward": [("fill_nulls", {"method": "forward", "columns": ["x"], "group": ["k"]})],
    "explode": [
        ("explode", {"column": "tags", "separator": ",", "position": "place"}),
        ("filter_rows", {"where": "k < 40"}),
    ],
    "pivot": [
        (
            "pivot",
            {"index": ["k"], "column": "s", "values": [f"s{n}" for n in range(40)], "function": "sum", "value": "x"},
        )
    ],
    "pivot-first": [
        (
            "pivot",
            {"index": ["k"], "column": "s", "values": [f"s{n}" for n in range(40)], "function": "first", "value": "id"},
        )
    ],
    "unpivot": [
        ("unpivot", {"columns": ["x", "y"], "names_to": "what", "values_to": "v"}),
        ("aggregate", {"by": ["what"], "measures": measures("sum", column="v")}),
    ],
    "query-group": [
        ("query", {"sql": "select s, sum(x) as a, avg(x) as b, stddev(y) as c, count(*) as n from s group by s"})
    ],
    "query-spreads": [
        (
            "query",
            {
                "sql": "select s, stddev_pop(x) as a, var_samp(y) as b, var_pop(y) as c, variance(d) as e from s group by s"
            },
        )
    ],
    "query-spreads-window": [
        (
            "query",
            {"sql": "select id, var_samp(y) over (partition by s order by t, id) as a from s order by id limit 900"},
        )
    ],
    "query-limit": [("query", {"sql": "select k, t from s order by t limit 300"})],
    "query-distinct": [("query", {"sql": "select distinct s, k from s"})],
}


def chain(
    name: str,
    read: str = "read_parquet",
    path: str = "data/facts.parquet",
    out: tuple[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The plan of a chain by its name."""
    nodes: dict[str, Step] = {"s": (read, {"path": path})}
    nodes |= {f"n{number}": step for number, step in enumerate(CHAINS[name])}
    return plan({**nodes, "o": out or ("write_csv", {"path": "out/o.csv"})})


def joined(how: str) -> dict[str, Any]:
    """A join of a given kind whose keys repeat on both sides."""
    return plan(
        {
            "s": ("read_parquet", {"path": "data/facts.parquet"}),
            "f": ("filter_rows", {"where": "y > 9000"}),
            "keys": ("read_parquet", {"path": "data/keys.parquet"}),
            "j": ("join_tables", {"on": ["k"], "how": how}),
            "o": ("write_csv", {"path": "out/o.csv"}),
        },
        "s f", "f j.left", "keys j.right", "j o",
    )  # fmt: skip


def two_tables(node: str, params: dict[str, Any], *ports: str) -> dict[str, Any]:
    """A node over the facts and the keys."""
    return plan(
        {
            "s": ("read_parquet", {"path": "data/facts.parquet"}),
            "keys": ("read_parquet", {"path": "data/keys.parquet"}),
            "j": (node, params),
            "o": ("write_csv", {"path": "out/o.csv"}),
        },
        f"s j{ports[0]}", f"keys j{ports[1]}", "j o",
    )  # fmt: skip


PLANS: dict[str, dict[str, Any]] = {
    **{name: chain(name) for name in CHAINS},
    **{f"join-{how}": joined(how) for how in ("inner", "left", "right", "full", "semi", "anti")},
    "asof": two_tables("asof_join", {"time": "t", "by": ["k"]}, ".left", ".right"),
    "asof-nearest": two_tables("asof_join", {"time": "t", "by": ["k"], "direction": "nearest"}, ".left", ".right"),
    "union": two_tables("union_tables", {"missing": "null", "source": "from"}, ".one", ".two"),
    "union-distinct": two_tables("union_tables", {"missing": "null", "distinct": True}, ".one", ".two"),
    "query-join": two_tables(
        "query",
        {"sql": "select name, sum(x) as a, avg(x * w) as b from one join two using (k) group by name"},
        ".one",
        ".two",
    ),
    "join-then-sum": plan(
        {
            "s": ("read_parquet", {"path": "data/facts.parquet"}),
            "keys": ("read_parquet", {"path": "data/keys.parquet"}),
            "j": ("join_tables", {"on": ["k"], "how": "inner"}),
            "a": (
                "aggregate",
                {"by": ["s"], "measures": [*measures("sum", "mean", "std"), *measures("first", column="name")]},
            ),
            "o": ("write_csv", {"path": "out/o.csv"}),
        },
        "s j.left",
        "keys j.right",
        "j a",
        "a o",
    ),
}
