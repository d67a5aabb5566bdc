"""Column and text nodes: what their statements give, and what they refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pytest
import sqlglot
from pydantic import ValidationError
from sqlglot import exp

from interlock.ir.types import Column as SchemaColumn
from interlock.ir.types import Schema, parse_column_type, parse_type
from interlock.registry import sql
from interlock.registry.kinds import Column, Expression, NewColumn, Text, TypeName
from interlock.registry.packs import columns as pack
from interlock.registry.packs import text as texts
from interlock.registry.tables import NodeError, Select, Table

ODD = ["a b", 'q"x', "größe", "select", "_row", "_row_", "_input", "_place"]


class Bench:
    """Tables in a DuckDB with four threads, and the results of statements over them."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 4})

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
def goods(bench: Bench) -> Table:
    rows = [(1, "a", 2.5), (2, None, None), (3, "c", 0.0)]
    return bench.table("goods", {"id": "bigint not null", "code": "varchar", "price": "double"}, rows)


def new(*names: str) -> list[NewColumn]:
    return [NewColumn(name) for name in names]


def types(table: Table, **kinds: str) -> dict[Any, Any]:
    return {column(table, name): TypeName(parse_type(kind)) for name, kind in kinds.items()}


def expression(text: str, kind: str = "bigint", *, nullable: bool = True) -> Expression:
    tree = sqlglot.parse_one(text, dialect="duckdb")
    assert isinstance(tree, exp.Expr)
    return Expression(tree, parse_type(kind), nullable)


def test_select_and_drop(bench: Bench, goods: Table) -> None:
    assert bench.run(pack.select_columns(goods, columns=columns(goods, "price", "id")))[0] == (2.5, 1)
    assert bench.names(pack.drop_columns(goods, columns=columns(goods, "code"))) == ["id", "price"]
    assert refusal(pack.select_columns, goods, columns=columns(goods, "id", "id")).param_path == ("columns", 1)
    assert refusal(pack.drop_columns, goods, columns=columns(goods, "id", "code", "price")).param_path == ("columns",)


def test_rename(bench: Bench, goods: Table) -> None:
    id_, code = columns(goods, "id", "code")
    swapped = pack.rename_columns(goods, columns={id_: NewColumn("code"), code: NewColumn("id")})
    assert bench.names(swapped) == ["code", "id", "price"]
    assert bench.run(swapped)[0] == (1, "a", 2.5)
    assert bench.names(pack.rename_columns(goods, columns={id_: NewColumn("ID")})) == ["ID", "code", "price"]
    assert bench.names(pack.rename_columns(goods, columns={})) == ["id", "code", "price"]
    clash = refusal(pack.rename_columns, goods, columns={id_: NewColumn("PRICE")})
    assert clash.param_path == ("columns", "id")
    assert "case" in clash.help[0]
    twice = refusal(pack.rename_columns, goods, columns={id_: NewColumn("x"), code: NewColumn("x")})
    assert twice.param_path == ("columns", "code")


@pytest.mark.parametrize(
    ("style", "name", "made"),
    [
        ("snake_case", "  Total Amount (EUR) ", "total_amount_eur"), ("snake_case", "totalAmountEUR", "total_amount_eur"),
        ("snake_case", "HTTPServer2", "http_server2"), ("snake_case", "2024 Größe%", "2024_größe"), ("snake_case", "_x_", "x"),
        ("snake_case", "größeÄnderung", "größe_änderung"), ("lower", "A b", "a b"), ("upper", "größe", "GRÖSSE"),
    ],
)  # fmt: skip
def test_normalize_names(bench: Bench, style: Any, name: str, made: str) -> None:
    table = bench.table("t", {name: "bigint", "other": "bigint"}, [(1, 2)])
    assert bench.names(pack.normalize_names(table, style=style))[0] == made


def test_normalize_names_refuses(bench: Bench) -> None:
    message = refusal(
        pack.normalize_names, bench.table("t", {"Total Amount": "bigint", "total_amount": "bigint"})
    ).message
    assert message == "`Total Amount` and `total_amount` would both be named `total_amount`"
    assert refusal(pack.normalize_names, bench.table("u", {"%": "bigint"})).param_path == ("style",)


