"""`interlock explain PLAN`, from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from interlock.ir.catalog import Catalog
from interlock.ir.plan import Plan
from interlock.registry.registry import load
from interlock.syntax.english import read_english

SALES = Path(__file__).parents[2] / "examples" / "sales"


def explain(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "interlock"), "explain", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def test_a_plan_is_told_in_sentences_that_read_back() -> None:
    done = explain("regions.plan.yaml", folder=SALES)
    assert done.returncode == 0, done.stderr
    assert "For each region, compute orders as the number of rows" in done.stdout
    said = json.loads(explain("regions.plan.yaml", "--json", folder=SALES).stdout)
    read = read_english(said["english"], load(), Catalog())
    assert isinstance(read, Plan) and read.digest == said["digest"]
    assert said["english"] == done.stdout


def test_a_plan_that_does_not_pass_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("nodes: [{id: a, type: read_csv@1, params: {path: none.csv}}]\n")
    done = explain("p.yaml", folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout == "1. Read none.csv; call it `a`.\n"
    assert "does not pass" in done.stderr


def test_what_is_no_plan_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("nodes: 7\n")
    assert explain("p.yaml", folder=tmp_path).returncode == 1
    assert explain("missing.yaml", folder=tmp_path).returncode == 2
