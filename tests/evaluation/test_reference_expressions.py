"""The reference interpreter of expressions says what the documentation and DuckDB say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pytest
from reference_rows import GIVEN, SCHEMA, SCOPE, Stopped, by_duckdb, rows, same, shown
from reference_texts import call, drawn

from interlock.evaluation.frames import Stops, Unsupported
from interlock.evaluation.reference.casts import to_text
from interlock.evaluation.reference.expressions import FUNCTIONS, compile_expression
from interlock.evaluation.reference.terms import MayStop
from interlock.ir.expressions import Expression, admit
from interlock.ir.expressions.functions import FAMILIES
from interlock.ir.expressions.functions import FUNCTIONS as DOCUMENTED
from interlock.ir.expressions.operator_rows import OPERATORS
from interlock.ir.types import Type

COLUMNS = [(column.name, column.type) for column in SCHEMA]
INPUTS: dict[str, tuple[Type, Any]] = {**GIVEN, "when": (Type("date"), date(2024, 1, 31))}
ROWS = [*(function for family in FAMILIES.values() for function in family), *OPERATORS]
EXAMPLES = [(text, value) for row in ROWS for text, value in row.examples]


@pytest.mark.parametrize(("text", "value"), EXAMPLES, ids=[text for text, _ in EXAMPLES])
def test_documented_examples_hold(text: str, value: str) -> None:
    found, wanted = compile_expression(text, []), compile_expression(value, [])
    assert same(found.evaluate(()), wanted.evaluate(())) or found.evaluate(()) == wanted.evaluate(())
    admitted = admit(text, SCOPE)
    assert isinstance(admitted, Expression) and found.type == admitted.type


def test_every_function_is_interpreted() -> None:
    assert set(FUNCTIONS) == set(DOCUMENTED)


def compared(text: str, tally: Counter[str]) -> str | None:
    """What the reference and DuckDB disagree on in an expression over the rows; None when they agree."""
    admitted = admit(text, SCOPE)
    if isinstance(admitted, list):
        tally["refused"] += 1
        return None
    try:
        compiled = compile_expression(text, COLUMNS, INPUTS, tables={"t": COLUMNS})
    except Unsupported as error:
        tally["unsupported"] += 1
        return f"{text}: no type ({error})" if "a format" not in str(error) else None
    if compiled.type != admitted.type:
        return f"{text}: {compiled.type} or {admitted.type}"
    ours = [attempt(compiled.evaluate, row, compiled.type) for row in rows()]
    if any("millions" in str(value) for value in ours if isinstance(value, Unsupported)):
        return None
    for mine, theirs in zip(ours, by_duckdb(admitted.sql, compiled.type), strict=True):
        if isinstance(mine, (MayStop, Unsupported)):
            tally[type(mine).__name__] += 1
        elif isinstance(mine, Stops) and isinstance(theirs, Stopped):
            tally["stops"] += 1
        elif isinstance(mine, Stops) or isinstance(theirs, Stopped) or not same(mine, theirs):
            return f"{admitted.sql}: {mine!r} or {theirs!r}"
        else:
            tally["same"] += 1
    return None


def attempt(evaluate: Callable[[Any], Any], row: Any, kind: Type) -> Any:
    """The value for a row, as it is compared; or why there is none."""
    try:
        value = evaluate(row)
        return to_text(value, kind) if value is not None and shown(kind) else value
    except (Stops, Unsupported) as reason:
        return reason


FOUND = [
    # where the reference, the documentation and DuckDB once disagreed
    "string_split(t, e)",
    "list_reverse_sort(ints)",
    "epoch_ms(nts)",
    "span * u32",
    "right(t, n64)",
    "greatest(ts_s, day)",
    "date_diff('week', day, nday)",
    "sin(f64)",
    "log(1, n64)",
    "regexp_extract(t, 'l', 3)",
    "cast(f64 as decimal(9, 2))",
    "substring(t, n32, -1)",
    "split_part(t, '', n32)",
    "regexp_extract_all(t, '[0-9]+', 2)",
    "span * tan(u8)",
    "position(s, t)",
    "span + clock",
    "nd % i128",
    "list_avg([1, i128])",
    "list_max([f64, nd])",
    "i8 between 1 and i16 // i64",
    "regexp_replace(t, '\\p{L}+', '<\\0>', 'g')",
    "regexp_full_match(t, '[a-z]?\\p{L}\\p{L}*')",
    "i8 >= 3 is not distinct from i16 > 1",
    "epoch(nday + span)",
]


@pytest.mark.parametrize("text", FOUND)
def test_expressions_that_once_disagreed(text: str) -> None:
    assert compared(text, Counter()) is None


def differential(seed: int, count: int) -> None:
    random, tally, wrong = Random(seed), Counter[str](), []
    for _ in range(count):
        text = call(random) if random.random() < 0.5 else drawn(random, random.randint(1, 3))
        found = compared(text, tally)
        if found:
            wrong.append(found)
    assert wrong == [], f"seed {seed}"
    assert tally["same"] > 10 * count, tally
    assert tally["Unsupported"] + tally["unsupported"] < 0.05 * tally["same"], tally


def test_random_expressions_mean_what_duckdb_makes_of_them() -> None:
    differential(seed=5, count=40)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 104))
def test_many_random_expressions_mean_what_duckdb_makes_of_them(seed: int) -> None:
    differential(seed, count=150)


@pytest.mark.parametrize(
    "text", ["x + 1 > 5", "x - -1 = 5", "2 * x <> 5", "x + 1 between 1 and 3", "case x + 1 when 3 then 1 end = 1"]
)
def test_a_number_that_is_moved_beside_one_that_is_written_may_pass_its_range(text: str) -> None:
    """The engine moves the number to the other side; beside a column, it must stop."""
    columns = [("x", Type("bigint")), ("y", Type("bigint"))]
    with pytest.raises(MayStop):
        compile_expression(text, columns).evaluate((2**63 - 1, 1))
    with pytest.raises(Stops) as told:
        compile_expression("x + 1 > y", columns).evaluate((2**63 - 1, 1))
    assert not isinstance(told.value, MayStop)


def test_between_bounds_that_hold_nothing_a_value_may_go_uncomputed() -> None:
    """The engine sees that the bounds are the wrong way round; where they are not, it must stop."""
    columns = [("x", Type("bigint"))]
    row = (-(2**63),)
    with pytest.raises(MayStop):
        compile_expression("-x between 5 and 1", columns).evaluate(row)
    with pytest.raises(Stops) as told:
        compile_expression("-x between 1 and 5", columns).evaluate(row)
    assert not isinstance(told.value, MayStop)
