"""What a query compares and joins: two sides that do not compare, and joins that pair every row with every row."""

from __future__ import annotations

import pytest

from interlock.ir.expressions import Problem, Select, admit_select
from interlock.ir.types import Type, schema

TABLES = {
    "t": schema(a="integer", b="varchar", c="boolean", d="date", e="double", ts="timestamp", tz="timestamptz"),
    "Other": schema(a="integer", x="double", b="varchar"),
    "rates": schema(a="varchar", r="decimal(10,2)"),
}
INPUTS = {"low": Type("double"), "name": Type("varchar")}


def problems(text: str) -> list[Problem]:
    found = admit_select(text, TABLES, INPUTS)
    assert isinstance(found, list), (text, found)
    assert all(0 <= problem.start < problem.end <= len(text) for problem in found)
    return found


COMPARED = [
    # text, what is underlined, the message, what it becomes
    ("select * from t where a = 'a'", "'a'", "`a` is integer and `'a'` is varchar: they do not compare", None),
    ("select * from t where t.a <> '5'", "'5'", "`t.a` is integer and `'5'` is varchar", "select * from t where t.a <> 5"),
    ("select * from t as u where 'x' < U.a", "'x'", "`'x'` is varchar and `U.a` is integer", None),
    ("select * from t where a in (1, 'a')", "'a'", "`a` is integer and `'a'` is varchar", None),
    ("select * from t where a not in ('a')", "'a'", "`a` is integer and `'a'` is varchar", None),
    ("select * from t where a between 1 and 'it''s ('", "'it''s ('", "`a` is integer and `'it''s ('` is varchar", None),
    ("select * from t where a is distinct from b", "b", "`a` is integer and `b` is varchar", None),
    ("select case a when 'x' then 1 end from t", "'x'", "`a` is integer and `'x'` is varchar", None),
    ("select * from t where c = 1", "1", "`c` is boolean and `1` is integer", "select * from t where c = true"),
    ("select * from t where e > true", "true", "`e` is double and `true` is boolean", None),
    ("select * from t where d > 'soon'", "'soon'", "`'soon'` is not a date: write it as `'2024-01-31'`", None),
    ("select * from t where d > '2024-01-31 10:00'", "'2024-01-31 10:00'", "`'2024-01-31 10:00'` is not a date", None),
    ("select * from t where ts > b", "b", "`ts` is timestamp and `b` is varchar", None),
    ("select * from t where b > 5", "5", "`b` is varchar and `5` is integer", None),
    ("select * from t where upper(b) = a + 1", "a + 1", "`upper(b)` is varchar and `a + 1` is integer", None),
    ("select * from t where b::integer = 'x'", "'x'", "`b::integer` is integer and `'x'` is varchar", None),
    ("select * from t where cast(a as varchar) = e", "e", "`cast(a as varchar)` is varchar and `e` is double", None),
    ("select * from t where (a + 1) * 2 = b", "b", "`(a + 1) * 2` is integer and `b` is varchar", None),
    ("select * from t where a = :name", ":name", "`a` is integer and `:name` is varchar", None),
    ("select x from t join other on t.a = other.b", "other.b", "`t.a` is integer and `other.b` is varchar", None),
    ("select x from t left join other o on o.a = t.b", "t.b", "`o.a` is integer and `t.b` is varchar", None),
    ("select r from t join rates using (a)", "a", "`t.a` is integer and `rates.a` is varchar", None),
    ("select * from t where a in (select b from other)", "b", "`a` is integer and `b` is varchar", None),
    ("select * from t where e = (select max(b) from other)", "(select max(b) from other)", "`e` is double and", None),
    ("select * from t where exists (select 1 from other o where o.x = t.b)", "t.b", "`o.x` is double and", None),
    ("with q as (select * from t) select * from q where b = 5", "5", "`b` is varchar and `5` is integer", None),
    ("select * from (select a as k from t) where k = 'x'", "'x'", "`k` is integer and `'x'` is varchar", None),
    ("select b from t group by b having count(*) > '5'", "'5'", "`count(*)` is bigint and `'5'` is varchar", "select b from t group by b having count(*) > 5"),
    ("select a from t where e = 'x' union select a from other order by a", "'x'", "`e` is double and", None),
    ("select * from t where a = null", "a = null", "`a = null` is always null", "select * from t where a is null"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown", "message", "mended"), COMPARED, ids=[row[0] for row in COMPARED])
def test_sides_that_do_not_compare(text: str, shown: str, message: str, mended: str | None) -> None:
    (problem,) = problems(text)
    assert (problem.reason, text[problem.start : problem.end]) == ("wrong-type", shown)
    assert problem.message.startswith(message)
    assert problem.replacement == mended
    assert mended is None or isinstance(admit_select(mended, TABLES, INPUTS), Select)


def test_the_mend_is_told_as_in_an_expression() -> None:
    assert problems("select * from t where d > b")[0].help == ("cast it: `cast(b as date)`",)
    assert problems("select * from t where b > 5")[0].help[0] == "cast it: `cast(b as double)`"


CONDITIONS = [
    ("select * from t where b", "b", "`b` is varchar: `where` needs a condition", ("write `b is not null`, or compare it with a text",)),
    ("select * from t where not (a)", "(a)", "`(a)` is integer: `not` needs a condition", ("write `(a) <> 0`",)),
    ("select * from t where c and d", "d", "`d` is date: `and` needs a condition on both sides", ("compare it with something",)),
    ("select * from t where c or e > 1 or b", "b", "`b` is varchar: `or` needs a condition on both sides", ("write `b is not null`, or compare it with a text",)),
    ("select case when 'x' then 1 end as n from t", "'x'", "`'x'` is varchar: `when` needs a condition", ("compare it with something",)),
    ("select if(a, 1, 2) as n from t", "a", "`a` is integer: `if` needs a condition", ("write `a <> 0`",)),
    ("select b from t group by b having max(b)", "max(b)", "`max(b)` is varchar: `having` needs a condition", ("write `max(b) is not null`, or compare it with a text",)),
    ("select t.a from t join other on t.b", "t.b", "`t.b` is varchar: `on` needs a condition", ("write `t.b is not null`, or compare it with a text",)),
    ("select count(*) filter (where b) as n from t", "b", "`b` is varchar: `where` needs a condition", ("write `b is not null`, or compare it with a text",)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown", "message", "help"), CONDITIONS, ids=[row[0] for row in CONDITIONS])
def test_conditions_that_are_none(text: str, shown: str, message: str, help: tuple[str, ...]) -> None:
    (problem,) = problems(text)
    assert (problem.reason, text[problem.start : problem.end]) == ("wrong-type", shown)
    assert problem.message == message + ", which is true or false"
    assert problem.help == help


IMPOSSIBLE = [
    ("select a::date as x from t", "a::date", "`a` is integer and cannot be cast to date: there is no such cast"),
    ("select cast(d as integer) as x from t", "cast(d as integer)", "`d` is date and cannot be cast to integer: there is no such cast"),
    ("select regexp_replace(b, '(', 'hello') as x from t", "'('", "the pattern cannot be read: missing ): ("),
    ("select d::timestamptz::time as x from t", "d::timestamptz::time", "`d::timestamptz` is timestamptz and cannot be cast to time: it depends on the time zone of the session"),
    ("select date_diff('era', d, d) as x from t", "'era'", "`era` is not a part of a date or time: write one such as `'month'`"),
    ("select greatest(a, d) as x from t", "d", "`d` is date, beside integer: no type holds both"),
    ("select cast(tz as time) as x from t", "cast(tz as time)", "`tz` is timestamptz and cannot be cast to time: it depends on the time zone of the session"),
    ("select regexp_replace(b, '(', 'x') as x from t", "'('", "the pattern cannot be read: missing ): ("),
    ("select a from t union all select d from t", "d from t", "column 1 (`d`) is integer above and date here: no type holds both"),
    ("select ntile(0) over (order by a) as x from t", "0", "`ntile` makes at least one part"),
    ("select sum(a) over (order by a rows between -1 preceding and current row) as x from t", "-1", "a frame cannot reach a negative number of rows: write the other of `preceding` and `following`"),
    ("select a from t where b like 'x' escape 'ab'", "'ab'", "`escape` takes one character, not 2"),
    ("select date_diff('fortnight', d, d) as x from t", "'fortnight'", "`fortnight` is not a part of a date or time: write one such as `'month'`"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown", "message"), IMPOSSIBLE, ids=[row[0] for row in IMPOSSIBLE])
def test_values_that_cannot_be(text: str, shown: str, message: str) -> None:
    (problem,) = problems(text)
    assert (problem.reason, problem.message) == ("wrong-type", message)
    assert shown in text[problem.start : problem.end] or text[problem.start : problem.end] in shown


FINE = [
    "select coalesce(a, '5') as a, coalesce(d, '2024-01-31') as d, coalesce(b, 'x') as b, nullif(a, 0.5) as n from t",
    "select coalesce(a, e, '1.5e300') as x, coalesce(a::tinyint, a, '1000') as y, case when c then a when not c then e else 'nan' end as z from t",
    "select date_part('epoch', ts) as x, date_trunc('mon', d) as y, date_diff('h', ts, ts) as z from t",
    "select regexp_matches(b, '(', 'l') as x, regexp_replace(b, '(', 'x', 'gl') as y from t",
    "select cast(max(a, 2) as bigint[]) as x, cast(arg_max(a, e, 2 order by a) as varchar[]) as y, cast(quantile_disc(a, [0.5]) as double[]) as z from t",
    "select cast('[' || a || ']' as bigint[]) as x, cast(tz as date) as y, [a, '5', null] as z, a + '5' as w from t",
    "select try_cast(a as date) as x, cast(ts as date) as y, cast(c as integer) as z, cast(b as date) as w from t",
    "select a from t union all select x from other union select null",
    "select case when c then a when not c then e else null end as x, regexp_replace(b, '[a-c]+', 'x') as y from t",
    "select * from t where c and not c or (c) and true and null and b like 'x' and exists (select 1 from other)",
    "select case b when 'x' then 1 end as n, case when c then 1 end as m, if(c, 1, 2) as k from t join other on c",
    "select * from t where cast(b as boolean) and bool_or(c) over () is null and c::boolean",
    "select * from t where a = 1.5 and e = 1 and b = 'x' and c = true and a is not distinct from null",
    "select * from t where d > '2024-01-31' and ts >= '2024-01-31' and ts < '2024-01-31 10:00:00' and d <= ts",
    "select * from t where tz > '2024-01-31'",
    "select * from t where date_trunc('month', d) = '2024-01-01' and extract(year from d) = 2024",
    "select * from t where a = :low and :name = b and cast(:name as integer) = a",
    "select * from t where cast(b as integer) = a and try_cast(b as date) = d",
    "select cast(a as varchar) as a from t order by a = 'x'",
    "select sum(a) as s, min(d) as d from t having min(d) > '2024-01-01'",
    "with q(a, b) as (select b, a from t) select * from q where a = 'x'",
    "select * from t as q(x, a) where a = 'x'",
    "select a from (values ('x')) as v(a) where a = 'x'",
    "select * from t where (a, b) in ((1, 'x'))",
    "select r from rates where a = 'x' and r in (1, 2.5, 3e0)",
    "select * from t where a in (select a from other) and b = (select max(b) from other)",
    "select date '2024-01-31', '3 days'::interval, cast('nan' as double), try_cast('x' as integer), '1.5'::decimal(3, 1)",
]


@pytest.mark.parametrize("text", FINE)
def test_sides_that_compare_or_are_not_known(text: str) -> None:
    found = admit_select(text, TABLES, INPUTS)
    assert isinstance(found, Select), found


CASTS = [
    ("select cast('soon' as date)", "'soon'", "`'soon'` is not a date: write it as `'2024-01-31'`"),
    ("select * from t where d > date '2024-02-30'", "'2024-02-30'", "`'2024-02-30'` is not a date"),
    ("select 'x'::integer", "'x'", "`'x'` is not a value of type integer"),
    ("select cast(300 as tinyint)", "300", "`300` is not a value of type tinyint"),
]


@pytest.mark.parametrize(("text", "shown", "message"), CASTS, ids=[row[0] for row in CASTS])
def test_casts_of_literals_that_fail(text: str, shown: str, message: str) -> None:
    (problem,) = problems(text)
    assert (problem.reason, text[problem.start : problem.end]) == ("wrong-type", shown)
    assert problem.message.startswith(message)


JOINED = [
    ("select r from t crross join rates", "crross", "select r from t cross join rates"),
    ("select r from t lefft join rates on b = rates.a", "lefft", "select r from t left join rates on b = rates.a"),
    ("select r from t join rates", "rates", None),
    ("select r from t inner join rates as s", "rates as s", None),
    ("select r from t left join rates", "rates", None),
    ("select r from t right join (select 1 as r) as s", "(select 1 as r) as s", None),
    ("select r from t, rates", "rates", None),
    ("select r from t, rates where e > 1 and r > 2", "rates", None),
    ("select r from t, other, rates where t.a = other.a", "rates", None),
]


@pytest.mark.parametrize(("text", "shown", "mended"), JOINED, ids=[row[0] for row in JOINED])
def test_joins_of_every_row_with_every_row(text: str, shown: str, mended: str | None) -> None:
    (problem,) = problems(text)
    assert (problem.reason, text[problem.start : problem.end]) == ("not-allowed", shown)
    assert problem.replacement == mended
    assert mended is not None or "`cross join`" in problem.help[-1]


@pytest.mark.parametrize(
    "text",
    [
        "select r from t cross join rates",
        "select r from t, rates where t.b = rates.a",
        "select r from t, rates where e > r",
        "select x from t natural join other",
        "select x from (t join other using (a)) join rates on rates.a = t.b",
        "select x from t l join other r on l.a = r.a",
        "select x from t lft join other on lft.a = other.a",
        "select x from t as cros join other using (a)",
    ],
)
def test_joins_that_are_meant(text: str) -> None:
    found = admit_select(text, TABLES, INPUTS)
    assert isinstance(found, Select), found


def test_names_that_stand_for_too_much() -> None:
    doubled = ", ".join(f"a{at} + a{at} as a{at + 1}" for at in range(40))
    text = f"select sum(e) as a0, {doubled} from t having a40 > 1"
    (problem,) = problems(text)
    assert (problem.reason, text[problem.start : problem.end]) == ("too-large", "a9 + a9 as a10")
    assert problem.message.startswith("the names in `a10` stand for 8,")
    shared = ", ".join(f"a7 as b{at}" for at in range(60))
    (problem,) = problems(f"select sum(e) as a0, {', '.join(doubled.split(', ')[:7])}, {shared} from t")
    assert problem.reason == "too-large"
    fine = f"select sum(e) as a0, {', '.join(doubled.split(', ')[:5])} from t having a5 > 1"
    assert not isinstance(admit_select(fine, TABLES, INPUTS), list)
    long = " ".join(f"when e < {at} then 'b{at}'" for at in range(400))
    uses = " ".join(f"when e < {at} then e" for at in range(60))
    fine = f"select case {long} end as e, case {uses} end as f, a in ({', '.join(map(str, range(1500)))}) as g from t"
    assert not isinstance(admit_select(fine, TABLES, INPUTS), list)
