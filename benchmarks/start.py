"""Cold start: how long `interlock check` takes on a small plan, as a whole process."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.processes import environment, measure
from benchmarks.report import Result, Table, aim
from interlock.api import create_project

PROCESSES = 10
MOST_SECONDS = 0.4
FLOOR = "import duckdb, sqlglot"
INTERLOCK = "import sys; from interlock.doors.cli.main import main; sys.exit(main())"


def run(folder: Path) -> Result:
    """The benchmark as it is printed."""
    project = folder / "project"
    create_project(project)
    script = Path(sys.executable).with_name("interlock")
    entry = [str(script)] if script.is_file() else [sys.executable, "-c", INTERLOCK]
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        f"python -c '{FLOOR}'": [sys.executable, "-c", FLOOR],
        "interlock --version": [*entry, "--version"],
        "interlock check": [*entry, "check", "first.plan.yaml"],
    }
    warm = environment(folder)
    cold = environment(folder, bytecode=False)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for turn in range(PROCESSES + 1):
        for name, command in commands.items():
            used = measure(command, project, warm)
            if turn:  # the first one writes the bytecode
                times[name].append((used.wall, used.cpu))
    wall = {name: statistics.median(each[0] for each in found) for name, found in times.items()}
    cpu = {name: statistics.median(each[1] for each in found) for name, found in times.items()}
    source_only = statistics.median(measure(commands["interlock check"], project, cold).wall for _ in range(3))
    seconds, floor = wall["interlock check"], wall[f"python -c '{FLOOR}'"]
    rows: list[list[Any]] = [
        [name, wall[name], min(each[0] for each in times[name]), cpu[name], wall[name] / floor] for name in commands
    ]
    notes = [
        f"seconds, medians of {PROCESSES} processes in turn, with bytecode written, as for an installed program",
        f"interlock check: {aim(seconds, MOST_SECONDS, ' s')}",
        f"that is {seconds / floor:.2f}x of importing duckdb and sqlglot alone",
        f"where no bytecode is kept, every start compiles all source: {source_only:.2f} s",
    ]
    data = {
        "check": seconds,
        "check_cpu": cpu["interlock check"],
        "floor": floor,
        "ratio": seconds / floor,
        "without_bytecode": source_only,
    }
    headers = ["process", "wall s", "least", "cpu s", "to the floor"]
    return Result(
        "start", "cold start of `interlock check`", [Table(headers, rows)], notes, data, seconds <= MOST_SECONDS
    )
