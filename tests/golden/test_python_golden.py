"""The emitted programs of some plans, byte for byte, and what they write when they run.

`make goldens` writes them again; the difference belongs to the review of the change that caused it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.api import Project

HERE = Path(__file__).parent
PLANS = sorted((HERE / "plans").glob("*.plan.yaml"))


def emitted(plan: Path, root: Path) -> str:
    """The source of the module of a plan, compiled in a copy of the project."""
    for path in (HERE / "plans/data").iterdir():
        (root / "data").mkdir(exist_ok=True)
        (root / "data" / path.name).write_bytes(path.read_bytes())
    project = Project(root)
    checked = project.check_text(plan.read_bytes(), plan.name)
    assert checked.proven is not None, [f"{each.code} {each.message}" for each in checked.diagnostics]
    return project.compile(checked.proven).source


@pytest.mark.parametrize("plan", PLANS, ids=lambda each: each.name.partition(".")[0])
def test_program(plan: Path, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
    golden(HERE / "python" / f"{plan.name.partition('.')[0]}.py", emitted(plan, tmp_path))


@pytest.mark.parametrize("plan", PLANS, ids=lambda each: each.name.partition(".")[0])
def test_the_golden_program_runs(plan: Path, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
    """The golden file itself, by itself, writes the golden output."""
    name = plan.name.partition(".")[0]
    emitted(plan, tmp_path)
    program = HERE / "python" / f"{name}.py"
    done = subprocess.run([sys.executable, "-B", program, "--threads", "2"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for path in sorted((tmp_path / "out").iterdir()):
        golden(HERE / "python" / f"{name}.{path.name}", path.read_text(encoding="utf-8"))


def test_every_golden_has_its_plan() -> None:
    names = {plan.name.partition(".")[0] for plan in PLANS}
    assert {path.name.partition(".")[0] for path in (HERE / "python").iterdir() if path.is_file()} == names
