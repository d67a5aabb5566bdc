"""How long check, lower and emit take, for 10, 100 and 1,000 nodes, after import."""

from __future__ import annotations

import gc
import importlib
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.report import Result, Table, aim
from interlock.api import Project
from interlock.compiler.lower import lower
from interlock.compiler.targets.python import emit
from interlock.ir.plan import Edge, Node, Plan

SIZES = (10, 100, 1_000)
REPEATS = {10: 15, 100: 7, 1_000: 3}
STAGES = ("source", "check", "lower", "emit", "total")
MOST_MS = 10.0

Step = tuple[str, dict[str, Any]]


def steps(seed: int) -> Iterator[Step]:
    """Ordinary steps without end, none of which changes the columns that the others need."""
    number = seed
    while True:
        number += 1
        yield (
            "filter_rows",
            {"where": f"amount >= {number % 90} and (region in ('East', 'West', 'North') or units > 1)"},
        )
        yield "derive_columns", {"columns": {"worth": f"round(amount * units / {number % 7 + 1}, 2)"}}
        yield "sort_rows", {"by": ["region", "amount desc"]}
        yield "fill_nulls", {"values": {"worth": number}}
        yield "rename_columns", {"columns": {"worth": "value"}}
        yield (
            "window_columns",
            {"columns": [{"name": "worth", "function": "running_sum", "column": "units", "order_by": ["id"]}]},
        )
        yield "drop_columns", {"columns": ["value"]}
        yield "distinct_rows", {"keys": ["id"]}


def chain(size: int, seed: int) -> Plan:
    """One source, one sink, and all steps between them in a row."""
    found = [Node("n0", "read_csv", 1, {"path": "data.csv"}, 0)]
    made = steps(seed)
    for index in range(1, size - 1):
        kind, params = next(made)
        found.append(Node(f"n{index}", kind, 1, params, index))
    found.append(Node(f"n{size - 1}", "write_csv", 1, {"path": "out.csv"}, size - 1))
    edges = tuple(Edge(f"n{index}", f"n{index + 1}", index=index) for index in range(size - 1))
    return Plan(tuple(found), edges, name="chain")


def mesh(size: int, seed: int) -> Plan:
    """Five sources; each block filters the last result and a source, joins them, and stacks the result on the last."""
    nodes: list[Node] = []
    edges: list[Edge] = []

    def add(kind: str, params: dict[str, Any], *inputs: tuple[str, str | None]) -> str:
        name = f"n{len(nodes)}"
        nodes.append(Node(name, kind, 1, params, len(nodes)))
        for source, port in inputs:
            edges.append(Edge(source, name, port, len(edges)))
        return name

    sources = [add("read_csv", {"path": "data.csv"}) for _ in range(max(1, min(5, size // 10)))]
    last, number = sources[0], seed
    while len(nodes) + 6 <= size:
        number += 1
        left = add("filter_rows", {"where": f"amount > {number % 50}"}, (last, None))
        right = add("filter_rows", {"where": f"units > {number % 3}"}, (sources[number % len(sources)], None))
        right = add("select_columns", {"columns": ["id", "day"]}, (right, None))
        joined = add(
            "join_tables", {"on": ["id"], "how": "inner", "suffix": "_other"}, (left, "left"), (right, "right")
        )
        last = add("drop_columns", {"columns": ["day_other"]}, (joined, None))
        if len(nodes) + 2 <= size:
            last = add("union_tables", {"distinct": True}, (last, "joined"), (left, "before"))
    while len(nodes) + 1 < size:
        last = add("filter_rows", {"where": f"amount < {1000 + len(nodes)}"}, (last, None))
    add("write_csv", {"path": "out.csv"}, (last, None))
    return Plan(tuple(nodes), tuple(edges), name="mesh")


def run(folder: Path) -> Result:
    """The benchmark as it is printed."""
    lines = ["id,region,product,day,amount,units,note"]
    lines += [
        f"{n},{('East', 'West', 'North')[n % 3]},p{n % 9},2024-01-{n % 28 + 1:02},{n * 1.25},{n % 5},text {n}"
        for n in range(200)
    ]
    (folder / "data.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    project = Project(folder)
    rows: list[list[Any]] = []
    data: dict[str, Any] = {}
    for name, make in (("chain", chain), ("mesh", mesh)):
        for size in SIZES:
            times = measure(project, make, size)
            middle = {stage: statistics.median(each[stage] for each in times) for stage in STAGES}
            data.setdefault(name, {})[size] = middle
            rows.append([name, size, *(middle[stage] for stage in STAGES), middle["total"] / size])
    notes = [
        "ms of CPU time (one thread does it all, so this is the wall time of an idle machine), medians;",
        "`source` is the description of the sources, a part of `check`; `total` is check + lower + emit",
    ]
    ok = True
    for name, found in data.items():
        ten, growth = found[10]["total"], (found[1_000]["total"] / 1_000) / (found[10]["total"] / 10)
        data[name] = {**found, "ms_per_node_1000_to_10": growth}
        ok = ok and ten <= MOST_MS and growth <= 1
        notes.append(
            f"{name}: 10 nodes {aim(ten, MOST_MS, ' ms')}; time per node at 1,000 to that at 10 {aim(growth, 1, 'x')}"
        )
    headers = ["plan", "nodes", *STAGES, "ms per node"]
    return Result("compile", "check, lower and emit, after import", [Table(headers, rows)], notes, data, ok)


def measure(project: Project, make: Callable[[int, int], Plan], size: int) -> list[dict[str, float]]:
    """Milliseconds by stage of several runs, each over a plan with other literals; a first run is not counted."""
    found = []
    for seed in range(REPEATS[size] + 1):
        plan = make(size, seed * 1_000)
        gc.collect()
        with described() as source:
            started = time.process_time()
            verdict = project.check(plan)
            checked = time.process_time()
        if verdict.checked is None:
            raise AssertionError(f"the plan of {size} nodes does not pass: {verdict.errors[:3]}")
        program = lower(verdict.checked)
        lowered = time.process_time()
        emit(program, plan.name)
        ended = time.process_time()
        marks = (source[0], checked - started, lowered - checked, ended - lowered, ended - started)
        found.append({stage: mark * 1000 for stage, mark in zip(STAGES, marks, strict=True)})
    return found[1:]


@contextmanager
def described() -> Iterator[list[float]]:
    """Seconds spent on describing sources inside the block."""
    flow = importlib.import_module("interlock.compiler.check.flow")
    spent, describe = [0.0], flow.describe

    def timed(*given: Any) -> Any:
        started = time.process_time()
        try:
            return describe(*given)
        finally:
            spent[0] += time.process_time() - started

    flow.describe = timed  # type: ignore[attr-defined]
    try:
        yield spent
    finally:
        flow.describe = describe  # type: ignore[attr-defined]
