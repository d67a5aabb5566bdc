"""The emitted module runs alone, with `duckdb` only, and writes the same bytes as `interlock run`."""

from __future__ import annotations

import ast
import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from workbench import Ran, Workbench, passing, plan

from interlock.runtime.execute import load

SALES = "id,region,revenue\n1,East,120.5\n2,West,310\n3,East,45.25\n4,,7\n"


@pytest.fixture
def shop(bench: Workbench) -> Workbench:
    bench.put("data/sales.csv", SALES)
    return bench


SUM = ("aggregate", {"by": ["region"], "measures": [{"name": "total", "function": "sum", "column": "revenue"}]})
PLANS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "csv": (
        passing(
            "data/sales.csv",
            ("filter_rows", {"where": "revenue >= :minimum"}),
            SUM,
            inputs={"minimum": {"type": "double", "default": 40}},
        ),
        ("duckdb",),
    ),
    "json": (
        plan({"s": ("read_csv", {"path": "data/sales.csv"}), "o": ("write_json", {"path": "out/o.json"})}),
        ("duckdb",),
    ),
    "jsonl": (
        plan({"s": ("read_csv", {"path": "data/sales.csv"}), "o": ("write_jsonl", {"path": "out/o.jsonl"})}),
        ("duckdb",),
    ),
    "parquet": (
        plan(
            {
                "s": ("read_csv", {"path": "data/sales.csv"}),
                "d": ("describe", {}),
                "o": ("write_parquet", {"path": "out/o.parquet"}),
            }
        ),
        ("duckdb",),
    ),
    "excel": (
        plan({"s": ("read_csv", {"path": "data/sales.csv"}), "o": ("write_excel", {"path": "out/o.xlsx"})}),
        ("duckdb", "xlsxwriter"),
    ),
    "sqlite": (
        plan(
            {"s": ("read_csv", {"path": "data/sales.csv"}), "o": ("write_sqlite", {"path": "out/o.db", "table": "t"})}
        ),
        ("duckdb",),
    ),
    "checks": (
        passing(
            "data/sales.csv", ("expect", {"unique": [["id"]], "rows": {"max": 10}}), contracts={"o": {"unique": ["id"]}}
        ),
        ("duckdb",),
    ),
    "windows": (
        passing(
            "data/sales.csv",
            (
                "window_columns",
                {"columns": [{"name": "r", "function": "running_mean", "column": "revenue", "order_by": ["id desc"]}]},
            ),
        ),
        ("duckdb",),
    ),
}


def compiled(bench: Workbench, given: dict[str, Any]) -> Path:
    """The emitted module in `build/`."""
    bench.put("test.plan.json", given)
    ran = bench.cli("compile", "test.plan.json", "-o", "build", "--json")
    assert ran.code == 0, ran.err
    return next((bench.root / "build").glob("*.py"))


def result(bench: Workbench) -> dict[str, bytes]:
    """What lies in `out/`, which is emptied."""
    found = {path.name: path.read_bytes() for path in (bench.root / "out").iterdir()}
    for path in (bench.root / "out").iterdir():
        path.unlink()
    return found


@pytest.mark.parametrize("name", PLANS)
def test_alone(name: str, shop: Workbench, bare: Callable[..., Ran], tmp_path: Path) -> None:
    given, packages = PLANS[name]
    report = shop.run(given)
    wanted = result(shop)
    program = compiled(shop, given)
    manifest = json.loads((program.parent / "manifest.json").read_text())
    assert sorted(manifest["requires"]) == sorted(packages)
    ran = bare(program, cwd=shop.root, packages=packages)
    assert ran.code == 0, ran.err
    assert result(shop) == wanted
    away = tmp_path / "away"
    away.mkdir()
    ran = bare(program, "--root", str(shop.root), "--json", "--threads", "2", cwd=away, packages=packages)
    assert ran.code == 0, ran.err
    assert result(shop) == wanted
    assert [each["digest"] for each in ran.json["outputs"]] == [each["digest"] for each in report.outputs]
    assert list(away.iterdir()) == []


