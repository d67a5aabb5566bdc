"""Smaller tables: fewer rows, fewer columns, plainer values; and a case with one of them in place of what it had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from interlock.evaluation.cases import Case
from interlock.evaluation.frames import Frame


def with_frame(case: Case, node: str, frame: Frame) -> Case:
    """The case with another table in a source, written in the same form; raises Unwritable."""
    written = case.forms[node].write(frame)
    nodes = [{**each, "params": written.params} if each["id"] == node else each for each in case.plan["nodes"]]
    return replace(
        case,
        plan={**case.plan, "nodes": nodes},
        files={**case.files, **written.files},
        sources={**case.sources, node: frame},
    )


def smaller_frames(frame: Frame) -> Iterator[Frame]:
    """Without rows, with half of them, without one, without a column, with plainer values in a column."""
    rows = frame.rows
    if rows:
        yield frame.with_rows(())
    step = len(rows) // 2
    while step >= 1:
        for start in range(0, len(rows), step):
            if step < len(rows):
                yield frame.with_rows(rows[:start] + rows[start + step :])
        step //= 2
    for place in range(len(frame.columns) if len(frame.columns) > 1 else 0):
        columns = frame.columns[:place] + frame.columns[place + 1 :]
        yield Frame(columns, tuple(row[:place] + row[place + 1 :] for row in rows))
    for place in range(len(frame.columns)):
        plainer = tuple((*row[:place], _plainer(row[place]), *row[place + 1 :]) for row in rows)
        if plainer != rows:
            yield frame.with_rows(plainer)


def _plainer(value: Any) -> Any:
    """A value of the same type that says less."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return 1
    if isinstance(value, float):
        return 1.5
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str):
        return "a"
    if isinstance(value, datetime):
        return value.replace(year=2024, month=1, day=31, hour=8, minute=0, second=0, microsecond=0)
    return date(2024, 1, 31) if isinstance(value, date) else value
