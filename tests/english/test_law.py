"""The law of the two ways: a plan that is printed in English reads back as the same plan, whatever the plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from plans import Good, good_plans
from random_plans import REGISTRY, TYPES, plans

from interlock.ir.catalog import Catalog
from interlock.ir.plan import Edge, Node, Plan
from interlock.registry.registry import Registry
from interlock.syntax.documents import read_document
from interlock.syntax.english import print_plan, read_english
from interlock.syntax.plans import plan_from_value, read_plan

ROOT = Path(__file__).parents[2]
OWN = sorted([*ROOT.glob("examples/**/*.plan.*"), *ROOT.glob("tests/golden/plans/**/*.yaml")])


def holds(plan: Plan, registry: Registry) -> None:
    text = print_plan(plan, registry)
    read = read_english(text, registry, Catalog())
    assert isinstance(read, Plan), (text, read)
    assert read.digest == plan.digest, text
    assert (read.name, read.task) == (plan.name, plan.task)
    assert sorted(read.inputs, key=lambda each: each.name) == sorted(plan.inputs, key=lambda each: each.name)


@given(plans())
@settings(max_examples=150)
def test_a_printed_plan_reads_back(plan: Plan) -> None:
    holds(plan, REGISTRY)


@pytest.mark.slow
@given(plans())
@settings(max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
def test_thousands_of_printed_plans_read_back(plan: Plan) -> None:
    holds(plan, REGISTRY)


@pytest.mark.parametrize("good", good_plans(), ids=str)
def test_the_plans_of_the_rule_tests_read_back(good: Good) -> None:
    plan, _ = plan_from_value(good.value)
    assert plan is not None
    holds(plan, good.project.registry)


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_the_plans_of_examples_and_goldens_read_back(path: Path) -> None:
    plan = read_plan(path.read_bytes(), path.name).plan
    assert plan is not None
    holds(plan, REGISTRY)


def test_every_example_of_a_node_type_reads_back() -> None:
    count = 0
    for node_type in TYPES:
        for example in node_type.examples:
            params = read_document(example, "example").value.get("params", {})
            ports = [port.name for port in node_type.ports]
            sources = [Node(f"input_{index}", "read_csv", 1, {"path": "a.csv"}, index) for index in range(len(ports))]
            edges = [
                Edge(source.id, "made", name if len(ports) > 1 else None)
                for source, name in zip(sources, ports, strict=True)
            ]
            made = Node("made", node_type.name, 1, params, len(sources))
            holds(Plan((*sources, made), tuple(edges)), REGISTRY)
            count += 1
    assert count >= len(TYPES)
