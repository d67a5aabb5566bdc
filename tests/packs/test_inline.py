"""`inline_table`: rows that are written in the plan."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from interlock.registry import sql
from interlock.registry.packs.inline import inline_table
from interlock.registry.tables import NodeError


def inline(
    rows: list[dict[str, Any]], **types: str
) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]], frozenset[str]]:
    result = inline_table(rows=rows, types=types or None)
    relation = duckdb.sql(sql.text(result.tree))
    described = [(name, str(kind).lower()) for name, kind in zip(relation.columns, relation.types, strict=True)]
    return described, relation.fetchall(), result.non_null


def test_inline_table() -> None:
    rows = [{"b": 1, "a": "2024-01-31"}, {"a": None, "b": 2.5, "c": True}]
    assert inline(rows) == (
        [("b", "double"), ("a", "varchar"), ("c", "boolean")],
        [(1.0, "2024-01-31", None), (2.5, None, True)],
        frozenset({"b"}),
    )
    assert inline([{"a": "2024-01-31", "p": 1.1}], a="date", p="decimal(9,2)")[1] == [
        (dt.date(2024, 1, 31), Decimal("1.10"))
    ]
    assert inline([{"a": 2.5}, {"a": 1}], a="decimal(10,2)")[1] == [(Decimal("2.50"),), (Decimal("1.00"),)]
    assert inline([{"a": 2.5}, {"a": 1}, {"a": "x"}], a="varchar")[1] == [("2.5",), ("1",), ("x",)]
    assert inline([], a="bigint") == ([("a", "bigint")], [], frozenset({"a"}))
    assert inline([{"n": -(2**63)}, {"n": 2**64}])[:2] == ([("n", "hugeint")], [(-(2**63),), (2**64,)])
    assert inline([{"n": str(2**100)}, {"n": 1}, {"n": None}], n="hugeint")[1] == [(2**100,), (1,), (None,)]
    assert inline([{'it\'s "x"': "a'b"}])[:2] == ([('it\'s "x"', "varchar")], [("a'b",)])


@pytest.mark.parametrize(
    ("rows", "at", "says"),
    [
        ([], ("rows",), "no column"),
        ([{}], ("rows",), "no column"),
        ([{"a": 1}, {"a": "x"}], ("rows", 1, "a"), "`a` is bigint in an earlier row and varchar here"),
        ([{"a": 1, "A": 2}], ("rows", 0, "A"), "differ only in case"),
        ([{"a": 10**40}], ("rows", 0, "a"), "more than 38 digits"),
    ],
)
def test_inline_refusals(rows: list[dict[str, Any]], at: tuple[Any, ...], says: str) -> None:
    with pytest.raises(NodeError, match=says) as refusal:
        inline_table(rows=rows)
    assert refusal.value.param_path == at


def test_whole_numbers_stay_exact_beside_numbers_with_a_point() -> None:
    rows = [{"n": 2**63 - 2}, {"n": 5.0}, {"n": None}]
    assert inline(rows, n="bigint")[1] == [(2**63 - 2,), (5,), (None,)]


def test_a_fraction_is_no_whole_number() -> None:
    with pytest.raises(NodeError, match=r"`2\.5` is not a bigint, which `types` says `n` is") as refusal:
        inline_table(rows=[{"n": 1}, {"n": 2.5}], types={"n": "bigint"})
    assert refusal.value.param_path == ("rows", 1, "n")
