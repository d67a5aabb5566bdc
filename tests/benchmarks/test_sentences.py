"""Requests in strangers' words: what the reader cannot place it refuses; what it plans is right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.sentences.judge import HERE, WRITERS, judge_all


def test_enough_requests_in_enough_manners() -> None:
    requests = [
        each for writer in WRITERS for each in json.loads((HERE / writer / "sentences.json").read_text("utf-8"))
    ]
    assert len(requests) >= 120
    assert len({each["manner"] for each in requests}) >= 10


@pytest.mark.slow
def test_no_request_is_planned_wrong(tmp_path: Path) -> None:
    judged = list(judge_all(tmp_path))
    assert [(each.id, each.reason) for each in judged if each.outcome in ("wrong", "FAILED")] == []
    assert sum(each.outcome == "right" for each in judged) >= 15
