"""One read-only SELECT over named tables: what it may hold, what it may not, and that it stays what was written."""

from __future__ import annotations

import json

import pytest
from expression_data import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.ir.expressions import Problem, Select, admit_select
from interlock.ir.types import Type, schema

TABLES = {"t": schema(a="integer", b="varchar", c="boolean", d="date"), "Other": schema(a="integer", x="double")}
INPUTS = {"low": Type("double")}


def query(text: str) -> Select:
    found = admit_select(text, TABLES, INPUTS)
    assert isinstance(found, Select), (text, found)
    return found


def refused(text: str) -> Problem:
    found = admit_select(text, TABLES, INPUTS)
    assert isinstance(found, list) and found, (text, found)
    assert all(0 <= problem.start <= problem.end <= len(text) for problem in found)
    return found[0]


FAITHFUL = [
    "select a, b from t",
    "select * from t order by a limit 5 offset 2",
    "select b, sum(a) as total, count(*), count(distinct c) from t group by b having sum(a) > 1 order by total desc nulls first",
    "select t.a, o.x from t join other as o on t.a = o.a",
    "select t.a from t left join other as o using (a) where o.x is null",
    "select a from t full join other using (a) cross join (select 1 as one)",
    "with big as (select * from t where a > 1), small as (select a from big) select count(*) from small",
    "select a from t union all select a from other",
    "(select a from t except select a from other) order by a",
    "select a from t where a in (select a from other) and not exists (select 1 from other as o where o.a = t.a)",
    "select (select max(x) from other) as top, a from t",
    "select row_number() over (partition by b order by a) as n, sum(a) over (partition by b) as s from t",
    "select lag(a, 1, 0) over w, avg(a) over (order by a rows between 2 preceding and current row) from t window w as (order by a)",
    "select a from t qualify rank() over (order by a) <= 3",
    "select string_agg(b, ',' order by a) filter (where c), first(b order by a) from t",
    "select distinct b from t",
    "select distinct on (b) b, a from t order by b, a",
    "select x from (values (1, 'a'), (2, 'b')) as v(x, y)",
    "select * exclude (a) from t",
    "select case when a > 1 then 'x' else 'y' end, cast(a as double), try_cast(b as integer), a::bigint from t",
    "select b, count(*) from t group by all order by b",
    "select b, c, count(*) from t group by rollup (b, c)",
    "select b from t group by grouping sets ((b), ())",
    "select a + 2 * 3 - 1, -a * 2, a % 2 * 3, a // 2, a / 2, a - (1 - 2), (a + 1) * 2, a * (2 % 3), - a + 1 from t",
    "select not c and c or c, not (c and c), a = 1 and not b = 'x', a between 1 and 2 and c from t",
    "select b || 'x' || 'y' = 'z', b like 'x%' and b not like 'y', b ilike 'z' from t",
    "select a is null, (a is not null) = c, a is not distinct from 1 from t",
    "select a in (1, 2), (a not in (1, 2)) = c, not a in (1) from t",
    "select substring(b, 1, 2), left(b, 2), lower(b), round(a / 3, 2), coalesce(a, 0), greatest(a, 1) from t",
    "select date_trunc('month', d), d + interval '3' day, date '2024-01-31', extract(year from d), strftime(d, '%Y') from t",
    "select b[a], b[-1], b[a + 1], (a, b) from t",
    "with x as (select 1 as a) select * from (select * from x where a in (select a from x)) union all select * from x",
    "select [1, 2][1], b[1], list_contains([1, 2], a) from t",
    'select "a" as "Odd name", t."b" from t',
    "select a /* why */ from t -- because",
    "from t select a where a > 1",
]


@pytest.mark.parametrize("text", FAITHFUL)
def test_a_query_stays_what_was_written(text: str) -> None:
    assert as_duckdb_reads(query(text).sql) == as_duckdb_reads(text)


def as_duckdb_reads(text: str) -> object:
    found = json.loads(connection().execute("select json_serialize_sql(?)", [text]).fetchall()[0][0])
    assert not found["error"], (text, found)
    return plain(found["statements"][0]["node"])


