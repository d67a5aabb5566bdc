"""The rooms import downwards only, and the contract that says so notices when one does not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint_imports(project: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of pyproject.toml against the sources in `project`."""
    command = "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports_command as run; run()"
    arguments = ["--no-cache", "--no-logo", "--config", str(ROOT / "pyproject.toml")]
    return subprocess.run(
        [sys.executable, "-c", command, *arguments], cwd=project, capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources that a test may spoil."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_contracts_hold() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_an_import_upwards_is_refused(copy: Path) -> None:
    (copy / "src/interlock/ir/spoiled.py").write_text("import interlock.registry\n")
    result = lint_imports(copy)
    assert result.returncode != 0
    assert "interlock.ir.spoiled -> interlock.registry" in result.stdout


def test_an_import_of_a_sibling_is_refused(copy: Path) -> None:
    (copy / "src/interlock/syntax/spoiled.py").write_text("import interlock.compiler\n")
    result = lint_imports(copy)
    assert result.returncode != 0
    assert "interlock.syntax.spoiled -> interlock.compiler" in result.stdout


def test_a_room_that_no_layer_names_is_refused(copy: Path) -> None:
    (copy / "src/interlock/attic.py").write_text('"""Not a room."""\n')
    result = lint_imports(copy)
    assert result.returncode != 0
    assert "attic" in result.stdout


def test_a_cycle_inside_a_room_is_refused(copy: Path) -> None:
    (copy / "src/interlock/ir/one.py").write_text("import interlock.ir.two\n")
    (copy / "src/interlock/ir/two.py").write_text("import interlock.ir.one\n")
    result = lint_imports(copy)
    assert result.returncode != 0
    assert "no cycles inside a room BROKEN" in result.stdout
