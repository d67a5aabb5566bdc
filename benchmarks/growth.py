"""How the time of a check grows: with nodes up to 2,000, with columns up to 2,000, with nested and long expressions.

With columns, the time to compile what was checked is looked at too: `interlock check` does both.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.compile_time import chain, mesh
from benchmarks.report import Result, Table, aim
from interlock.api import Project
from interlock.ir.plan import Edge, Node, Plan

REPEATS = 5
MOST = 1.3
"""The time for one more of whatever grows may be this much of what it was at first; 1 is linear growth."""

Made = tuple[str, int, Callable[[], bool]]
"""What grows, how many of it there are, and a check of that size, which says whether the plan passes."""


def run(folder: Path) -> Result:
    """The benchmark as it is printed."""
    _data(folder)
    project = Project(folder)
    rows: list[list[Any]] = []
    data: dict[str, Any] = {}
    first: dict[str, tuple[int, float]] = {}
    worst = 0.0
    for what, size, check in (
        *_nodes(project),
        *_columns(project),
        *_compiled(project),
        *_expressions(project),
    ):
        milliseconds = measure(check)
        smallest, least = first.setdefault(what, (size, milliseconds))
        growth = (milliseconds / size) / (least / smallest)
        # what does not grow is all fixed cost, so only growth from the second size on says something of the shape
        worst = max(worst, growth)
        rows.append([what, size, milliseconds, milliseconds / size, growth])
        data.setdefault(what, {})[size] = milliseconds
    refusals = [[what, size, measure(check, passes=False)] for what, size, check in _refused(project)]
    notes = [
        f"ms of CPU time, medians of {REPEATS}; `growth` is ms each against the first size: at most 1 is linear or better",
        f"the worst growth: {aim(worst, MOST, 'x')}",
        "beyond the limits of the language (32 levels, 100 operands, 20,000 characters) an expression is refused:",
        *(f"  {what}, {size:,}: {milliseconds:.1f} ms" for what, size, milliseconds in refusals),
    ]
    data["refused"] = {f"{what} {size}": milliseconds for what, size, milliseconds in refusals}
    data["worst_growth"] = worst
    headers = ["what", "how many", "ms", "ms each", "growth"]
    return Result("growth", "how the time of a check grows", [Table(headers, rows)], notes, data, worst <= MOST)


def measure(check: Callable[[], bool], passes: bool = True) -> float:
    """Milliseconds of CPU time of one check: the median of several, a first one not counted."""
    found = []
    for _ in range(REPEATS + 1):
        gc.collect()
        started = time.process_time()
        passed = check()
        found.append((time.process_time() - started) * 1000)
        if passed is not passes:
            raise AssertionError(f"a plan that should {'pass' if passes else 'be refused'} does not")
    return statistics.median(found[1:])


def _data(folder: Path) -> None:
    lines = ["id,region,product,day,amount,units,note"]
    lines += [f"{n},{'EWN'[n % 3]},p{n % 9},2024-01-{n % 28 + 1:02},{n * 1.25},{n % 5},text {n}" for n in range(200)]
    (folder / "data.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for width in (20, 200, 2_000):
        lines = [
            ",".join(f"c{n}" for n in range(width)),
            *(",".join(str(n % 7) for n in range(width)) for _ in range(3)),
        ]
        (folder / f"wide{width}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _nodes(project: Project) -> Iterator[Made]:
    for name, make in (("nodes in a chain", chain), ("nodes in a mesh", mesh)):
        for size in (10, 100, 1_000, 2_000):
            plan = make(size, 0)
            yield name, size, lambda plan=plan: project.check(plan).checked is not None


def _columns(project: Project) -> Iterator[Made]:
    for width in (20, 200, 2_000):
        steps: list[tuple[str, dict[str, Any]]] = [
            ("filter_rows", {"where": f"c{width - 1} > 1"}),
            ("derive_columns", {"columns": {"more": "c1 + c2"}}),
            ("sort_rows", {"by": ["c3 desc"]}),
            ("rename_columns", {"columns": {"c4": "four"}}),
            ("fill_nulls", {"values": {"c5": 0}}),
            ("distinct_rows", {}),
        ]
        plan = _line(f"wide{width}.csv", steps)
        yield "columns through 8 nodes", width, lambda plan=plan: project.check(plan).checked is not None


def _compiled(project: Project) -> Iterator[Made]:
    """Checked and compiled: wide rows through a filter, and one sum a column."""

    def compiles(plan: Plan) -> bool:
        proven = project.check(plan).checked
        return proven is not None and bool(project.compile(proven).files)

    for width in (20, 200, 2_000):
        plan = _line(f"wide{width}.csv", [("filter_rows", {"where": "c1 > 1"})])
        yield "columns, compiled", width, lambda plan=plan: compiles(plan)
    for width in (20, 200, 2_000):
        measures = [{"name": f"m{n}", "function": "sum", "column": f"c{n}"} for n in range(1, width)]
        plan = _line(f"wide{width}.csv", [("aggregate", {"by": ["c0"], "measures": measures})])
        yield "sums of columns, compiled", width, lambda plan=plan: compiles(plan)


def _expressions(project: Project) -> Iterator[Made]:
    for name, sizes, text in (
        ("levels of parentheses", (4, 16, 31), lambda n: "(" * n + "amount" + " + 1)" * n),
        ("levels of calls", (4, 16, 31), lambda n: "abs(" * n + "amount" + ")" * n),
        ("levels of case", (4, 16, 31), lambda n: "case when id > 1 then " * n + "amount" + " else 0 end" * n),
        ("operands of +", (25, 50, 100), lambda n: " + ".join(["amount"] * n)),
        ("operands of and", (50, 200, 500), lambda n: " and ".join(["units > 1"] * n)),
        ("items of in", (50, 500, 2_000), lambda n: "units in (" + ", ".join(map(str, range(n))) + ")"),
    ):
        for size in sizes:
            plan = _line("data.csv", [("derive_columns", {"columns": {"made": text(size)}})])
            yield name, size, lambda plan=plan: project.check(plan).checked is not None


def _refused(project: Project) -> Iterator[Made]:
    for name, sizes, text in (
        ("levels of parentheses", (200, 3_000), lambda n: "(" * n + "amount" + " + 1)" * n),
        ("levels of case", (200, 600), lambda n: "case when id > 1 then " * n + "amount" + " else 0 end" * n),
        ("operands of +", (200, 2_000), lambda n: " + ".join(["amount"] * n)),
    ):
        for size in sizes:
            plan = _line("data.csv", [("derive_columns", {"columns": {"made": text(size)}})])
            text_of_plan = json.dumps(plan.document())
            yield name, size, lambda text=text_of_plan: project.check_text(text, "plan.json").proven is not None


def _line(path: str, steps: list[tuple[str, dict[str, Any]]]) -> Plan:
    """One source, these steps in a row, one sink."""
    every = [("read_csv", {"path": path}), *steps, ("write_csv", {"path": "out.csv"})]
    nodes = tuple(Node(f"n{index}", kind, 1, params, index) for index, (kind, params) in enumerate(every))
    return Plan(nodes, tuple(Edge(f"n{index}", f"n{index + 1}", index=index) for index in range(len(every) - 1)))
