"""Makes the repository's `benchmarks` package and the tests' own workbench importable, and gives projects to run in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "running"))

from workbench import Workbench

NODES = '''
import os, random, signal
from interlock import Rows, WritePath, Writes, node


def strike():
    if os.path.exists("strike"):
        with open("strike") as file:
            number = getattr(signal, file.read())
        os.unlink("strike")
        os.kill(os.getpid(), number)


@node(version=1, columns=lambda rows: [(each.name, str(each.type)) for each in rows])
def fragile(rows: Rows) -> Rows:
    """Pass rows on; after the third one send oneself the signal that the file `strike` names, once."""

    def passed():
        for number, row in enumerate(rows, 1):
            yield row
            if number == 3:
                strike()

    return Rows(rows.columns, passed())


@node(version=1, columns=lambda rows: [(each.name, str(each.type)) for each in rows])
def moody(rows: Rows) -> Rows:
    """Pass rows on under numbers that are never the same."""
    return Rows(rows.columns, [(random.randrange(10**15), row[1]) for row in rows])


@node(version=1, effects=["writes"])
def write_letters(rows: Rows, *, path: WritePath) -> Writes:
    """Append a line for each row to a file: nothing makes a repeat harmless."""
    lines = [",".join(map(str, row)) for row in rows]
    yield
    with open(path, "a") as file:
        file.write("".join(line + chr(10) for line in lines))
    strike()


@node(version=1, effects=["writes"], repeat="replace")
def write_lines(rows: Rows, *, path: WritePath) -> Writes:
    """Write a line for each row to a new file."""
    with open(path, "w") as file:
        for number, row in enumerate(rows, 1):
            file.write(",".join(map(str, row)) + chr(10))
            if number == 3:
                strike()
    yield
'''


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    """A project in an empty folder."""
    return Workbench(tmp_path / "project")


@pytest.fixture
def own(bench: Workbench) -> Workbench:
    """A project with node types of its own that let themselves be killed."""
    bench.put("nodes.py", NODES)
    bench.put("interlock.toml", 'nodes = ["nodes.py"]\n')
    bench.put("data/s.csv", "id,name\n" + "".join(f"{number},n{number}\n" for number in range(10)))
    return bench


@pytest.fixture
def events(bench: Workbench) -> Callable[..., list[Any]]:
    """The events of the last run, or those of some kinds."""
    from interlock.runtime.journal import Journal

    def read(*kinds: str) -> list[Any]:
        with Journal.open(bench.root, create=False) as journal:
            return list(journal.events(journal.find_run("last"), kinds=kinds or None))

    return read
