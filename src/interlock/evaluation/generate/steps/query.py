"""Queries: one SELECT over the inputs of a node."""

from __future__ import annotations

from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.known import Known
from interlock.evaluation.generate.queries import Queries
from interlock.evaluation.generate.steps.drawing import Drawing, Feed

WIDEST = 40
"""The most columns of a table that is queried."""


def query(draft: Draft, feeds: list[Feed]) -> Step | None:
    if any(len(each.known.columns) > WIDEST or each.known.most > 5_000 for each in feeds):
        return None
    queries = Queries(draft, [(each.port, each.known) for each in feeds])
    text, columns = queries.query()
    rows = 1
    for each in feeds:
        rows *= max(each.known.most, 1)
    return Step({"sql": text}, Known(tuple(columns), min(rows**2, 10**9)))


DRAWINGS: dict[str, Drawing] = {"query": query}