@pytest.mark.parametrize(("node", "source"), [("read_excel", "excel"), ("read_sqlite", "sqlite")])
def test_python_sources(node: str, source: str, shop: Workbench, bare: Callable[..., Ran]) -> None:
    given, _ = PLANS[source]
    shop.run(given)
    path = given["nodes"][-1]["params"]["path"]
    params = {"path": path} | ({"table": "t"} if source == "sqlite" else {})
    given = plan(
        {"s": (node, params), "f": ("sort_rows", {"by": ["revenue"]}), "o": ("write_csv", {"path": "result/o.csv"})}
    )
    shop.run(given)
    wanted = shop.read("result/o.csv")
    (shop.root / "result/o.csv").unlink()
    program = compiled(shop, given)
    packages = ("duckdb", "python-calamine") if source == "excel" else ("duckdb",)
    assert json.loads((program.parent / "manifest.json").read_text())["requires"] == list(packages)
    ran = bare(program, cwd=shop.root, packages=packages)
    assert ran.code == 0, ran.err
    assert shop.read("result/o.csv") == wanted


def test_its_command_line(shop: Workbench, bare: Callable[..., Ran], tmp_path: Path) -> None:
    program = compiled(shop, PLANS["csv"][0])
    root = shop.root
    assert bare(program, "--input", "minimum=300", cwd=root).code == 0
    assert shop.read() == "region,total\nWest,310.0\n"
    assert bare(program, "--help", cwd=root).code == 0
    for usage in (["--input", "minimum"], ["--nonsense"], ["--threads", "many"], ["extra"]):
        assert bare(program, *usage, cwd=root).code == 2, usage
    before = shop.files()
    for arguments, code in (
        (["--input", "minimum=x"], "IL906"),
        (["--input", "other=1"], "IL906"),
        (["--root", str(tmp_path)], "IL902"),
    ):
        ran = bare(program, "--json", *arguments, cwd=root)
        assert (ran.code, ran.json["failed"]["code"]) == (3, code)
        told = bare(program, *arguments, cwd=root)
        assert told.code == 3
        assert code in told.err
    shop.put("data/sales.csv", "id,region,amount\n1,East,5\n")
    drift = bare(program, "--json", cwd=root)
    assert (drift.code, drift.json["failed"]["code"]) == (3, "IL901")
    shop.put("data/sales.csv", SALES)
    assert shop.files() == before


def test_wrong_settings_of_the_engine(shop: Workbench, bare: Callable[..., Ran]) -> None:
    program = compiled(shop, PLANS["csv"][0])
    for arguments in (["--memory", "much"], ["--threads", "-1"], ["--threads", "0"]):
        ran = bare(program, *arguments, cwd=shop.root)
        assert ran.code in (2, 3), arguments
        assert ran.err.strip()


@pytest.mark.parametrize("name", PLANS)
def test_the_module_is_plain_python(name: str, shop: Workbench) -> None:
    """Nothing of Interlock is imported, only the standard library and what the manifest names."""
    source = shop.compile(PLANS[name][0]).source
    imported = {
        name.split(".")[0]
        for statement in ast.walk(ast.parse(source))
        for name in (
            [alias.name for alias in statement.names] if isinstance(statement, ast.Import)
            else [statement.module or ""] if isinstance(statement, ast.ImportFrom) else []
        )
    }  # fmt: skip
    assert imported - set(sys.stdlib_module_names) <= {"duckdb", "python_calamine", "xlsxwriter"}
    assert "interlock." not in source
    assert source.endswith("\n")
    assert "\r" not in source