def plain(tree: object) -> object:
    """DuckDB's tree without places, and with two spellings of one meaning made equal."""
    if isinstance(tree, list):
        return [plain(part) for part in tree]
    if isinstance(tree, str):
        return tree.lower()
    if not isinstance(tree, dict):
        return tree
    found = {key: plain(part) for key, part in tree.items() if not key.startswith("query_location")}
    children = found.get("children")
    if found.get("type") == "operator_not" and isinstance(children, list) and isinstance(children[0], dict):
        inner = children[0]
        if inner.get("type") in ("compare_in", "operator_is_null"):
            return {
                **inner,
                "type": {"compare_in": "compare_not_in", "operator_is_null": "operator_is_not_null"}[inner["type"]],
            }
        if inner.get("function_name") in ("~~", "~~*"):
            return {**inner, "function_name": "!" + inner["function_name"], "qualified_name": None}
    if found.get("function_name") in ("!~~", "!~~*"):
        found["qualified_name"] = None
    return found


def test_tables_and_inputs_are_told() -> None:
    found = query("select T.a from OTHER as o join T on o.a = T.a where x > :low")
    assert (found.tables, found.inputs) == (("Other", "t"), ("low",))
    assert "CAST(GETVARIABLE('low') AS DOUBLE)" in found.sql and '"Other"' in found.sql
    assert query("select :low").inputs == ("low",)
    assert (
        query("select nvl(a, 1), countif(c), len(b) from t").sql
        == 'SELECT COALESCE(a, 1), COUNT_IF(c), LENGTH(b) FROM "t"'
    )


REFUSALS = [
    ("drop table t", "not-allowed", "drop"),
    ("insert into t select * from t", "not-allowed", "insert"),
    ("select 1; select 2", "not-allowed", "select 1; select 2"),
    ("explain select 1", "not-allowed", "explain"),
    ("pragma version", "not-allowed", "pragma"),
    ("set threads = 1", "not-allowed", "set"),
    ("copy t to 'x'", "not-allowed", "copy"),
    ("attach 'x'", "not-allowed", "attach"),
    ("values (1)", "not-allowed", "values"),
    ("select a into u from t", "not-allowed", "u"),
    ("select * from tt", "unknown-column", "tt"),
    ("select * from 'data.csv'", "not-allowed", "'data.csv'"),
    ('select * from "data.parquet"', "not-allowed", '"data.parquet"'),
    ("select * from information_schema.tables", "not-allowed", "information_schema.tables"),
    ("select * from main.t", "not-allowed", "main.t"),
    ("select count(*) from read_csv('x')", "not-allowed", None),
    ("select count(*) from range(10)", "not-allowed", None),
    ("select count(*) from glob('*')", "not-allowed", None),
    ("with recursive r as (select 1) select * from r", "not-allowed", None),
    ("with t as (select 1 as a) select * from t", "not-allowed", "t"),
    ("with x as (select * from x) select * from x", "unknown-column", "x"),
    ("with p as (select * from q), q as (select 1 as a) select * from p", "unknown-column", "q"),
    ("select * from (with x as (select 1 as a) select * from x) as y, x", "unknown-column", "x"),
    ('with "x.csv" as (select * from "x.csv") select * from "x.csv"', "not-allowed", '"x.csv"'),
    ("select rowid from t", "not-deterministic", "rowid"),
    ("select main.getvariable('x') from t", "not-allowed", "getvariable"),
    ("select E'a' from t", "not-allowed", None),
    ("select b[1:2] from t", "not-allowed", None),
    ("select * from t using sample 10", "not-deterministic", None),
    ("select * from t tablesample 10%", "not-deterministic", None),
    ("select a from t limit 5", "not-deterministic", "5"),
    ("select a from (select a from t limit 5) order by a", "not-deterministic", "5"),
    ("select first(a) from t", "not-deterministic", "first"),
    ("select any_value(a) from t", "not-deterministic", "any_value"),
    ("select string_agg(b, ',') from t", "not-deterministic", "string_agg"),
    ("select array_agg(a) from t", "not-deterministic", "array_agg"),
    ("select max_by(a, b) from t", "not-deterministic", "max_by"),
    ("select mode(a) from t", "not-deterministic", "mode"),
    ("select approx_count_distinct(a) from t", "not-deterministic", "approx_count_distinct"),
    ("select row_number() over () from t", "not-deterministic", "row_number"),
    ("select lag(a) over (partition by b) from t", "not-deterministic", "lag"),
    ("select lag(a) over w from t window w as (partition by b)", "not-deterministic", "lag"),
    ("select row_number() from t", "not-allowed", "row_number"),
    ("select distinct on (b) a from t", "not-deterministic", "b"),
    ("select now() from t", "not-deterministic", "now"),
    ("select current_timestamp from t", "not-deterministic", "current_timestamp"),
    ("select random() from t", "not-deterministic", "random"),
    ("select getvariable('x') from t", "not-allowed", "getvariable"),
    ("select current_setting('x') from t", "not-allowed", "current_setting"),
    ("select nosuch(a) from t", "unknown-function", "nosuch"),
    ("select a from t where a > ?", "not-allowed", None),
    ("select $1 from t", "not-allowed", None),
    ("select :nope from t", "unknown-input", ":nope"),
    ("select list_transform([1], x -> x) from t", "not-allowed", None),
    ("select b collate nocase from t", "not-allowed", None),
    ("select t.a from t positional join other", "not-deterministic", None),
    ("select * from t pivot (sum(a) for b in ('x'))", "not-allowed", None),
    ("pivot t on b using sum(a)", "not-allowed", "pivot"),
    ("select unnest([1, 2]) from t", "not-allowed", "unnest"),
    ("select columns('a') from t", "unknown-function", "columns"),
    ("select any_value(a) ignore nulls from t", "not-allowed", None),
    ("select a from t for update", "not-allowed", None),
    ("select", "syntax", None),
    ("select a from", "syntax", None),
    ("select a frm t", "syntax", None),
    ("", "syntax", ""),
    ("select 'a\x00b'", "syntax", "\x00"),
]