def test_cast(bench: Bench) -> None:
    table = bench.table(
        "t", {"n": "varchar", "d": "double", "k": "bigint not null"}, [("1.5", 2.5, 1), (" ", None, 2), (None, -3.5, 3)]
    )
    wanted = types(table, n="decimal(5,2)", d="integer", k="varchar")
    result = pack.cast_columns(table, types=wanted, blank_as_null=True)
    assert [[str(each) for each in row] for row in bench.run(result)] == [
        ["1.50", "2", "1"],
        ["None", "None", "2"],
        ["None", "-4", "3"],
    ]
    assert bench.types(result) == ["decimal(5,2)", "integer", "varchar"]
    assert result.non_null == {"k"}
    with pytest.raises(duckdb.Error):
        bench.run(pack.cast_columns(table, types=wanted))
    for on_error in ("null", None):
        assert bench.run(pack.cast_columns(table, types=types(table, n="bigint"), on_error=on_error))[1][0] is None


@pytest.mark.parametrize(
    ("old", "kind"), [("boolean", "date"), ("date", "bigint"), ("double", "timestamp"), ("bigint[]", "bigint")]
)
def test_cast_refuses_what_can_never_work(bench: Bench, old: str, kind: str) -> None:
    table = bench.table("t", {"v": old})
    for on_error in ("fail", "null"):
        assert refusal(pack.cast_columns, table, types=types(table, v=kind), on_error=on_error).param_path == (
            "types",
            "v",
        )


def test_no_operations_change_nothing(bench: Bench, goods: Table) -> None:
    same = bench.run(pack.select_columns(goods, columns=columns(goods, *goods.schema.names)))
    for result in (
        pack.cast_columns(goods, types={}),
        pack.derive_columns(goods, columns={}),
        pack.rename_columns(goods, columns={}),
    ):
        assert bench.run(result) == same


def test_derive_sees_the_input_only(bench: Bench, goods: Table) -> None:
    made = {
        "price": expression('"id" * 10', nullable=False),
        "twice": expression('"price" * 2'),
        "id": expression('"id" + 1'),
    }
    result = pack.derive_columns(goods, columns={NewColumn(name): tree for name, tree in made.items()})
    assert bench.names(result) == ["id", "code", "price", "twice"]
    assert bench.run(result) == [(2, "a", 10, 5.0), (3, None, 20, None), (4, "c", 30, 0.0)]
    assert result.non_null == {"price"}
    both = {NewColumn("x"): expression("1"), NewColumn("X"): expression("2")}
    assert refusal(pack.derive_columns, goods, columns=both).param_path == ("columns", "X")


def test_map_values_in_place(bench: Bench, goods: Table) -> None:
    code = column(goods, "code")
    kept = pack.map_values(goods, column=code, mapping={Text("a"): "it's A"})
    assert [row[1] for row in bench.run(kept)] == ["it's A", None, "c"]
    nulled = pack.map_values(goods, column=code, mapping={Text("a"): 1, Text("c"): 2.5}, unmatched="null")
    assert [row[1] for row in bench.run(nulled)] == [1.0, None, 2.5]
    numbers = pack.map_values(
        goods, column=column(goods, "id"), mapping={Text("1"): "one"}, default="more", into=NewColumn("word")
    )
    assert [row[3] for row in bench.run(numbers)] == ["one", "more", "more"]
    assert numbers.non_null == {"word"}
    nothing = pack.map_values(goods, column=code, mapping=[{"from": "a", "to": None}, {"from": None, "to": "-"}])
    assert [row[1] for row in bench.run(nothing)] == [None, "-", "c"]


def test_map_values_fails_on_unknown_values(bench: Bench, goods: Table) -> None:
    result = pack.map_values(goods, column=column(goods, "code"), mapping={Text("a"): True}, unmatched="fail")
    assert [row[1] for row in bench.run(result)] == [True, None, None]
    (check,) = result.checks
    assert bench.connection.sql(check.violations.sql(dialect="duckdb")).fetchall() == [(3, "c", 0.0)]


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"mapping": {"x": "y"}}, ("mapping", "x")),
        ({"mapping": {"1": "y"}}, ("mapping", "1")),
        ({"mapping": {"1": 2, "01": 3}}, ("mapping", "01")),
        ({"mapping": [{"from": "1", "to": 2}]}, ("mapping", 0)),
        ({"mapping": [{"from": 1}]}, ("mapping", 0)),
        ({"mapping": {"1": "a", "2": 5}, "unmatched": "null"}, ("mapping", "2")),
        ({"mapping": {"1": "a"}, "default": 5}, ("default",)),
        ({"mapping": {"1": 2}, "default": 5, "unmatched": "fail"}, ("default",)),
        ({"mapping": {"1": 2}, "into": NewColumn("Price")}, ("into",)),
    ],
)
def test_map_values_refuses(goods: Table, params: dict[str, Any], path: tuple[Any, ...]) -> None:
    assert refusal(pack.map_values, goods, column=column(goods, "id"), **params).param_path == path