@pytest.mark.parametrize("name", ["csv", "windows", "checks", "parquet"])
def test_every_step_can_be_pasted(name: str, shop: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The statements of the module, pasted in order into a DuckDB shell in the project folder, give the result."""
    given = PLANS[name][0]
    artifact = shop.compile(given)
    module = load(artifact)
    shop.run(given)
    monkeypatch.chdir(shop.root)
    with duckdb.connect() as connection:
        for statement in module.MACROS.values():
            connection.execute(statement)
        for key, declared in module.INPUTS.items():
            connection.execute(f"SET VARIABLE {key} = {declared['default']}::{declared['type']}")
        for step in module.STEPS:
            if step["kind"] == "select":
                connection.execute(f'CREATE TABLE "{step["id"]}" AS {step["sql"]}')
            else:
                connection.execute("SET disabled_optimizers = 'statistics_propagation'")
                connection.execute(f"COPY ({step['sql']}) TO 'pasted' ({step['options']})")
    target = given["nodes"][-1]["params"]["path"]
    assert (shop.root / "pasted").read_bytes() == (shop.root / target).read_bytes()


ODD = [
    "select",
    'sel"ect',
    "it's",
    "with space",
    "new\nline",
    "_row",
    "order",
    "😀",
    "\\back",
    '"""',
    "{x}",
    "$1",
    ":p",
    "?",
    "%s",
    "\t",
    "\u2028",
    "ünï",
    "x" * 300,
    "main.t",
    "a;b",
    "--",
    "/*",
]
TEXTS = [
    '"""',
    "\\",
    '\\"""',
    '"',
    "'''",
    "\x00",
    "\x1b[31m",
    "\u2028",
    "\r\n",
    "\\N{DASH}",
    "{0}",
    "%s",
    "$$",
    "'; drop table x; --",
    "\\\n",
    "\ufeff",
    "\u202e",
    "",
    " ",
]


def test_odd_column_names(bench: Workbench, bare: Callable[..., Ran]) -> None:
    rows = [{name: number for number, name in enumerate(ODD)}]
    given = plan(
        {
            "select": ("inline_table", {"rows": rows}), "s-1": ("sort_rows", {"by": [{"column": name} for name in ODD]}), "s_1": ("distinct_rows", {"keys": ODD}),
            "import": ("window_columns", {"columns": [{"name": "_position", "function": "lag", "column": "_row"}]}),
            "STEPS": ("aggregate", {"by": ODD, "measures": [{"name": "n", "function": "count"}]}),
            "main": ("write_csv", {"path": "out/o.csv"}),
        }
    )  # fmt: skip
    for stepwise in (True, False):
        bench.run(given, stepwise=stepwise)
    wanted = result(bench)
    ran = bare(compiled(bench, given), cwd=bench.root)
    assert ran.code == 0, ran.err
    assert result(bench) == wanted
    assert next(csv.reader(io.StringIO(wanted["o.csv"].decode(), newline=""))) == [*ODD, "n"]


def test_odd_texts(bench: Workbench, bare: Callable[..., Ran]) -> None:
    """A text in a parameter is that text, in the module's SQL and in its Python."""
    given = plan(
        {
            "s": ("inline_table", {"rows": [{"a": text, "b": str(number)} for number, text in enumerate(TEXTS)]}),
            "m": ("map_values", {"column": "b", "mapping": {str(number): text for number, text in enumerate(TEXTS)}}),
            "o": ("write_json", {"path": "out/o.json"}),
        }
    )
    for stepwise in (True, False):
        bench.run(given, stepwise=stepwise)
    wanted = result(bench)
    assert json.loads(wanted["o.json"]) == [{"a": text, "b": text} for text in TEXTS]
    program = compiled(bench, given)
    ast.parse(program.read_text(encoding="utf-8"))
    ran = bare(program, cwd=bench.root)
    assert ran.code == 0, ran.err
    assert result(bench) == wanted


def test_odd_plan_names(bench: Workbench) -> None:
    """The file's name comes from the plan's name, and is always a plain one."""
    for name in ("../../evil", "a/b", "", "con", "ünï", "x" * 400, "a b", ".hidden", "manifest", '"""', "\n"):
        artifact = bench.compile(passing_rows() | {"name": name})
        assert artifact.entry.endswith(".py")
        assert artifact.entry.removesuffix(".py").replace("_", "a").isalnum()
        assert len(artifact.entry) <= 255, len(artifact.entry)
        compile(artifact.source, artifact.entry, "exec")


def passing_rows() -> dict[str, Any]:
    return plan({"s": ("inline_table", {"rows": [{"a": 1}]}), "o": ("write_csv", {"path": "out/o.csv"})})


def test_two_processes_emit_the_same(shop: Workbench) -> None:
    shop.put("test.plan.json", PLANS["windows"][0])
    found = set()
    for seed in ("0", "1", "99"):
        out = subprocess.run(
            [Path(sys.executable).with_name("interlock"), "compile", "test.plan.json", "-o", f"build{seed}", "--json"],
            cwd=shop.root, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True,
        )  # fmt: skip
        found.add(json.loads(out.stdout)["artifact"])
    assert len(found) == 1
