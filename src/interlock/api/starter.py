"""A new project to begin with."""

from __future__ import annotations

from pathlib import Path

from interlock.api.configuration import CONFIG, ProjectError


def create_project(folder: str | Path) -> list[Path]:
    """A new project in `folder`: its configuration, a small data file and a plan that passes. Overwrites nothing."""
    root = Path(folder)
    files = {CONFIG: _FIRST_CONFIG, "data/sales.csv": _FIRST_DATA, "first.plan.yaml": _FIRST_PLAN}
    there = [name for name in files if (root / name).exists()]
    if there:
        raise ProjectError(f"{root / there[0]} is already there; nothing was changed")
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return [root / name for name in files]


_FIRST_CONFIG = """# Files with node types of your own: nodes = ["my_nodes.py"]
nodes = []

[policy]
# Globs that plans may read and write, relative to this folder, and the effects they may have.
read = ["**"]
write = ["out/**"]
effects = ["reads", "writes"]
"""

_FIRST_DATA = """id,region,product,revenue
1,East,chair,120.50
2,West,table,310.00
3,East,lamp,45.25
4,North,chair,99.90
5,West,lamp,150.00
"""

_FIRST_PLAN = """interlock: 1
name: first
task: Total revenue by region, for sales of at least a minimum.
inputs:
  minimum: {type: double, default: 50}
nodes:
  - {id: sales, type: read_csv@1, params: {path: data/sales.csv}}
  - {id: large, type: filter_rows@1, params: {where: "revenue >= :minimum"}}
  - {id: summary, type: aggregate@1, params: {by: [region], measures: [{name: total, function: sum, column: revenue}]}}
  - {id: ranked, type: sort_rows@1, params: {by: [total desc]}}
  - {id: out, type: write_csv@1, params: {path: out/summary.csv}}
edges:
  - {from: sales, to: large}
  - {from: large, to: summary}
  - {from: summary, to: ranked}
  - {from: ranked, to: out}
contracts:
  out: {columns: {region: varchar, total: double}, unique: [region], order: [total desc]}
"""
