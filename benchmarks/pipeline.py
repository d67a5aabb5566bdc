"""A six-node pipeline over a large CSV file, against the same in hand-written DuckDB SQL, each as a whole process."""

from __future__ import annotations

import csv
import hashlib
import math
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.processes import Used, environment, measure
from benchmarks.report import Result, Table, aim
from interlock.api import Project

MOST_WALL, MOST_MEMORY = 1.2, 1.3

PLAN = """
interlock: 1
name: out
nodes:
  - {id: sales, type: read_csv@1, params: {path: data.csv}}
  - {id: large, type: filter_rows@1, params: {where: "amount > 5"}}
  - {id: once, type: distinct_rows@1}
  - id: groups
    type: aggregate@1
    params:
      by: [region, product]
      measures:
        - {name: total, function: sum, column: amount}
        - {name: average, function: mean, column: amount}
        - {name: sales, function: count}
  - {id: ranked, type: sort_rows@1, params: {by: [total desc]}}
  - {id: out, type: write_csv@1, params: {path: out.csv}}
edges:
  - {from: sales, to: large}
  - {from: large, to: once}
  - {from: once, to: groups}
  - {from: groups, to: ranked}
  - {from: ranked, to: out}
contracts:
  out: {columns: {region: varchar, product: varchar, total: double, average: double, sales: bigint}}
"""

HAND = '''"""The same pipeline, as written by hand."""

import duckdb

duckdb.execute("""
COPY (
    WITH once AS (SELECT DISTINCT * FROM read_csv('data.csv') WHERE amount > 5)
    SELECT region, product, sum(amount) AS total, avg(amount) AS average, count(*) AS sales
    FROM once
    GROUP BY region, product
    ORDER BY total DESC
) TO 'hand.csv' (HEADER)
""")
'''

MAKE = """
import duckdb, sys
duckdb.execute('''
COPY (
    SELECT row AS id, 'region ' || hash(row, 1) % 20 AS region, 'product ' || hash(row, 2) % 50 AS product,
           date '2024-01-01' + (hash(row, 3) % 366)::int AS day, 1 + hash(row, 4) % 9 AS units,
           round((hash(row, 5) % 1000000) / 7000.0, 2) + 0.01 AS amount
    FROM (SELECT CASE WHEN n % 20 = 0 THEN n // 3 ELSE n END AS row FROM range(ROWS) AS numbers(n))
) TO 'data.csv' (HEADER)
'''.replace('ROWS', sys.argv[1]))
"""
"""Made in a process of its own, which leaves no memory behind; one row of twenty repeats an earlier one."""


def run(folder: Path, rows: int, repeats: int) -> Result:
    """The benchmark as it is printed."""
    subprocess.run([sys.executable, "-c", MAKE, str(rows)], cwd=folder, check=True)
    (folder / "hand.py").write_text(HAND, encoding="utf-8")
    project = Project(folder)
    checked = project.check_text(PLAN)
    if checked.proven is None:
        raise AssertionError([each.message for each in checked.diagnostics])
    project.write_artifact(project.compile(checked.proven), folder)
    env = environment(folder)
    found: dict[str, list[Used]] = {"out": [], "hand": []}
    digests: dict[str, list[str]] = {"out": [], "hand": []}
    for turn in range(repeats + 1):
        for side in ("out", "hand") if turn % 2 else ("hand", "out"):
            used = measure([sys.executable, f"{side}.py"], folder, env)
            digests[side].append(hashlib.sha256((folder / f"{side}.csv").read_bytes()).hexdigest())
            if turn:  # the first run reads a cold file
                found[side].append(used)
    apart = _apart(folder / "out.csv", folder / "hand.csv")
    return _result(folder, rows, found, digests, apart)


def _result(folder: Path, rows: int, found: dict[str, list[Used]], digests: dict[str, list[str]], apart: str) -> Result:
    names = {"out": "interlock", "hand": "by hand"}
    lines: list[list[Any]] = []
    data: dict[str, Any] = {"rows": rows, "repeats": len(found["out"])}
    for side, name in names.items():
        wall = statistics.median(each.wall for each in found[side])
        cpu = statistics.median(each.cpu for each in found[side])
        rss = statistics.median(each.rss for each in found[side]) / 2**20
        kinds = len(set(digests[side]))
        data[name] = {"wall": wall, "cpu": cpu, "rss_mib": rss, "different_outputs": kinds}
        walls = sorted(each.wall for each in found[side])
        lines.append([name, wall, f"{walls[0]:.2f}-{walls[-1]:.2f}", cpu, rss, f"{kinds} in {len(digests[side])}"])
    ours, hand = data["interlock"], data["by hand"]
    ratios = {key: ours[key] / hand[key] for key in ("wall", "cpu", "rss_mib")}
    lines.append(["ratio", ratios["wall"], "", ratios["cpu"], ratios["rss_mib"], ""])
    data["ratios"] = ratios
    size = (folder / "data.csv").stat().st_size / 2**20
    same = ours["different_outputs"] == 1
    notes = [
        f"{rows:,} rows, {size:,.0f} MiB of CSV; {len(found['out'])} runs of each in turn after a first; medians",
        f"wall ratio {aim(ratios['wall'], MOST_WALL, 'x')}",
        f"peak memory ratio {aim(ratios['rss_mib'], MOST_MEMORY, 'x')}",
        f"interlock's bytes {'are the same in every run' if same else 'DIFFER from run to run'}",
        f"different outputs by hand: {hand['different_outputs']}",
        f"the two outputs: {apart}",
    ]
    headers = ["program", "wall s", "range", "cpu s", "peak MiB", "different outputs"]
    ok = same and ratios["wall"] <= MOST_WALL and ratios["rss_mib"] <= MOST_MEMORY and apart.startswith("agree")
    return Result(
        "pipeline", "read, filter, de-duplicate, group, sort, write", [Table(headers, lines)], notes, data, ok
    )


def _apart(out: Path, hand: Path) -> str:
    """How far the two outputs are apart, row by row and by keys; floats may differ in their last digits."""
    ours, theirs = _rows(out), _rows(hand)
    if ours.keys() != theirs.keys():
        return f"DIFFER: {len(ours)} and {len(theirs)} groups"
    worst = 0.0
    for key, row in ours.items():
        for one, other in zip(row, theirs[key], strict=True):
            if not math.isclose(float(one), float(other), rel_tol=1e-9):
                return f"DIFFER at {key}: {one} and {other}"
            worst = max(worst, abs(float(one) - float(other)) / max(abs(float(other)), 1e-300))
    return f"agree in {len(ours):,} groups, floats to {worst:.1e} of their size"


def _rows(path: Path) -> dict[tuple[str, str], list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return {(row[0], row[1]): row[2:] for row in list(csv.reader(file))[1:]}
