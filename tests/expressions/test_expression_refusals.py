"""What is refused is refused by name, at its place, with a mend where there is one; and nothing ever raises."""

from __future__ import annotations

import pytest
from expression_data import SCOPE, admitted, problems
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.ir.expressions import Expression, Scope, admit
from interlock.ir.expressions.dialects import RENAMED, REWRITTEN
from interlock.ir.expressions.functions import FUNCTIONS
from interlock.ir.expressions.refusals import REFUSED
from interlock.ir.types import Type, schema

REFUSALS = [
    # text, reason, what is underlined, replacement
    ("i33 > 1", "unknown-column", "i33", "i32 > 1"),
    ("dayy > '2024-01-01'", "unknown-column", "dayy", "day > '2024-01-01'"),
    ("t.nts2 is null", "unknown-column", "t.nts2", "t.nts is null"),
    (":lo > 1", "unknown-input", ":lo", ":low > 1"),
    ("uper(t)", "unknown-function", "uper", "upper(t)"),
    ("nosuch(t)", "unknown-function", "nosuch", None),
    ("left(t)", "wrong-arity", "left(t)", None),
    ("concat()", "wrong-arity", "concat()", None),
    ("concat_ws('-')", "wrong-arity", "concat_ws('-')", None),
    ("i32 > '100'", "wrong-type", "'100'", "i32 > 100"),
    ("i32 in ('a')", "wrong-type", "'a'", None),
    ("t > 5", "wrong-type", "5", None),
    ("'5' + 1", "wrong-type", "'5'", None),
    ("t + s", "wrong-type", "t + s", "t || s"),
    ("b || nb", "wrong-type", "||", "b or nb"),
    ("b = 1", "wrong-type", "1", "b = true"),
    ("b = 'true'", "wrong-type", "'true'", "b = true"),
    ("day = '31/01/2024'", "wrong-type", "'31/01/2024'", None),
    ("day > '2024-02-30'", "wrong-type", "'2024-02-30'", None),
    ("tz > day", "wrong-type", "day", None),
    ("cast(tz as varchar)", "wrong-type", "cast(tz as varchar)", None),
    ("cast(i32 as date)", "wrong-type", "cast(i32 as date)", None),
    ("cast(ts::timestamp_ns as timestamp_s)", "wrong-type", "cast(ts::timestamp_ns as timestamp_s)", None),
    ("cast(i32 as money)", "wrong-type", "money", None),
    ("i32 = null", "wrong-type", "i32 = null", "i32 is null"),
    ("i32 <> null", "wrong-type", "i32 <> null", "i32 is not null"),
    ("i32 + null", "wrong-type", "i32 + null", None),
    ("i32 in (1, null)", "wrong-type", "null", None),
    ("i32 == None", "syntax", "None", "i32 == null"),
    ("t is None", "syntax", "None", "t is null"),
    ('t = "East"', "unknown-column", '"East"', "t = 'East'"),
    ("t = 'a' or 'b'", "wrong-type", "'b'", "t in ('a', 'b')"),
    ("t <> 'a' and 'b'", "wrong-type", "'b'", "t not in ('a', 'b')"),
    ("t.lower()", "syntax", "t.lower()", "lower(t)"),
    ("t.str.lower()", "syntax", "t.str.lower()", "lower(t)"),
    ("zzz > 1", "unknown-column", "zzz", None),
    ("s.isin(['a', 'b'])", "syntax", "s.isin(['a', 'b'])", "s in ('a', 'b')"),
    ("s.fillna('x')", "syntax", "s.fillna('x')", "coalesce(s, 'x')"),
    ("s in ['a', 'b']", "syntax", "['a', 'b']", "s in ('a', 'b')"),
    ("b && nb", "syntax", "&&", "b and nb"),
    ("!b", "syntax", "!", "not b"),
    ("f'{t}'", "not-allowed", "f'{t}'", None),
    ("r'abc'", "not-allowed", "r'abc'", "'abc'"),
    ("i32 // 2.5", "wrong-type", "i32 // 2.5", "floor(i32 / 2.5)"),
    ("1 if b else 2", "syntax", "if", None),
    ("not i32", "wrong-type", "i32", None),
    ("i32 and b", "wrong-type", "i32", None),
    ("(select 1)", "not-allowed", "select", None),
    ("i32 in (select 1)", "not-allowed", "select", None),
    ("exists (select 1)", "not-allowed", "select", None),
    ("select i32", "not-allowed", "select", None),
    ("i32 from t", "not-allowed", "from", None),
    ("i32 as x", "not-allowed", "as x", None),
    ("count(*)", "not-allowed", "count(*)", None),
    ("count(distinct i32)", "not-allowed", "count(distinct", None),
    ("sum(i32)", "not-allowed", "sum(i32)", None),
    ("row_number() over ()", "not-allowed", "over", None),
    ("lag(i32)", "not-allowed", "lag(i32)", None),
    ("read_csv('x.csv')", "not-allowed", "read_csv('x.csv')", None),
    ("current_setting('threads')", "not-allowed", "current_setting('threads')", None),
    ("getvariable('low')", "not-allowed", "getvariable('low')", None),
    ("now()", "not-deterministic", "now()", None),
    ("current_date", "not-deterministic", "current_date", None),
    ("day > today()", "not-deterministic", "today()", None),
    ("random() < 0.5", "not-deterministic", "random()", None),
    ("uuid()", "not-deterministic", "uuid()", None),
    ("hash(t)", "not-deterministic", "hash(t)", None),
    ("__import__('os')", "not-allowed", "__import__('os')", None),
    ("list_transform(ints, x -> x + 1)", "not-allowed", "->", None),
    ("lambda x: x", "not-allowed", "lambda", None),
    ("i32 -- 1", "not-allowed", "--", None),
    ("i32 /* 1 */", "not-allowed", "/*", None),
    ("i32; drop table t", "not-allowed", ";", None),
    ("i32 > $1", "not-allowed", "$", None),
    ("i32 > ?", "not-allowed", "?", None),
    ("$$x$$", "not-allowed", "$", None),
    ("t collate nocase = 'a'", "not-allowed", "collate", None),
    ("*", "not-allowed", "*", None),
    ("tz at time zone 'UTC'", "not-allowed", "at", None),
    ("i32 ^ 2", "not-allowed", "^", None),
    ("i32 & 1", "not-allowed", "&", None),
    ("{'a': 1}", "not-allowed", "{", None),
    ("t[1:2]", "not-allowed", ":", None),
    ("regexp_matches(t, '(?=x)')", "wrong-type", "'(?=x)'", None),
    ("regexp_matches(t, s)", "wrong-type", "s", None),
    ("date_trunc('fortnight', day)", "wrong-type", "'fortnight'", None),
    ("year(t)", "wrong-type", "t", None),
    ("length(i32)", "wrong-type", "i32", "length(cast(i32 as varchar))"),
    ("coalesce(t, 1)", "wrong-type", "1", None),
    ("date_trunc(month, nday)", "wrong-type", "month", "date_trunc('month', nday)"),
    ("df['i32'] > 5", "syntax", "df['i32']", "i32 > 5"),
    ("t contains 'x'", "syntax", "contains", "contains(t, 'x')"),
    ("1 in ints", "syntax", "ints", "list_contains(ints, 1)"),
    ("i32 =< 5", "syntax", "=<", "i32 <= 5"),
    ("case when b then 1 else 'a' end", "wrong-type", "case when b then 1 else 'a' end", None),
    ("case i32 when 'a' then 1 end", "wrong-type", "'a'", None),
    ("pair.z", "unknown-column", "pair.z", None),
    ("cast('soon' as date)", "wrong-type", "'soon'", None),
    ("'x'::integer + i32", "wrong-type", "'x'", None),
    ("cast(300 as tinyint)", "wrong-type", "300", None),
    ("date_part('month', clock)", "wrong-type", "clock", None),
    ("coalesce(cast(d38 as decimal(38, 0)), d5)", "wrong-type", "d5", None),
    ("rlike(t, 'a')", "unknown-function", "rlike", "regexp_matches(t, 'a')"),
    ("substring_index(t, ',', 1)", "unknown-function", "substring_index", None),
    ("null", "wrong-type", "null", None),
    ("[]", "wrong-type", "[]", None),
    ("'abc", "syntax", "'abc", None),
    ("(i32 > 1", "syntax", "1", None),
    ("i32 >", "syntax", ">", None),
    ("i32 1", "syntax", "1", None),
    ("", "syntax", "", None),
    ("end", "syntax", "end", None),
    ("12abc", "syntax", "12abc", None),
    (
        "99999999999999999999999999999999999999999999",
        "wrong-type",
        "99999999999999999999999999999999999999999999",
        None,
    ),
]


