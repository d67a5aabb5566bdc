"""Texts that a query writes where the engine wants a value of another type: none that is no such value gets to a run."""

from __future__ import annotations

from typing import Any

import pytest
from workbench import Workbench, plan

ROWS = [{"city": "Ulm", "n": 1, "d": 1.5, "day": "2024-01-02", "at": "2024-01-02T03:04:05", "ok": True}]
TYPES = {"day": "date", "at": "timestamp", "d": "double"}


def reading(sql: str) -> dict[str, Any]:
    nodes = {
        "t": ("inline_table", {"rows": ROWS, "types": TYPES}),
        "u": ("derive_columns", {"columns": {"l": "[n, 2]"}}),
        "q": ("query", {"sql": sql}),
        "o": ("write_csv", {"path": "o.csv"}),
    }
    return plan(nodes, "t u", "u q.t", "q o")


@pytest.mark.parametrize(
    ("sql", "literal", "kind"),
    [
        ("select count_if('x') filter (where n > 0) as a from t", "'x'", "boolean"),
        ("select bool_or('x') over (order by n) as a from t", "'x'", "boolean"),
        ("select stddev_samp('x') filter (where n > 0) as a from t", "'x'", "double"),
        ("select lag(n, 'x') over (order by n) as a from t", "'x'", "bigint"),
        ("select lag(n, 1, 'none') over (order by n) as a from t", "'none'", "bigint"),
        ("select ntile('x') over (order by n) as a from t", "'x'", "bigint"),
        ("select left(city, 'x') as a from t", "'x'", "bigint"),
        ("select lpad(city, 'é', ' ') as a, 'ü' as b from t", "'é'", "integer"),
        ("select l['x'] as a from t", "'x'", "bigint"),
        ("select list_contains(l, 'x') as a from t", "'x'", "bigint"),
        ("select date_diff('day', day, 'soon') as a from t", "'soon'", "date"),
        ("select time_bucket('x', at) as a from t", "'x'", "interval"),
        ("select pow(d, 'x') as a from t", "'x'", "double"),
        ("select if(ok, n, 'none') as a from t", "'none'", "bigint"),
        ("select [n, 'none'] as a from t", "'none'", "bigint"),
        ("select n + 'x' as a from t", "'x'", "bigint"),
        ("select coalesce(day, at, '2024-01-01 25:00:00') as a from t", "'2024-01-01 25:00:00'", "timestamp"),
        ("select case when ok then day else 'none' end as a from t", "'none'", "date"),
        ("select greatest(d, 'x') as a from t", "'x'", "double"),
        ("select n from t order by left(city, 'x')", "'x'", "bigint"),
        ("select sum(n) as a from t group by left(city, 'x')", "'x'", "bigint"),
        ("with p as (select left(city, 'x') as a from t) select n from t", "'x'", "bigint"),
        ("select n from t where exists (select 1 from t as b where left(b.city, 'x') = 'U')", "'x'", "bigint"),
    ],
)
def test_what_is_no_such_value_is_refused_at_its_place(sql: str, literal: str, kind: str, bench: Workbench) -> None:
    (found,) = bench.check(reading(sql)).diagnostics
    assert (found.code, found.data["found"]) == ("IL302", literal[1:-1])
    assert f"{literal} is not a" in found.message.replace("`", "") and kind in found.message
    place = found.at
    assert place.start is not None and sql[place.start : place.end] == literal


def test_the_one_that_is_none_is_named_among_others_of_the_same_text(bench: Workbench) -> None:
    sql = "select 'x' as a, concat('x', city) as b, left(city, 'x') as c, 'x' as d from t"
    (found,) = bench.check(reading(sql)).diagnostics
    assert found.at.start == sql.index("'x') as c")


@pytest.mark.parametrize(
    "sql",
    [
        "select coalesce(n, '5') as a, left(city, '2') as b, l['1'] as c, n + '5' as e, d + '1.5' as f from t",
        "select try_cast('x' as bigint) as a, lag(day, 1, '2024-01-01') over (order by n) as b from t",
        "select greatest(d, 'nan') as a, greatest(at, 'infinity') as b, time_bucket('1 day', at) as c from t",
        "select bit_or(try_cast(21 / cast('nan' as double) as bigint)) as a, max(1e308 * -10) as b, left('nan', '1') as c from t",
        "select n from t where day > '2024-01-01' and at < '2025-01-01 10:00'",
    ],
)
def test_what_is_one_runs(sql: str, bench: Workbench) -> None:
    assert bench.run(reading(sql)).outputs[0]["rows"] == 1
