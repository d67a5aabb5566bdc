"""The reference interpreter of queries gives what a run of the plan gives: columns, types, values and order."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from interlock.api import Project
from interlock.evaluation.cases import Case
from interlock.evaluation.oracles.fault import NotJudged
from interlock.evaluation.oracles.meaning import difference_of, meaning
from interlock.evaluation.oracles.soundness import soundness
from interlock.evaluation.reference.select import run_select
from interlock.evaluation.reference.terms import MayStop
from interlock.evaluation.trials import Trial

SALES: dict[str, Any] = {
    "columns": {"id": "bigint", "region": "varchar", "v": "double", "price": "decimal(9,2)", "day": "date"},
    "rows": [
        [1, "East", 1.5, "10.00", "2024-01-31"],
        [2, "West", 2.5, "0.50", None],
        [3, "East", 2.5, None, "2024-02-29"],
        [4, None, -0.0, "-3.25", "1969-07-20"],
        [5, "east", None, "10.00", "2024-01-31"],
        [5, "East", 2.5, "99.99", "2024-03-01"],
    ],
}
REGIONS: dict[str, Any] = {
    "columns": {"region": "varchar", "boss": "varchar", "rank": "integer"},
    "rows": [["East", "Ann", 2], ["West", "Bo", 1], ["North", "Cy", None], [None, "Di", 4], ["East", "Ed", 2]],
}
QUERIES = [
    "select * from sales",
    "select id + 1 as x, x * 2 as y from sales where v is not null",
    "select region, count(*) as n, sum(v) as s, avg(price) as m from sales group by region",
    "select region, id, max(v) as top from sales group by all",
    "select upper(region) as r, count(distinct id) as n from sales group by 1 order by 2 desc, 1",
    "select region, sum(v) as s from sales group by region having s > 1 and count(*) > 1",
    "select count(*) as n, min(v) as a, max(v) as b, median(v) as c, stddev(v) as d from sales where id > 99",
    "select count(*) filter (where v > 1) as n, sum(price) filter (where id < 3) as t from sales",
    "select string_agg(region, '|' order by id desc) as t, list(v order by id) as l, first(day order by v) as f from sales",
    "select arg_max(region, v order by id) as a, mode(region order by id) as m, any_value(day order by id) as d from sales",
    "select quantile_cont(v, 0.3) as a, quantile_disc(id, 0.5) as b, mad(v) as c, bit_xor(id) as d from sales",
    "select quantile_cont(v * 0.0000018365, 0.3) as a, median(v * -0.0000045170) as b from sales",
    "select quantile_cont(day + id * interval 1237 second, 0.4) as a, quantile_cont(day, 0.7) as b from sales",
    "select histogram(region) as h, bool_and(v > 0) as a, count_if(v > 2) as b from sales",
    "select s.id, r.boss from sales s join regions r on s.region = r.region",
    "select s.id, r.boss from sales s left join regions r on s.region = r.region and r.rank > 1 order by s.id desc",
    "select s.id, r.boss from sales s right join regions r on s.region = r.region order by boss, id",
    "select s.id, r.boss from sales s full join regions r on s.region = r.region and s.v > 2",
    "select id from sales semi join regions r on sales.region = r.region order by id",
    "select id, v from sales anti join regions r on sales.region = r.region",
    "select id, boss from sales join regions using (region) where rank = 2",
    "select a.id as one, b.id as other from sales a cross join sales b where a.id < b.id order by 1, 2 limit 4 offset 1",
    "select a.id, b.boss from sales a, regions b where a.region = b.region",
    "select id, row_number() over (partition by region order by v desc) as r from sales",
    "select id, rank() over (order by v) as a, dense_rank() over (order by v desc nulls first) as b from sales",
    "select id, lag(v, 1, 0.0) over (order by id) as p, lead(region) over (order by id, v) as q from sales",
    "select id, first_value(v) over (order by region) as f, last_value(v) over (order by region) as l from sales",
    "select id, nth_value(id, 2) over (order by v rows between unbounded preceding and unbounded following) as n from sales",
    "select id, sum(id) over (order by v rows between 1 preceding and 1 following) as s, ntile(2) over (order by id) as t from sales",
    "select id, count(*) over (partition by region) as n, percent_rank() over (order by id) as p, cume_dist() over (order by id) as c from sales",
    "select region, sum(sum(v)) over (order by region) as running from sales group by region",
    "select id, region from sales qualify row_number() over (partition by region order by id desc) = 1",
    "select id, max(v) over w as m from sales window w as (partition by region order by id)",
    "with big as (select * from sales where v > 1), n as (select count(*) as n from big) select id, n from big cross join n",
    "select region from sales union select region from regions",
    "select region from sales union all select boss from regions order by 1 nulls first limit 7",
    "select region from sales intersect select region from regions",
    "select region from sales except select region from regions where boss = 'Ann'",
    "select id from sales except all select 5",
    "select distinct region, v from sales",
    "select distinct region from sales order by region desc",
    "select id, (select max(rank) from regions) as top from sales where region in (select region from regions)",
    "select id from sales where region not in (select region from regions where region is not null)",
    "select id from sales where exists (select 1 from regions where rank > 3)",
    "select x.r, x.n from (select region as r, count(*) as n from sales group by region order by n desc) x where n > 1",
    "select v from (select id, v from sales order by v desc, id) as s",
    "select id, timestamp '2024-01-31 10:00:00'::date as d, date '2024-01-31' - day as n from sales",
    "select case when v > 2 then 'high' when v is null then 'none' else 'low' end as k, count(*) as n from sales group by k order by n desc, k",
    "select case region when 'East' then 1 else 0 end as e, price * 2 as p, price / 3 as q, id % 2 as o from sales",
    "select id as s, v as id from sales order by id, s",
    "select *, id from sales",
    "select id from sales where region in (select region from regions where rank < 3)",
    "select id, (select count(*) from regions) as n from sales",
    "select id, exists (select 1 from regions where rank > 99) as e from sales",
    "select id, nth_value(v, 2) over (order by region) as n from sales",
    "select id, extract(day from cast(null as date)) as d, date_part('dow', cast(null as date)) as w from sales",
    "select histogram(day) as days, histogram(v > 2) as high from sales group by id",
]


def inline(table: dict[str, Any]) -> dict[str, Any]:
    """The parameters of an inline table of these columns and rows."""
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    return {"rows": rows, "types": table["columns"]}


def case_of(sql: str) -> Case:
    nodes: list[dict[str, Any]] = [
        {"id": "sales", "type": "inline_table@1", "params": inline(SALES)},
        {"id": "regions", "type": "inline_table@1", "params": inline(REGIONS)},
        {"id": "result", "type": "query@1", "params": {"sql": sql}},
        {"id": "out", "type": "write_jsonl@1", "params": {"path": "out/result.jsonl"}},
    ]
    edges = [
        {"from": "sales", "to": "result", "port": "sales"},
        {"from": "regions", "to": "result", "port": "regions"},
        {"from": "result", "to": "out"},
    ]
    return Case({"interlock": 1, "name": "case", "nodes": nodes, "edges": edges})


@pytest.mark.parametrize("sql", QUERIES)
def test_queries_give_what_a_run_gives(sql: str, tmp_path: Path) -> None:
    trial = Trial(case_of(sql), tmp_path, Project)
    assert trial.checked.proven is not None
    assert trial.plain.failed is None
    assert list(meaning(trial, Random(1))) == []
    reference = trial.reference
    assert isinstance(reference, dict)
    tables = {name: reference[name] for name in ("sales", "regions")}
    assert difference_of(run_select(sql, tables), reference["result"]) == ""


JOINED = "sales anti join regions on lower(sales.region) = lower(regions.region)"


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(f"select id from {JOINED} where cast(sales.region as boolean)", id="rows-that-a-join-takes-away"),
        pytest.param(
            "select median(cast(region as boolean)::int) filter (where false) as m from sales",
            id="what-a-filter-leaves-out",
        ),
    ],
)
def test_what_may_be_computed_may_stop(sql: str, tmp_path: Path) -> None:
    trial = Trial(case_of(sql), tmp_path, Project)
    assert isinstance(trial.reference, MayStop)
    assert list(soundness(trial, Random(1))) == []


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(
            "select id from sales where cast(day as timestamp) > cast(day as timestamp)::timestamptz",
            id="moments-with-and-without-a-zone",
        ),
        pytest.param(
            "with part as (select *, id as id from sales) select part.id, part.v from part", id="columns-of-one-name"
        ),
    ],
)
def test_what_is_not_judged(sql: str, tmp_path: Path) -> None:
    trial = Trial(case_of(sql), tmp_path, Project)
    assert trial.checked.proven is not None
    with pytest.raises(NotJudged):
        list(meaning(trial, Random(1)))