@pytest.mark.parametrize(("text", "reason", "shown", "replacement"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_refusals(text: str, reason: str, shown: str, replacement: str | None) -> None:
    problem = problems(text)[0]
    assert (problem.reason, text[problem.start : problem.end], problem.replacement) == (reason, shown, replacement)


@pytest.mark.parametrize("text", [row[0] for row in REFUSALS if row[3] and row[3] != "i32 == null"])
def test_replacements_are_admitted(text: str) -> None:
    replacement = problems(text)[0].replacement
    assert replacement is not None
    found = admit(replacement, SCOPE)
    assert isinstance(found, Expression), found


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_every_name_that_is_refused_says_why(name: str) -> None:
    problem = problems(f"{name}(i32)")[0]
    assert name in problem.message
    assert problem.reason in ("not-allowed", "not-deterministic", "unknown-function", "syntax")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("upper(i64)", "`upper` needs text, and `i64` is bigint"),
        ("floor(t)", "`floor` needs a number, and `t` is varchar"),
        ("substring(t, 'a')", "`substring` needs bigint as `start`, and `'a'` is varchar"),
        ("t > 5", "`t` is varchar and `5` is integer: they do not compare"),
        ("t + 1", "`+` needs numbers, and `t` is varchar"),
        ("i32 like 'a'", "`like` compares text, and `i32` is integer"),
        ("round(nf, 1, 2)", "`round` takes 1 or 2 arguments, and 3 are given"),
        ("left(t)", "`left` takes 2 arguments, and 1 is given"),
        ("coalesce()", "`coalesce` takes 1 or more arguments, and 0 are given"),
        ("length()", "`length` takes 1 argument, and 0 are given"),
    ],
)
def test_types_are_called_by_their_names(text: str, message: str) -> None:
    assert problems(text)[0].message == message


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("substring_index", "split_part(text, separator, place)"),
        ("isnull", "x is null"),
        ("nvl2", "if(x is not null, a, b)"),
        ("to_date", "cast(x as date)"),
        ("to_timestamp", "strptime(text, '%Y-%m-%d')"),
        ("charindex", "strpos(text, part)"),
        ("tostring", "cast(x as varchar)"),
        ("unix_timestamp", "epoch(x)"),
        ("struct_extract", "location.city"),
    ],
)
def test_functions_of_other_dialects_are_told_what_to_write(name: str, help: str) -> None:
    assert any(f"`{help}`" in line for line in problems(f"{name}(t)")[0].help)


