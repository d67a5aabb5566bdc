"""The same plan over the same files gives the same bytes: any threads, any mode, any passes, any process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pipelines import PLANS, chain, write_data
from workbench import Workbench, plan

from interlock.compiler.lower import PASSES, REQUIRED, lower
from interlock.compiler.targets.python import emit


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """A project over data that just spreads over several threads."""
    root = tmp_path_factory.mktemp("small")
    write_data(root / "data", 30_000)
    return Workbench(root)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """A project over data that keeps every thread busy."""
    root = tmp_path_factory.mktemp("large")
    write_data(root / "data", 320_000)
    return Workbench(root)


def outputs(bench: Workbench, plan: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The digests of what a run writes."""
    return {each["path"]: (each["rows"], each["digest"]) for each in bench.run(plan, **options).outputs}


@pytest.mark.parametrize("name", PLANS)
def test_threads_and_modes(name: str, small: Workbench) -> None:
    first = outputs(small, PLANS[name], threads=1, stepwise=True)
    assert all(rows for rows, _ in first.values())
    for threads, stepwise in ((4, False), (2, True)):
        assert outputs(small, PLANS[name], threads=threads, stepwise=stepwise) == first, (threads, stepwise)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANS)
def test_twenty_runs(name: str, large: Workbench) -> None:
    artifact = large.compile(PLANS[name])
    found = set()
    for number in range(20):
        report = large.project.execute(artifact, threads=(2, 4, 2, 1)[number % 4], stepwise=number % 5 == 4)
        found.add(tuple((each["path"], each["digest"]) for each in report.outputs))
    assert len(found) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "sums-by-group",
        "windows",
        "ordered-measures",
        "top-per-group",
        "join-left",
        "union-distinct",
        "query-group",
        "pivot",
    ],
)
@pytest.mark.parametrize("left_out", [each for each in PASSES if each not in REQUIRED], ids=lambda each: each.__name__)
def test_an_optimisation_left_out_changes_nothing(name: str, left_out: Any, small: Workbench) -> None:
    checked = small.check(PLANS[name])
    assert checked.proven is not None
    wanted = outputs(small, PLANS[name])
    program = lower(checked.proven, tuple(each for each in PASSES if each is not left_out))
    report = small.project.execute(emit(program), threads=4, stepwise=False)
    assert {each["path"]: (each["rows"], each["digest"]) for each in report.outputs} == wanted


FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "csv.gz": ("write_csv", {"path": "out/o.csv.gz"}),
    "json": ("write_json", {"path": "out/o.json"}),
    "jsonl": ("write_jsonl", {"path": "out/o.jsonl"}),
    "parquet": ("write_parquet", {"path": "out/o.parquet"}),
    "parquet-gzip": ("write_parquet", {"path": "out/o.parquet", "compression": "gzip"}),
    "xlsx": ("write_excel", {"path": "out/o.xlsx"}),
    "sqlite": ("write_sqlite", {"path": "out/o.db", "table": "t", "if_exists": "replace"}),
}


@pytest.mark.parametrize("sink", FORMATS)
@pytest.mark.parametrize("name", ["sums-by-group", "distinct-first"])
def test_every_format(name: str, sink: str, small: Workbench) -> None:
    plan = chain(name, out=FORMATS[sink])
    target = small.root / FORMATS[sink][1]["path"]
    found = set()
    for threads, stepwise in ((1, True), (4, False), (2, False), (4, True)):
        target.unlink(missing_ok=True)
        small.run(plan, threads=threads, stepwise=stepwise)
        found.add(target.read_bytes())
    assert len(found) == 1


@pytest.mark.parametrize("name", ["sums-of-all", "distinct-first", "sort-ties-limit", "ordered-measures"])
def test_csv_sources_keep_their_order(name: str, small: Workbench) -> None:
    """A CSV file and a Parquet file with the same rows give the same result."""
    wanted = outputs(small, PLANS[name], threads=1)
    plan = chain(name, "read_csv", "data/facts.csv")
    plan["nodes"][0]["params"]["types"] = {"y": "float", "d": "decimal(12,2)", "id": "ubigint"}
    for threads in (1, 4):
        assert outputs(small, plan, threads=threads, stepwise=False) == wanted


