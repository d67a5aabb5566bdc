"""Row nodes: what their statements give, in which order, on several threads, and what they refuse."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from interlock.ir.types import Column as SchemaColumn
from interlock.ir.types import Schema, parse_column_type
from interlock.registry import macros, sql
from interlock.registry.kinds import Column, NewColumn, SortKey
from interlock.registry.node import NodeType
from interlock.registry.packs import rows as pack
from interlock.registry.packs import sets
from interlock.registry.packs.grouping import aggregate
from interlock.registry.packs.joins import asof_join
from interlock.registry.tables import NodeError, Select, Table

ODD = ["a b", 'q"x', "größe", "select", "_row", "_row_", "_input", "_place"]


class Bench:
    """Tables in a DuckDB with four threads, and the results of statements over them."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 4})
        for macro in macros.needed(macros.MACROS):
            self.connection.execute(macros.create_statement(macro))

    def table(self, name: str, types: Mapping[str, str], rows: Sequence[Sequence[Any]] = (), query: str = "") -> Table:
        columns = [SchemaColumn(column, *parse_column_type(text)) for column, text in types.items()]
        spelled = ", ".join(f"{quoted(column.name)} {column.type.sql}" for column in columns)
        self.connection.execute(f"CREATE TABLE {quoted(name)} ({spelled})")
        if rows:
            marks = ", ".join("?" for _ in columns)
            self.connection.executemany(f"INSERT INTO {quoted(name)} VALUES ({marks})", [list(row) for row in rows])
        if query:
            self.connection.execute(f"INSERT INTO {quoted(name)} {query}")
        return Table(name, Schema(tuple(columns)))

    def run(self, result: Select) -> list[tuple[Any, ...]]:
        found = self.connection.sql(sql.text(result.tree))
        assert {*result.non_null, *result.keys} <= set(found.columns)
        rows = found.fetchall()
        for name in result.non_null:
            assert all(row[found.columns.index(name)] is not None for row in rows), f"{name} is not always there"
        if result.keys:
            keys = [repr([row[found.columns.index(name)] for name in result.keys]) for row in rows]
            assert len(set(keys)) == len(keys), f"{result.keys} are not unique"
        return rows

    def names(self, result: Select) -> list[str]:
        return list(self.connection.sql(sql.text(result.tree)).columns)

    def types(self, result: Select) -> list[str]:
        return [str(kind).lower() for kind in self.connection.sql(sql.text(result.tree)).types]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def column(table: Table, name: str) -> Column:
    found = table[name]
    return Column(found.name, found.type, found.nullable)


def columns(table: Table, *names: str) -> list[Column]:
    return [column(table, name) for name in names]


def key(table: Table, name: str, **rest: Any) -> SortKey:
    return SortKey.model_construct(**{"column": column(table, name), "descending": False, "nulls": "last", **rest})


def refusal(node: Any, *tables: Table, **params: Any) -> NodeError:
    with pytest.raises(NodeError) as caught:
        node(*tables, **params)
    assert caught.value.message
    return caught.value


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.connection.close()


@pytest.fixture
def people(bench: Bench) -> Table:
    rows = [(1, "b", 2.0), (2, None, None), (1, "b", 2.0), (3, "a", None), (None, "b", 7.0), (None, "c", 1.0)]
    return bench.table("people", {"id": "bigint", "team": "varchar", "v": "double"}, rows)


def test_sort_keeps_equal_rows_in_order(bench: Bench, people: Table) -> None:
    result = pack.sort_rows(people, by=[key(people, "team", descending=True, nulls="first")])
    assert [row[:2] for row in bench.run(result)] == [(2, None), (None, "c"), (1, "b"), (1, "b"), (None, "b"), (3, "a")]


def test_sort_of_many_rows_is_stable_on_threads(bench: Bench) -> None:
    big = bench.table("big", {"i": "bigint", "g": "bigint"}, query="SELECT i, i * 7919 % 11 FROM range(300000) AS r(i)")
    found = bench.run(pack.sort_rows(big, by=[key(big, "g")]))
    assert found == sorted(((i, i * 7919 % 11) for i in range(300000)), key=lambda row: row[1])


def test_limit_and_offset(bench: Bench, people: Table) -> None:
    assert bench.run(pack.limit_rows(people, rows=2, offset=3)) == [(3, "a", None), (None, "b", 7.0)]
    assert bench.run(pack.limit_rows(people, rows=0)) == []
    assert len(bench.run(pack.limit_rows(people, rows=99))) == 6


