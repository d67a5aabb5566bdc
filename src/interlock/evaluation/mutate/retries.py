"""Mutators of retries: where none may be, and badly written."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from interlock.evaluation.mutate.subjects import Made, Subject, changed

COMPUTES = frozenset(
    "filter_rows derive_columns aggregate join_tables query sort_rows limit_rows union_tables select_columns inline_table".split()
)
"""Node types that touch nothing outside the plan."""

BAD: tuple[Any, ...] = (
    3, "twice", [], {}, {"attempts": 1}, {"attempts": 21}, {"attempts": "3"}, {"attempts": 2.5}, {"attempts": True},
    {"attempts": 3, "interval": 2}, {"attempts": 3, "interval": "soon"}, {"attempts": 3, "interval": "0s"},
    {"attempts": 3, "interval": "2h"}, {"attempts": 3, "interval": "2s", "max_interval": "1s"}, {"interval": "2s"},
    {"attempts": 3, "factor": 0.5}, {"attempts": 3, "factor": "2"}, {"attempts": 3, "factor": 11},
    {"attempts": 3, "wait": "2s"}, {"attempts": 3, "jitter": True}, {"attempts": 3, "max_interval": "PT1M"},
)  # fmt: skip


def needless_retry(subject: Subject, draw: Random) -> Iterator[Made]:
    """A step that only computes is to be tried again."""
    for place, node in enumerate(subject.nodes):
        if str(node["type"]).partition("@")[0] in COMPUTES:
            document = changed(subject.document, ("nodes", place, "retry"), {"attempts": 3, "interval": "1ms"})
            yield f"retry {node['id']}", [f"/nodes/{place}/retry"], document


def bad_retry(subject: Subject, draw: Random) -> Iterator[Made]:
    """How a step is tried again cannot be read."""
    for place, node in enumerate(subject.nodes):
        for retry in draw.sample(BAD, 4):
            document = changed(subject.document, ("nodes", place, "retry"), retry)
            yield f"retry {node['id']}: {retry!r}", [f"/nodes/{place}/retry"], document


MUTATORS = (needless_retry, bad_retry)
