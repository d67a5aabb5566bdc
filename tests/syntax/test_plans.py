"""Reading plans: what is built, what is found, and fixes that mend."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.ir.diagnostics import Diagnostic
from interlock.ir.plan import Contract, Edge, Input, Node
from interlock.syntax.locating import locate
from interlock.syntax.patch import apply_patch
from interlock.syntax.plans import ReadPlan, plan_from_value, read_plan

SALES = """\
interlock: 1
name: sales_summary
task: Total revenue by region for large sales.      # provenance, optional
inputs:
  minimum: {type: double, default: 100}
  region: varchar
nodes:
  - {id: sales,   type: read_csv@1,    params: {path: data/sales.csv}}
  - {id: large,   type: filter_rows@1, params: {where: "revenue > :minimum"}}
edges:
  - {from: sales, to: large, port: table}
  - [large, out]
contracts:
  out: {columns: {region: varchar, total: double}, unique: [region]}
"""


def read(body: str) -> ReadPlan:
    return read_plan(f"interlock: 1\n{body}", "p.yaml")


def only(read: ReadPlan) -> Diagnostic:
    (found,) = read.diagnostics
    return found


def test_a_plan_is_read_as_written() -> None:
    found = read_plan(SALES, "sales.yaml")
    assert found.ok and found.plan is not None and found.diagnostics == []
    assert found.plan.name == "sales_summary" and found.plan.task.startswith("Total")
    assert found.plan.inputs == (Input("minimum", "double", 100, True), Input("region", "varchar"))
    assert found.plan.nodes[1] == Node("large", "filter_rows", 1, {"where": "revenue > :minimum"}, 1)
    assert found.plan.edges == (Edge("sales", "large", "table", 0), Edge("large", "out", None, 1))
    assert found.plan.contracts[0].subject == "out" and isinstance(found.plan.contracts[0], Contract)


def test_the_bare_form_needs_no_version() -> None:
    text = '{"nodes": [{"id": "a", "type": "CSVIngestor", "params": {}}], "edges": []}'
    found = read_plan(text)
    assert found.ok and found.plan is not None and found.plan.nodes[0].version is None
    assert plan_from_value(json.loads(text)) == (found.plan, [])


@pytest.mark.parametrize(
    ("text", "code", "part", "built"),
    [
        ("name: x\nnodes: []", "IL008", "`interlock: 1` is missing", True),
        ("interlock: 2\nnodes: x", "IL008", "written in format 2", False),
        ('interlock: "1"\nnodes: []', "IL008", "must be the number 1", True),
        ("interlock: true\nnodes: []", "IL008", "must be the number 1", True),
        ("- {id: a, type: b}", "IL007", "must be a mapping with `nodes`", False),
        ("just text", "IL007", "not the text `just text`", False),
        ("null", "IL007", "nothing (null)", False),
        ("interlock: 1", "IL012", "has no `nodes`", False),
        ("nodes: 3", "IL007", "`nodes` must be a list", False),
        ("nodes: {a: {type: b}}", "IL007", "`nodes` must be a list", False),
        ("plan: {nodes: []}", "IL007", "stands inside `plan`", False),
    ],
)
def test_what_is_wrong_at_the_top(text: str, code: str, part: str, built: bool) -> None:
    found = read_plan(text, "p.yaml")
    assert only(found).code == code and part in only(found).message
    assert (found.plan is not None) == built


@pytest.mark.parametrize(
    ("body", "code", "part", "pointer"),
    [
        ("nodes: [x]", "IL007", "a node must be a mapping", "/nodes/0"),
        ("nodes: [{type: t}]", "IL012", "node 1 of the plan has no `id`", "/nodes/0"),
        ("nodes: [{id: a}]", "IL012", "the node `a` has no `type`", "/nodes/0"),
        ("nodes: [{id: a, type: 3}]", "IL007", "the type of a node must be a text", "/nodes/0/type"),
        ("nodes: [{id: a, type: t, params: [1]}]", "IL007", "`params` must be a mapping", "/nodes/0/params"),
        ("nodes: [{id: a, type: t@latest}]", "IL014", "`name@1`", "/nodes/0/type"),
        ("nodes: [{id: a, type: t@0}]", "IL014", "`name@1`", "/nodes/0/type"),
        ("nodes: [{id: 'größe', type: t}]", "IL009", "cannot be the id of a node", "/nodes/0/id"),
        ("nodes: [{id: '', type: t}]", "IL009", "an empty text cannot", "/nodes/0/id"),
        ("nodes: [{id: 7, type: t}]", "IL009", "the number 7 cannot", "/nodes/0/id"),
        (f"nodes: [{{id: {'a' * 101}, type: t}}]", "IL009", "up to 100 letters", "/nodes/0/id"),
        ("nodes: [{id: [a], type: t}]", "IL007", "the id of a node must be a text", "/nodes/0/id"),
        ("nodes: []\nedges: {a: b}", "IL007", "`edges` must be a list", "/edges"),
        ("nodes: []\nedges: [[a, b, c]]", "IL007", "an edge must be", "/edges/0"),
        ("nodes: []\nedges: [{from: a}]", "IL012", "edge 1 of the plan has no `to`", "/edges/0"),
        ("nodes: []\nedges: [{from: a, to: 1}]", "IL007", "`to` of an edge must be a text", "/edges/0/to"),
        ("nodes: []\nedges: [{from: a, to: b, port: 1}]", "IL007", "the port of an edge", "/edges/0/port"),
        ("nodes: []\ninputs: [a]", "IL007", "`inputs` must be a mapping", "/inputs"),
        ("nodes: []\ninputs: {a: 1}", "IL007", "the input `a` must be a type", "/inputs/a"),
        ("nodes: []\ninputs: {a: {default: 1}}", "IL012", "the input `a` has no `type`", "/inputs/a"),
        ("nodes: []\ninputs: {a-b: double}", "IL009", "the name of an input", "/inputs/a-b"),
        ("nodes: []\ncontracts: {a: 1}", "IL007", "the contract of `a`", "/contracts/a"),
        ("nodes: []\nname: 12", "IL007", "the name of a plan must be a text", "/name"),
        ("nodes: []\nremark: hi", "IL006", "`remark` is not a key of a plan", "/remark"),
        ("nodes: [{id: a, type: t, parms: {}}]", "IL006", "`parms` is not a key of a node", "/nodes/0/parms"),
        ("nodes: [{id: a, op: t}]", "IL006", "`op` is not a key of a node", "/nodes/0/op"),
        ("nodes: []\nedges: [a -> b]", "IL007", "an edge must be a mapping", "/edges/0"),
    ],
)
def test_one_slip_is_one_finding_and_its_fix_removes_it(body: str, code: str, part: str, pointer: str) -> None:
    found = read(body)
    slip = only(found)
    assert (slip.code, slip.at.pointer) == (code, pointer) and part in slip.message
    assert found.plan is not None or pointer == "/nodes"
    if slip.fix:
        mended, rest = plan_from_value(apply_patch(found.document.value, slip.fix.patch))
        assert mended is not None and rest == []
    else:
        assert slip.help or code in ("IL009", "IL007")


def test_all_findings_come_in_one_go_and_in_the_order_of_the_text() -> None:
    text = "nodes:\n  - {id: a, type: t@x, colour: red}\n  - {type: u}\nedges: [{from: a, too: b}]\ninputs: {n: 1}\n"
    found = read(text)
    assert [one.code for one in found.diagnostics] == ["IL014", "IL006", "IL012", "IL006", "IL007"]
    lines = [locate(one.at, found.document).line for one in found.diagnostics]
    assert lines == sorted(lines)
    assert found.plan is not None and found.plan.edges == (Edge("a", "b", None, 0),)


def test_a_misspelt_key_is_read_as_the_one_it_was_meant_to_be() -> None:
    found = read("nodes: [{id: a, type: t, Params: {path: x}}]\nedges: [{source: a, target: b}]")
    assert found.plan is not None
    assert found.plan.nodes[0].params == {"path": "x"} and found.plan.edges[0].target == "b"
    assert [one.fix.safe for one in found.diagnostics if one.fix] == [True, False, False]


def test_renaming_an_id_reaches_edges_and_contracts() -> None:
    found = read(
        'nodes: [{id: "2. big", type: t}, {id: big, type: t}]\nedges: [["2. big", big]]\ncontracts: {"2. big": {}}'
    )
    fix = only(found).fix
    assert fix is not None and not fix.safe
    assert apply_patch(found.document.value, fix.patch) == {
        "interlock": 1,
        "nodes": [{"id": "big_2", "type": "t"}, {"id": "big", "type": "t"}],
        "edges": [["big_2", "big"]],
        "contracts": {"big_2": {}},
    }


def test_null_counts_as_absent_but_not_as_a_default() -> None:
    found = read("nodes: [{id: a, type: t, params: }]\nedges:\ninputs: {x: {type: text, default: null}}")
    assert found.ok and found.plan is not None
    assert found.plan.inputs[0].has_default and found.plan.edges == ()


def test_many_bad_nodes_are_read_quickly_and_counted() -> None:
    found = read_plan(json.dumps({"nodes": [{"id": "a b", "typo": 1} for _ in range(20_000)], "edges": []}))
    assert found.plan is not None and len(found.diagnostics) == 201


keys = st.sampled_from(
    ["interlock", "name", "nodes", "edges", "inputs", "contracts", "id", "type", "params", "from", "to", "port", "x"]
)
things = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.text(max_size=5), keys),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=15,
)


@settings(max_examples=300, deadline=None)
@given(things)
def test_any_data_is_read_without_a_crash_and_safe_fixes_add_no_finding(value: object) -> None:
    found = read_plan(json.dumps(value), "p.json")
    assert found.plan is not None or found.diagnostics
    for one in found.diagnostics:
        locate(one.at, found.document)
        if one.fix:
            mended, rest = plan_from_value(apply_patch(value, one.fix.patch))
            if one.fix.safe:
                assert len(rest) < len(found.diagnostics) or (found.plan is None and mended is not None)