def test_split(bench: Bench) -> None:
    table = bench.table("t", {"s": "varchar not null", "n": "bigint"}, [("a - b-c-d", 1), ("", 2), ("x", 3)])
    result = texts.split_column(table, column=column(table, "s"), separator="-", into=new("s", "t", "u"))
    assert bench.names(result) == ["s", "n", "t", "u"]
    assert bench.run(result) == [("a", 1, "b", "c-d"), ("", 2, None, None), ("x", 3, None, None)]
    exact = texts.split_column(table, column=column(table, "s"), separator="-", into=new("t", "u"), trim=False)
    assert bench.run(exact)[0] == ("a - b-c-d", 1, "a ", " b-c-d")
    refuse = {"column": column(table, "s"), "separator": ","}
    assert refusal(texts.split_column, table, into=new("a", "N"), **refuse).param_path == ("into", 1)
    assert refusal(
        texts.split_column, table, column=column(table, "n"), separator=",", into=new("a", "b")
    ).param_path == ("column",)


def test_extract(bench: Bench) -> None:
    table = bench.table("t", {"s": "varchar"}, [("AB-12 cd-34",), ("",), (None,), ("no",)])
    pick = column(table, "s")
    whole = texts.extract_text(table, column=pick, pattern=r"\d+", into=new("s"))
    assert bench.run(whole) == [("12",), (None,), (None,), (None,)]
    parts = texts.extract_text(table, column=pick, pattern=r"(?i)([a-z]+)(?:-)(\d)?(x)?", into=new("a", "b", "c"))
    assert bench.run(parts)[0] == ("AB-12 cd-34", "AB", "1", None)


@pytest.mark.parametrize(
    ("pattern", "into", "path"),
    [("(a", ["x"], "pattern"), ("(?=a)", ["x"], "pattern"), ("(a)(b)", ["x"], "into"), ("a", ["x", "y"], "into")],
)
def test_extract_refuses(bench: Bench, pattern: str, into: list[str], path: str) -> None:
    table = bench.table("t", {"s": "varchar"})
    error = refusal(texts.extract_text, table, column=column(table, "s"), pattern=pattern, into=new(*into))
    assert error.param_path == (path,)


def test_replace(bench: Bench) -> None:
    table = bench.table("t", {"s": "varchar", "n": "bigint"}, [("a.b.c", 1), (None, 2)])
    pick = columns(table, "s")
    assert bench.run(texts.replace_text(table, columns=pick, find=".", replace="'")) == [("a'b'c", 1), (None, 2)]
    assert bench.run(texts.replace_text(table, columns=pick, find=r"(\w)\.", replace=r"<\1>", regex=True))[0] == (
        "<a><b>c",
        1,
    )
    assert refusal(texts.replace_text, table, columns=pick, find="(a)", replace=r"\2", regex=True).param_path == (
        "replace",
    )
    assert refusal(texts.replace_text, table, columns=pick, find="[", replace="", regex=True).param_path == ("find",)
    assert refusal(texts.replace_text, table, columns=columns(table, "s", "n"), find="a", replace="").param_path == (
        "columns",
        1,
    )


def test_clean(bench: Bench) -> None:
    table = bench.table(
        "t", {"n": "bigint", "s": "varchar"}, [(1, "\t o'NEILL \u00a0 ÉMILE\n"), (2, " \u2003"), (3, ""), (4, None)]
    )
    assert [row[1] for row in bench.run(texts.clean_text(table))] == ["o'NEILL \u00a0 ÉMILE", "", "", None]
    full = texts.clean_text(table, collapse_spaces=True, case="title", blank_as_null=True)
    assert [row[1] for row in bench.run(full)] == ["O'neill Émile", None, None, None]
    assert (
        bench.run(texts.clean_text(table, columns=columns(table, "s"), trim=False, case="upper", blank_as_null=True))[
            2
        ][1]
        is None
    )
    assert refusal(texts.clean_text, table, columns=columns(table, "n")).param_path == ("columns", 0)
    assert refusal(texts.clean_text, bench.table("u", {"n": "bigint"})).param_path == ()