@pytest.mark.parametrize("seed", ["1", "4711"])
def test_processes(seed: str, small: Workbench, tmp_path: Path) -> None:
    """Another process with another hash seed emits the same program and writes the same bytes."""
    for name in ("sums-by-group", "windows"):
        artifact = small.compile(PLANS[name])
        wanted = outputs(small, PLANS[name])
        small.put("seeded.plan.json", json.dumps(PLANS[name]))
        ran = small.cli(
            "run", "seeded.plan.json", "--json", env={"PYTHONHASHSEED": seed, "LANG": "C", "TZ": "Asia/Tokyo"}
        )
        assert ran.json["artifact"] == small.project.compile(small.check(PLANS[name]).proven).digest  # type: ignore[arg-type]
        assert {each["path"]: (each["rows"], each["digest"]) for each in ran.json["outputs"]} == wanted
        assert artifact.digest == ran.json["artifact"]


def test_names_comments_and_layout_leave_the_program_alone(small: Workbench) -> None:
    plan = PLANS["top-ties"]
    again = {**plan, "edges": plan["edges"][::-1], "task": "something else"}
    assert small.compile(plan).source == small.compile(again).source


@pytest.mark.parametrize("rows", [[], [{"a": 1, "b": "x"}, {"a": 2, "b": None}]], ids=["empty", "full"])
@pytest.mark.parametrize("beside", [{"v": "upper('a-b')"}, {"v": "split_part('a-b', '-', 2)"}], ids=["plain", "split"])
def test_no_column_of_a_parquet_file_is_marked_as_never_null(
    bench: Workbench, rows: list[dict[str, Any]], beside: dict[str, str]
) -> None:
    """Neither the data, nor how it is run, nor a part that nothing reads shows in the schema of a file."""
    nodes = {
        "s": ("inline_table", {"rows": rows, "types": {"a": "bigint", "b": "varchar"}}),
        "d": ("derive_columns", {"columns": {"c": "[a, 1]"}}),
        "o": ("write_parquet", {"path": "o.parquet"}),
        "unread": ("derive_columns", {"columns": beside}),
    }
    given = plan(nodes, "s d", "d o", "s unread")
    checked = bench.check(given)
    assert checked.proven is not None
    found = set()
    for passes in (PASSES, tuple(each for each in PASSES if each in REQUIRED)):
        for stepwise in (True, False):
            bench.project.execute(emit(lower(checked.proven, passes)), stepwise=stepwise)
            found.add((bench.root / "o.parquet").read_bytes())
    assert len(found) == 1
    marks = duckdb.sql(f"SELECT repetition_type FROM parquet_schema('{bench.root}/o.parquet') OFFSET 1").fetchall()
    assert {mark for (mark,) in marks} == {"OPTIONAL", "REPEATED"}


def test_a_nan_that_was_computed_has_no_sign(bench: Workbench) -> None:
    """On some processors the square root of -1 has one."""
    columns = {"r": "sqrt(d)", "f": "cast(sqrt(d) as float)", "z": "-(d - d)", "n": "cast(null as double)"}
    nodes = {
        "s": ("inline_table", {"rows": [{"d": -1.5}, {"d": 4.0}]}),
        "r": ("derive_columns", {"columns": columns}),
        "o": ("write_csv", {"path": "out.csv"}),
    }
    for stepwise in (True, False):
        bench.run(plan(nodes), stepwise=stepwise)
        assert (bench.root / "out.csv").read_text() == "d,r,f,z,n\n-1.5,nan,nan,-0.0,\n4.0,2.0,2.0,-0.0,\n"


