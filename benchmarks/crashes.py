"""Runs that are killed at random moments and resumed: what they leave must be what an undisturbed run leaves, byte for byte.

Every attempt at a run is a process of its own, and is killed with SIGKILL: right after one of its events, or a few
milliseconds later, so that the moment falls on step boundaries, into steps, sinks and checkpoints that are being written,
and between the commits of two sinks. The children are forked from a server that has imported everything, so that most of
their time is the run's.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.report import Result, Table
from interlock.api import Project
from interlock.runtime.journal import Journal

PLAN = {
    "interlock": 1,
    "nodes": [
        {"id": "orders", "type": "read_csv", "params": {"path": "data/orders.csv"}},
        {"id": "kept", "type": "filter_rows", "params": {"where": "id % 3 <> 0"}},
        {"id": "totals", "type": "aggregate",
         "params": {"by": ["k"], "measures": [{"name": "total", "function": "sum", "column": "x"}]}},
        {"id": "joined", "type": "join_tables", "params": {"on": ["k"], "how": "left"}},
        {"id": "sorted", "type": "sort_rows", "params": {"by": ["a"]}},
        {"id": "csv", "type": "write_csv", "params": {"path": "out/rows.csv"}},
        {"id": "parquet", "type": "write_parquet", "params": {"path": "out/rows.parquet"}},
        {"id": "excel", "type": "write_excel", "params": {"path": "out/new/totals.xlsx"}},
        {"id": "append", "type": "write_sqlite", "params": {"path": "out/old.db", "table": "t", "if_exists": "append"}},
        {"id": "fresh", "type": "write_sqlite", "params": {"path": "out/fresh.db", "table": "totals"}},
    ],
    "edges": [
        {"from": "orders", "to": "kept"}, {"from": "kept", "to": "totals"},
        {"from": "kept", "to": "joined", "port": "left"}, {"from": "totals", "to": "joined", "port": "right"},
        {"from": "joined", "to": "sorted"}, {"from": "sorted", "to": "csv"}, {"from": "sorted", "to": "parquet"},
        {"from": "totals", "to": "excel"}, {"from": "sorted", "to": "append"}, {"from": "totals", "to": "fresh"},
    ],
}  # fmt: skip
"""A fan-out, a join, and sinks of every kind: renamed, written by Python, appended to a database, a database that is new."""


def make(root: Path, rows: int = 2_000, plan: dict[str, Any] = PLAN, checkpoint: str = "auto") -> str:
    """A project with its data and a run that is ready to begin; the run's id."""
    for folder in ("data", "out"):
        (root / folder).mkdir(parents=True)
    chance = random.Random(1)
    lines = (f"{number},{number % 17},{chance.randrange(10**9)},{number * 1.1}\n" for number in range(rows))
    (root / "data/orders.csv").write_text("id,k,a,x\n" + "".join(lines))
    database = sqlite3.connect(root / "out/old.db")
    database.execute("CREATE TABLE t (id INTEGER, k INTEGER, a INTEGER, x REAL, total REAL)")
    database.execute("INSERT INTO t VALUES (1, 1, 1, 1, 1)")
    database.commit()
    database.close()
    (root / "interlock.toml").write_text("")
    (root / "test.plan.json").write_text(json.dumps(plan))
    return Project.at(root).runs.create(root / "test.plan.json", checkpoint=checkpoint, threads=1)


def attempt(root: str, run: str, event: int, delay: float) -> None:
    """Go on with a run; the process kills itself `delay` seconds after the event of that number (never, if it is 0)."""
    heard = 0

    def hear(_: dict[str, Any]) -> None:
        nonlocal heard
        heard += 1
        if heard == event and delay:
            timer = threading.Timer(delay, os.kill, [os.getpid(), signal.SIGKILL])
            timer.daemon = True
            timer.start()
        elif heard == event:
            os.kill(os.getpid(), signal.SIGKILL)

    Project.at(root).runs.resume(run, hear)
    os._exit(0)


_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["benchmarks.crashes", "interlock.api.runs", "duckdb", "xlsxwriter"])


