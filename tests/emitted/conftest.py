"""A project folder, and a Python that has `duckdb` and nothing else; `workbench` is importable for the tests beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "running"))

from workbench import Ran, Workbench, command

PACKAGES = {
    "duckdb": ("duckdb", "_duckdb"),
    "python-calamine": ("python_calamine",),
    "pyyaml": ("yaml", "_yaml"),
    "xlsxwriter": ("xlsxwriter",),
}


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    """A project in an empty folder."""
    return Workbench(tmp_path / "project")


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ran]:
    """Run a Python file with the standard library and the packages named, with Interlock out of reach."""

    @cache
    def site_of(packages: tuple[str, ...]) -> dict[str, str]:
        """The environment with these packages alone; that Interlock is out of reach is tried."""
        site = tmp_path_factory.mktemp("site")
        for package in packages:
            folder = Path(str(distribution(package)._path))  # type: ignore[attr-defined]
            (site / folder.name).symlink_to(folder)
        for name in (module for package in packages for module in PACKAGES[package]):
            origin = find_spec(name)
            assert origin is not None
            assert origin.origin is not None
            source = Path(origin.origin)
            source = source.parent if source.name == "__init__.py" else source
            (site / source.name).symlink_to(source)
        env = {"PYTHONPATH": str(site), "PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        check = command(sys.executable, "-S", "-c", "import interlock", cwd=site, env=env, traceback=True)
        assert "No module named 'interlock'" in check.err
        return env

    def run(file: Path, *arguments: str, cwd: Path, packages: tuple[str, ...] = ("duckdb",), **options: object) -> Ran:
        env = site_of(packages)
        return command(sys.executable, "-S", "-W", "error", file, *arguments, cwd=cwd, env=env, **options)  # type: ignore[arg-type]

    return run
