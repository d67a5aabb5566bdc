"""The twenty mistakes: each is refused with exactly the diagnostics that the list names, at a place in the plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from interlock.api import Project
from interlock.syntax.documents import Document

FOLDER = Path(__file__).parents[2] / "examples/twenty_mistakes"
PLAN = (FOLDER / "plan.yaml").read_text(encoding="utf-8")
MISTAKES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "mistakes.yaml").read_text(encoding="utf-8"))


def test_the_plan_itself_passes() -> None:
    checked = Project.at(FOLDER).check_text(PLAN)
    assert checked.ok
    assert checked.diagnostics == ()


def test_there_are_twenty() -> None:
    assert len(MISTAKES) == 20


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each["title"])
def test_a_mistake_is_refused_at_its_place(mistake: dict[str, Any]) -> None:
    assert PLAN.count(mistake["was"]) == 1
    checked = Project.at(FOLDER).check_text(PLAN.replace(mistake["was"], mistake["now"]))
    assert not checked.ok
    assert sorted({each.code for each in checked.diagnostics}) == mistake["gives"]
    assert isinstance(checked.document, Document)
    assert all(each.at.pointer for each in checked.diagnostics)