@pytest.mark.parametrize("params", [{"rows": 100}, {"fraction": 0.01}])
def test_sample_is_reproducible_exact_and_in_order(bench: Bench, params: dict[str, Any]) -> None:
    big = bench.table("big", {"i": "bigint"}, query="SELECT i FROM range(10000) AS r(i)")
    first = bench.run(pack.sample_rows(big, seed=1, **params))
    assert len(first) == 100
    assert first == sorted(first)
    assert first == bench.run(pack.sample_rows(big, seed=1, **params))
    assert first != bench.run(pack.sample_rows(big, seed=2, **params))


def test_sample_edges(bench: Bench, people: Table) -> None:
    empty = bench.table("empty", {"id": "bigint"})
    assert bench.run(pack.sample_rows(empty, fraction=0.5)) == []
    assert len(bench.run(pack.sample_rows(people, rows=99))) == 6
    assert len(bench.run(pack.sample_rows(people, fraction=0.25))) == 2
    assert bench.run(pack.sample_rows(people, rows=0)) == []
    assert refusal(pack.sample_rows, people).param_path == ()
    assert refusal(pack.sample_rows, people, rows=1, fraction=0.1).param_path == ("fraction",)


def test_distinct_whole_rows_keep_input_order(bench: Bench, people: Table) -> None:
    assert bench.run(sets.distinct_rows(people)) == [
        (1, "b", 2.0), (2, None, None), (3, "a", None), (None, "b", 7.0), (None, "c", 1.0)
    ]  # fmt: skip
    last = bench.run(sets.distinct_rows(people, keep="last"))
    assert last[:2] == [(2, None, None), (1, "b", 2.0)]


def test_distinct_by_keys(bench: Bench, people: Table) -> None:
    ids = columns(people, "id")
    first = sets.distinct_rows(people, keys=ids)
    assert bench.run(first) == [(1, "b", 2.0), (2, None, None), (3, "a", None), (None, "b", 7.0)]
    assert first.keys == ("id",)
    lowest = sets.distinct_rows(people, keys=ids, order_by=[key(people, "v")])
    assert bench.run(lowest)[-1] == (None, "c", 1.0)
    teams = sets.distinct_rows(
        people, keys=columns(people, "team"), keep="last", order_by=[key(people, "id", nulls="first")]
    )
    assert [row[:2] for row in bench.run(teams)] == [(2, None), (1, "b"), (3, "a"), (None, "c")]


def test_distinct_shows_zero_without_a_sign(bench: Bench) -> None:
    for name, values in {"minus": (-0.0, 0.0), "plus": (0.0, -0.0)}.items():
        table = bench.table(name, {"v": "double"}, [(each,) for each in values])
        assert [str(row[0]) for row in bench.run(sets.distinct_rows(table))] == ["0.0"]


def test_distinct_of_many_rows_on_threads(bench: Bench) -> None:
    query = "SELECT (i * 7919) % 1000, CASE WHEN i % 3 = 0 THEN NULL ELSE 'x' END FROM range(300000) AS r(i)"
    big = bench.table("big", {"a": "bigint", "b": "varchar"}, query=query)
    rows = [((i * 7919) % 1000, None if i % 3 == 0 else "x") for i in range(300000)]
    assert bench.run(sets.distinct_rows(big)) == list(dict.fromkeys(rows))


def test_distinct_refuses(people: Table) -> None:
    assert refusal(sets.distinct_rows, people, order_by=[key(people, "v")]).param_path == ("order_by",)
    assert refusal(sets.distinct_rows, people, keys=columns(people, "id", "v", "id")).param_path == ("keys", 2)


def test_drop_nulls(bench: Bench, people: Table) -> None:
    everywhere = pack.drop_nulls(people)
    assert bench.run(everywhere) == [(1, "b", 2.0), (1, "b", 2.0)]
    assert everywhere.non_null == {"id", "team", "v"}
    assert [row[0] for row in bench.run(pack.drop_nulls(people, columns=columns(people, "team", "v"), how="all"))] == [
        1,
        1,
        3,
        None,
        None,
    ]
    assert pack.drop_nulls(people, columns=columns(people, "team", "v"), how="all").non_null == frozenset()


