"""Requests by people who did not know what the English reader can read: right, wrong, or refused; no model is asked.

Each writer made the data, the requests and, with a program of their own, the results. The phrases were widened with those
of the first and the third in sight; the second's were kept aside, so that its share is the one that tells.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.report import Result, Table
from interlock.api import Project, RunFailed
from interlock.api.planning import Request, make_plan

HERE = Path(__file__).parent
WRITERS = ("first", "second", "third")
KEPT_ASIDE = "second"

Outcome = Literal["right", "wrong", "refused", "FAILED"]


@dataclass(frozen=True)
class Judged:
    """What became of one request."""

    writer: str
    id: str
    manner: str
    outcome: Outcome
    reason: str = ""


def judge_all(folder: Path) -> Iterator[Judged]:
    """Judge every request, each in a project folder of its own below `folder`."""
    for writer in WRITERS:
        for each in json.loads((HERE / writer / "sentences.json").read_text(encoding="utf-8")):
            place = folder / each["id"]
            shutil.copytree(HERE / writer / "data", place / "data")
            outcome, reason = judge(each, place)
            yield Judged(writer, each["id"], each["manner"], outcome, reason)


def judge(request: Mapping[str, Any], folder: Path) -> tuple[Outcome, str]:
    """Plan one request with the English reader alone, run the plan, and compare what it wrote."""
    project = Project(folder)
    outcome = make_plan(project, Request(request["text"], planners=("english",)))
    if outcome.checked is None or outcome.checked.proven is None:
        return "refused", ""
    try:
        project.execute(project.compile(outcome.checked.proven))
    except RunFailed as error:
        return "FAILED", str(error)
    reason = difference(folder / request["gold"]["path"], request["gold"])
    return ("wrong", reason) if reason else ("right", "")


def difference(path: Path, gold: Mapping[str, Any]) -> str:
    """How a written file differs from the right result; empty if it does not. A column without a name may have any."""
    if not path.is_file():
        return f"`{gold['path']}` was not written"
    names, rows = _read(path, gold["columns"])
    wanted = gold["columns"]
    if len(names) != len(wanted) or any(name not in (None, there) for name, there in zip(wanted, names, strict=True)):
        return f"columns {names}, not {wanted}"
    if len(rows) != len(gold["rows"]):
        return f"{len(rows)} rows, not {len(gold['rows'])}"
    if gold["ordered"]:
        pairs = zip(rows, gold["rows"], strict=True)
        return next(
            (
                f"row {place}: {found}, not {right}"
                for place, (found, right) in enumerate(pairs, 1)
                if not _alike(found, right)
            ),
            "",
        )
    left = list(rows)
    for right in gold["rows"]:
        found = next((each for each in left if _alike(each, right)), None)
        if found is None:
            return f"there is no row {right}"
        left.remove(found)
    return ""


def _read(path: Path, names: Sequence[str | None]) -> tuple[list[str], list[list[Any]]]:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        return header, rows
    text = path.read_text(encoding="utf-8")
    objects = json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.splitlines()]
    found = list(objects[0]) if objects else [str(name) for name in names]
    return found, [[each.get(name) for name in found] for each in objects]


def _alike(found: Sequence[Any], right: Sequence[Any]) -> bool:
    return all(map(_same, found, right))


def _same(found: Any, right: Any) -> bool:
    """The same value; numbers to nine digits, and a missing one is empty."""
    if found in (None, "") or right in (None, ""):
        return found in (None, "") and right in (None, "")
    try:
        return abs(float(found) - float(right)) <= 1e-6 * max(1.0, abs(float(right)))
    except (ValueError, TypeError):
        return str(found).casefold().replace("t00:00:00", "") == str(right).casefold()


def run(folder: Path) -> Result:
    """The benchmark as it is printed."""
    judged = list(judge_all(folder))
    rows = []
    for writer in WRITERS:
        for manner in dict.fromkeys(each.manner for each in judged if each.writer == writer):
            rows.append(
                [writer, manner, *_counts([each for each in judged if (each.writer, each.manner) == (writer, manner)])]
            )
    aside = [each for each in judged if each.writer == KEPT_ASIDE]
    rows.append([KEPT_ASIDE, "all: kept aside", *_counts(aside)])
    rows.append(["all", "", *_counts(judged)])
    bad = [each for each in judged if each.outcome in ("wrong", "FAILED")]
    notes = [
        f"{len(judged)} requests in {len({(each.writer, each.manner) for each in judged})} manners, without a model",
        f"wrong: {len(bad)}",
        *(f"  {each.id}: {each.outcome}: {each.reason}" for each in bad),
    ]
    data = {
        "requests": len(judged),
        **Counter(each.outcome for each in judged),
        "kept_aside": dict(Counter(each.outcome for each in aside)),
    }
    headers = ["writer", "manner", "requests", "right", "wrong", "refused"]
    return Result("sentences", "requests in strangers' words", [Table(headers, rows)], notes, data, not bad)


def _counts(judged: Sequence[Judged]) -> list[int]:
    found = Counter(each.outcome for each in judged)
    return [len(judged), found["right"], found["wrong"] + found["FAILED"], found["refused"]]