def test_clean_knows_white_space_of_any_kind(bench: Bench) -> None:
    table = bench.table("t", {"s": "varchar"}, [("\x0b\x85\u2028a\x0bb\u3000",), ("\t\x0b\x85",)])
    assert bench.run(texts.clean_text(table)) == [("a\x0bb",), ("",)]
    assert bench.run(texts.clean_text(table, trim=False, collapse_spaces=True)) == [(" a b ",), (" ",)]
    assert bench.run(texts.clean_text(table, trim=False, blank_as_null=True))[1] == (None,)


def test_parse_dates(bench: Bench) -> None:
    table = bench.table("t", {"s": "varchar"}, [("31/01/2024",), ("2024-02-30",), (" ",), (None,), ("3/4/2024",)])
    pick = columns(table, "s")
    lenient = texts.parse_dates(table, columns=pick, formats=["%Y-%m-%d", "%d/%m/%Y"], on_error="null")
    assert [str(row[0]) for row in bench.run(lenient)] == ["2024-01-31", "None", "None", "None", "2024-04-03"]
    assert bench.types(lenient) == ["date"]
    with pytest.raises(duckdb.Error, match=r"`s` holds text in none of the formats %d/%m/%Y: (2024-02-30| )"):
        bench.run(texts.parse_dates(table, columns=pick, formats=["%d/%m/%Y"]))


def test_parse_times_with_offsets(bench: Bench) -> None:
    bench.connection.execute("SET TimeZone = 'America/New_York'")
    table = bench.table("t", {"s": "varchar"}, [("2024-01-31T10:00:00+02:00",), ("2024-01-31 10:00",), ("",)])
    formats = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M"]
    result = texts.parse_dates(table, columns=columns(table, "s"), formats=formats, to="timestamp", blank_as_null=True)
    assert [str(row[0]) for row in bench.run(result)] == ["2024-01-31 08:00:00", "2024-01-31 10:00:00", "None"]


@pytest.mark.parametrize("form", ["YYYY-MM-DD", "%H:%M", "%Y-%Q", "%Y-%", "%Y %Z"])
def test_parse_dates_refuses_formats(bench: Bench, form: str) -> None:
    table = bench.table("t", {"s": "varchar", "d": "date", "n": "bigint"})
    assert refusal(texts.parse_dates, table, columns=columns(table, "s"), formats=["%Y", form]).param_path == (
        "formats",
        1,
    )
    for index, name in ((0, "d"), (0, "n")):
        assert refusal(texts.parse_dates, table, columns=columns(table, name), formats=["%Y"]).param_path == (
            "columns",
            index,
        )


def test_explode_lists(bench: Bench) -> None:
    rows = [(1, [3, None, 1]), (2, []), (3, None), (4, [5])]
    table = bench.table("t", {"id": "bigint", "_item": "bigint[]"}, rows)
    pick = column(table, "_item")
    assert bench.run(texts.explode(table, column=pick)) == [(1, 3), (1, None), (1, 1), (4, 5)]
    kept = texts.explode(table, column=pick, position=NewColumn("n"), keep_empty=True)
    assert bench.run(kept) == [(1, 3, 1), (1, None, 2), (1, 1, 3), (2, None, None), (3, None, None), (4, 5, 1)]
    assert bench.types(kept) == ["bigint", "bigint", "bigint"]


def test_explode_text(bench: Bench) -> None:
    table = bench.table("t", {"s": "varchar", "id": "bigint not null"}, [(" a ,,b", 1), (" ", 2), (None, 3)])
    pick = column(table, "s")
    result = texts.explode(table, column=pick, separator=",", position=NewColumn("n"))
    assert bench.run(result) == [("a", 1, 1), ("", 1, 2), ("b", 1, 3)]
    assert result.non_null == {"s", "id", "n"}
    assert bench.run(texts.explode(table, column=pick, separator=",", keep_empty=True, trim=False))[-2:] == [
        (None, 2),
        (None, 3),
    ]


def test_explode_of_many_rows_keeps_order_on_threads(bench: Bench) -> None:
    table = bench.table(
        "big", {"i": "bigint", "l": "bigint[]"}, query="SELECT i, [i, i + 1] FROM range(200000) AS r(i)"
    )
    wanted = [(i, each) for i in range(200000) for each in (i, i + 1)]
    assert bench.run(texts.explode(table, column=column(table, "l"))) == wanted