def test_fill_nulls_by_values_keeps_types(bench: Bench) -> None:
    types = {"i": "smallint", "d": "decimal(8,2)", "t": "varchar", "day": "date", "ok": "boolean"}
    table = bench.table("t", types, [(None,) * 5, (1, 2, "x", "2024-01-01", False)])
    values = {"i": 7, "d": 0.5, "t": "it's", "day": "2023-12-31", "ok": True}
    result = pack.fill_nulls(table, values={column(table, name): value for name, value in values.items()})
    assert [str(value) for value in bench.run(result)[0]] == ["7", "0.50", "it's", "2023-12-31", "True"]
    assert bench.types(result) == ["smallint", "decimal(8,2)", "varchar", "date", "boolean"]
    assert result.non_null == set(types)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("bigint", "abc"), ("bigint", "5"), ("bigint", 1.5), ("tinyint", 300), ("decimal(5,2)", 0.123), ("varchar", 5),
        ("date", "31.01.2024"), ("date", "2024-01-01 10:00"), ("boolean", 1), ("bigint", True), ("bigint", None), ("bigint[]", 1),
    ],
)  # fmt: skip
def test_fill_nulls_refuses_values_of_other_types(bench: Bench, kind: str, value: Any) -> None:
    table = bench.table("t", {"v": kind})
    assert refusal(pack.fill_nulls, table, values={column(table, "v"): value}).param_path == ("values", "v")


def test_fill_nulls_from_neighbours(bench: Bench) -> None:
    rows = [("a", None), ("b", 1), ("a", 2), ("b", None), ("a", None), ("b", 5), ("b", None)]
    table = bench.table("t", {"g": "varchar", "v": "bigint"}, rows)
    forward = bench.run(pack.fill_nulls(table, method="forward"))
    assert [value for _, value in forward] == [None, 1, 2, 2, 2, 5, 5]
    backward = bench.run(
        pack.fill_nulls(table, method="backward", columns=columns(table, "v"), group=columns(table, "g"))
    )
    assert backward == [("a", 2), ("b", 1), ("a", 2), ("b", 5), ("a", None), ("b", 5), ("b", None)]


def test_fill_nulls_refuses(people: Table) -> None:
    group = columns(people, "id")
    assert refusal(pack.fill_nulls, people).param_path == ()
    assert refusal(pack.fill_nulls, people, values={}, method="forward").param_path == ("method",)
    assert refusal(pack.fill_nulls, people, values={}, group=group).param_path == ("group",)
    assert refusal(pack.fill_nulls, people, method="forward", columns=group, group=group).param_path == ("columns", 0)
    everything = columns(people, "id", "team", "v")
    assert refusal(pack.fill_nulls, people, method="forward", group=everything).param_path == ("group",)


def test_union_by_name_in_order(bench: Bench) -> None:
    north = bench.table("north", {"id": "integer not null", "v": "double"}, [(2, 1.5), (1, None)])
    south = bench.table("south", {"V": "bigint not null", "ID": "bigint not null"}, [(5, 9)])
    result = sets.union_tables(north, south, source=NewColumn("from"))
    assert bench.run(result) == [(2, 1.5, "north"), (1, None, "north"), (9, 5.0, "south")]
    assert bench.names(result) == ["id", "v", "from"]
    assert bench.types(result) == ["bigint", "double", "varchar"]
    assert result.non_null == {"id", "from"}


def test_union_distinct_and_missing(bench: Bench) -> None:
    one = bench.table("one", {"id": "bigint"}, [(1,), (None,), (1,)])
    two = bench.table("two", {"id": "bigint", "note": "varchar"}, [(None, None), (2, "x"), (1, None)])
    assert refusal(sets.union_tables, one, two).param_path == ()
    for missing in ("null", None):
        assert len(bench.run(sets.union_tables(one, two, missing=missing))) == 6
    result = sets.union_tables(one, two, missing="null", distinct=True, source=NewColumn("which"))
    assert bench.run(result) == [(1, None, "one"), (None, None, "one"), (2, "x", "two")]
    assert result.keys == ("id", "note")


def test_union_refuses(bench: Bench, people: Table) -> None:
    text = bench.table("text", {"id": "varchar", "team": "varchar", "v": "double"})
    assert "bigint in `people` but varchar in `text`" in refusal(sets.union_tables, people, text).message
    assert refusal(sets.union_tables).param_path == ()
    assert refusal(sets.union_tables, people, people, source=NewColumn("V")).param_path == ("source",)


def test_union_of_many_rows_keeps_order_on_threads(bench: Bench) -> None:
    parts = [
        bench.table(f"p{n}", {"i": "bigint"}, query=f"SELECT i * 10 + {n} FROM range(200000) AS r(i)") for n in range(3)
    ]
    wanted = [(i * 10 + n,) for n in range(3) for i in range(200000)]
    assert bench.run(sets.union_tables(*parts)) == wanted


