"""Oracle: every written form of a plan reads back as the same plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from interlock.evaluation.oracles.fault import Fault, NotJudged
from interlock.evaluation.trials import Trial
from interlock.ir.catalog import Catalog
from interlock.ir.plan import Plan
from interlock.syntax.english import print_plan, read_english
from interlock.syntax.plans import read_plan
from interlock.syntax.write import to_json, to_yaml


def round_trip(trial: Trial, draw: Random) -> Iterator[Fault]:
    """YAML, JSON, the JSON with its keys in another order, and English."""
    if trial.checked.plan is None:
        raise NotJudged("the plan cannot be read")
    plan = trial.checked.plan
    forms = {"yaml": to_yaml(plan), "json": to_json(plan), "shuffled": json.dumps(_shuffled(trial.case.plan, draw))}
    for name, text in forms.items():
        again = read_plan(text, f"again.{'yaml' if name == 'yaml' else 'json'}")
        if again.plan is None:
            yield Fault("round_trip", name, f"{name} does not read: {[each.message for each in again.diagnostics]}")
        elif again.plan.digest != plan.digest:
            yield Fault("round_trip", name, f"{name} reads as another plan")
    printed = print_plan(plan, trial.project.registry)
    read = read_english(printed, trial.project.registry, Catalog())
    if not isinstance(read, Plan):
        yield Fault("round_trip", "english", f"English does not read: {read.why}", printed)
    elif read.digest != plan.digest:
        yield Fault("round_trip", "english", "English reads as another plan", printed)


def _shuffled(plan: Any, draw: Random) -> Any:
    """The plan with the keys of its own mappings, its nodes and its edges into different nodes in another order."""
    found = {key: plan[key] for key in draw.sample(sorted(plan), len(plan))}
    nodes = [{key: node[key] for key in draw.sample(sorted(node), len(node))} for node in plan["nodes"]]
    found["nodes"] = draw.sample(nodes, len(nodes))
    edges = plan.get("edges", [])
    ends = draw.sample(sorted({edge["to"] for edge in edges}), len({edge["to"] for edge in edges}))
    if "edges" in plan:
        found["edges"] = [edge for end in ends for edge in edges if edge["to"] == end]
    return found
