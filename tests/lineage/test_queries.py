"""Lineage of SELECTs that plans write: what each is made of, and that what is not listed changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from workbench import Workbench, plan

from interlock.api.lineage import PlanLineage

T = [
    {"a": 1, "region": "x", "b": 2.5}, {"a": 2, "region": "y", "b": 1.5}, {"a": 3, "region": "x", "b": 4.0},
    {"a": 4, "region": "z", "b": 0.5},
]  # fmt: skip
U = [{"a": 3, "c": "x"}, {"a": 1, "c": "q"}, {"a": 9, "c": "y"}]

"""What a query leaves open about the order of its rows is settled by its columns: those have a say in it."""

QUERIES = {
    "select *, a + 1 as k, k * 2 as m from t where k > 2": "a = t.a; region = t.region; b = t.b; k = t.a; m = t.a | t.a",
    "select region, sum(b) as s from t group by 1 having s > 2 order by s desc": "region = t.region; s = t.b | t.b, t.region",
    "select region, sum(b) as s from t group by all order by region": "region = t.region; s = t.b | t.b, t.region",
    "select count(*) as n from t": "n = |",
    "select * from t join u using (a) order by b": "a = t.a, u.a; region = t.region; b = t.b; c = u.c | t.a, t.b, u.a",
    "select region from t natural join u": "region = t.region | t.a, t.region, u.a",
    "select t.* exclude (b), c from t, u where t.a = u.a and exists (select 1 from u as v where v.c = t.region)":
        "a = t.a; region = t.region; c = u.c | t.a, t.region, u.a, u.c",
    "with w as (select a, b from t) select (select max(c) from u where u.a = w.a) as m, b from w": "m = u.c; b = t.b | t.a, t.b, u.a, u.c",
    "with w as (select a from t) select * from (select * from w) as inner_w": "a = t.a |",
    "select a from t union all select a from u": "a = t.a, u.a | t.a, u.a",
    "select a from t union select a from u": "a = t.a, u.a | t.a, u.a",
    "select a from t except select a from u": "a = t.a | t.a, u.a",
    "select region from t where a in (select a from u where c = 'x')": "region = t.region | t.a, t.region, u.a, u.c",
    "select a, sum(b) over w as r from t window w as (partition by region)": "a = t.a; r = t.b | t.a, t.b, t.region",
    "select a from t qualify row_number() over (partition by region order by b) = 1": "a = t.a | t.a, t.b, t.region",
    "select v.x, b from (values (1, 2)) as v(x, y) cross join t": "x =; b = t.b | t.b",
    "select distinct on (region) region, b from t order by region, b": "region = t.region; b = t.b | t.b, t.region",
    "select * replace (a + 1 as a) from t": "a = t.a; region = t.region; b = t.b |",
    "select -a as a, a as q from t order by a": "a = t.a; q = t.a | t.a",
    "select region from t semi join u on t.a = u.a": "region = t.region | t.a, t.region, u.a",
    "select case region when 'x' then b else a end as v from t": "v = t.a, t.b | t.region",
    "select sum(b) filter (where a > 1) as v from t": "v = t.b | t.a",
    "select string_agg(region, ',' order by b) as v from t": "v = t.region | t.a, t.b, t.region",
    "select arg_max(b, a order by b) as v from t": "v = t.a, t.b | t.a, t.b, t.region",
    "select t.b, x.c from t left join (select * from u where c > 'b') as x on x.a = t.a order by t.a, x.c":
        "b = t.b; c = u.c | t.a, t.b, u.a, u.c",
    "select region, (select count(*) from u) as n from t where b > :least": "region = t.region; n = | t.b, t.region",
    "select one.a, other.b as again from t as one join t as other on one.a = other.a + 1": "a = t.a; again = t.b | t.a, t.b",
}  # fmt: skip


@pytest.mark.parametrize("text", QUERIES, ids=lambda text: text[:60])
def test_query(bench: Workbench, text: str) -> None:
    before, lineage = proven(bench, text, T, U)
    if lineage is None:
        pytest.fail(str(before))
    assert lineage.found.nodes["asked"].note == ""
    made: list[str] = []
    deciding: dict[str, set[str]] = {}
    for name in lineage.found.nodes["asked"].columns:
        found = lineage.column("asked", name)
        made.append(f"{name} = {', '.join(sorted(f'{end.node}.{end.column}' for end in found.sources))}".strip())
        deciding[name] = {f"{end.node}.{end.column}" for end in found.influenced_by if end.node and end.column}
        deciding[name] |= {f"{end.node}.{end.column}" for end in found.sources}
    everything = {
        f"{end.node}.{end.column}"
        for name in deciding
        for end in lineage.column("asked", name).influenced_by
        if end.node and end.column
    }
    assert f"{'; '.join(made)} | {', '.join(sorted(everything))}".strip() == QUERIES[text]
    for table, rows in (("t", T), ("u", U)):
        for column in rows[0]:
            safe = [name for name, listed in deciding.items() if f"{table}.{column}" not in listed]
            for values in (
                ()
                if not safe
                else ([*[row[column] for row in rows][1:], rows[0][column]], [rows[1][column]] * len(rows))
            ):
                changed = [{**row, column: value} for row, value in zip(rows, values, strict=True)]
                after, _ = proven(bench, text, changed if table == "t" else T, changed if table == "u" else U)
                assert [[row[name] for name in safe] for row in after] == [
                    [row[name] for name in safe] for row in before
                ]


def proven(bench: Workbench, text: str, t: list[Any], u: list[Any]) -> tuple[list[dict[str, Any]], PlanLineage | None]:
    nodes = {
        "t": ("inline_table", {"rows": t, "types": {"b": "double"}}),
        "u": ("inline_table", {"rows": u}),
        "asked": ("query", {"sql": text}),
        "shown": ("preview", {"rows": 100}),
    }
    used = [name for name in ("t", "u") if f"from {name}" in text or f" {name} " in f"{text} " or f", {name}" in text]
    given = plan(
        {name: node for name, node in nodes.items() if name in used or name not in ("t", "u")},
        *(f"{name} asked.{name}" for name in used), "asked shown",
        **({"inputs": {"least": {"type": "double", "default": 1.0}}} if ":least" in text else {}),
    )  # fmt: skip
    checked = bench.check(given)
    if checked.proven is None:
        return [{"refused": each.message} for each in checked.diagnostics], None
    shown = bench.project.execute(bench.project.compile(checked.proven)).previews[0]
    return [dict(zip(shown["columns"], row, strict=True)) for row in shown["rows"]], PlanLineage(checked.proven)


def test_what_cannot_be_followed_is_said(bench: Workbench) -> None:
    nodes = {"t": ("inline_table", {"rows": T}), "u": ("inline_table", {"rows": U})}
    text = "select t.a, c from t join (u join t as again on u.a = again.a) on t.a = u.a"
    checked = bench.check(plan({**nodes, "asked": ("query", {"sql": text})}, "t asked.t", "u asked.u"))
    assert checked.proven is not None, checked.text()
    lineage = PlanLineage(checked.proven)
    found = lineage.column("asked", "c")
    assert found.steps[-1].note.startswith("not followed: ")
    assert {f"{end.node}.{end.column}" for end in found.sources} == {"t.a", "t.region", "t.b", "u.a", "u.c"}


def test_python_code_may_use_everything(bench: Workbench, tmp_path: Path) -> None:
    bench.put("interlock.toml", 'nodes = ["own.py"]\n')
    bench.put(
        "own.py",
        "from interlock import Rows, node\n\n"
        "def same(one, **_):\n    return [(each.name, str(each.type)) for each in one]\n\n"
        "@node(columns=same)\n"
        'def passed(rows: Rows) -> Rows:\n    """Pass the rows on."""\n    return Rows(rows.columns, rows.rows)\n',
    )
    checked = bench.check(
        plan({"t": ("inline_table", {"rows": T}), "own": ("passed", {}), "o": ("write_csv", {"path": "o.csv"})})
    )
    assert checked.proven is not None, checked.text()
    found = PlanLineage(checked.proven).columns("o.region")[0]
    assert {(end.node, end.column) for end in found.sources} == {("t", "a"), ("t", "region"), ("t", "b")}
    assert "Python" in next(step.note for step in found.steps if step.node == "own")