def test_explode_refuses(bench: Bench) -> None:
    table = bench.table("t", {"s": "varchar", "l": "bigint[]", "n": "bigint"})
    assert refusal(texts.explode, table, column=column(table, "s")).param_path == ("separator",)
    assert refusal(texts.explode, table, column=column(table, "l"), separator=",").param_path == ("separator",)
    assert refusal(texts.explode, table, column=column(table, "n")).param_path == ("column",)
    assert refusal(texts.explode, table, column=column(table, "l"), position=NewColumn("S")).param_path == ("position",)


def test_every_node_with_odd_names_and_no_rows(bench: Bench) -> None:
    odd = bench.table("odd table", dict.fromkeys(ODD, "varchar"), [["2024-01-01"] * 8, [None] * 8])
    empty = bench.table("empty", dict.fromkeys(ODD, "varchar"))
    for table in (odd, empty):
        first, every = column(table, 'q"x'), columns(table, *ODD)
        results = [
            pack.select_columns(table, columns=every),
            pack.cast_columns(table, types=dict.fromkeys(every, TypeName(parse_type("date")))),
            pack.derive_columns(table, columns={NewColumn(name): expression("1") for name in ODD}),
            pack.map_values(table, column=first, mapping={Text("a"): "b"}),
            texts.split_column(table, column=first, separator="-", into=new("y", "m")),
            texts.extract_text(table, column=first, pattern="(.)", into=new("y")),
            texts.replace_text(table, columns=every, find="-", replace=""),
            texts.clean_text(table),
            texts.parse_dates(table, columns=every, formats=["%Y-%m-%d"]),
            texts.explode(
                table, column=column(table, "_row"), separator="-", position=NewColumn("_ITEM"), keep_empty=True
            ),
        ]
        for result in results:
            assert bench.names(result)[:8] == ODD
            assert bool(bench.run(result)) == (table is odd)


@pytest.mark.parametrize(
    ("node", "params", "good"),
    [
        (pack.cast_columns, {"types": {}, "on_error": None}, True),
        (pack.cast_columns, {"types": {"a": "bigint"}, "on_error": "null"}, True),
        (pack.cast_columns, {"types": {"a": "bigint"}, "on_error": "skip"}, False),
        (pack.select_columns, {"columns": []}, False),
        (pack.map_values, {"column": "a", "mapping": {"a": 1}}, True),
        (pack.map_values, {"column": "a", "mapping": [{"from": None, "to": 1}]}, True),
        (pack.map_values, {"column": "a", "mapping": [{"old": None, "to": 1}]}, False),
        (texts.split_column, {"column": "a", "separator": "", "into": ["a", "b"]}, False),
        (texts.parse_dates, {"columns": ["a"], "formats": []}, False),
    ],
)
def test_parameters(node: Any, params: dict[str, Any], good: bool) -> None:
    assert node.json_schema["type"] == "object"
    if good:
        node.model.model_validate(params)
    else:
        with pytest.raises(ValidationError):
            node.model.model_validate(params)


@pytest.mark.parametrize(
    ("node", "alias", "params", "adapted"),
    [
        (pack.select_columns, "ColumnSelector", {"columns": "a"}, {"columns": ["a"]}),
        (pack.drop_columns, "ColumnDropper", {"columns": ["a"], "x": 1}, {"columns": ["a"], "x": 1}),
        (pack.rename_columns, "ColumnRenamer", {"mapping": {"a": "b"}}, {"columns": {"a": "b"}}),
        (pack.cast_columns, "TypeCaster", {"mapping": {}}, {"types": {}}),
        (
            pack.cast_columns,
            "TypeCaster",
            {"mapping": {"a": "float", "b": "date"}},
            {"types": {"a": "double", "b": "date"}},
        ),
        (pack.derive_columns, "DataTransformer", {}, {"columns": {}}),
        (pack.derive_columns, "DataTransformer", {"operations": []}, {"columns": {}}),
        (pack.normalize_names, "ColumnNormalizer", {"strategy": "snake_case"}, {"style": "snake_case"}),
    ],
)
def test_aliases(node: Any, alias: str, params: dict[str, Any], adapted: dict[str, Any]) -> None:
    assert node.aliases[alias](params) == adapted
