"""The shrinker: a small case that still fails, with data written again in its form."""

from __future__ import annotations

import json

from interlock.api import Project
from interlock.evaluation.cases import Case
from interlock.evaluation.frames import Frame
from interlock.evaluation.generate import draw_case
from interlock.evaluation.generate.forms.delimited import Delimited
from interlock.evaluation.generate.shrink import shrink
from interlock.evaluation.generate.smaller_params import smaller_expressions
from interlock.evaluation.generate.smaller_queries import smaller_queries
from interlock.ir.types import Type
from interlock.registry.registry import load

REGISTRY = load()


def has(case: Case, node_type: str, word: str) -> bool:
    nodes = [each for each in case.plan["nodes"] if str(each["type"]).startswith(node_type)]
    return any(word in json.dumps(each.get("params")) for each in nodes)


def test_a_failing_node_is_all_that_stays(tmp_path):
    """Of a plan of many nodes, what makes it fail: a step and the source that feeds it."""

    def fails(case: Case) -> bool:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        case.lay_out(folder)
        return has(case, "sort_rows", "desc") and Project(folder).check_text(case.text).proven is not None

    cases = (draw_case(seed, REGISTRY) for seed in range(1_000))
    case = next(
        each for each in cases if len(each.plan["nodes"]) > 6 and has(each, "sort_rows", "desc") and fails(each)
    )
    smaller = shrink(case, fails, 20)
    assert fails(smaller)
    assert len(smaller.plan["nodes"]) <= 3
    assert "contracts" not in smaller.plan
    assert set(smaller.files) <= set(case.files)


def test_rows_and_columns_go(tmp_path):
    """A value in one cell makes the case fail: it is all that is left of the table, and stands in the file."""
    columns = (("id", Type("bigint")), ("name", Type("varchar")), ("x", Type("double")))
    frame = Frame(columns, tuple((n, "bad" if n == 13 else f"row{n}", n / 2) for n in range(40)))
    form = Delimited("data/t.csv")
    written = form.write(frame)
    plan = {
        "interlock": 1,
        "nodes": [
            {"id": "t", "type": "read_csv@1", "params": written.params},
            {"id": "out", "type": "write_csv@1", "params": {"path": "out/t.csv"}},
        ],
        "edges": [{"from": "t", "to": "out"}],
    }
    case = Case(plan, written.files, {"t": frame}, forms={"t": form})
    smaller = shrink(case, lambda each: b"bad" in each.files.get("data/t.csv", b""), 10)
    assert smaller.sources["t"].columns == (("name", Type("varchar")),)
    assert smaller.sources["t"].rows == (("bad",),)
    assert smaller.files == {"data/t.csv": b"name\nbad\n"}
    assert [each["id"] for each in smaller.plan["nodes"]] == ["t"]


def test_another_failure_does_not_count():
    case = draw_case(3, REGISTRY)

    def fails(each: Case) -> bool:
        if len(each.plan["nodes"]) < len(case.plan["nodes"]):
            raise RuntimeError("something else")
        return each is case

    assert shrink(case, fails, 5) is case


def test_expressions_become_their_parts():
    found = list(smaller_expressions("lower(a) || upper(b)"))
    assert "lower(a)" in found and "upper(b)" in found and "lower(a) || (b)" in found
    assert list(smaller_expressions("nonsense ((")) == []


def test_queries_lose_their_clauses():
    found = list(smaller_queries("select a as x, count(*) as n from t where a > :low group by a order by x limit 3"))
    assert "SELECT a AS x, COUNT(*) AS n FROM t GROUP BY a ORDER BY x LIMIT 3" in found
    assert any(":low" in each and "LIMIT" not in each for each in found)
