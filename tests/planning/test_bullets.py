"""A task that begins with a bullet is a text, not an option."""

from __future__ import annotations

from pathlib import Path
from typing import Any

TASK = "- read data/sales.csv\n- keep rows where revenue is greater than 100\n- save as out/large.csv"


def test_a_bullet_list_is_planned(interlock: Any, shop: Path) -> None:
    done = interlock("plan", TASK, "-o", "large.yaml", "--planner", "english")
    assert done.code == 0, done.text
    assert "large.csv" in (shop / "large.yaml").read_text()


def test_a_bullet_list_after_the_options_is_planned(interlock: Any) -> None:
    assert interlock("plan", "--planner", "english", TASK).code == 0


def test_a_bullet_list_is_run(interlock: Any, shop: Path) -> None:
    assert interlock("run", "--task", TASK).code == 0
    assert (shop / "out/large.csv").read_text() == "id,region,product,revenue\n1,East,chair,120.5\n2,West,table,310.0\n"


def test_an_option_that_does_not_exist_is_still_refused(interlock: Any) -> None:
    assert interlock("plan", "-x", "sort data/sales.csv").code == 2
