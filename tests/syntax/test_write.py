"""Writing plans: the style of YAML, and that what is written reads back the same."""

from __future__ import annotations

import datetime

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.ir.plan import Contract, Edge, Input, Node, Plan
from interlock.ir.retry import Retry, plain_number
from interlock.syntax.plans import read_plan
from interlock.syntax.write import to_json, to_yaml


def params_back(params: dict[str, object]) -> dict[str, object]:
    plan = Plan((Node("a", "t", 1, params),))
    for text, name in ((to_yaml(plan), "p.yaml"), (to_json(plan), "p.json")):
        found = read_plan(text, name)
        assert found.diagnostics == [], text
        assert found.plan is not None and found.plan.digest == plan.digest, text
    found = read_plan(to_yaml(plan), "p.yaml")
    assert found.plan is not None
    return dict(found.plan.nodes[0].params)


def test_the_usual_plan_reads_as_a_table() -> None:
    plan = Plan(
        (
            Node("sales", "read_csv", 1, {"path": "data/sales.csv"}),
            Node("large", "filter_rows", 1, {"where": "revenue > :minimum"}, 1),
            Node("by_region", "query", 1, {"sql": "select region\nfrom large\n"}, 2),
        ),
        (Edge("sales", "large"), Edge("large", "by_region", "table")),
        (Input("minimum", "double", 100, True),),
        (Contract("by_region", {"unique": ["region"]}),),
        "sales_summary",
        "Total revenue, by region.",
    )
    assert (
        to_yaml(plan)
        == """\
interlock: 1
name: sales_summary
task: Total revenue, by region.
inputs:
  minimum: {type: double, default: 100}
nodes:
  - {id: sales, type: read_csv@1,    params: {path: data/sales.csv}}
  - {id: large, type: filter_rows@1, params: {where: "revenue > :minimum"}}
  - id: by_region
    type: query@1
    params:
      sql: |
        select region
        from large
edges:
  - {from: sales, to: large}
  - {from: large, to: by_region, port: table}
contracts:
  by_region: {unique: [region]}
"""
    )


def test_long_nodes_become_blocks_that_stay_within_the_width() -> None:
    measures = [{"name": f"total_{n}", "function": "sum", "column": f"revenue_{n}"} for n in range(6)]
    text = to_yaml(Plan((Node("summary", "aggregate", 1, {"by": ["region"], "measures": measures}),)))
    assert "      by: [region]\n      measures:\n        - {name: total_0" in text
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize(
    "text",
    ["", " ", "yes", "No", "on", "y", "null", "~", "1e3", "0x10", "0o7", "02134", "1:30", "2024-01-01", "1_000", ".5", ".inf",
     "-", "- a", "? a", "a: b", "a:", ":a", "#a", "a #b", "a#b", "a, b", ",a", "[a]", "{a}", "}", "&a", "*a", "!a", "|", ">", "%a",
     "@a", "`a`", "'a'", '"a"', "it's \"so\"", "a\\b", " a", "a ", "\ta", "a\t", "a\nb", "a\nb\n", "a\nb\n\n", "\na", " a\nb",
     "a\n  b\n\nc", "a\n \nb", "a\r\nb", "a\rb", "\x00", "\x1b[31m", "\x7f", "\x85", "\u2028", "\ufeff", "\u202e", "é漢😀", "---",
     "...", "=", "<<", "true", "TRUE", "12", "-12", "+1", "1.0", "x" * 500, "---\na", "a\n---\nb", "a\n# b\nc", "%\n%"],
)  # fmt: skip
def test_odd_texts_come_back(text: str) -> None:
    params: dict[str, object] = {"k": text, text: ["x", text, {"n": text}], "long": [text] * 30}
    assert params_back(params) == params


@pytest.mark.parametrize(
    "text", ["yes", "on", "12:30:45", "2024-01-01", "1_000", "0o17", "0b1", "1e3", "=", "y", "2024-1-1 10:00:00"]
)
def test_older_readers_see_the_same_texts(text: str) -> None:
    written = to_yaml(Plan((Node("a", "t", 1, {"k": text}),)))
    assert yaml.safe_load(written)["nodes"][0]["params"]["k"] == text


def test_values_without_a_json_word_are_written_as_the_digest_sees_them() -> None:
    plan = Plan((Node("a", "t", 1, {"day": datetime.date(2024, 1, 2), "t": (1, 2)}),))
    found = read_plan(to_yaml(plan), "p.yaml")
    assert found.plan is not None and found.plan.digest == plan.digest


odd = st.one_of(
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=25),
    st.text("ab \n\t:#-'\"{}[],&*!|>%@0159.ex_~", max_size=12),
)
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**37), 10**37), st.floats(allow_nan=False, allow_infinity=False), odd
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(odd, inner, max_size=5)),
    max_leaves=15,
)
ids = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,12}", fullmatch=True)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True)
waits = st.tuples(st.integers(1, 3_600_000), st.integers(1, 3_600_000)).map(sorted)
factors = st.integers(1, 10) | st.floats(1, 10).map(plain_number)
retries = st.builds(
    lambda most, wait, factor: Retry(most, wait[0], factor, wait[1]), st.integers(2, 20), waits, factors
)
params = st.dictionaries(odd, values, max_size=4)
nodes = st.builds(Node, ids, ids, st.none() | st.integers(1, 99), params, retry=st.none() | retries)
inputs = st.builds(Input, names, odd.filter(bool), values, st.booleans(), odd)
plans = st.builds(
    Plan,
    st.lists(nodes, max_size=4, unique_by=lambda node: node.id).map(tuple),
    st.lists(st.builds(Edge, ids, ids, st.none() | ids), max_size=4).map(tuple),
    st.lists(inputs, max_size=3, unique_by=lambda given: given.name).map(tuple),
    st.lists(
        st.builds(Contract, odd, st.dictionaries(odd, values, max_size=3)), max_size=3, unique_by=lambda c: c.subject
    ).map(tuple),
    odd,
    odd,
)


@settings(max_examples=250, deadline=None)
@given(plans)
def test_what_is_written_reads_back_to_the_same_plan(plan: Plan) -> None:
    for text, name in ((to_yaml(plan), "p.yaml"), (to_json(plan), "p.json")):
        found = read_plan(text, name)
        assert found.diagnostics == [], text
        assert found.plan is not None
        assert found.plan.digest == plan.digest, text
        assert (found.plan.name, found.plan.task) == (plan.name, plan.task)
        assert to_yaml(found.plan) == to_yaml(plan)
