"""SELECTs of a plan's own writing, in shapes that no built-in node has, under several consumers.

Each must give what DuckDB gives for the text as it stands, with every optimisation and with none, or be refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from interlock.api import Project
from interlock.compiler.lower import PASSES, REQUIRED, lower
from interlock.compiler.targets.python import emit
from interlock.ir.plan import Contract, Edge, Input, Node, Plan

DATA = "id,region,v\n1,East,1.5\n2,West,2.5\n3,East,2.5\n4,East,2.5\n5,,0.25\n"

QUERIES = {
    "group-by-all": "select region, id, sum(v) as s from sales group by all",
    "ordinals": "select region, sum(v) as s from sales group by 1 order by 1",
    "last-aggregate": "select 1 as one, sum(id) as s from sales",
    "row-as-value": "select id, s from sales s",
    "lateral-alias": "select id + 1 as x, x * 2 as s from sales",
    "swapped-names": "select id as s, v as id from sales order by id, s",
    "having-alias": "select region, sum(v) as s from sales group by region having s > 2",
    "nested-sums": "select region, sum(sum(v)) over () as s from sales group by region",
    "rollup": "select region, sum(v) as s from sales where region is not null group by rollup(region)",
    "star": "select *, v * 2 as s from sales",
    "unnamed": "select region as s, count(*) from sales group by region",
    "cte": "with best as (select region, max(v) as s from sales group by region) select b.region, b.s from best b",
    "renamed-by-alias": "select s.w as s from sales as s(number, place, w) order by number",
    "cte-in-another-case": "with BEST as (select id as s from sales), B2 as (select s from best) select s from b2 order by s",
    "union": "select region as s from sales union select 'North' as s",
    "using": "select region, a.v as s from sales a join sales b using (id, region)",
    "filter": "select count(*) filter (where v > 1) as s, sum(v) filter (where id < 3) as t from sales",
    "spreads": "select region, round(var_samp(v), 9) as s, round(var_pop(v), 9) as p, round(stddev_pop(id), 9) as d from sales group by region",
    "position-in-an-expression": "select id, position('st' in region || case when v > 2 then 'st' end) as s from sales",
    "peers-spread": "select id, round(stddev_samp(v) over (order by region), 9) as s from sales",
    "peers-list": "select id, list(id order by id) over (order by region) as s from sales",
    "peers-last": "select id, last_value(region) over (order by region) as s, nth_value(region, 2) over (order by region) as t from sales",
    "peers-infinite": "select id, cast(sum(case when id = 4 then 'inf'::double else v end) over (order by region) as varchar) as s from sales",
    "peers-groups": "select id, avg(v) over (order by region groups between 1 preceding and current row) as s from sales",
    "range-with-a-distance": "select id, avg(v) over (order by id range between 2 preceding and current row) as s from sales",
    "named-window": "select id, row_number() over w as s, lag(id) over (w) as l, max(id) over (w rows 1 preceding) as m from sales window w as (order by id)",
    "window-of-a-window": "select id, rank() over (w order by v) as s from sales window w as (partition by region)",
    "having-and-a-place": "select region, sum(v) as s from sales group by region having avg(v) > 1 order by 2 limit 1",
    "having-a-key": "select upper(region) as region, sum(v) as s from sales group by region having region = 'East' and sum(v) > 1",
    "having-a-key-of-another-name": "select region as s, sum(v) as region from sales group by region having region > 'E' and sum(v) > 1",
    "having-its-own-name": "select region as s, sum(v) as v from sales group by region having sum(v) > 2",
    "having-an-alias-of-an-alias": "select region, sum(v) as total, total * 2 as s from sales group by region having s > 8",
    "having-a-subquery": "select region, sum(v) as s from sales group by region having sum(v) < (select max(s) from (select id as s from sales))",
    "having-under-a-name": "select left(region, 1) as region, sum(v) as s from sales group by 1 having sum(v) > 0 order by region",
    "having-beside-a-part": "with p as (select * from sales) select region, sum(v) as s from p group by region having sum(v) > 2",
    "unnamed-in-a-part": "with t as (select region, sum(v) from sales group by region) select *, 1 as s from t",
    "unnamed-by-name": 'select "sum(v)" as s from (select region, sum(v) from sales group by region)',
    "unnamed-beside-a-star": "select id as s, * exclude (id), sum(v) over () from sales",
    "order-by-all": "select id as s, v from sales order by all desc",
    "distinct-sorted": "select distinct region as s from sales order by region",
    "distinct-sorted-by-an-expression": "select distinct upper(region) as s from sales order by upper(region)",
    "distinct-star": "select distinct *, v as s from sales order by v, id",
    "distinct-on": "select distinct on (region) region, id as s from sales order by region, id desc",
    "distinct-joined": "select string_agg(distinct region, ',' order by region) as s from sales",
    "distinct-list": "select list(distinct region order by region desc) as s from sales",
    "ranked-star": "with t as (select * from sales) select row_number() over (order by id) as s from t",
    "ranked-groups": "select region, row_number() over (order by sum(id)) as s from sales group by 1",
    "ranked-values": "select a, row_number() over (order by a) as s from (values (2), (1)) as t(a)",
    "window-of-an-alias": "select v * 2 as w, sum(w) over (partition by region) as s from sales",
    "hidden-part": "with t as (select id, v from sales) select (with t as (select v from sales) select sum(v) from t) as s, id from t",
    "empty-list": "select id, [] as s from sales",
    "distinct-over-a-window": "select id, sum(distinct id) over (partition by region) as s from sales",
    "in-a-list-of-rows": "select id as s from sales where (id, region) in (select (id, region) from sales where v > 1)",
    "row-of-the-only-table": "select sales as s from sales",
    "correlated-sum": "select id, (select sum(b.id + a.id) from sales b) as s from sales a",
    "correlated-mean": "select id, (select round(avg(b.v * a.v), 9) from sales b) as s from sales a",
    "having-in-what-is-read": "select region, sum(t) as s from (select region, id, sum(v) as t from sales group by region, id having sum(v) > 1) as u group by region having sum(t) > 2",
    "having-in-a-part": "with t as (select region, sum(v) as s from sales group by region having sum(v) > 1) select sum(s) as s from t having sum(s) > 0",
    "having-in-a-condition": "select region, sum(v) as s from sales group by region having sum(v) > (select avg(v) from sales having avg(v) > 0)",
    "having-distinct-sorted": "select distinct sum(v) as s from sales group by region having sum(v) > 1 order by sum(v)",
    "having-distinct-with-its-table": "select distinct region as s from sales group by region having sum(v) > 0 order by sales.region",
    "ranked-in-one-row": "select row_number() over (order by sum(id)) as s, count(*) filter (where id > 2) as t from sales",
    "grouped-by-a-text": "select id as s, row_number() over (order by id) as r from sales group by '²', id",
    "by-name": "select region from sales union all by name select id as s, region from sales order by region",
    "by-name-nested": "select v from sales union by name (select id as s from sales union all by name select v from sales) order by v",
    "scalar-subquery": "select id, (select max(x.v) from sales x) as s from sales",
}
CONSUMERS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "as it is": [],
    "one column": [("select_columns", {"columns": ["s"]})],
    "counted": [("aggregate", {"by": [], "measures": [{"name": "s", "function": "count"}]})],
    "sorted before": [],
}
DIRECT = {
    "as it is": "select * from ({})",
    "one column": "select s from ({})",
    "counted": "select count(*) as s from ({})",
    "sorted before": "select * from ({})",
}


def plan_of(sql: str, consumer: str, contracts: tuple[Contract, ...] = ()) -> Plan:
    nodes = [Node("sales", "read_csv", params={"path": "sales.csv"})]
    chain = [("query", {"sql": sql}), *CONSUMERS[consumer], ("preview", {"rows": 50})]
    if consumer == "sorted before":
        chain.insert(0, ("sort_rows", {"by": ["v desc"]}))
    edges = []
    for index, (kind, params) in enumerate(chain, 1):
        name = "shown" if kind == "preview" else f"n{index}"
        port = "sales" if kind == "query" else None
        edges.append(Edge(nodes[-1].id, name, port, index))
        nodes.append(Node(name, kind, params=params, index=index))
    return Plan(tuple(nodes), tuple(edges), contracts=contracts)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "sales.csv").write_text(DATA)
    return Project(tmp_path)


def shown(rows: list[list[Any]]) -> list[str]:
    return sorted(map(str, rows))


@pytest.mark.parametrize(
    "consumer",
    [pytest.param(each, marks=[pytest.mark.slow] * (each not in ("as it is", "one column"))) for each in CONSUMERS],
)
@pytest.mark.parametrize("name", QUERIES)
def test_a_query_means_what_it_says(name: str, consumer: str, project: Project) -> None:
    sql = QUERIES[name]
    verdict = project.check(plan_of(sql, consumer))
    assert verdict.checked is not None, verdict.errors
    engine = duckdb.connect()
    engine.execute(f"create table sales as from read_csv('{project.root}/sales.csv')")
    wanted = shown([list(row) for row in engine.execute(DIRECT[consumer].format(sql)).fetchall()])
    for passes in (PASSES, tuple(each for each in PASSES if each in REQUIRED)):
        report = project.execute(emit(lower(verdict.checked, passes)))
        assert shown(report.previews[-1]["rows"]) == wanted


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("select sum(distinct v) over () as s from sales", "IL603"),
        ("select distinct region from sales order by v limit 1", "IL602"),
        ("select corr(v, id) as s from sales", "IL601"),
        ("select id from sales limit 2", "IL601"),
        ("select id, arg_min(id, region) over (order by v) as s from sales", "IL601"),
        ("select id, mode(id) over (order by v) as s from sales", "IL601"),
        ("select count(*) as n from (select id from sales offset 2)", "IL601"),
        ("select a.id, b.id as s from sales a asof join sales b on a.region = b.region and a.id >= b.id", "IL601"),
        ("select (id, region) as s from sales", "IL303"),
        ("select a.id, b.id from sales a join sales b using (region)", "IL304"),
    ],
)
def test_what_could_differ_is_refused(sql: str, code: str, project: Project) -> None:
    assert [each.code for each in project.check(plan_of(sql, "as it is")).errors] == [code]


@pytest.mark.parametrize(
    ("sql", "body"),
    [
        ("select v as id, id as v from sales order by id", {"order": ["v"]}),
        ("select id as b, v as id from sales order by id", {"order": ["b"]}),
        ("select a.id, b.id as s from sales a join sales b using (region) order by b.id", {"order": ["id"]}),
        ("select * replace (-v as v) from sales order by v", {"order": ["v"]}),
        ("select * rename (v as id, id as v) from sales order by id", {"order": ["id"]}),
        ("select *, -v as v from sales order by v", {"order": ["v"]}),
        ("select *, -v as v from sales order by v", {"order": ["v_1"]}),
    ],
)
def test_no_order_is_claimed_that_is_not_there(sql: str, body: dict[str, Any], project: Project) -> None:
    errors = project.check(plan_of(sql, "as it is", (Contract("n1", body),))).errors
    assert [each.code for each in errors] == ["IL405"]


@pytest.mark.parametrize(
    "sql",
    [
        "select id, row_number() over (order by region) as s from sales",
        "select region, first(id order by region) as s from sales group by region",
        "select region, string_agg(cast(id as varchar), ',' order by v) as s from sales group by region",
        "select id, sum(v) over (order by region rows between 1 preceding and current row) as s from sales",
        "select id, max(id) over (w rows between 1 preceding and current row) as s from sales window w as (order by region)",
        "select id, last_value(id) over (order by region, v range between current row and current row) as s from sales",
        "select region from sales union all by name select id, region from sales order by region limit 150000",
        "select id from sales where id in (select id from sales where v > 2)",
        "select id from sales a where exists (select 1 from sales b where b.id = a.id + 1)",
        "select id, (select max(b.id) from sales b where b.region = a.region and b.id < 9) as s from sales a",
    ],
)
def test_ties_are_settled(sql: str, project: Project) -> None:
    lines = [f"{index},{'EW'[index % 2]},{index % 7}.5" for index in range(200_000)]
    (project.root / "sales.csv").write_text("id,region,v\n" + "\n".join(lines) + "\n")
    plan = plan_of(sql, "as it is")
    sink = Node("out", "write_csv", params={"path": "out.csv"}, index=9)
    verdict = project.check(Plan((*plan.nodes, sink), (*plan.edges, Edge("shown", "out", None, 9))))
    assert verdict.checked is not None, verdict.errors
    artifact = project.compile(verdict.checked)
    digests = {project.execute(artifact, threads=threads).outputs[0]["digest"] for threads in (1, 2, 4, 4)}
    assert len(digests) == 1


@pytest.mark.parametrize("word", ["rows", "ROWS"])
def test_rows_that_tie_in_a_frame_go_by_their_columns(word: str, project: Project) -> None:
    sql = f"select id, min(id) over (order by region {word} between 1 preceding and current row) as s from sales"
    (project.root / "sales.csv").write_text("id,region,v\n3,E,1.5\n1,E,1.5\n2,E,1.5\n")
    verdict = project.check(plan_of(sql, "as it is"))
    assert verdict.checked is not None, verdict.errors
    assert shown(project.execute(project.compile(verdict.checked)).previews[-1]["rows"]) == [
        "[1, 1]",
        "[2, 1]",
        "[3, 2]",
    ]


def test_a_part_of_a_text_that_is_always_null(tmp_path: Path) -> None:
    """The engine by itself cannot run this: an optimisation of its own fails."""
    (tmp_path / "sales.csv").write_text("id,region\n")
    text = "select p from (select max(region) as p from sales) where split_part(p, '-', 1) <> 'x'"
    with duckdb.connect() as connection, pytest.raises(duckdb.Error, match="BoundFunctionExpression"):
        connection.execute("create table sales(id bigint, region varchar)")
        connection.execute(text)
    nodes = (
        Node("sales", "read_csv", params={"path": "sales.csv", "types": {"id": "bigint", "region": "varchar"}}),
        Node("part", "query", params={"sql": text}, index=1),
        Node("out", "write_csv", params={"path": "out.csv"}, index=2),
    )
    edges = (Edge("sales", "part", index=0), Edge("part", "out", index=1))
    project = Project(tmp_path)
    checked = project.check(Plan(nodes, edges)).checked
    assert checked is not None
    project.execute(project.compile(checked))
    assert (tmp_path / "out.csv").read_text() == "p\n"


def test_a_part_named_like_a_node_is_no_node(project: Project) -> None:
    text = "with n1 as (select id from s where id > 3), sales as (select * from n1) select count(*) as s, (select count(*) from s) as t from sales"
    nodes = (
        Node("sales", "read_csv", params={"path": "sales.csv"}),
        Node("n1", "filter_rows", params={"where": "id > 0"}, index=1),
        Node("n2", "filter_rows", params={"where": "id > 0"}, index=2),
        Node("q", "query", params={"sql": text}, index=3),
        Node("shown", "preview", params={"rows": 5}, index=4),
        Node("also", "preview", params={"rows": 5}, index=5),
    )
    edges = (
        Edge("sales", "n1", index=0),
        Edge("sales", "n2", index=1),
        Edge("n2", "q", "s", 2),
        Edge("q", "shown", index=3),
        Edge("n1", "also", index=4),
    )
    checked = project.check(Plan(nodes, edges)).checked
    assert checked is not None
    for passes in (PASSES, tuple(each for each in PASSES if each in REQUIRED)):
        previews = project.execute(emit(lower(checked, passes))).previews
        assert [each["rows"] for each in previews if each["step"] == "shown"] == [[[2, 5]]]


def test_an_index_that_is_a_run_input_counts_from_one(project: Project) -> None:
    plan = plan_of(
        "select [10, 20, 30][:n] as s, [10, 20, 30][:n + 1] as t, 'abc'[:n] as u from sales where id = 1", "as it is"
    )
    checked = project.check(Plan(plan.nodes, plan.edges, inputs=(Input("n", "bigint", 2, True),))).checked
    assert checked is not None
    assert shown(project.execute(project.compile(checked)).previews[-1]["rows"]) == ["[20, 30, 'b']"]


@pytest.mark.parametrize(
    "sql",
    [
        "select id, v from sales order by 2, 1",
        "select v as x, id as v from sales order by 1",
        "select upper(region) as v, id from sales order by upper(region)",
        "select * from sales order by v, id",
        "select s.* exclude (region) from sales s order by v, id",
        "select v, null n from sales order by sales.v",
        "select *, id * 2 twice from sales order by v, id",
    ],
)
def test_an_order_by_place_or_by_what_is_selected_is_known(sql: str, project: Project) -> None:
    wanted = sql.split(" as ")[1].split(",")[0] if " as " in sql else "v"
    assert project.check(plan_of(sql, "as it is", (Contract("n1", {"order": [wanted]}),))).errors == ()


def test_a_part_of_a_run_input_has_the_type_of_that_part(project: Project) -> None:
    parts = "extract(week from :day) as w, date_part('dow', :day) as d, date_part('epoch', :day) as e"
    plan = plan_of(f"select id, {parts} from sales where id = 1", "as it is")
    checked = project.check(Plan(plan.nodes, plan.edges, inputs=(Input("day", "date", "2025-02-21", True),))).checked
    assert checked is not None
    assert [str(each.type) for each in checked.by_id["n1"].schema] == ["bigint", "bigint", "bigint", "double"]
    assert shown(project.execute(project.compile(checked)).previews[-1]["rows"]) == ["[1, 8, 5, 1740096000.0]"]


def test_what_is_always_null_has_a_type(project: Project, tmp_path: Path) -> None:
    text = "select id, null as z, [null] as l, region || null as g from sales"
    nodes = (
        Node("sales", "read_csv", params={"path": "sales.csv"}),
        Node("nulls", "query", params={"sql": text}, index=1),
        Node("file", "write_parquet", params={"path": "nulls.parquet"}, index=2),
        Node("used", "query", params={"sql": "select sum(coalesce(z, id)) as s, max(z) as m from nulls"}, index=3),
        Node("shown", "preview", params={"rows": 5}, index=4),
    )
    edges = (
        Edge("sales", "nulls", index=0),
        Edge("nulls", "file", index=1),
        Edge("nulls", "used", index=2),
        Edge("used", "shown", index=3),
    )
    checked = project.check(Plan(nodes, edges)).checked
    assert checked is not None
    for passes in (PASSES, tuple(each for each in PASSES if each in REQUIRED)):
        previews = project.execute(emit(lower(checked, passes))).previews
        assert [each["rows"] for each in previews] == [[[15, None]]]
        kinds = duckdb.sql(f"select * from read_parquet('{tmp_path}/nulls.parquet')").types
        assert [str(kind) for kind in kinds] == ["BIGINT", "INTEGER", "INTEGER[]", "INTEGER"]
