"""The reference gives what the documentation of every node type shows, and what node types do at their edges."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from interlock.api import Project
from interlock.evaluation.cases import Case
from interlock.evaluation.frames import Frame, Stops
from interlock.evaluation.oracles.meaning import difference_of, meaning
from interlock.evaluation.reference.files import expected_in_file, read_written
from interlock.evaluation.reference.plans import interpret
from interlock.evaluation.trials import trial_of
from interlock.ir.types import parse_type
from interlock.registry.node import NodeType
from interlock.registry.registry import load
from interlock.syntax.documents import read_document

NOT_PORTS = ("params", "gives", "files", "writes", "types", "inputs", "tables")
EXAMPLES = [
    pytest.param(node_type, text, id=f"{node_type.name}-{number}")
    for node_type in load()
    for number, text in enumerate(node_type.examples)
    if ((node_type.ports and not node_type.is_sink) or not node_type.effects) and "human" not in node_type.effects
]


@pytest.mark.parametrize(("node_type", "text"), EXAMPLES)
def test_example(node_type: NodeType, text: str) -> None:
    example: dict[str, Any] = read_document(text, "example", "yaml").value
    ports = {key: example[key] for key in example if key not in NOT_PORTS} | example.get("tables", {})
    types = example.get("types", {})
    nested = any(isinstance(value, list | dict) for rows in ports.values() for row in rows for value in row.values())
    sources = {port: framed(rows, types) for port, rows in ports.items()} if nested else {}
    nodes = [
        {"id": port, "type": "inline_table", "params": {"rows": rows, "types": types}} for port, rows in ports.items()
    ]
    nodes.append({"id": "node", "type": node_type.name, "params": example.get("params", {})})
    plan = {"nodes": nodes, "edges": [{"from": port, "to": "node", "port": port} for port in ports]}
    given = interpret(Case(plan, sources=sources))["node"]
    assert plain([dict(zip(given.names, row, strict=True)) for row in given.rows]) == plain(example["gives"])


def framed(rows: list[dict[str, Any]], types: dict[str, str]) -> Frame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = tuple((name, parse_type(types.get(name, "bigint"))) for name in names)
    return Frame(columns, tuple(tuple(row.get(name) for name in names) for row in rows))


def plain(value: Any) -> str:
    """Rows as text, columns in order, numbers with a fraction as they are written."""
    return json.dumps(json.loads(json.dumps(value, default=str), parse_float=str), indent=1)


def chain(rows: list[dict[str, Any]], types: dict[str, str], *steps: tuple[str, dict[str, Any]]) -> Case:
    """A case of rows in the plan that go through steps one after the other."""
    nodes = [{"id": "s", "type": "inline_table", "params": {"rows": rows, "types": types}}]
    nodes += [{"id": f"n{number}", "type": kind, "params": params} for number, (kind, params) in enumerate(steps)]
    edges = [{"from": one["id"], "to": other["id"]} for one, other in pairwise(nodes)]
    return Case({"interlock": 1, "nodes": nodes, "edges": edges})


ROWS = [
    {"k": "a", "x": -0.0, "n": 1, "d": "2024-01-31", "z": "2024-01-31 08:30:00.5+02", "m": "0.5"},
    {"k": "b", "x": 2.5, "n": None, "d": None, "z": None, "m": "0"},
    {"k": None, "x": None, "n": 1, "d": "2024-02-29", "z": "2024-02-29 00:00:00+00", "m": None},
    {"k": "", "x": 1e300, "n": 9, "d": "9999-12-31", "z": None, "m": "-12.25"},
    {"k": "a", "x": 0.1, "n": 2, "d": "2024-01-31", "z": None, "m": "7"},
]
TYPES = {"x": "double", "n": "integer", "d": "date", "z": "timestamptz", "m": "decimal(12,4)"}
STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "a row that is kept keeps -0.0": ("distinct_rows", {"keys": ["k"]}),
    "whole rows show 0.0": ("distinct_rows", {}),
    "the top of each group": ("top_n", {"n": 1, "by": ["n"], "per": ["k"]}),
    "ties of the top": ("top_n", {"n": 1, "by": ["n asc"], "ties": "all"}),
    "a drawn sample": ("sample_rows", {"fraction": 0.5, "seed": 3}),
    "sums and means": (
        "aggregate",
        {
            "by": ["k"],
            "measures": [
                {"name": f"{function}_{column}", "function": function, "column": column}
                for function in ("sum", "mean", "min", "max", "median")
                for column in ("x", "n", "m")
            ],
        },
    ),
    "the mean of numbers whose sum is no bigint": (
        "aggregate",
        {"measures": [{"name": "mean", "function": "mean", "expression": "cast(n as bigint) + 9223372036854775797"}]},
    ),
    "lists of one constant": (
        "aggregate",
        {
            "measures": [
                {"name": each, "function": each, "expression": "'x'", "distinct": True} for each in ("join", "list")
            ]
        },
    ),
    "a summary": ("describe", {}),
    "windows": (
        "window_columns",
        {
            "columns": [
                {"name": function, "function": function, "column": "m", "partition_by": ["k"], "order_by": ["n desc"]}
                for function in ("running_sum", "running_mean", "lag", "difference", "percent_change")
            ]
        },
    ),
    "a pivot": (
        "pivot",
        {
            "index": ["n"],
            "column": "k",
            "values": ["a", "b", "", None],
            "function": "sum",
            "value": "m",
            "prefix": "k_",
        },
    ),
    "columns as rows": ("unpivot", {"columns": ["x", "n"], "names_to": "name", "values_to": "value"}),
    "casts": ("cast_columns", {"types": {"x": "varchar", "m": "integer", "d": "timestamp"}}),
}
SINKS = {
    "write_csv": {"path": "out/t.csv"},
    "write_json": {"path": "out/t.json"},
    "write_jsonl": {"path": "out/t.jsonl.gz"},
    "write_parquet": {"path": "out/t.parquet"},
    "write_excel": {"path": "out/t.xlsx"},
    "write_sqlite": {"path": "out/t.db", "table": "t"},
}


@pytest.mark.parametrize("name", STEPS)
def test_runs_agree_with_the_reference(name: str) -> None:
    agreed(chain(ROWS, TYPES, STEPS[name], ("write_parquet", {"path": "out/t.parquet"})))


def test_a_deviation_is_from_the_median_to_the_last_bit() -> None:
    rows = [{"x": value} for value in (0.16, 0.19, 5.45, 7.35)]
    agreed(chain(rows, {"x": "double"}, ("describe", {}), ("write_parquet", {"path": "out/t.parquet"})))


def test_times_with_an_offset_are_read_as_utc() -> None:
    offsets = ("+02", "+0230", "-02:30", "+02:30:15", "+25:00", "+0230:15", "+2", "+023", "Z", "", " +02")
    rows = [{"t": f"2024-01-31T10:00:00{offset}"} for offset in offsets]
    params = {"columns": ["t"], "formats": ["%Y-%m-%dT%H:%M:%S%z"], "to": "timestamp", "on_error": "null"}
    agreed(chain(rows, {}, ("parse_dates", params), ("write_parquet", {"path": "out/t.parquet"})))


def agreed(case: Case) -> None:
    """Run a case, and let the reference compute the same."""
    with trial_of(case, Project) as trial:
        assert trial.checked.proven is not None, trial.checked.diagnostics
        assert trial.usual.failed is None
        assert isinstance(trial.reference, dict)
        assert list(meaning(trial, Random(0))) == []


@pytest.mark.parametrize(
    "step",
    [
        ("aggregate", {"by": ["l"], "measures": [{"name": "m", "function": "max", "column": "s"}]}),
        ("aggregate", {"measures": [{"name": each, "function": "list", "column": each, "distinct": True} for each in "ls"]}),
        ("distinct_rows", {}),
    ],
    ids=["keys", "lists", "rows"],
)  # fmt: skip
def test_zeros_inside_of_nested_values(step: tuple[str, dict[str, Any]]) -> None:
    rows = [{"x": value} for value in (-0.0, 0.0, 1.5, None)]
    nested = ("derive_columns", {"columns": {"l": "[x, null]", "s": "[[x], [2.5, x]]"}})
    chosen = ("select_columns", {"columns": ["l", "s"]})
    agreed(chain(rows, {"x": "double"}, nested, chosen, step, ("write_jsonl", {"path": "out/t.jsonl"})))


WIDE = {"uhugeint": (10**37 + 1, 2), "bigint": (2**63 - 1, 2**63 - 3), "ubigint": (2**64 - 1, 2**64 - 1)}


@pytest.mark.parametrize("kind", WIDE)
@pytest.mark.parametrize("functions", [("sum",), ("mean",)])
def test_totals_of_wide_integers(kind: str, functions: tuple[str, ...]) -> None:
    rows = [{"u": value} for value in (*WIDE[kind], None)]
    if (kind, functions) == ("bigint", ("sum",)):
        rows = rows[1:]  # a sum must fit, which a mean need not
    measures = [{"name": each, "function": each, "column": "u"} for each in functions]
    windows = [{"name": f"running_{each}", "function": f"running_{each}", "column": "u"} for each in functions]
    windows += [
        {"name": f"rolling_{each}", "function": f"rolling_{each}", "column": "u", "rows": 2} for each in functions
    ]
    windows += [{"name": "share", "function": "share", "column": "u"}]
    for step in (("aggregate", {"measures": measures}), ("window_columns", {"columns": windows})):
        agreed(chain(rows, {"u": kind}, step, ("write_jsonl", {"path": "out/t.jsonl"})))


def test_middles_of_the_smallest_floats() -> None:
    """Half of the smallest float is 0.0, so between it and itself lies 0.0."""
    rows = [{"x": 5e-324}, {"x": 5e-324}, {"x": 1.5e-323}, {"x": 1.5e-323}]
    measures = [{"name": f"q{q}", "function": "quantile", "q": q / 10, "column": "x"} for q in range(11)]
    agreed(
        chain(rows, {"x": "double"}, ("aggregate", {"measures": measures}), ("write_jsonl", {"path": "out/t.jsonl"}))
    )


@pytest.mark.parametrize("sink", SINKS)
def test_files_hold_what_is_documented(sink: str, tmp_path: Path) -> None:
    extra = ("derive_columns", {"columns": {"l": "[x, null]", "g": "[d]"}})
    case = chain(ROWS, TYPES, extra, (sink, SINKS[sink]))
    project = Project(tmp_path)
    checked = project.check_text(case.text)
    assert checked.proven is not None, checked.diagnostics
    project.execute(project.compile(checked.proven))
    written = read_written(tmp_path / str(SINKS[sink]["path"]), sink, SINKS[sink])
    assert difference_of(expected_in_file(interpret(case)["n0"], sink, SINKS[sink]), written) == ""


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (("expect", {"unique": [["k"]]}), "unique"),
        (("expect", {"ranges": {"x": {"max": 10}}}), "range"),
        (("map_values", {"column": "n", "mapping": {"1": 5}, "unmatched": "fail"}), "outside the mapping"),
        (("pivot", {"index": ["n"], "column": "k", "values": ["a"], "function": "count"}), "not listed"),
        (("cast_columns", {"types": {"x": "integer"}}), ""),
        (("write_excel", {"path": "out/t.xlsx"}), "March 1900"),
        (("aggregate", {"measures": [{"name": "m", "function": "median", "column": "d"}]}), "infinite"),
        (("aggregate", {"measures": [{"name": "m", "function": "quantile", "q": 0.1, "column": "d"}]}), "infinite"),
    ],
)
def test_stops(step: tuple[str, dict[str, Any]], told: str) -> None:
    days = {"March 1900": "1800-01-01", "infinite": "infinity"}
    rows = [{**row, "d": days[told]} for row in ROWS] if told in days else ROWS
    case = chain(rows, TYPES, step, ("write_csv", {"path": "out/t.csv"}))
    with pytest.raises(Stops, match=f"^n0: .*{told}"):
        interpret(case)
    with trial_of(case, Project) as trial:
        assert trial.checked.proven is not None, trial.checked.diagnostics
        assert trial.plain.failed is not None


def test_contracts_are_judged() -> None:
    case = chain(ROWS, TYPES, ("sort_rows", {"by": ["n"]}))
    plan = {**case.plan, "contracts": {"n0": {"order": ["n"], "not_null": ["m"]}}}
    with pytest.raises(Stops, match="`m` is never null"):
        interpret(Case(plan))
    holding = {**case.plan, "contracts": {"n0": {"order": ["n"], "columns": ["k"], "rows": {"min": 5}}}}
    assert len(interpret(Case(holding))["n0"].rows) == 5
