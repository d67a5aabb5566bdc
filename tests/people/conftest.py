"""A project folder to run plans in; `workbench` is importable for the tests beside it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "running"))

from workbench import Workbench


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    """A project in an empty folder."""
    return Workbench(tmp_path / "project")
