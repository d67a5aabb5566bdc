"""What it brings that nodes which wait for other machines are called at the same time: whole runs, in turn."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from benchmarks.report import Result, Table
from interlock.api import Project

CALLS = (2, 3, 6)
SECONDS = 0.2
REPEATS = 5
NODES = f'''
import time
from interlock import Rows, node


@node(version=1, effects=["network"], columns=lambda rows: [(each.name, str(each.type)) for each in rows])
def wait(rows: Rows) -> Rows:
    """Pass rows on after a while, as a service would."""
    time.sleep({SECONDS})
    return Rows(rows.columns, list(rows))
'''


def _plan(calls: int) -> str:
    """So many calls on the same rows, each with a file of its own."""
    nodes = ["  - {id: rows, type: inline_table, params: {rows: [{n: 1}, {n: 2}]}}"]
    edges = []
    for number in range(calls):
        nodes += [
            f"  - {{id: call{number}, type: wait}}",
            f"  - {{id: out{number}, type: write_csv, params: {{path: out/{number}.csv}}}}",
        ]
        edges += [f"  - {{from: rows, to: call{number}}}", f"  - {{from: call{number}, to: out{number}}}"]
    return "\n".join(["interlock: 1", "nodes:", *nodes, "edges:", *edges, ""])


def run(folder: Path) -> Result:
    """The benchmark as it is printed."""
    (folder / "nodes.py").write_text(NODES)
    (folder / "interlock.toml").write_text('nodes = ["nodes.py"]\n[policy]\neffects = ["reads", "writes", "network"]\n')
    project = Project.at(folder)
    rows = []
    for calls in CALLS:
        checked = project.check_text(_plan(calls)).proven
        assert checked is not None
        artifact = project.compile(checked)
        taken: dict[int | None, list[float]] = {1: [], None: []}
        for _ in range(REPEATS):
            for threads, seconds in taken.items():
                begun = time.perf_counter()
                project.execute(artifact, threads=threads)
                seconds.append(time.perf_counter() - begun)
        one, together = (statistics.median(each) for each in taken.values())
        rows.append([calls, one * 1000, together * 1000, f"{one / together:.2f}x"])
    table = Table(["calls", "--threads 1, ms", "together, ms", "ratio"], rows)
    notes = [f"each call waits for {SECONDS} s; medians of {REPEATS} whole runs without a journal, in turn"]
    data = {"ratios": {str(calls): ratio for calls, *_, ratio in rows}}
    return Result("ahead", "nodes that wait for other machines", [table], notes, data)
