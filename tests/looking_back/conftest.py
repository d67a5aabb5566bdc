"""A project with a plan of two sources, a join, a total and two sinks, which the tests run, change and look back at."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "running"))

from workbench import Workbench, plan

NODES: dict[str, Any] = {
    "sales": ("read_csv", {"path": "sales.csv"}),
    "shops": ("read_csv", {"path": "shops.csv"}),
    "large": ("filter_rows", {"where": "amount >= :least"}),
    "joined": ("join_tables", {"on": [{"left": "shop", "right": "id"}], "how": "inner", "expect": "many-to-one"}),
    "totals": ("aggregate", {"by": ["city"], "measures": [{"name": "total", "function": "sum", "column": "amount"}]}),
    "out": ("write_csv", {"path": "out/totals.csv"}),
    "raw": ("write_jsonl", {"path": "out/raw.jsonl"}),
}
EDGES = ["sales large", "large joined.left", "shops joined.right", "joined totals", "totals out", "joined raw"]


@pytest.fixture
def shop(tmp_path: Path) -> Workbench:
    """The project; `plan.json` is the plan."""
    bench = Workbench(tmp_path / "project")
    bench.put("sales.csv", "shop,amount\n1,5.5\n2,7.5\n1,0.5\n1,20\n")
    bench.put("shops.csv", "id,city\n1,Ulm\n2,Bonn\n")
    bench.put("plan.json", plan(NODES, *EDGES, name="totals", inputs={"least": {"type": "double", "default": 1.0}}))
    return bench


def run(bench: Workbench, *arguments: str) -> str:
    """Run the plan with every result kept; the run's id."""
    ran = bench.cli("run", "plan.json", "--checkpoint", "every", "--json", *arguments)
    assert ran.code == 0, ran.out
    return ran.json["run"]


@pytest.fixture
def first(shop: Workbench) -> str:
    """The id of a run of the plan that finished."""
    return run(shop)


@pytest.fixture
def again(shop: Workbench) -> Any:
    """Runs the plan again; gives the id."""
    return lambda *arguments: run(shop, *arguments)
