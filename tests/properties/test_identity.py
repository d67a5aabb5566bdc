"""What a plan's digest depends on, and what an artifact depends on: the plan's meaning, and nothing else."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from plans import Good, as_yaml, at, good_plans, misspelt, pointers, told

from interlock.api import Project
from interlock.ir.plan import Plan
from interlock.syntax.plans import plan_from_value, read_plan
from interlock.syntax.write import to_json, to_yaml

GOOD = st.sampled_from(good_plans())


def plan_of(value: Any) -> Plan:
    plan, _ = plan_from_value(value)
    assert plan is not None
    return plan


@pytest.mark.parametrize("good", good_plans(), ids=str)
def test_layout_and_comments_do_not_change_the_digest(good: Good) -> None:
    digest = plan_of(good.value).digest
    commented = (
        "\n".join(f"{line}  # why not" for line in good.text.splitlines()) if "|" not in good.text else good.text
    )
    for text in (good.text, commented, as_yaml(good.value), json.dumps(good.value), json.dumps(good.value, indent=7)):
        read = read_plan(text)
        assert read.plan is not None and read.plan.digest == digest, text
    for text in (to_yaml(plan_of(good.value)), to_json(plan_of(good.value))):
        written = read_plan(text).plan
        assert written is not None and written.digest == digest, text


@given(GOOD, st.randoms(use_true_random=False))
@budget(max_examples=100)
def test_names_and_order_do_not_change_the_digest(good: Good, random: Any) -> None:
    value = {key: copy.deepcopy(good.value[key]) for key in random.sample(list(good.value), len(good.value))}
    random.shuffle(value["nodes"])
    value["nodes"] = [{key: node[key] for key in random.sample(list(node), len(node))} for node in value["nodes"]]
    value["edges"] = [
        {key: edge[key] for key in random.sample(list(edge), len(edge))} for edge in value.get("edges", [])
    ]
    value |= {"interlock": 1, "name": "another", "task": "something else"}
    assert plan_of(value).digest == plan_of(good.value).digest


@pytest.mark.parametrize("good", good_plans(), ids=str)
def test_one_digest_is_one_artifact(good: Good) -> None:
    """Whatever may be written in another order without changing the digest may be so without changing the program."""
    made = _artifact(good.project, good.value)
    for path in [(), *pointers(good.value)]:
        value = copy.deepcopy(good.value)
        inner = at(value, path)
        if isinstance(inner, list) and len(inner) > 1:
            inner.reverse()
        elif isinstance(inner, dict) and len(inner) > 1:
            items = list(inner.items())
            inner.clear()
            inner.update(reversed(items))
        else:
            continue
        plan = plan_of(value)
        if plan.digest == plan_of(good.value).digest:
            assert _artifact(good.project, value) == made, (
                f"the order in /{'/'.join(map(str, path))} is not in the digest"
            )


@given(GOOD, st.data())
@budget(max_examples=100)
def test_changed_parameters_change_the_digest(good: Good, data: st.DataObject) -> None:
    inside = [path for path in pointers(good.value) if len(path) > 3 and path[0] == "nodes" and path[2] == "params"]
    if not inside:
        return
    path = data.draw(st.sampled_from(inside))
    value = copy.deepcopy(good.value)
    holder, key = at(value, path[:-1]), path[-1]
    holder[key] = data.draw(
        st.sampled_from([None, 17, "other", ["other"], {"other": 1}]).filter(lambda new: new != holder[key])
    )
    assert plan_of(value).digest != plan_of(good.value).digest


def _artifact(project: Project, value: Any) -> dict[str, str]:
    verdict = project.check(plan_of(value))
    assert verdict.checked is not None
    artifact = project.compile(verdict.checked)
    return {**artifact.files, "digest": artifact.digest, "manifest": json.dumps(artifact.manifest)}


def everything() -> dict[str, Any]:
    """Findings and artifacts of all good plans and of some spoiled ones, with the folders of their projects left out."""
    found: dict[str, Any] = {}
    for good in good_plans():
        root = str(good.project.root)
        found[good.name] = json.loads(json.dumps(_artifact(good.project, good.value)).replace(root, "PROJECT"))
        for index, value in enumerate(list(misspelt(good))[::7]):
            found[f"{good.name}/{index}"] = [
                [part.replace(root, "PROJECT") for part in each] for each in told(good.check(value))
            ]
    return found


@pytest.mark.slow
def test_every_process_finds_and_makes_the_same() -> None:
    shown = [_in_new_process(seed) for seed in ("1", "20")]
    assert shown[0].keys() == shown[1].keys()
    for name, each in shown[0].items():
        assert each == shown[1][name], name


def _in_new_process(seed: str) -> dict[str, Any]:
    here = Path(__file__).parent
    script = "import json, test_identity; print(json.dumps(test_identity.everything()))"
    path = os.pathsep.join([str(here), str(here.parent / "spec")])
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": path}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
