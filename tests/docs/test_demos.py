"""The examples do what they show, twice with the same bytes, and leave nothing behind but what git ignores."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from interlock.api import Project

EXAMPLES = Path(__file__).parents[2] / "examples"
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}


def copy(name: str, folder: Path) -> Path:
    """An example as git has it, in a folder of its own."""
    shutil.copytree(EXAMPLES / name, folder / name, ignore=shutil.ignore_patterns("out", "*.db", "__pycache__"))
    return folder / name


def demo(folder: Path) -> str:
    done = subprocess.run(
        ["sh", "demo.sh"],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_demo_tells_its_story(tmp_path: Path) -> None:
    folder = copy("sales", tmp_path)
    before = {path.name for path in folder.iterdir()}
    started = time.perf_counter()
    told = demo(folder)
    assert time.perf_counter() - started < 60, "twenty seconds on a machine that does nothing else"
    assert {path.name for path in folder.iterdir()} - before == {"out"}
    assert "out/products.plan.yaml: 6 nodes, by english" in told
    assert "wrote out/products.csv  7 rows" in told
    assert "good customers" in told.partition("not placed: ")[2].partition("\n")[0]
    assert "error[IL301]: column `nett` does not exist" in told
    assert "fix (safe): replace `nett` with `net`" in told
    assert "out/regions.csv: the same bytes" in told
    assert "out/best_customers.json: the same bytes" in told
    assert "regions (4 rows)" in told.partition("What came out")[2]
    assert "Traceback" not in told


def test_the_demo_gives_the_same_bytes_again(tmp_path: Path) -> None:
    folder = copy("sales", tmp_path)
    found = []
    for threads in (1, 3):
        Project.at(folder).run(folder / "regions.plan.yaml", threads=threads)
        found.append({path.name: path.read_bytes() for path in (folder / "out").iterdir()})
    assert found[0] == found[1]
    assert sorted(found[0]) == ["best_customers.json", "regions.csv"]


def test_the_data_of_the_demo_is_what_its_script_makes(tmp_path: Path) -> None:
    folder = copy("sales", tmp_path)
    shutil.rmtree(folder / "data")
    runpy.run_path(str(folder / "make_data.py"), run_name="__main__")
    for path in sorted((EXAMPLES / "sales/data").iterdir()):
        assert (folder / "data" / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_article_runs_as_it_stands(tmp_path: Path) -> None:
    folder = copy("article", tmp_path)
    report = Project.at(folder).run(folder / "sales_summary.plan.json")
    assert [output["path"] for output in report.outputs] == ["interlock.db"]
    with sqlite3.connect(folder / "interlock.db") as database:
        rows = database.execute("SELECT * FROM sales_summary ORDER BY region").fetchall()
    database.close()
    assert rows == [("East", 165.75), ("North", 99.9), ("West", 460.0)]


def test_the_article_is_quoted_as_it_stands() -> None:
    page = (EXAMPLES.parent / "docs/plans.md").read_text(encoding="utf-8")
    plan = (EXAMPLES / "article/sales_summary.plan.json").read_text(encoding="utf-8")
    assert plan.strip() in page
    assert [node["type"] for node in json.loads(plan)["nodes"]] == [
        "CSVIngestor",
        "ColumnNormalizer",
        "Aggregator",
        "SQLExporter",
    ]


def test_every_plan_of_the_examples_passes() -> None:
    plans = sorted([*EXAMPLES.glob("*/*.plan.*"), EXAMPLES / "twenty_mistakes/plan.yaml"])
    assert len(plans) >= 3
    for path in plans:
        checked = Project.at(path.parent).read(path)
        assert checked.ok and not checked.diagnostics, path
