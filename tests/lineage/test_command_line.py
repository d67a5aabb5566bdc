"""`interlock lineage`: both directions, in words, as JSON and drawn."""

from __future__ import annotations

from typing import Any

import pytest
from workbench import Workbench, plan


@pytest.fixture
def totals(bench: Workbench) -> Workbench:
    """Sales joined to shops, filtered by a run input, totalled, written twice."""
    bench.put("sales.csv", "shop,amount,day\n1,5.5,2026-01-01\n2,7.5,2026-01-02\n1,0.5,2026-01-03\n")
    bench.put("shops.csv", "id,city\n1,Ulm\n2,Bonn\n")
    nodes: dict[str, Any] = {
        "sales": ("read_csv", {"path": "sales.csv"}),
        "shops": ("read_csv", {"path": "shops.csv"}),
        "large": ("filter_rows", {"where": "amount >= :least"}),
        "joined": ("join_tables", {"on": [{"left": "shop", "right": "id"}], "how": "inner", "expect": "many-to-one"}),
        "totals": ("aggregate", {"by": ["city"], "measures": [
            {"name": "total", "function": "sum", "column": "amount"}, {"name": "orders", "function": "count"}]}),
        "named": ("rename_columns", {"columns": {"total": "revenue"}}),
        "out": ("write_csv", {"path": "out/totals.csv"}),
        "raw": ("write_jsonl", {"path": "out/raw.jsonl"}),
    }  # fmt: skip
    edges = [
        "sales large",
        "large joined.left",
        "shops joined.right",
        "joined totals",
        "totals named",
        "named out",
        "joined raw",
    ]
    inputs = {"least": {"type": "double", "default": 1.0}}
    contracts = {"out": {"unique": ["city"], "columns": {"city": "varchar", "revenue": "double", "orders": "bigint"}}}
    bench.put("plan.json", plan(nodes, *edges, inputs=inputs, contracts=contracts))
    return bench


def test_where_a_column_comes_from(totals: Workbench) -> None:
    said = totals.cli("lineage", "plan.json", "revenue")
    assert (said.code, said.err) == (0, "")
    assert said.out.split("\n") == [
        "out.revenue  double",
        "  comes from",
        "    sales.csv: amount  aggregated",
        "  decided by",
        "    sales.csv: amount  filter in large",
        "    run input :least   filter in large",
        "    sales.csv: shop    join in joined",
        "    shops.csv: id      join in joined",
        "    shops.csv: city    group by in totals, sort in totals",
        "  step by step",
        "    sales.amount   read",
        '    large.amount   "amount"',
        '    joined.amount  "left"."amount"',
        '    totals.total   exact_sum("amount")',
        '    named.revenue  "total"',
        '    out.revenue    "revenue"',
        "  goes to",
        "    out/totals.csv: revenue  as it is",
        "",
    ]


def test_where_a_column_goes(totals: Workbench) -> None:
    found = totals.cli("lineage", "plan.json", "shops.id", "--json").json["columns"][0]
    assert [(end["path"], end["column"]) for end in found["sinks"]] == [("out/raw.jsonl", "id")]
    assert {(end["path"], end["column"]) for end in found["influences"]} == {
        ("out/totals.csv", "city"), ("out/totals.csv", "revenue"), ("out/totals.csv", "orders"),
        ("out/raw.jsonl", "shop"), ("out/raw.jsonl", "amount"), ("out/raw.jsonl", "day"), ("out/raw.jsonl", "id"),
        ("out/raw.jsonl", "city"),
    }  # fmt: skip
    assert found["influences"][0]["ways"] == [{"how": "join", "node": "joined"}]
    assert [test["node"] for test in found["tests"]] == ["joined"]


def test_a_column_that_no_column_is_in(totals: Workbench) -> None:
    said = totals.cli("lineage", "plan.json", "totals.orders").out
    assert "comes from no column\n    it is made in totals: COUNT(*)" in said
    assert "sales.csv: amount  filter in large" in said


def test_a_name_means_sources_and_sinks(totals: Workbench) -> None:
    found = totals.cli("lineage", "plan.json", "CITY", "--json").json["columns"]
    assert [(each["node"], each["column"]) for each in found] == [("shops", "city"), ("raw", "city"), ("out", "city")]


def test_a_column_that_only_orders_rows_or_goes_nowhere(totals: Workbench) -> None:
    found = totals.cli("lineage", "plan.json", "sales.day", "--json").json["columns"][0]
    assert [end["column"] for end in found["sinks"]] == ["day"]
    assert found["influences"] == []


@pytest.mark.parametrize("format", ["mermaid", "dot", "svg"])
def test_drawn(totals: Workbench, format: str) -> None:
    drawn = totals.cli("lineage", "plan.json", "out.revenue", "-f", format)
    assert drawn.code == 0
    for name in ("sales", "large", "joined", "totals", "named", "out"):
        assert name in drawn.out
    assert "shops" not in drawn.out
    assert totals.cli("lineage", "plan.json", "out.revenue", "-f", format, "-o", "picture").out == "picture\n"
    assert totals.read("picture") == drawn.out


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("revenu", "no node of the plan has a column `revenu`; did you mean `revenue`?"),
        ("out.total", "`out` has no column `total`"),
        ("outt.total", "there is no node `outt`, and no column `outt.total`; did you mean `out`?"),
    ],
)
def test_an_unknown_column(totals: Workbench, asked: str, told: str) -> None:
    said = totals.cli("lineage", "plan.json", asked)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"interlock: {told}")


def test_a_plan_that_does_not_pass_has_no_lineage(totals: Workbench) -> None:
    totals.put(
        "broken.json", plan({"s": ("read_csv", {"path": "sales.csv"}), "f": ("filter_rows", {"where": "nope > 1"})})
    )
    assert totals.cli("lineage", "broken.json", "shop").code == 1
