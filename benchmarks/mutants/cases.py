"""The good plans that the benchmark breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from interlock.api import Project
from interlock.evaluation.mutate.subjects import Subject, subject_of
from interlock.syntax.documents import read_document

PLANS = Path(__file__).with_name("plans")
GIVEN: Mapping[str, Mapping[str, Any]] = {"staff_visits": {"since": "2024-02-01"}}
"""Values of run inputs that have no default, by plan."""


def read_cases(folder: Path) -> list[Subject]:
    """The good plans, checked in `folder` where their data lies; raises AssertionError if one does not pass."""
    project = Project(folder)
    types = [each.name for each in project.registry]
    return [_subject(path, project, types) for path in sorted(PLANS.glob("*.yaml"))]


def _subject(path: Path, project: Project, types: Sequence[str]) -> Subject:
    text = path.read_bytes()
    checked = project.check_text(text, path.name)
    if checked.proven is None:
        raise AssertionError(
            f"{path.name}: {[(each.code, each.at.pointer, each.message) for each in checked.diagnostics]}"
        )
    return subject_of(path.stem, read_document(text.decode(), path.name, "yaml").value, checked.proven, types)