def test_every_node_with_odd_names_and_no_rows(bench: Bench) -> None:
    odd = bench.table("odd table", dict.fromkeys(ODD, "bigint"), [range(8), [None] * 8, range(8)])
    empty = bench.table("empty", dict.fromkeys(ODD, "bigint"))
    group = columns(odd, "_row", 'q"x')
    for table in (odd, empty):
        results = [
            pack.sort_rows(table, by=[key(table, "_row"), key(table, "select")]),
            pack.limit_rows(table, rows=5),
            pack.sample_rows(table, rows=5),
            sets.distinct_rows(table),
            sets.distinct_rows(table, keys=group),
            pack.drop_nulls(table),
            pack.fill_nulls(table, values={column(table, name): 0 for name in ODD}),
            pack.fill_nulls(table, method="backward", group=group),
            sets.union_tables(table, table, distinct=True),
            sets.union_tables(table, source=NewColumn("_ROW__")),
        ]
        for result in results:
            assert bench.names(result)[:8] == ODD
            assert bool(bench.run(result)) == (table is odd)


def test_distinct_agrees_with_a_plain_program(bench: Bench) -> None:
    chance = random.Random(7)
    for round_, (keep, size) in enumerate(itertools.product(("first", "last"), (0, 1, 40))):
        rows = [
            (chance.choice([1, 2, None]), chance.choice(["x", None]), chance.choice([1, 2, 3, None]))
            for _ in range(size)
        ]
        table = bench.table(f"t{round_}", {"a": "bigint", "b": "varchar", "c": "bigint"}, rows)
        found = bench.run(
            sets.distinct_rows(table, keys=columns(table, "a", "b"), keep=keep, order_by=[key(table, "c")])
        )
        ranked = sorted(range(size), key=lambda at: (rows[at][2] is None, rows[at][2] or 0, at), reverse=keep == "last")
        kept: dict[tuple[Any, ...], int] = {}
        for at in ranked:
            kept.setdefault(rows[at][:2], at)
        assert found == [rows[at] for at in sorted(kept.values())]


@pytest.mark.parametrize(
    ("node", "alias", "params", "adapted"),
    [
        (pack.filter_rows, "DataFilter", {"condition": "a > 1"}, {"where": "a > 1"}),
        (pack.sort_rows, "DataSorter", {"by": "a", "ascending": False}, {"by": [{"column": "a", "descending": True}]}),
        (pack.sort_rows, "DataSorter", {"by": "a desc"}, {"by": ["a desc"]}),
        (
            pack.sort_rows, "DataSorter", {"by": ["a", "b"], "ascending": [True, False]},
            {"by": [{"column": "a", "descending": False}, {"column": "b", "descending": True}]},
        ),
        (pack.sort_rows, "DataSorter", {"by": ["a"], "ascending": [True, False]}, {"by": ["a"], "ascending": [True, False]}),
        (sets.distinct_rows, "DataDeduplicator", {}, {}),
        (sets.distinct_rows, "DataDeduplicator", {"subset": "a", "keep": "last"}, {"keys": ["a"], "keep": "last"}),
        (sets.distinct_rows, "DataDeduplicator", {"subset": None}, {}),
        (pack.drop_nulls, "NullHandler", {"strategy": "drop"}, {}),
        (pack.drop_nulls, "NullHandler", {"strategy": "drop", "subset": ["a"]}, {"columns": ["a"]}),
        (pack.drop_nulls, "NullHandler", {"strategy": "fill"}, {"strategy": "fill"}),
        (pack.limit_rows, "Limiter", {"n": 5}, {"rows": 5}),
        (pack.sample_rows, "RowSampler", {"frac": 0.5, "random_state": 3, "x": 1}, {"fraction": 0.5, "seed": 3, "x": 1}),
    ],
)  # fmt: skip
def test_aliases(node: Any, alias: str, params: dict[str, Any], adapted: dict[str, Any]) -> None:
    before = {**params}
    assert node.aliases[alias](params) == adapted
    assert params == before


@pytest.mark.parametrize("value", ["0.9 ", "1", True])
@pytest.mark.parametrize(
    ("node", "params", "name"),
    [
        (pack.sample_rows, {}, "fraction"),
        (aggregate, {"measures": [{"name": "n", "function": "quantile", "column": "v"}]}, "q"),
        (asof_join, {"time": "at"}, "tolerance"),
    ],
)
def test_a_number_is_not_written_as_text(node: NodeType, params: dict[str, Any], name: str, value: Any) -> None:
    def given(number: Any) -> dict[str, Any]:
        measures = [{**each, name: number} for each in params.get("measures", [])]
        return {**params, "measures": measures} if measures else {**params, name: number}

    assert node.model(**given(1)) and node.model(**given(0.5))
    with pytest.raises(ValidationError, match="valid number"):
        node.model(**given(value))
