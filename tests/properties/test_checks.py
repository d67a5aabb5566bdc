"""What holds of `check` for any plan: it never raises, it says the same twice, and each finding has a place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from plans import JSON, Good, as_yaml, good_plans, misspelt, spoiled, told

from interlock.api import Checked
from interlock.ir.diagnostics import Place
from interlock.syntax.documents import Document
from interlock.syntax.locating import locate
from interlock.syntax.plans import plan_from_value
from interlock.syntax.render import as_json, concise, full


@st.composite
def likely(draw: st.DrawFn) -> Any:
    """Something like a plan: real node types and parameter names, with anything as their values."""
    registry = good_plans()[0].project.registry
    names = sorted(node_type.name for node_type in registry)
    nodes = []
    for number in range(draw(st.integers(0, 4))):
        name = draw(st.sampled_from(names))
        node_type = registry.find(name).type  # type: ignore[union-attr]
        keys = draw(st.lists(st.sampled_from(sorted(node_type.parameters) or ["x"]), max_size=4, unique=True))
        params = {key: draw(JSON | st.sampled_from(["id", ["id"], "id > 0", "sales.csv"])) for key in keys}
        nodes.append({"id": f"n{number}", "type": name, "params": params})
    ends = st.sampled_from([*(node["id"] for node in nodes), "elsewhere"])
    edges = draw(
        st.lists(
            st.fixed_dictionaries(
                {"from": ends, "to": ends}, optional={"port": st.sampled_from(["left", "right", "x"])}
            ),
            max_size=6,
        )
    )
    plan: dict[str, Any] = {"interlock": 1, "nodes": nodes, "edges": edges}
    if draw(st.booleans()):
        plan["contracts"] = {draw(ends): draw(JSON)}
    if draw(st.booleans()):
        plan["inputs"] = {"given": draw(JSON)}
    return plan


@given(JSON | st.dictionaries(st.sampled_from(["nodes", "edges", "interlock", "inputs", "contracts", "name"]), JSON))
@budget(max_examples=150)
def test_any_value_is_checked(value: Any) -> None:
    plan, found = plan_from_value(value)
    assert plan is not None or found
    if plan is not None:
        good_plans()[0].project.check(plan)


@given(likely())
@budget(max_examples=150)
def test_anything_like_a_plan_is_checked(value: Any) -> None:
    sound(good_plans()[0].check(value))


@given(spoiled())
@budget(max_examples=250)
def test_spoiled_plans_are_checked(pair: tuple[Good, Any]) -> None:
    good, value = pair
    checked = good.check(value)
    sound(checked)
    assert told(good.check(value)) == told(checked), "the same plan, checked twice"


@given(spoiled())
@example((good_plans()[0], {}))
@budget(max_examples=100)
def test_yaml_and_json_say_the_same(pair: tuple[Good, Any]) -> None:
    good, value = pair
    in_yaml = good.project.check_text(as_yaml(value), "plan.yaml")
    in_json = good.check(value)
    assert sorted(told(in_yaml)) == sorted(told(in_json))


@pytest.mark.parametrize("good", good_plans(), ids=str)
def test_misspelt_words_have_a_place(good: Good) -> None:
    for value in list(misspelt(good))[::3]:
        sound(good.check(value))


def sound(checked: Checked) -> None:
    """Every finding can be shown in every form, and its place is in the document."""
    document = checked.document
    json.dumps(as_json(checked.diagnostics, document), allow_nan=False)
    full(checked.diagnostics, document)
    assert len(concise(checked.diagnostics, document).splitlines()) == len(checked.diagnostics), "one line for each"
    for found in checked.diagnostics:
        assert found.message, found
        assert found.code != "IL204", found  # a built-in node type failed
        for place in (found.at, *(place for place, _ in found.also)):
            _in_document(place, document, found.message)
    assert checked.ok == all(each.severity != "error" for each in checked.diagnostics)


def _in_document(place: Place, document: Document, message: str) -> None:
    where = locate(place, document)
    lines = document.text.count("\n") + 1
    assert 1 <= where.line <= where.end_line <= lines, message
    assert (where.line, where.column) <= (where.end_line, where.end_column), message
    assert document.marks.nearest(place.pointer)[0] == place.pointer, f"{place.pointer} is not in the plan: {message}"
