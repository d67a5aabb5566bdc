"""What it costs that a run is durable: time and bytes a step, and a store that has held many runs."""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from pathlib import Path

from benchmarks.processes import environment, measure
from benchmarks.report import Result, Table, aim
from interlock.api import Project
from interlock.runtime.journal import Journal

STEPS = 100
FEWEST = 2
REPEATS = 7
MOST_MS = 1.3
RUNS = 10_000
RUNS_AT_A_TIME = 500


def _plan(steps: int) -> str:
    """Steps in a row that each do next to nothing."""
    names = ["s", *(f"f{number}" for number in range(steps - 2)), "o"]
    nodes = ["  - {id: s, type: inline_table, params: {rows: [{n: 1}, {n: 2}]}}"]
    nodes += [f"  - {{id: {name}, type: filter_rows, params: {{where: n > 0}}}}" for name in names[1:-1]]
    nodes += ["  - {id: o, type: write_csv, params: {path: out/o.csv}}"]
    edges = [f"  - {{from: {one}, to: {other}}}" for one, other in itertools.pairwise(names)]
    return "\n".join(["interlock: 1", "nodes:", *nodes, "edges:", *edges, ""])


def _store(root: Path) -> int:
    """The size of a project's journal."""
    return sum(path.stat().st_size for path in (root / ".interlock").glob("journal.db*"))


def _many(root: Path) -> None:
    """A store of finished runs, written down as runs are, but many in one transaction."""
    with Journal.open(root) as journal:
        for first in range(0, RUNS, RUNS_AT_A_TIME):
            events = []
            for number in range(first, first + RUNS_AT_A_TIME):
                run = f"200101-{number:06}-abc"
                events += [
                    (run, "run_created", {"name": "many", "plan": "sha256:00", "artifact": "sha256:00"}),
                    (run, "run_started", {"attempt": 1}),
                    (run, "run_finished", {"outputs": [], "seconds": 0.1}),
                ]
            journal.append_all(events)


def _measured(root: Path, steps: int) -> tuple[list[float], list[float], list[int]]:
    """Seconds of bare runs and of durable ones, in turn, and the bytes of the journal after each; the first is left out."""
    root.mkdir()
    (root / "interlock.toml").write_text("")
    (root / "plan.yaml").write_text(_plan(steps))
    project = Project.at(root)
    checked = project.read(root / "plan.yaml")
    assert checked.proven is not None
    artifact = project.compile(checked.proven)
    bare, durable, sizes = [], [], []
    for _ in range(REPEATS + 1):
        begun = time.perf_counter()
        project.execute(artifact, stepwise=True)
        bare.append(time.perf_counter() - begun)
        created = project.runs.create(checked, stepwise=True)  # which compiles it: not a part of a step
        begun = time.perf_counter()
        project.runs.resume(created)
        durable.append(time.perf_counter() - begun)
        sizes.append(_store(root))
    return bare[1:], durable[1:], sizes


def run(folder: Path) -> Result:
    """The benchmark as it is printed."""
    bare, durable, sizes = _measured(folder / "steps", STEPS)
    shortest = _measured(folder / "shortest", FEWEST)
    without, within = (statistics.median(each) * 1000 / STEPS for each in (bare, durable))
    least = [min(each) * 1000 / STEPS for each in (bare, durable)]
    a_run = (statistics.median(shortest[1]) - statistics.median(shortest[0])) * 1000
    a_step = (sizes[-1] - sizes[0]) / REPEATS / STEPS

    many = folder / "many"
    many.mkdir()
    (many / "interlock.toml").write_text("")
    _many(many)
    command = [str(Path(sys.executable).with_name("interlock")), "runs"]
    env = environment(folder)
    empty = folder / "empty"
    empty.mkdir()
    (empty / "interlock.toml").write_text("")
    listed = statistics.median([measure(command, many, env).wall for _ in range(4)][1:])
    nothing = statistics.median([measure(command, empty, env).wall for _ in range(3)])
    rows = [
        ["bare program", without, least[0]],
        ["with the journal", within, least[1]],
        ["difference", within - without, least[1] - least[0]],
    ]
    notes = [
        f"medians of {REPEATS} runs of {STEPS} steps, each its own statement, in turn",
        f"a durable step: {aim(within - without, MOST_MS, ' ms')} more than a bare one",
        f"a durable run of {FEWEST} steps: {a_run:.0f} ms more, which a run of {STEPS} has among those of its steps",
        f"the journal grows by {a_step:.0f} bytes a step",
        f"interlock runs, {RUNS:,} runs in the store: {listed:.2f} s; none: {nothing:.2f} s",
    ]
    data = {
        "bare_ms": without,
        "durable_ms": within,
        "run_ms": a_run,
        "bytes_per_step": a_step,
        "runs_s": listed,
        "runs_empty_s": nothing,
    }
    return Result(
        "durable",
        "what the journal costs",
        [Table(["a step", "ms", "least"], rows)],
        notes,
        data,
        within - without <= MOST_MS,
    )