def test_functions_of_other_dialects_that_are_the_same() -> None:
    for name in ("lowercase", "to_lower", "tolower"):
        assert admitted(f"{name}(t)").sql == 'LOWER("t")'
    for name in ("uppercase", "to_upper", "toupper"):
        assert admitted(f"{name}(t)").sql == 'UPPER("t")'
    assert admitted("iif(b, 1, 2)").sql == 'IF("b", 1, 2)'
    assert admitted("string_to_array(t, ',')").sql == "STRING_SPLIT(\"t\", ',')"
    assert admitted("array_length(ints)").sql == 'LENGTH("ints")'
    assert admitted("regexp_like(t, 'a')").sql == "REGEXP_MATCHES(\"t\", 'a')"
    assert not (set(RENAMED) | set(REWRITTEN)) & set(FUNCTIONS)
    assert not set(RENAMED) & set(REFUSED) and set(RENAMED.values()) <= set(FUNCTIONS)


def test_all_problems_are_told_at_once() -> None:
    found = problems("i33 > 1 and tt = 'x' and year(t) > 2 and :nope = 1")
    assert [problem.reason for problem in found] == ["unknown-column", "unknown-column", "wrong-type", "unknown-input"]


def test_a_condition_is_wanted() -> None:
    boolean = Type("boolean")
    assert admitted("i32 > 1", boolean).type == boolean
    assert problems("i32", boolean)[0].help == ("write `i32 <> 0`",)
    assert problems("t", boolean)[0].reason == "wrong-type"
    assert problems("null", boolean)[0].reason == "wrong-type"


def test_a_type_is_wanted() -> None:
    assert admitted("i32", Type("bigint")).type == Type("integer")
    assert problems("t", Type("double"))[0].help == ("cast it: `cast(t as double)`",)
    assert problems("i64", Type("integer"))[0].reason == "wrong-type"