ZEROS = """
    SELECT i, i % 7 AS g, i % 5 AS h, z AS x, [z] AS l, {'a': z} AS s, map {z: {'f': [z::FLOAT, NULL]}} AS m,
        CASE WHEN i > 3000 THEN 'nan'::DOUBLE ELSE -('nan'::DOUBLE) END AS n
    FROM (SELECT i, CASE WHEN i > 3000 THEN -0.0::DOUBLE ELSE 0.0::DOUBLE END AS z FROM range(200_000) AS r(i))
"""
"""Both zeros and both NaN, in values of every shape; which of them a thread meets first is chance."""
COUNT = {"name": "rows", "function": "count"}
DISTINCT = {"function": "list", "distinct": True}
ONE_ZERO: dict[str, tuple[list[tuple[str, dict[str, Any]]], list[dict[str, Any]]]] = {
    "keys": (
        [("aggregate", {"by": ["l", "s", "m", "x"], "measures": [COUNT]})],
        [{"l": [0.0], "s": {"a": 0.0}, "m": {"0.0": {"f": [0.0, None]}}, "x": 0.0, "rows": 200_000}],
    ),
    "pivot": (
        [("pivot", {"index": ["s", "l"], "column": "g", "values": [0], "others": "drop", "function": "count"})],
        [{"s": {"a": 0.0}, "l": [0.0], "0": 28572}],
    ),
    "ends": (
        [("aggregate", {"measures": [{"name": f"{f} {c}", "function": f, "column": c} for f in ("min", "max") for c in "ls"]})],
        [{"min l": [0.0], "min s": {"a": 0.0}, "max l": [0.0], "max s": {"a": 0.0}}],
    ),
    "distinct lists": (
        [("aggregate", {"measures": [{"name": c, "column": c, **DISTINCT} for c in "xls"]})],
        [{"x": [0.0], "l": [[0.0]], "s": [{"a": 0.0}]}],
    ),
    "distinct rows": (
        [("select_columns", {"columns": ["l", "s", "x"]}), ("distinct_rows", {"keep": "last"})],
        [{"l": [0.0], "s": {"a": 0.0}, "x": 0.0}],
    ),
    "NaN": (
        [
            ("aggregate", {"by": ["n"], "measures": [{"name": "list", "column": "n", **DISTINCT}]}),
            ("derive_columns", {"columns": {"n": "cast(n as varchar)", "list": "cast(list as varchar)"}}),
        ],
        [{"n": "nan", "list": "[nan]"}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_ZERO)
def test_equal_floats_are_shown_alike_however_deep_they_lie(name: str, bench: Workbench) -> None:
    bench.root.mkdir(exist_ok=True)
    duckdb.execute(f"COPY ({ZEROS}) TO '{bench.root}/zeros.parquet' (FORMAT parquet, ROW_GROUP_SIZE 20480)")
    steps, wanted = ONE_ZERO[name]
    nodes = {"s": ("read_parquet", {"path": "zeros.parquet"})} | {f"n{at}": step for at, step in enumerate(steps)}
    for threads, stepwise in ((1, False), (4, False), (4, True)):
        bench.run(plan({**nodes, "o": ("write_jsonl", {"path": "out.jsonl"})}), threads=threads, stepwise=stepwise)
        rows = [json.loads(line) for line in (bench.root / "out.jsonl").read_text().splitlines()]
        assert repr(rows) == repr(wanted), (threads, stepwise)


def test_sums_of_uhugeint_are_exact(bench: Workbench) -> None:
    rows = [{"u": 10**37 + 1}, {"u": 2}]
    measure = {"name": "sum", "function": "sum", "column": "u"}
    nodes = {
        "s": ("inline_table", {"rows": rows, "types": {"u": "uhugeint"}}),
        "n": ("aggregate", {"measures": [measure]}),
        "o": ("write_csv", {"path": "out.csv"}),
    }
    bench.run(plan(nodes))
    assert (bench.root / "out.csv").read_text() == f"sum\n{10**37 + 3}\n"
    text = "select sum(u) as total, avg(u) as mean from s"
    written = bench.compile(plan({**nodes, "n": ("query", {"sql": text})})).source
    assert "exact_sum(" in written and "exact_mean(" in written
    bench.run(plan({**nodes, "n": ("query", {"sql": text})}))
    assert (bench.root / "out.csv").read_text() == "total,mean\n1e+37,5e+36\n"