@pytest.mark.parametrize(("text", "reason", "shown"), REFUSALS, ids=[repr(row[0]) for row in REFUSALS])
def test_queries_that_are_refused(text: str, reason: str, shown: str | None) -> None:
    problem = refused(text)
    assert problem.reason == reason
    assert shown is None or text[problem.start : problem.end] == shown


@pytest.mark.parametrize(
    ("condition", "written"),
    [("b ~ 'x'", "~"), ("b !~ 'x'", "~"), ("b similar to 'x'", "similar to"), ("b glob 'x*'", "glob")],
)
def test_what_to_write_instead_of_other_ways_to_match(condition: str, written: str) -> None:
    problem = refused(f"select a from t where {condition}")
    assert problem.reason == "not-allowed"
    assert problem.message.startswith(f"`{written}` is not allowed: write `")


@pytest.mark.parametrize(
    "value",
    [
        "timestamp '2024-01-31 10:00:00'::date",
        "date '2024-01-31'::timestamp",
        "time '10:00:00'::varchar",
        "date '2024-01-31'",
    ],
)
def test_a_literal_with_its_type_is_cast_as_a_whole(value: str) -> None:
    written, printed = (
        connection().execute(text) for text in (f"select {value} as x", query(f"select {value} as x").sql)
    )
    assert printed.description == written.description


def test_a_misspelt_table_is_mended() -> None:
    assert refused("select * from othr").replacement == "select * from Other"


HOSTILE = ["select " + "(" * 5000, "select " + "-" * 5000 + "1", "select " + "a + " * 4000 + "1", "with " * 1000, "select \ud800",
           "select " + "case when a then " * 90 + "1" + " end" * 90, "select ꙮ", "select * from t " + "join t using (a) " * 800, "(((", "select 'x"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(text[:20]) for text in HOSTILE])
def test_hostile_queries_are_answered(text: str) -> None:
    found = admit_select(text, TABLES, INPUTS)
    assert isinstance(found, Select) or found


WORDS = st.sampled_from(
    "select from t other a b x , ( ) * 1 'x' where group by order having limit union all with as join on = and or not null case "
    "when then end sum( count( over partition :low values distinct in exists interval cast ; . :: [ ]".split()
)


@settings(max_examples=200)
@given(st.lists(WORDS, max_size=14).map(lambda words: "select " + " ".join(words)))
def test_no_query_raises(text: str) -> None:
    found = admit_select(text, TABLES, INPUTS)
    assert isinstance(found, Select) or all(0 <= problem.start <= problem.end <= len(text) for problem in found)