def attempted(root: Path, run: str, event: int = 0, delay: float = 0) -> bool:
    """Whether an attempt came to its end; if it was not killed, it must have."""
    child = _PROCESSES.Process(target=attempt, args=(str(root), run, event, delay))
    child.start()
    child.join()
    if child.exitcode not in (0, -signal.SIGKILL):
        raise AssertionError(f"{root}: the run {run} ended with exit code {child.exitcode}")
    return child.exitcode == 0


def files(root: Path) -> dict[str, str]:
    """Every file of a project by its digest, except the journal and its own."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".interlock" not in path.relative_to(root).parts
    }


def leftovers(root: Path) -> list[str]:
    """What should not be left once a run has ended: temporary files, locks, spilled results."""
    own = [path for folder in ("locks", "scratch") for path in (root / ".interlock" / folder).rglob("*")]
    own += (root / ".interlock/checkpoints").glob("*.partial")
    beside = [path for path in root.rglob(".*") if path.suffix in (".part", ".partial")]
    return [str(path.relative_to(root)) for path in (*own, *beside)]


@dataclass
class Crashed:
    """What came of many runs that were killed."""

    runs: int = 0
    same: int = 0
    kills: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def crash(folder: Path, runs: int, seed: int, checkpoint: str = "auto") -> Crashed:
    """Kill `runs` runs up to four times each, at random moments, and compare what they leave in the end."""
    template, whole = folder / "template", folder / "whole"
    run = make(template, checkpoint=checkpoint)
    shutil.copytree(template, whole)
    attempted(whole, run)
    wanted = files(whole)
    with Journal.open(whole, create=False) as journal:
        events = sum(1 for _ in journal.events(run))
    chance, found = random.Random(seed), Crashed()
    for number in range(runs):
        root = folder / f"run{number}"
        shutil.copytree(template, root)
        for _ in range(4):
            if attempted(root, run, chance.randint(1, events), chance.choice([0, chance.uniform(0, 0.03)])):
                break
            found.kills += 1
            found.moments[_moment(root, run)] += 1
        attempted(root, run)
        found.runs += 1
        with Journal.open(root, create=False) as journal:
            faults = [fault.message for fault in journal.verify()]
        if files(root) == wanted and not leftovers(root) and not faults:
            found.same += 1
            shutil.rmtree(root)
        else:
            differ = sorted({name for name, _ in files(root).items() ^ wanted.items()})
            found.faults.append(f"{root.name}: {', '.join([*differ, *leftovers(root), *faults])}")
    return found


def _moment(root: Path, run: str) -> str:
    """Where a killed run was: its last event."""
    with Journal.open(root, create=False) as journal:
        last = list(journal.events(run))[-1]
    if last.kind in ("step_started", "step_finished"):
        sink = last.data.get("type", "").startswith("write_")
        place = "a sink" if sink else "a step"
        return f"inside {place}" if last.kind == "step_started" else f"after {place}"
    return {"commit_planned": "before the first commit", "sink_committed": "between commits"}.get(
        last.kind, "at the start"
    )


def run(folder: Path, runs: int, seed: int) -> Result:
    """The benchmark: where runs were killed, and how many ended as if nothing had happened."""
    found = {mode: crash(folder / mode, runs, seed, mode) for mode in ("auto", "every", "none")}
    moments = sorted({moment for each in found.values() for moment in each.moments})
    rows = [[mode, each.runs, each.kills, *(each.moments[moment] for moment in moments), each.same]
            for mode, each in found.items()]  # fmt: skip
    return Result(
        "crashes",
        "runs killed with SIGKILL at random moments, then resumed; five sinks: CSV, Parquet, Excel, two SQLite databases",
        [Table(["--checkpoint", "runs", "kills", *moments, "byte-identical"], rows)],
        [fault for each in found.values() for fault in each.faults],
        {mode: {"runs": each.runs, "kills": each.kills, "same": each.same, "moments": dict(each.moments)}
         for mode, each in found.items()},
        all(each.same == each.runs for each in found.values()),
    )  # fmt: skip
