"""Makes `random_plans` importable for the tests beside it, and the good plans of the rule tests for it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from interlock.api import Project

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "properties"), str(HERE.parent / "spec")]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with the data files that the sentences speak of."""
    root = tmp_path_factory.mktemp("english")
    for path in (HERE / "data").iterdir():
        shutil.copyfile(path, root / path.name)
    return Project(root)
