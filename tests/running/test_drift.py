"""A source that changed since the plan was checked stops the run before anything is written, with a column diff."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter
from workbench import Workbench, passing, plan

from interlock.api import RunFailed

BEFORE = "id,name,price\n1,a,5\n2,b,3\n"
CHANGES: dict[str, tuple[str, str, str]] = {
    "missing": ("id,name\n1,a\n", "missing", "price"),
    "new": ("id,name,price,tax\n1,a,5,1\n", "new", "tax"),
    "renamed": ("id,name,cost\n1,a,5\n", "missing", "price"),
    "type": ("id,name,price\n1,a,five\n", "type", "price"),
    "type of whole numbers": ("id,name,price\n1,a,5.5\n", "type", "price"),
    "order": ("name,id,price\na,1,5\n", "order", "id"),
}
HARMLESS = {
    "other rows": "id,name,price\n7,x,1\n",
    "no rows": "id,name,price\n",
    "nulls": "id,name,price\n,,\n",
    "text that looks like numbers": "id,name,price\n1,5,5\n",
}


def drifted(bench: Workbench, given: dict[str, Any], change: Any) -> RunFailed:
    """The failure of a compiled plan after its source changed."""
    bench.put("out/o.csv", "the old result\n")
    artifact = bench.compile(given)
    change()
    before = bench.files()
    with pytest.raises(RunFailed) as caught:
        bench.project.execute(artifact)
    assert bench.files() == before
    return caught.value


@pytest.mark.parametrize("what", CHANGES)
def test_csv(what: str, bench: Workbench) -> None:
    text, kind, column = CHANGES[what]
    bench.put("data/s.csv", BEFORE)
    found = drifted(
        bench, passing("data/s.csv", ("filter_rows", {"where": "price > 0"})), lambda: bench.put("data/s.csv", text)
    )
    assert (found.code, found.step) == ("IL901", "s")
    assert column in found.message
    assert any(change[0] == kind and column in str(change[1:]) for change in found.data["changes"])


@pytest.mark.parametrize("what", HARMLESS)
def test_what_is_no_drift(what: str, bench: Workbench) -> None:
    bench.put("data/s.csv", BEFORE)
    artifact = bench.compile(passing("data/s.csv"))
    bench.put("data/s.csv", HARMLESS[what])
    assert bench.project.execute(artifact).outputs[0]["rows"] == HARMLESS[what].count("\n") - 1


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b'id,name\n"x', b"id,id,name\n1,2,3\n", None])
def test_a_source_that_cannot_be_read_any_more(content: bytes | None, bench: Workbench) -> None:
    bench.put("data/s.csv", BEFORE)

    def change() -> None:
        bench.put("data/s.csv", content) if content is not None else (bench.root / "data/s.csv").unlink()

    found = drifted(bench, passing("data/s.csv"), change)
    assert (found.code, found.step) == ("IL902", "s")
    assert "data/s.csv" in found.message
    assert str(bench.root) not in found.message


def write_source(path: Path, columns: dict[str, str]) -> None:
    """A one-row source whose columns have these SQL values, in the format that the file's name says."""
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    values = ", ".join(f"{value} AS {name}" for name, value in columns.items())
    if path.suffix == ".db":
        with sqlite3.connect(path) as database:
            database.execute(f"CREATE TABLE t AS SELECT {values}")
        database.close()
    elif path.suffix == ".xlsx":
        row = duckdb.connect().execute(f"SELECT {values}").fetchone() or ()
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, list(columns))
            sheet.write_row(1, 0, row)
    else:
        form = {".json": "json", ".jsonl": "json", ".parquet": "parquet"}[path.suffix]
        duckdb.sql(f"COPY (SELECT {values}) TO '{path}' (FORMAT {form})")


@pytest.mark.parametrize(
    ("node", "file"),
    [
        ("read_json", "s.json"),
        ("read_jsonl", "s.jsonl"),
        ("read_parquet", "s.parquet"),
        ("read_excel", "s.xlsx"),
        ("read_sqlite", "s.db"),
    ],
)
@pytest.mark.parametrize("change", ["missing", "type", "new"])
def test_other_formats(node: str, file: str, change: str, bench: Workbench) -> None:
    path = bench.root / "data" / file
    bench.put("data/x", "")
    write_source(path, {"id": "1", "name": "'a'"})
    params = {"path": f"data/{file}"} | ({"table": "t"} if node == "read_sqlite" else {})
    given = plan({"s": (node, params), "o": ("write_csv", {"path": "out/o.csv"})})
    after = {
        "missing": {"id": "1"},
        "type": {"id": "'x'", "name": "'a'"},
        "new": {"id": "1", "name": "'a'", "more": "2"},
    }[change]
    found = drifted(bench, given, lambda: write_source(path, after))
    assert (found.code, found.step) == ("IL901", "s")
    assert {"missing": "name", "type": "id", "new": "more"}[change] in found.message
