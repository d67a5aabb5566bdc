"""Sinks: what they write, to the byte; that it comes back; and that a run that fails leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from interlock.ir.types import Column, Schema, parse_type
from interlock.registry import sql
from interlock.registry.node import NodeType
from interlock.registry.packs import csv_files, databases, inline, json_files, parquet_files, sheets
from interlock.registry.packs.csv_files import read_csv, write_csv
from interlock.registry.packs.databases import read_sqlite, write_sqlite
from interlock.registry.packs.json_files import read_jsonl, write_json, write_jsonl
from interlock.registry.packs.parquet_files import read_parquet, write_parquet
from interlock.registry.packs.sheets import read_excel, write_excel
from interlock.registry.tables import Copy, Described, NodeError, Rows, Staging, Table

MODULES = (csv_files, json_files, parquet_files, sheets, databases, inline)
NODES = {each.name: each for module in MODULES for each in vars(module).values() if isinstance(each, NodeType)}


class Folder:
    """A project folder: writes tables with a sink and reads them back with a source."""

    def __init__(self, root: Path, threads: int = 2) -> None:
        self.root = root
        self.connection = duckdb.connect(config={"threads": threads})
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute(f"SET file_search_path = '{root}'")

    def table(self, query: str) -> Table:
        self.connection.execute(f"CREATE OR REPLACE TABLE t AS {query}")
        relation = self.connection.sql("FROM t")
        columns = [
            Column(name, parse_type(str(kind))) for name, kind in zip(relation.columns, relation.types, strict=True)
        ]
        return Table("t", Schema(tuple(columns)))

    def copy(self, result: Copy, name: str = "staged.part") -> bytes:
        def shown(value: Any) -> str:
            return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)

        options = ", ".join(
            f"{key.upper()} {value if key == 'format' else shown(value)}" for key, value in result.options.items()
        )
        self.connection.execute(f"COPY ({sql.text(result.tree)}) TO '{self.root / name}' ({options})")
        return (self.root / name).read_bytes()

    def write(self, sink: NodeType, given: Table, path: str, **params: Any) -> bytes:
        if sink.kind == "copy":
            return self.copy(sink(given, path=path, **params), path)
        rows = self.connection.execute("FROM t").fetchall()
        columns = [(each.name, str(each.type)) for each in given.schema]
        finish(staged(sink, Rows(columns, rows), path=str(self.root / path), **params))
        return (self.root / path).read_bytes()

    def read(self, source: NodeType, path: str, **params: Any) -> list[dict[str, Any]]:
        assert source.describe
        described = Described(*source.describe(self.connection, path=str(self.root / path), **params))
        names = [name for name, _ in described.columns]
        if source.kind == "rows":
            rows: Any = source(path=str(self.root / path), source=described, **params)
        else:
            rows = self.connection.execute(sql.text(source(path=path, source=described, **params).tree)).fetchall()
        return [dict(zip(names, row, strict=True)) for row in rows]

    def names(self) -> list[str]:
        return sorted(each.name for each in self.root.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    found = Folder(tmp_path)
    yield found
    found.connection.close()


def staged(sink: NodeType, rows: Rows, *, path: str, **params: Any) -> Iterator[None]:
    """A Python sink with a folder to work in, if it takes one."""
    if not sink.wants_staging:
        yield from sink(rows, path=path, **params)
        return
    with tempfile.TemporaryDirectory(prefix=".t.", dir=Path(path).parent) as folder:
        yield from sink(rows, path=path, **params, staging=Staging(folder, ""))


def finish(writer: Any) -> None:
    next(writer)
    assert list(writer) == []


TEXTS = [
    "a,b",
    'a"b',
    " a ",
    "",
    None,
    "NULL",
    "\\N",
    "a\nb",
    "a\r\nb",
    "a\rb",
    "#x",
    "é",
    "a;b",
    "'",
    '"',
    "01",
    "-",
    "\t",
    "nan",
    "\u2028",
]


def listed(values: Sequence[Any]) -> str:
    return f"SELECT unnest(range({len(values)})) AS i, unnest([{', '.join(sql.text(sql.literal(value)) for value in values)}]) AS v"


@pytest.mark.parametrize("null_value", ["", "NA", "NULL"])
def test_csv_texts_come_back(folder: Folder, null_value: str) -> None:
    folder.write(write_csv, folder.table(listed([*TEXTS, "NA"])), "t.csv", null_value=null_value)
    nulls = [null_value] * bool(null_value)
    assert [row["v"] for row in folder.read(read_csv, "t.csv", null_values=nulls, types={"v": "varchar"})] == [
        *TEXTS,
        "NA",
    ]


@pytest.mark.parametrize(
    ("params", "place"),
    [
        *(({"delimiter": sign}, "delimiter") for sign in ('"', "\n", "\r")),
        *(({"null_value": text}, "null_value") for text in ("n,a", 'n"a', "n\na", "n\ra", ",")),
        ({"delimiter": ";", "null_value": "n;a"}, "null_value"),
    ],
)
def test_csv_signs_that_could_not_be_read_back_are_refused(bench: Any, params: dict[str, Any], place: str) -> None:
    assert bench.refusal(write_csv, {"path": "o.csv", **params}, table=[{"a": "x"}]).param_path == (place,)


def test_csv_of_one_column_comes_back(folder: Folder) -> None:
    folder.write(write_csv, folder.table("SELECT unnest(['x', NULL, '', NULL]) AS v"), "t.csv")
    assert [row["v"] for row in folder.read(read_csv, "t.csv")] == ["x", None, "", None]


@pytest.mark.parametrize(
    ("write", "read", "name"),
    [(write_csv, read_csv, "t.csv"), (write_jsonl, read_jsonl, "t.jsonl"), (write_parquet, read_parquet, "t.parquet")],
)
def test_numbers_come_back_exactly(folder: Folder, write: NodeType, read: NodeType, name: str) -> None:
    values = [0.1, 0.1 + 0.2, 1e22, 5e-324, 1.7976931348623157e308, -0.0, 123456789.12345679, None]
    spelled = ", ".join("NULL" if value is None else f"'{value!r}'" for value in values)
    folder.write(write, folder.table(f"SELECT unnest([{spelled}]::DOUBLE[]) AS v"), name)
    assert list(map(repr, (row["v"] for row in folder.read(read, name)))) == list(map(repr, values))
    decimals = [Decimal("1234567890123.12"), Decimal("0.10"), Decimal("-1.00")]
    folder.write(write, folder.table("SELECT unnest([1234567890123.12, 0.10, -1.00]::DECIMAL(38,2)[]) AS v"), name)
    params = {} if read is read_parquet else {"types": {"v": "decimal(38,2)"}}
    assert [row["v"] for row in folder.read(read, name, **params)] == decimals


def test_long_decimals(folder: Folder) -> None:
    table = folder.table("SELECT 12345678901234567890.12::DECIMAL(38,2) AS v")
    for write, read, name in ((write_csv, read_csv, "t.csv"), (write_parquet, read_parquet, "t.parquet")):
        folder.write(write, table, name)
        params = {} if read is read_parquet else {"types": {"v": "decimal(38,2)"}}
        assert folder.read(read, name, **params) == [{"v": Decimal("12345678901234567890.12")}]
    assert folder.write(write_jsonl, table, "t.jsonl") == b'{"v":12345678901234567890.12}\n'


@pytest.mark.parametrize("name", ["t.jsonl", "t.jsonl.gz"])
def test_json_is_valid(folder: Folder, name: str) -> None:
    query = """SELECT 'nan'::DOUBLE AS d, [1.5, 'inf'::DOUBLE, NULL] AS l, {'a': '-inf'::FLOAT, 'b': [{'c': 'nan'::DOUBLE}]} AS s,
        NULL::STRUCT(a DOUBLE) AS n, e'q"\\\\\\n\\x01é' AS t, 170141183460469231731687303715884105727::HUGEINT AS h, MAP {'k': 1} AS m"""
    folder.write(write_jsonl, folder.table(query), name)
    source = folder.read(read_jsonl, name)
    assert (
        source[0]["d"] is None
        and source[0]["l"] == [1.5, None, None]
        and source[0]["s"] == {"a": None, "b": [{"c": None}]}
    )
    folder.write(write_json, folder.table(query), "t.json")

    def refuse(word: str) -> Any:
        raise AssertionError(word)

    [row] = json.loads((folder.root / "t.json").read_text(), parse_constant=refuse)
    assert row["n"] is None and row["h"] == 2**127 - 1 and row["m"] == {"k": 1} and row["t"] == 'q"\\\n\x01é'


def test_an_empty_table(folder: Folder) -> None:
    table = folder.table("SELECT 1 AS a, 'x' AS b WHERE false")
    assert folder.write(write_csv, table, "t.csv") == b"a,b\n"
    assert json.loads(folder.write(write_json, table, "t.json")) == []
    assert folder.write(write_jsonl, table, "t.jsonl") == b""
    assert folder.write(write_parquet, table, "t.parquet") and folder.read(read_parquet, "t.parquet") == []


def test_nested_values_in_csv_are_json(folder: Folder) -> None:
    text = folder.write(
        write_csv,
        folder.table("SELECT [1, NULL] AS l, {'a': 'x'} AS s, MAP {'k': 1} AS m, '\\xAA'::BLOB AS b"),
        "t.csv",
    )
    assert text == b'l,s,m,b\n"[1,null]","{""a"":""x""}","{""k"":1}",\\xAA\n'


def test_nested_numbers_that_json_does_not_have_are_null(folder: Folder) -> None:
    table = folder.table("""
        SELECT MAP {'a': 'nan'::DOUBLE, 'b': 0.5::DOUBLE} AS m, [{'x': ['inf'::FLOAT]}] AS s,
        NULL::MAP(VARCHAR, DOUBLE) AS n
    """)
    wanted = {"m": {"a": None, "b": 0.5}, "s": [{"x": [None]}], "n": None}
    assert json.loads(folder.write(write_jsonl, table, "t.jsonl")) == wanted
    text = folder.write(write_csv, table, "t.csv")
    assert text == b'm,s,n\n"{""a"":null,""b"":0.5}","[{""x"":[null]}]",\n'


def test_nested_values_in_sqlite_and_excel_are_json(folder: Folder) -> None:
    query = "SELECT [{'d': 0::DECIMAL(18,10), 'f': 'nan'::DOUBLE, 'b': '\\xAA'::BLOB, 't': 'é'}] AS l"
    wanted = '[{"d": 0.0000000000, "f": null, "b": "aa", "t": "é"}]'
    folder.write(write_sqlite, folder.table(query), "t.db", table="t")
    folder.write(write_excel, folder.table(query), "t.xlsx")
    assert folder.read(read_sqlite, "t.db", table="t") == [{"l": wanted}]
    assert folder.read(read_excel, "t.xlsx") == [{"l": wanted}]


def test_decimals_in_sqlite_are_plain_digits(folder: Folder) -> None:
    folder.write(write_sqlite, folder.table("SELECT 0::DECIMAL(38,20) AS d"), "t.db", table="t")
    assert folder.read(read_sqlite, "t.db", table="t") == [{"d": "0." + "0" * 20}]


def test_what_a_format_cannot_keep(folder: Folder) -> None:
    with pytest.raises(NodeError, match="column `v` holds interval"):
        write_parquet(folder.table("SELECT INTERVAL 1 DAY AS v"), path="t.parquet")
    with pytest.raises(NodeError, match="column `v` holds hugeint"):
        write_parquet(folder.table("SELECT [1::HUGEINT] AS v"), path="t.parquet")
    folder.write(write_parquet, folder.table("SELECT 12345678901234567890::HUGEINT AS v"), "t.parquet")
    assert folder.read(read_parquet, "t.parquet") == [{"v": Decimal(12345678901234567890)}]
    with pytest.raises(duckdb.Error):
        folder.write(
            write_parquet, folder.table("SELECT 170141183460469231731687303715884105727::HUGEINT AS v"), "t.parquet"
        )


@pytest.mark.parametrize("sink", [write_csv, write_json, write_parquet])
def test_bytes_are_the_same_on_any_number_of_threads(tmp_path: Path, sink: NodeType) -> None:
    found = set()
    for threads in (1, 4):
        folder = Folder(tmp_path, threads)
        table = folder.table(
            "SELECT i, i * 0.1 AS d, 'name ' || (i % 1000) AS s FROM range(1_000_000) AS r(i) WHERE i % 7 <> 3"
        )
        found.add(folder.write(sink, table, "t.out"))
        folder.connection.close()
    assert len(found) == 1


COLUMNS = [("id", "bigint"), ("name", "varchar")]


def sqlite(path: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.commit()
        connection.close()


def into(path: Path, rows: Any, columns: Any = COLUMNS, **params: Any) -> Any:
    return staged(write_sqlite, Rows(columns, rows), path=str(path), **{"table": "t", **params})


def test_sqlite_values(folder: Folder) -> None:
    query = """SELECT 0.1::DOUBLE + 0.2 AS d, 1.10::DECIMAL(9,2) AS p, 9223372036854775807 AS i, 2::HUGEINT ** 100 AS x, true AS b,
        DATE '2024-01-31' AS day, TIMESTAMP '2024-01-31 10:00:00.5' AS ts, TIME '10:00:00' AS tm, '\\xAA'::BLOB AS bl, [1] AS l,
        {'a': 'é'} AS s, NULL::VARCHAR AS n, 1 AS rowid"""
    table = folder.table(query.replace("2::HUGEINT ** 100", "1267650600228229401496703205376::HUGEINT"))
    folder.write(write_sqlite, table, "t.db", table="my t")
    assert sqlite(folder.root / "t.db", 'SELECT * FROM "my t"') == [
        (0.1 + 0.2, "1.10", 2**63 - 1, str(2**100), 1, "2024-01-31", "2024-01-31 10:00:00.500000", "10:00:00", b"\xaa", "[1]",
         '{"a": "é"}', None, 1)
    ]  # fmt: skip
    assert [row["ts"] for row in folder.read(read_sqlite, "t.db", table="my t")] == [
        dt.datetime(2024, 1, 31, 10, 0, 0, 500000)
    ]


@pytest.mark.parametrize("if_exists", ["fail", "replace", "append"])
@pytest.mark.parametrize("close", [True, False])
def test_a_new_database_appears_only_when_committed(tmp_path: Path, if_exists: str, close: bool) -> None:
    path = tmp_path / "t.db"
    writer = into(path, [(1, "a")], if_exists=if_exists)
    next(writer)
    assert not path.exists()
    if close:
        writer.close()
        assert list(tmp_path.iterdir()) == []
    else:
        assert list(writer) == [] and sqlite(path, "SELECT * FROM t") == [(1, "a")]
        assert [each.name for each in tmp_path.iterdir()] == ["t.db"]


def test_a_failing_input_leaves_nothing(tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[Any, ...]]:
        yield (1, "a")
        raise RuntimeError("the input broke")

    with pytest.raises(RuntimeError, match="the input broke"):
        next(into(tmp_path / "t.db", rows()))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("if_exists", ["replace", "append"])
def test_an_existing_database_is_untouched_until_committed(tmp_path: Path, if_exists: str) -> None:
    path = tmp_path / "t.db"
    finish(into(path, [(1, "a")]))
    finish(into(path, [(9, "z")], table="other"))
    before = path.read_bytes()
    writer = into(path, [(2, "b")], if_exists=if_exists)
    next(writer)
    assert path.read_bytes() == before
    writer.close()
    assert path.read_bytes() == before and [each.name for each in tmp_path.iterdir()] == ["t.db"]
    finish(into(path, [(2, "b")], if_exists=if_exists))
    assert sqlite(path, "SELECT * FROM t") == ([(2, "b")] if if_exists == "replace" else [(1, "a"), (2, "b")])
    assert sqlite(path, "SELECT * FROM other") == [(9, "z")]
    assert [each.name for each in tmp_path.iterdir()] == ["t.db"]


def test_two_sinks_of_one_run_may_write_to_one_database(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    writers = [into(path, [(1, "a")], table="one"), into(path, [(2, "b")], table="two")]
    for writer in writers:
        next(writer)
    for writer in writers:
        assert list(writer) == []
    assert sqlite(path, "SELECT * FROM one UNION ALL SELECT * FROM two") == [(1, "a"), (2, "b")]


def test_append_goes_by_name(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    finish(into(path, [(1, "a")]))
    finish(into(path, [("b", 2)], [("NAME", "varchar"), ("id", "bigint")], if_exists="append"))
    assert sqlite(path, "SELECT * FROM t") == [(1, "a"), (2, "b")]
    with pytest.raises(ValueError, match="the table also has name; it does not have colour"):
        next(into(path, [], [("id", "bigint"), ("colour", "varchar")], if_exists="append"))


def test_sqlite_refusals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.db"
    finish(into(path, [(1, "a")]))
    before = path.read_bytes()
    with pytest.raises(ValueError, match="already has a table `T`"):
        next(into(path, [], table="T"))
    (tmp_path / "junk.db").write_text("hello, this is text")
    with pytest.raises(ValueError, match="not an SQLite database"):
        next(into(tmp_path / "junk.db", []))
    sqlite(path, "CREATE VIEW v AS SELECT id FROM t")
    with pytest.raises(ValueError, match="is a view"):
        next(into(path, [], table="v"))
    sqlite(path, "DROP VIEW v")
    sqlite(path, "CREATE UNIQUE INDEX once ON t (id)")
    with pytest.raises(ValueError, match=r"UNIQUE constraint failed: t\.id"):
        next(into(path, [(1, "b")], if_exists="append"))
    monkeypatch.setattr(databases, "SQLITE_WAIT", 0.1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ValueError, match="locked by another program"):
        next(into(path, [(1, "b")], if_exists="replace"))
    other.execute("ROLLBACK")
    other.close()
    assert sqlite(path, "SELECT * FROM t") == [(1, "a")] and len(before) <= len(path.read_bytes())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["junk.db", "t.db"]


def test_sqlite_waits_for_a_short_lock(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    finish(into(path, [(1, "a")]))
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, other.rollback)
    release.start()
    finish(into(path, [(2, "b")], if_exists="append"))
    release.join()
    other.close()
    assert sqlite(path, "SELECT count(*) FROM t") == [(2,)]


def test_excel_values_come_back(folder: Folder) -> None:
    columns = [
        ("t", "varchar"),
        ("d", "double"),
        ("i", "bigint"),
        ("day", "date"),
        ("at", "timestamp"),
        ("tm", "time"),
        ("ok", "boolean"),
    ]
    texts = ["=1+1", "https://example.org", "01", "a\x01b", "_x0041_", " a ", "é\n", "-5", "{=1}", "'q"]
    rows = [
        (text, 0.1, 2**40, dt.date(2024, 1, 31), dt.datetime(2024, 1, 31, 10, 0, 0, 123000), dt.time(10, 30), True)
        for text in texts
    ]
    finish(write_excel(Rows(columns, rows), path=str(folder.root / "t.xlsx"), sheet="S"))
    assert [tuple(row.values()) for row in folder.read(read_excel, "t.xlsx", sheet="S")] == rows
    first = (folder.root / "t.xlsx").read_bytes()
    finish(write_excel(Rows(columns, rows), path=str(folder.root / "t.xlsx"), sheet="S"))
    assert (folder.root / "t.xlsx").read_bytes() == first


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("varchar", "x" * 32_768, "32,768 characters"),
        ("bigint", 12345678901234567, "more digits than Excel keeps"),
        ("decimal(38,2)", Decimal("12345678901234567.89"), "more digits than Excel keeps"),
        ("double", float("inf"), "infinite"),
        ("date", dt.date(1800, 1, 1), "not a date that Excel can hold"),
        ("date", dt.date(1900, 2, 1), "before March 1900"),
        ("timestamp", dt.datetime(2024, 1, 1, 0, 0, 0, 5), "microseconds"),
        ("timestamptz", dt.datetime(2024, 1, 1, tzinfo=dt.UTC), "not a date that Excel can hold"),
    ],
)
def test_excel_refusals(tmp_path: Path, kind: str, value: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        next(write_excel(Rows([("v", kind)], [(value,)]), path=str(tmp_path / "t.xlsx")))


def test_excel_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "t.xlsx")
    monkeypatch.setattr(sheets, "EXCEL_MOST_ROWS", 3)
    with pytest.raises(ValueError, match="the rows do not fit"):
        next(write_excel(Rows([("v", "bigint")], [(1,), (2,), (3,)]), path=path))
    with pytest.raises(ValueError, match="Excel does not allow that"):
        next(write_excel(Rows([("v", "bigint")], []), path=path, sheet="a/b"))


@pytest.mark.parametrize(
    ("alias", "name", "given", "adapted"),
    [
        ("CSVIngestor", "read_csv", {"file_path": "a.csv", "zz": 1}, {"path": "a.csv", "zz": 1}),
        ("CSVParser", "read_csv", {"file_path": "a.csv"}, {"path": "a.csv"}),
        ("JSONParser", "read_json", {"file_path": "a.json"}, {"path": "a.json"}),
        ("JSONIngestor", "read_json", {"file_path": "a.json"}, {"path": "a.json"}),
        ("ParquetReader", "read_parquet", {"path": "a"}, {"path": "a"}),
        ("ExcelParser", "read_excel", {"file_path": "a", "sheet_name": "S"}, {"path": "a", "sheet": "S"}),
        ("ExcelReader", "read_excel", {"path": "a"}, {"path": "a"}),
        ("SQLiteReader", "read_sqlite", {"db_path": "a.db", "table_name": "t"}, {"path": "a.db", "table": "t"}),
        ("CSVExporter", "write_csv", {"output_path": "a"}, {"path": "a"}),
        ("JSONExporter", "write_json", {"output_path": "a"}, {"path": "a"}),
        ("ParquetExporter", "write_parquet", {"output_path": "a"}, {"path": "a"}),
        ("ExcelExporter", "write_excel", {"output_path": "a"}, {"path": "a"}),
        (
            "SQLExporter",
            "write_sqlite",
            {"table": "t", "if_exists": "append"},
            {"path": "interlock.db", "table": "t", "if_exists": "append"},
        ),
        (
            "SQLiteConnector",
            "write_sqlite",
            {"db_path": "a.db", "table_name": "t"},
            {"path": "a.db", "table": "t", "if_exists": "replace"},
        ),
    ],
)
def test_aliases(alias: str, name: str, given: dict[str, Any], adapted: dict[str, Any]) -> None:
    adapter = NODES[name].aliases[alias]
    assert adapter and adapter(given) == adapted
