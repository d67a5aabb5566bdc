"""A project with node types that fail a few times; `workbench` is importable for the tests beside it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "running"))

from workbench import Workbench

NODES = '''
import os, sqlite3
from typing import Literal
from interlock import ReadPath, Rows, Staging, WritePath, Writes, node

ERRORS = {"system": OSError("the service does not answer"), "value": ValueError("the answer makes no sense"),
          "wrapped": None}


def fail(times, kind="system"):
    """Fail as often as that, over all processes of the project."""
    with open("tries", "a") as file:
        file.write("x")
    if os.path.getsize("tries") > times:
        return
    if kind == "wrapped":
        try:
            raise TimeoutError("no answer in time")
        except TimeoutError as error:
            raise RuntimeError("the client gave up") from error
    raise ERRORS[kind]


def same(rows, **_):
    return [(each.name, str(each.type)) for each in rows]


@node(version=1, effects=["reads"], columns=same)
def ask(rows: Rows, *, times: int, kind: Literal["system", "value", "wrapped"] = "system") -> Rows:
    """Pass rows on; fail after the second, the first times."""

    def passed():
        for number, row in enumerate(rows, 1):
            yield row
            if number == 2:
                fail(times, kind)

    return Rows(rows.columns, passed())


@node(version=1, effects=["reads"], columns=same)
def count_orders(rows: Rows, *, path: ReadPath) -> Rows:
    """Pass rows on, once the table `orders` could be read; never wait for a lock."""
    database = sqlite3.connect(path, timeout=0)
    try:
        database.execute("SELECT count(*) FROM orders").fetchone()
    finally:
        database.close()
    return Rows(rows.columns, iter(rows))


@node(version=1, effects=["writes"], repeat="replace")
def write_lines(rows: Rows, *, path: WritePath, times: int = 0) -> Writes:
    """Write a line for each row to a new file; fail half-way, the first times."""
    with open(path, "w") as file:
        for row in rows:
            file.write(",".join(map(str, row)) + chr(10))
            file.flush()
            fail(times)
    yield


@node(version=1, effects=["writes"], repeat="marked")
def post(rows: Rows, *, path: WritePath, times: int, staging: Staging) -> Writes:
    """Append the rows to a ledger under the mark; the answer is lost, the first times."""
    lines = "".join(",".join(map(str, row)) + chr(10) for row in rows)
    yield
    with open(path, "a+") as ledger:
        ledger.seek(0)
        if staging.mark not in ledger.read():
            ledger.write(f"{staging.mark}{chr(10)}{lines}")
    fail(times)


@node(version=1, effects=["writes"])
def send(rows: Rows, *, path: WritePath) -> Writes:
    """Append the rows to a file: nothing makes a repeat harmless."""
    lines = [row for row in rows]
    yield
    with open(path, "a") as file:
        file.write(str(lines))
'''


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """A project with node types of its own and a table of ten rows; it is the working folder."""
    found = Workbench(tmp_path / "project")
    found.put("nodes.py", NODES)
    found.put("interlock.toml", 'nodes = ["nodes.py"]\n')
    found.put("data/s.csv", "id,name\n" + "".join(f"{number},n{number}\n" for number in range(10)))
    with contextlib.chdir(found.root):
        yield found


class Listener:
    """Keeps the events it hears, and does something when it hears one of a kind for the first time."""

    def __init__(self, **actions: Callable[[], Any]) -> None:
        self.actions = actions
        self.events: list[dict[str, Any]] = []

    def __call__(self, event: dict[str, Any]) -> None:
        first = all(each["event"] != event["event"] for each in self.events)
        self.events.append(event)
        if first and event["event"] in self.actions:
            self.actions[event["event"]]()


@pytest.fixture
def heard() -> type[Listener]:
    """What makes a listener: `heard(connected=…)` does something at the first event of that kind."""
    return Listener
