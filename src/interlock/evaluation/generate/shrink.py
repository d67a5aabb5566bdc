"""Shrinking: of a case that fails, the smallest that still does.

Structural, not random: nodes are dropped and bypassed, then contracts, inputs, parameters, list items, parts of
expressions, then rows and columns of the sources, over and over, until nothing more goes or the time is up.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from interlock.evaluation.cases import Case
from interlock.evaluation.generate.forms.written import Unwritable
from interlock.evaluation.generate.smaller_graphs import smaller_graphs
from interlock.evaluation.generate.smaller_params import smaller_params
from interlock.evaluation.generate.smaller_tables import smaller_frames, with_frame

Fails = Callable[[Case], bool]
"""Whether a case still fails in the way that is looked for; what it raises counts as no."""


def shrink(case: Case, fails: Fails, budget_seconds: float) -> Case:
    """A smaller case that fails, found within the time; `case` itself where no smaller one does."""
    end = time.monotonic() + budget_seconds
    smallest = case
    seen = {_digest(case)}
    changed = True
    while changed and time.monotonic() < end:
        changed = False
        for candidates in (smaller_graphs, _smaller_contracts, _smaller_inputs, smaller_params, _smaller_sources):
            found = _descend(smallest, candidates, fails, seen, end)
            changed = changed or found is not smallest
            smallest = found
    return smallest


def _descend(
    case: Case, candidates: Callable[[Case], Iterator[Case]], fails: Fails, seen: set[str], end: float
) -> Case:
    """The case after every step of one sort that still fails."""
    while True:
        for smaller in candidates(case):
            if time.monotonic() >= end:
                return case
            key = _digest(smaller)
            if key in seen:
                continue
            seen.add(key)
            if _holds(smaller, fails):
                case = smaller
                break
        else:
            return case


def _holds(case: Case, fails: Fails) -> bool:
    try:
        return fails(case)
    except Exception:  # another failure than the one looked for
        return False


def _digest(case: Case) -> str:
    """What tells two cases apart."""
    files = {name: hash(content) for name, content in case.files.items()}
    return json.dumps([case.plan, files, sorted(case.inputs)], ensure_ascii=False, sort_keys=True, default=str)


def _smaller_contracts(case: Case) -> Iterator[Case]:
    """Without all contracts, without one, without a part of one."""
    contracts = case.plan.get("contracts", {})
    if not contracts:
        return
    yield replace(case, plan={name: part for name, part in case.plan.items() if name != "contracts"})
    for subject, body in contracts.items():
        rest = {name: each for name, each in contracts.items() if name != subject}
        if rest:
            yield replace(case, plan={**case.plan, "contracts": rest})
        for key in body if len(body) > 1 else ():
            less = {**contracts, subject: {name: each for name, each in body.items() if name != key}}
            yield replace(case, plan={**case.plan, "contracts": less})


def _smaller_inputs(case: Case) -> Iterator[Case]:
    """Without an input that nothing uses any more; without names and tasks."""
    for key in ("name", "task"):
        if key in case.plan:
            yield replace(case, plan={name: part for name, part in case.plan.items() if name != key})
    inputs = case.plan.get("inputs", {})
    for name in inputs:
        rest = {each: declared for each, declared in inputs.items() if each != name}
        plan = {key: part for key, part in case.plan.items() if key != "inputs"}
        if rest:
            plan = {key: (rest if key == "inputs" else part) for key, part in case.plan.items()}
        yield replace(case, plan=plan, inputs={each: value for each, value in case.inputs.items() if each != name})


def _smaller_sources(case: Case) -> Iterator[Case]:
    """With fewer rows or columns in one of the sources."""
    for node, frame in case.sources.items():
        if node not in case.forms:
            continue
        for smaller in smaller_frames(frame):
            try:
                yield with_frame(case, node, smaller)
            except Unwritable:
                continue
