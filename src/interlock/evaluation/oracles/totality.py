"""Oracle: checking never raises, on anything, and says the same twice."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from random import Random
from typing import Any

from interlock.evaluation.oracles.crashes import crashes
from interlock.evaluation.oracles.fault import Fault
from interlock.evaluation.trials import Trial
from interlock.syntax.render import as_json, concise, full
from interlock.syntax.write import to_yaml

MOST_SECONDS = 5.0
"""Checking a spoiled plan of the size that is drawn takes milliseconds; this much is a fault."""
SIGNS = "{}[]:,\"'|>&*!%@`#-?~ \t\n\0\x7f\u2028\ufeff\U0001f600\\/<0e1.é"
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**40, 1e308, "", "x", " ", "\0", "é" * 300, [], {}, [[]], {"": {}}, "a.b", ":x", "*", "@1",
)  # fmt: skip


def totality(trial: Trial, draw: Random) -> Iterator[Fault]:
    """The case's text with bytes lost, doubled and strewn in, as YAML or JSON; and its value with parts replaced."""
    plan = trial.checked.plan
    text = trial.case.text if plan is None or draw.random() < 0.5 else to_yaml(plan)
    spoiled = _spoiled_text(text, draw) if draw.random() < 0.5 else json.dumps(_spoiled_value(trial.case.plan, draw))
    name = draw.choice(("spoiled.yaml", "spoiled.json"))
    started = time.process_time()
    try:
        checked = trial.project.check_text(spoiled, name)
        told = concise(checked.diagnostics, checked.document)
        full(checked.diagnostics, checked.document)
        json.dumps(as_json(checked.diagnostics, checked.document), allow_nan=False)
        if checked.proven is None and not any(each.severity == "error" for each in checked.diagnostics):
            yield Fault("totality", "silent", "refused without an error", spoiled)
        if len(told.splitlines()) != len(checked.diagnostics):
            yield Fault(
                "totality", "lines", f"{len(checked.diagnostics)} findings in {len(told.splitlines())} lines", spoiled
            )
        for crash in crashes(checked, trial.project.registry):
            yield Fault("totality", "a node type fails", crash, spoiled)
        again = trial.project.check_text(spoiled, name)
        if concise(again.diagnostics, again.document) != told:
            yield Fault("totality", "twice", "the same text was judged otherwise when checked again", spoiled)
    except Exception as error:
        yield Fault("totality", type(error).__name__, f"{type(error).__name__}: {error}", spoiled)
    seconds = time.process_time() - started
    if seconds > MOST_SECONDS:
        yield Fault("totality", "slow", f"checking it twice took {seconds:.1f} s of CPU time", spoiled)


def _spoiled_text(text: str, draw: Random) -> str:
    for _ in range(draw.choice((1, 1, 2, 5))):
        start = draw.randrange(len(text) + 1)
        end = min(len(text), start + draw.choice((0, 1, 1, 2, 10, 100)))
        new = draw.choice(("", "", *SIGNS, text[start:end] * 2, text[end : end + 30]))
        text = text[:start] + new + text[end:]
    return text


def _spoiled_value(value: Any, draw: Random) -> Any:
    """The value with one to three parts replaced, lost or taken from elsewhere in it."""
    value = json.loads(json.dumps(value))
    for _ in range(draw.choice((1, 1, 2, 3))):
        holders = list(_holders(value))
        if not holders:
            return value
        holder = draw.choice(holders)
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key: Any = draw.choice(keys)
        how = draw.randrange(4)
        if how == 0:
            del holder[key]
        elif how == 1:
            holder[key] = draw.choice(VALUES)
        elif how == 2:
            holder[key] = json.loads(json.dumps(draw.choice(holders)))
        elif isinstance(holder, dict):
            holder[draw.choice(("id", "type", "params", "columns", "", "by", str(key) + "x"))] = holder.pop(key)
        else:
            holder.insert(0, holder[key])
    return value


def _holders(value: Any) -> Iterator[Any]:
    """Every list and mapping that is not empty."""
    if isinstance(value, dict | list) and value:
        yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from _holders(each)