def test_a_name_in_two_tables_is_refused() -> None:
    scope = Scope({"l": schema(id="bigint"), "r": schema(id="bigint")})
    found = admit("id = 1", scope)
    assert isinstance(found, list) and "`l` and `r`" in found[0].message
    both = admit("l.id = r.ID", scope)
    assert isinstance(both, Expression) and both.sql == '"l"."id" = "r"."id"'


HOSTILE = [
    "(" * 5000,
    "(" * 500 + "1" + ")" * 500,
    "not " * 3000 + "b",
    "-" * 3000 + "1",
    "- " * 3000 + "1",
    "i32" + "::integer" * 2000,
    "i32 + " * 3000 + "1",
    "b and " * 3000 + "b",
    "case when b then " * 300 + "1" + " end" * 300,
    "upper(" * 400 + "t" + ")" * 400,
    "[" * 400 + "1" + "]" * 400,
    "t" + "[1]" * 400,
    "pair" + ".a" * 400,
    "a." * 400 + "b",
    "cast(t as " + "struct(a " * 100 + "int" + ")" * 100 + ")",
    "t = '" + "x" * 30_000 + "'",
    "1e999999999",
    "9" * 5000,
    "0." + "1" * 5000,
    "date '99999999999-01-01'",
    "\x00",
    "t = 'a\x00b'",
    "t = '\ud800'",
    "\u202et",
    "t = '‮'",
    "٣ > 2",
    "ｓｅｌｅｃｔ",
    ":",
    "::",
    ":1",
    "i32::",
    "cast(",
    "cast(i32 as",
    "interval",
    "interval '",
    "interval 3",
    "date",
    "case",
    "in",
    "t.",
    ".5.",
    "1..2",
    "'",
    '"',
    '""',
    "\\",
    "regexp_matches(t, '" + "(" * 5000 + "')",
    "regexp_matches(t, '[')",
    "strftime(day, '%')",
    "interval '" + "9" * 300 + " days'",
    "position(",
    "extract(",
    "extract(year from",
    "x -> ->",
]


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(text[:20]) for text in HOSTILE])
def test_hostile_texts_are_answered(text: str) -> None:
    found = admit(text, SCOPE)
    if isinstance(found, list):
        assert found and all(0 <= problem.start <= problem.end <= len(text) for problem in found)
        assert all(len(problem.message) < 400 for problem in found)


@pytest.mark.parametrize("text", [None, 1, b"x", [], True])
def test_what_is_no_text_is_answered(text: object) -> None:
    assert isinstance(admit(text, SCOPE), list)  # type: ignore[arg-type]


def test_wide_is_fine() -> None:
    assert admitted(" or ".join(f"i32 = {n}" for n in range(500))).type == Type("boolean")
    assert admitted(f"i32 in ({', '.join(map(str, range(2000)))})").type == Type("boolean")
    assert admitted("(" * 30 + "i32" + ")" * 30).sql == '"i32"'


WORDS = st.sampled_from(
    "i32 t b day ints pair nf 1 1.5 'a' '2024-01-01' null true ( ) [ ] , . : :: + - * / // % ** || = <> < is not null and or in "
    "between like case when then else end cast as integer upper( coalesce( :low interval day date \" ' ; -- select from".split()
)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=12).map(" ".join)))
def test_nothing_raises(text: str) -> None:
    found = admit(text, SCOPE)
    if isinstance(found, list):
        assert found and all(0 <= problem.start <= problem.end <= len(text) for problem in found)


def test_the_limit_of_nesting_does_not_depend_on_the_caller() -> None:
    def below(frames: int, text: str) -> object:
        return admit(text, SCOPE) if frames == 0 else below(frames - 1, text)

    for inner, outer in (("upper(", ")"), ("case when b then ", " end"), ("(1 + ", ")"), ("coalesce(", ", t)")):
        core = "1" if "1" in inner else "t"
        assert isinstance(below(300, inner * 30 + core + outer * 30), Expression)
        assert isinstance(below(300, inner * 33 + core + outer * 33), list)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("strptime(t, '%Y %z')", "no `%z`: it would give a timestamp with a zone"),
        ("try_strptime(t, '%Y %Z')", "no `%Z`"),
        ("strftime(ts, '%Q')", "not a mark"),
        ("strftime(ts, '100%')", "a lone percent sign"),
        ("strftime(ts, '')", "an empty format"),
        ("cast(b as decimal(3, 3))", "true has no place in it"),
    ],
)
def test_what_duckdb_would_turn_into_something_else_is_refused(text: str, why: str) -> None:
    assert problems(text)[0].reason == "wrong-type", why
