"""The recorded plans of the PlanCompiler benchmark: those that failed are refused, all others run and are right."""

from __future__ import annotations

import doctest
import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.mutants.drawn import CLASSES
from benchmarks.plancompiler import compare, reader
from benchmarks.plancompiler.compare import difference
from benchmarks.plancompiler.judge import DATA, SETS, judge, judge_all
from benchmarks.run import PARTS
from interlock.evaluation.mutate import MUTATORS

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the public benchmark data is not at {DATA}")


@pytest.mark.parametrize("module", [report, reader, compare], ids=lambda module: module.__name__)
def test_doctests(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_the_parts_of_make_bench() -> None:
    assert list(PARTS) == [
        "plancompiler", "spoiled", "english", "sentences", "prompts", "mutants", "drawn", "drawing", "compile", "growth", "pipeline",
        "start", "crashes", "durable", "ahead",
    ]  # fmt: skip


def test_every_mutator_has_a_class() -> None:
    assert sorted(" ".join(CLASSES.values()).split()) == sorted(each.__name__ for each in MUTATORS)


@pytest.mark.parametrize(
    ("actual", "same"),
    [
        ("a,b\n1,x\n2.0,\n", True),
        ("a,b\n1.0,x\n2,\n", True),
        ("b,a\nx,1\n,2\n", False),
        ("a,b\n2,\n1,x\n", False),
        ("a,b\n1,x\n", False),
        ("a,b\n1,x\n2,None\n", False),
        ("a,b\n01x,x\n2,\n", False),
    ],
)
def test_comparison_is_strict(tmp_path: Path, actual: str, same: bool) -> None:
    (tmp_path / "gold.csv").write_text("a,b\n1,x\n2,\n", encoding="utf-8")
    (tmp_path / "out.csv").write_text(actual, encoding="utf-8")
    assert (difference(tmp_path / "out.csv", tmp_path / "gold.csv") is None) is same


@needs_data
@pytest.mark.parametrize("name", SETS)
def test_some_recorded_plans(tmp_path: Path, name: str) -> None:
    """The plans that failed, and every sixth of the others."""
    tasks = {
        task["task_id"]: task for task in json.loads((DATA / f"tasks_set_{name}.json").read_text(encoding="utf-8"))
    }
    recorded = json.loads((DATA / f"recorded_plans_set_{name}.json").read_text(encoding="utf-8"))
    chosen = [each for place, each in enumerate(recorded) if not each["criteria_passed"] or place % 6 == 0]
    judged = [judge(each, tasks[each["task_id"]], tmp_path / each["task_id"], DATA) for each in chosen]
    assert [each for each in judged if not each.as_should_be] == []


@needs_data
@pytest.mark.slow
def test_all_recorded_plans(tmp_path: Path) -> None:
    judged = list(judge_all(tmp_path))
    assert [each for each in judged if not each.as_should_be] == []
    assert Counter(each.outcome for each in judged) == {"refused": 12, "right": 138}
