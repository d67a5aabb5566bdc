"""Sources: what each makes of a file, and which files it refuses with which words."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from interlock.ir.types import parse_type
from interlock.registry import sql
from interlock.registry.node import NodeType
from interlock.registry.packs import sheets
from interlock.registry.packs.csv_files import read_csv
from interlock.registry.packs.databases import read_sqlite
from interlock.registry.packs.json_files import read_json, read_jsonl
from interlock.registry.packs.parquet_files import read_parquet
from interlock.registry.packs.sheets import read_excel
from interlock.registry.tables import Described


class Folder:
    """A project folder, and DuckDB set up to read files in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.connection = duckdb.connect(config={"threads": 2})
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute(f"SET file_search_path = '{root}'")

    def put(self, name: str, content: str | bytes) -> str:
        (self.root / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def describe(self, node: NodeType, name: str, **params: Any) -> Described:
        assert node.describe
        columns, facts = node.describe(self.connection, path=str(self.root / name), **params)
        for _, kind in columns:
            parse_type(kind)
        return Described(columns, json.loads(json.dumps(facts)))

    def read(self, node: NodeType, name: str, **params: Any) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
        source = self.describe(node, name, **params)
        if node.kind == "rows":
            return dict(source.columns), list(node(path=str(self.root / name), source=source, **params))
        result = node(path=name, source=source, **params)
        for check in result.checks:
            assert not self.connection.execute(sql.text(check.violations)).fetchall(), check.title
        return dict(source.columns), self.connection.execute(sql.text(result.tree)).fetchall()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    found = Folder(tmp_path)
    yield found
    found.connection.close()


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("a,b\n02134,1\n00001,2\n", {"a": "varchar", "b": "bigint"}),
        ("a,b\n12345678901234567890,1e5\n1,2\n", {"a": "hugeint", "b": "double"}),
        ("a,b\n1e400,+49\n1,3\n", {"a": "varchar", "b": "varchar"}),
        (f"a,b\n{'9' * 39},9007199254740993\n1,0.5\n", {"a": "varchar", "b": "varchar"}),
        ("a,b\n12345678901234567890,9007199254740993.0\n-0.5,1\n", {"a": "varchar", "b": "varchar"}),
        ("a,b\n9007199254740992,1e20\n0.5,-1234567890123456\n", {"a": "double", "b": "double"}),
        (f"a,b\n{2**70},0.12345678901234567890\n0.5,1\n", {"a": "double", "b": "double"}),
        ("a,b,c\nyes,t,TRUE\nno,f,false\n", {"a": "varchar", "b": "varchar", "c": "boolean"}),
        ("a,b\nINF,1.5\nNAN,nan\n", {"a": "varchar", "b": "double"}),
        ("a,b,c\n2024-01-31,31/01/2024,2024-02-30\n", {"a": "date", "b": "varchar", "c": "varchar"}),
        (
            "a,b,c\n2024-01-31 10:00,2024-01-31T10:00:00Z,10:00:00.5\n",
            {"a": "timestamp", "b": "timestamptz", "c": "time"},
        ),
        (
            "a,b,c\n08:30:00,23:59:59,00:00:00\n25:10:00,10:00:00,24:00:00\n",
            {"a": "varchar", "b": "time", "c": "varchar"},
        ),
        ("a,b\n1,\n2,\n", {"a": "bigint", "b": "varchar"}),
        ("a,b\n", {"a": "varchar", "b": "varchar"}),
        ("\ufeffa,b\r\n1,2\r\n", {"a": "bigint", "b": "bigint"}),
        ("a;b\n1;x,y\n", {"a": "bigint", "b": "varchar"}),
        ("a|b\n1|2\n", {"a": "bigint", "b": "bigint"}),
        ("a\n1\n\n3\n", {"a": "bigint"}),
        ('a,b\n"x\ny",1\nq"z,2\n', {"a": "varchar", "b": "bigint"}),
        ("a,b\rx,1\ry,2\r", {"a": "varchar", "b": "bigint"}),
        ("a,b\nu\u2028v,w\x0cx\n", {"a": "varchar", "b": "varchar"}),
    ],
)
def test_csv_types(folder: Folder, text: str, types: dict[str, str]) -> None:
    assert dict(folder.describe(read_csv, folder.put("t.csv", text)).columns) == types


@pytest.mark.parametrize(
    ("text", "params", "rows"),
    [
        ('a,b\n"",1\n,2\nNA,3\n"NA",4\n', {"null_values": ["NA"]}, [("", 1), (None, 2), (None, 3), ("NA", 4)]),
        ('a,b\n"x","1.5"\n"y",""\n', {}, [("x", 1.5), ("y", None)]),
        ('a,b\n"x","1"\n"",""\n', {}, [("x", 1), ("", None)]),
        ("a;b\nx;1,5\n", {"decimal": ","}, [("x", 1.5)]),
        ("a;b\nx;1,5\ny;9007199254740993\n", {"decimal": ","}, [("x", "1,5"), ("y", "9007199254740993")]),
        ("a;b\nx;1,5\n", {"decimal": ",", "types": {"b": "decimal(9,2)"}}, [("x", Decimal("1.50"))]),
        ("a,b\n31/12/2024,1\n", {"date_format": "%d/%m/%Y"}, [(dt.date(2024, 12, 31), 1)]),
        ("a,b\n31.12.2024 10:00,1\n", {"timestamp_format": "%d.%m.%Y %H:%M"}, [(dt.datetime(2024, 12, 31, 10), 1)]),
        ("junk\n\na,b\n1,2\n", {"skip": 2}, [(1, 2)]),
        ("1,2\n3,4\n", {"header": False}, [(1, 2), (3, 4)]),
        ("a,b\n1,x\n", {"types": {"A": "varchar"}}, [("1", "x")]),
        ("a\tb\n1\t'x\ty'\n", {"quote": "'", "escape": "'"}, [(1, "x\ty")]),
        ('a,b\n1,"x\\"y"\n', {"escape": "\\"}, [(1, 'x"y')]),
        ('a,b\n1,"x\n', {"quote": "", "escape": ""}, [(1, '"x')]),
        ('a,b\n"1,2\n', {"quote": ""}, [('"1', 2)]),
        ('a,b\n"x""y",2\n', {"quote": ""}, [('"x""y"', 2)]),
        ("a,b\n1\\2,2\n", {"quote": "", "escape": "\\"}, [("1\\2", 2)]),
        ("name\nSmith\n\n", {}, [("Smith",), (None,)]),
    ],
)
def test_csv_rows(folder: Folder, text: str, params: dict[str, Any], rows: list[tuple[Any, ...]]) -> None:
    assert folder.read(read_csv, folder.put("t.csv", text), **params)[1] == rows


def test_csv_encodings_and_compression(folder: Folder) -> None:
    for encoding in ("latin-1", "utf-16"):
        folder.put("t.csv", "a,b\né,1\n".encode(encoding))
        assert folder.read(read_csv, "t.csv", encoding=encoding)[1] == [("é", 1)]
    folder.put("t.csv.gz", gzip.compress(b"a,b\nx,1\n"))
    assert folder.read(read_csv, "t.csv.gz")[1] == [("x", 1)]


def test_names_without_a_header(folder: Folder) -> None:
    folder.put("t.csv", "1,2\n")
    assert folder.read(read_csv, "t.csv", header=False)[0] == {"column_1": "bigint", "column_2": "bigint"}
    assert folder.read(read_csv, "t.csv", header=False, names=["x", "y"])[0] == {"x": "bigint", "y": "bigint"}


@pytest.mark.parametrize("name", ["d[1].csv", "s*.csv", "q?.csv"])
def test_a_path_is_one_file_and_never_a_pattern(folder: Folder, name: str) -> None:
    for other in ("d1.csv", "sx.csv", "qx.csv"):
        folder.put(other, "a\nwrong\n")
    assert folder.read(read_csv, folder.put(name, "a\nright\n"))[1] == [("right",)]


@pytest.mark.parametrize(
    ("content", "params", "says"),
    [
        ("", {}, "the file is empty"),
        ("\n\n", {}, "no line to read"),
        ("a,b\n1,2\n1,2,3\n", {}, "line 3 has 3 fields, but the header has 2"),
        ("a,b\n1\n", {}, "line 2 has 1 field, but the header has 2"),
        ("a,A\n1,2\n", {}, "columns 1 and 2 are both named `A`"),
        ("a,\n1,2\n", {}, "column 2 has no name"),
        ('a,b\n"x,1\n', {}, "line 2: a quoted field is never closed"),
        ("a,b\r\n1,2\n3,4\n", {}, "the lines end in different ways"),
        (b"a,b\n\xe9,2\n", {}, "byte 4 (0xe9)"),
        (b"PK\0\1", {}, "binary file"),
        ("a,b\n1,2\n".encode("utf-16"), {}, "encoding: utf-16"),
        (b"\xfe\xff" + "a,b\n".encode("utf-16-be"), {"encoding": "utf-16"}, "high byte first"),
        ("a,b\n1.5,2\n", {"types": {"a": "bigint"}}, "line 2: `1.5` in column `a` is not a bigint"),
        ("a,b\n1.555,2\n", {"types": {"a": "decimal(9,2)"}}, "line 2: `1.555`"),
        ("a,b\nx,2\n", {"types": {"a": "date"}}, 'line 2: Error when converting column "a"'),
        ("a,b\n1,2\n", {"types": {"z": "bigint"}}, "`types` names the column `z`, but the file has a, b"),
        (",".join(f"c{n}" for n in range(500)) + "\n", {"types": {"z": "bigint"}}, "c18, c19, and 480 more columns"),
        ("a,b\n1,2\n", {"header": False, "names": ["x"]}, "`names` gives 1 names"),
        ("a,b\n1,2\n", {"skip": 5}, "`skip: 5` leaves nothing"),
    ],
)
def test_csv_refusals(folder: Folder, content: str | bytes, params: dict[str, Any], says: str) -> None:
    folder.put("t.csv", content)
    with pytest.raises(ValueError) as refusal:
        folder.describe(read_csv, "t.csv", **params)
    assert says in str(refusal.value)


def test_an_unknown_date_format_is_refused_in_words(folder: Folder) -> None:
    with pytest.raises(ValueError, match=r"^Could not parse DATEFORMAT: Unrecognized format .*%s$"):
        folder.describe(read_csv, folder.put("t.csv", "a\n5\n"), date_format="%s%n")


def test_a_late_value_is_never_rounded(folder: Folder) -> None:
    folder.put("t.csv", "a,b\n" + "1,x\n" * 25_000 + "1.5,x\n")
    with pytest.raises(duckdb.Error, match=r"column `a`: `1.5` is not a bigint"):
        folder.read(read_csv, "t.csv")
    folder.put("t.jsonl", '{"a": 1}\n' * 25_000 + '{"a": 1.5}\n')
    with pytest.raises(duckdb.Error, match=r"column `a`: `1.5` is not a bigint"):
        folder.read(read_jsonl, "t.jsonl")


def test_a_late_ragged_line_is_refused(folder: Folder) -> None:
    folder.put("t.csv", "a,b\n" + "1,x\n" * 25_000 + "1,x,y\n")
    with pytest.raises(duckdb.Error, match="Line: 25002"):
        folder.read(read_csv, "t.csv")


def test_a_large_csv_is_described_from_a_sample(folder: Folder) -> None:
    folder.put("t.csv", "id,text\n" + "".join(f'{n},"line\n{n}"\n' for n in range(400_000)))
    types, rows = folder.read(read_csv, "t.csv")
    assert types == {"id": "bigint", "text": "varchar"}
    assert len(rows) == 400_000 and rows[-1] == (399_999, "line\n399999")


@pytest.mark.parametrize(
    ("text", "types", "rows"),
    [
        (
            '[{"id": 1, "day": "2024-01-31"}, {"x": true, "id": 2.5}]',
            {"id": "double", "day": "varchar", "x": "boolean"},
            [(1.0, "2024-01-31", None), (2.5, None, True)],
        ),
        (
            '{"a": 1,\n "s": {"select": null, "B c": [1, null]}}\n{"a": null}',
            {"a": "bigint", "s": 'struct("select" varchar, "B c" bigint[])'},
            [(1, {"select": None, "B c": [1, None]}), (None, None)],
        ),
        ('{"a": 1}\n\n{"a": "x"}\n', {"a": "json"}, [("1",), ('"x"',)]),
        ('{"a": 99999999999999999999, "b": null}\n', {"a": "hugeint", "b": "varchar"}, [(99999999999999999999, None)]),
        ('{"a": {}}\n{"a": {"b": 1}}', {"a": "json"}, [("{}",), ('{"b":1}',)]),
    ],
)
def test_json(folder: Folder, text: str, types: dict[str, str], rows: list[tuple[Any, ...]]) -> None:
    assert folder.read(read_json, folder.put("t.json", text)) == (types, rows)


def test_json_types_may_be_given(folder: Folder) -> None:
    folder.put("t.json", '[{"p": 1.10, "d": "2024-01-31"}]')
    kinds = {"p": "decimal(9,2)", "d": "date", "more": "bigint"}
    assert folder.read(read_json, "t.json", types=kinds) == (kinds, [(Decimal("1.10"), dt.date(2024, 1, 31), None)])
    folder.put("t.json", "[]")
    assert folder.read(read_json, "t.json", types=kinds) == (kinds, [])


def test_json_with_a_late_key_fails_its_check(folder: Folder) -> None:
    folder.put("t.jsonl", '{"a": 1}\n' * 20_000 + '{"a": 1, "late": 2}\n')
    result = read_jsonl(path="t.jsonl", source=folder.describe(read_jsonl, "t.jsonl"))
    assert folder.connection.execute(sql.text(result.checks[0].violations)).fetchall() == [("late",)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "the file is empty"),
        ("[]", "holds no object"),
        ('[{"a": 1},]', "line 1, column 11: this is not valid JSON"),
        ('[{"a": 1}', "the file is cut off"),
        ('[{"a": 1},', "line 1: the array is never closed; the file is cut off"),
        ('[{"a": 1},\n\t{"a": 2},\n', "the array is never closed"),
        ("[", "the array is never closed"),
        ("[" + '{"a": 1},\n' * 20_000, "the array is never closed"),
        ("[" + '{"a": 1},\n' * 20_001 + '{"a": 2}', "the array is never closed"),
        ("[" + ('{"a": "' + "x" * 1000 + '"},\n') * 17_000, "the array is never closed"),
        ('[{"a": 1}\n{"a": 2}]', "line 2: expected `,` or `]` after an object, but found `{`"),
        ("[1]", "expected an object"),
        ('"x"', "must hold an array of objects"),
        ('{"a": 1, "a": 2}', "the key `a` stands twice"),
        ('{"a": 1, "A": 2}', "differ only in case"),
        ('{"a": NaN}', "NaN is not valid JSON"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": "\xff"}', "byte 7 (0xff)"),
        ('{"a": 1}\n{"b": {"c": "\\ud83d"}}', "line 2: `\\ud83d` is one half of a sign without the other"),
        ('{"\\udc00": 1}', "line 1: `\\udc00` is one half"),
        (
            '{"a": ' + "[" * 130 + "]" * 130 + "}",
            "line 1: the object is nested too deeply; at most 120 levels are read",
        ),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
    ],
)
def test_json_refusals(folder: Folder, content: str | bytes, says: str) -> None:
    folder.put("t.json", content)
    with pytest.raises(ValueError) as refusal:
        folder.describe(read_json, "t.json")
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('[{"a": 1}]', "read it with read_json"),
        ('{"a": 1} {"a": 2}\n', "two values stand on one line"),
        ('{"a": 1,\n"b": 2}\n', "goes on over several lines"),
        ('{"a": 1}\n{"a":\n', "line 3"),
    ],
)
def test_jsonl_refusals(folder: Folder, content: str, says: str) -> None:
    folder.put("t.jsonl", content)
    with pytest.raises(ValueError) as refusal:
        folder.describe(read_jsonl, "t.jsonl")
    assert says in str(refusal.value)


def test_parquet(folder: Folder) -> None:
    query = """SELECT 1::BIGINT AS i, {'select': 1, 'B c': [1.5]} AS s, MAP {'a': 1} AS m, 1.5::DECIMAL(10,2) AS d,
        TIMESTAMP_NS '2024-01-01' AS n, '{}'::JSON AS j, uuid() AS u, 'a'::BLOB AS b, NULL::VARCHAR AS v"""
    folder.connection.execute(f"COPY ({query}) TO '{folder.root}/t.parquet'")
    types, rows = folder.read(read_parquet, "t.parquet")
    assert types == {
        "i": "bigint", "s": 'struct("select" integer, "B c" decimal(2,1)[])', "m": "map(varchar, integer)", "d": "decimal(10,2)",
        "n": "timestamp_ns", "j": "json", "u": "uuid", "b": "blob", "v": "varchar",
    }  # fmt: skip
    assert rows[0][0] == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"hello", "not a Parquet file"),
        (b"PAR1hello", "cut off"),
        (b"PAR1" + b"x" * 20 + b"PAR1", "cannot be read"),
    ],
)
def test_parquet_refusals(folder: Folder, content: bytes, says: str) -> None:
    folder.put("t.parquet", content)
    with pytest.raises(ValueError, match=says):
        folder.describe(read_parquet, "t.parquet")


def workbook(path: Path, rows: list[list[Any]], name: str = "A") -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    shapes = {dt.date: "yyyy-mm-dd", dt.datetime: "yyyy-mm-dd hh:mm:ss", dt.time: "hh:mm:ss"}
    formats = {kind: book.add_format({"num_format": shape}) for kind, shape in shapes.items()}
    sheet = book.add_worksheet(name)
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if type(value) in formats:
                sheet.write_datetime(y, x, value, formats[type(value)])
            elif value is not None:
                sheet.write(y, x, value)
    book.add_worksheet("Empty")
    book.close()


def test_excel(folder: Folder) -> None:
    day, moment = dt.date(2024, 1, 31), dt.datetime(2024, 1, 31, 10, 30)
    rows = [
        ["code", "n", "x", "day", "at", "mixed", "ok", "none"],
        ["01", 1, 1.5, day, moment, 1, True, None],
        [None] * 8,
        ["b", 2, 2, None, day, "x", False, None],
        ["", None, None, None, None, day, None, None],
    ]
    workbook(folder.root / "t.xlsx", rows)
    types, found = folder.read(read_excel, "t.xlsx")
    assert types == {
        "code": "varchar", "n": "bigint", "x": "double", "day": "date", "at": "timestamp", "mixed": "varchar", "ok": "boolean",
        "none": "varchar",
    }  # fmt: skip
    assert found == [
        ("01", 1, 1.5, day, moment, "1", True, None),
        (None,) * 8,
        ("b", 2, 2.0, None, dt.datetime(2024, 1, 31), "x", False, None),
        (None, None, None, None, None, "2024-01-31", None, None),
    ]


def test_excel_with_a_late_cell_of_another_kind(folder: Folder) -> None:
    workbook(folder.root / "t.xlsx", [["a"], [1], ["x"]])
    with pytest.raises(ValueError, match="cell A3 holds 'x', which is not a bigint"):
        list(
            read_excel(path=str(folder.root / "t.xlsx"), source=Described([("a", "bigint")], {"sheet": "A", "skip": 0}))
        )


@pytest.mark.parametrize(
    ("rows", "params", "says"),
    [
        ([["a", "A"], [1, 2]], {}, "columns A and B are both named `A`"),
        ([["a", None, "c"], [1, 2, 3]], {}, "column B of the sheet `A` has no name"),
        ([["a"], [1, 2]], {}, "cell B2 of the sheet `A` has a value, but its column has no header"),
        ([["a"]], {"sheet": "Z"}, "there is no sheet `Z`; the workbook has `A`, `Empty`"),
        ([["a"]], {"sheet": "Empty"}, "the sheet `Empty` is empty"),
    ],
)
def test_excel_refusals(folder: Folder, rows: list[list[Any]], params: dict[str, Any], says: str) -> None:
    workbook(folder.root / "t.xlsx", rows)
    with pytest.raises(ValueError) as refusal:
        folder.describe(read_excel, "t.xlsx", **params)
    assert says in str(refusal.value)


def workbook_with(path: Path, sheet: str, name: str = "xl/worksheets/sheet1.xml") -> None:
    """A workbook whose only sheet has this XML inside."""
    workbook(path.with_name("plain.xlsx"), [["a"]])
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(path.with_name("plain.xlsx")) as given, zipfile.ZipFile(path, "w") as made:
        for each in given.namelist():
            made.writestr(each, f'<worksheet xmlns="{space}">{sheet}</worksheet>' if each == name else given.read(each))


FIRST = '<row r="1"><c r="A1" t="str"><v>a</v></c></row>'


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (FIRST + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "reaches row 1,048,576 and column 16,384"),
        (FIRST + "<row r = '9'><c s='1' r = 'xfd1048576' ><v>1</v></c></row>", "row 1,048,576 and column 16,384"),
        ('<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>', "row 1,048,576"),
        (FIRST + " " * 2**20 + '<row r="9"><c r="ZZZ99999999"><v>1</v></c></row>', "row 99,999,999"),
    ],
)
def test_excel_with_a_cell_far_away(folder: Folder, rows: str, says: str) -> None:
    workbook_with(folder.root / "t.xlsx", f"<sheetData>{rows}</sheetData>")
    with pytest.raises(ValueError) as refusal:
        folder.describe(read_excel, "t.xlsx")
    assert says in str(refusal.value)
    with pytest.raises(ValueError, match="delete what stands far from the table"):
        list(
            read_excel(path=str(folder.root / "t.xlsx"), source=Described([("a", "bigint")], {"sheet": "A", "skip": 0}))
        )


def test_excel_with_empty_cells_far_away(folder: Folder) -> None:
    rows = FIRST + '<row r="2"><c r="A2"><v>7</v></c></row><row r="1048576" ht="15"><c r="XFD1048576" s="0"/></row>'
    workbook_with(folder.root / "t.xlsx", f'<dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData>')
    assert folder.read(read_excel, "t.xlsx") == ({"a": "bigint"}, [(7,)])


def test_excel_that_unpacks_to_too_much(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    workbook(folder.root / "t.xlsx", [["a"], [1]])
    monkeypatch.setattr(sheets, "EXCEL_MOST_BYTES", 5_000)
    with pytest.raises(ValueError, match="bytes when unpacked; at most 5,000 are read"):
        folder.describe(read_excel, "t.xlsx")
    data = (folder.root / "t.xlsx").read_bytes()
    monkeypatch.undo()
    folder.put("t.xlsx", data.replace(b"PK\x03\x04", b"PK\x03\x05", 3))
    with pytest.raises(ValueError, match="not a readable workbook"):
        folder.describe(read_excel, "t.xlsx")


def database(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_sqlite(folder: Folder) -> None:
    database(
        folder.root / "t.db",
        'CREATE TABLE "my t" (i INTEGER, d DATE, b BOOLEAN, r REAL, t TEXT, x, n NUMERIC(9,2), "select" VARCHAR(9))',
        "INSERT INTO \"my t\" VALUES (1, '2024-01-31', 1, 1, '01', 1, 1.5, 'q'), (NULL, NULL, 0, 2.5, NULL, 2, 2, NULL)",
    )
    types, rows = folder.read(read_sqlite, "t.db", table="my t")
    assert types == {
        "i": "bigint", "d": "date", "b": "boolean", "r": "double", "t": "varchar", "x": "bigint", "n": "double", "select": "varchar",
    }  # fmt: skip
    assert rows == [
        (1, dt.date(2024, 1, 31), True, 1.0, "01", 1, 1.5, "q"),
        (None, None, False, 2.5, None, 2, 2.0, None),
    ]


def test_sqlite_badly_typed_cells(folder: Folder) -> None:
    database(folder.root / "t.db", "CREATE TABLE t (i INTEGER)", "INSERT INTO t VALUES (1), ('abc')")
    assert folder.read(read_sqlite, "t.db", table="t") == ({"i": "varchar"}, [("1",), ("abc",)])
    with pytest.raises(ValueError, match="row 2 of `t`: 'abc' in column `i` is not a bigint"):
        list(
            read_sqlite(
                path=str(folder.root / "t.db"), table="t", source=Described([("i", "bigint")], {"order": "rowid"})
            )
        )


def test_sqlite_reading_leaves_nothing_behind(folder: Folder) -> None:
    database(
        folder.root / "t.db",
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE t (i INTEGER)",
        "CREATE VIEW v AS SELECT i FROM t",
    )
    database(folder.root / "u.db", "CREATE TABLE w (i TEXT PRIMARY KEY) WITHOUT ROWID", "INSERT INTO w VALUES ('x')")
    assert folder.read(read_sqlite, "t.db", table="v")[1] == []
    assert folder.read(read_sqlite, "u.db", table="w")[1] == [("x",)]
    assert sorted(each.name for each in folder.root.iterdir()) == ["t.db", "u.db"]


def test_sqlite_refusals(folder: Folder) -> None:
    database(folder.root / "t.db", "CREATE TABLE a (i)", "CREATE TABLE b (i)")
    with pytest.raises(ValueError, match="no table `z` in the database; its tables are `a`, `b`"):
        folder.describe(read_sqlite, "t.db", table="z")
    with pytest.raises(ValueError, match="not an SQLite database"):
        folder.describe(read_sqlite, folder.put("u.db", "hello, this is text"), table="a")
    with pytest.raises(ValueError, match="empty"):
        folder.describe(read_sqlite, folder.put("u.db", ""), table="a")


@pytest.mark.parametrize("node", [read_csv, read_json, read_jsonl, read_parquet, read_excel, read_sqlite])
def test_a_folder_or_a_missing_file(folder: Folder, node: NodeType) -> None:
    params = {"table": "t"} if node is read_sqlite else {}
    (folder.root / "sub").mkdir()
    with pytest.raises(ValueError, match="directory"):
        folder.describe(node, "sub", **params)
    with pytest.raises(FileNotFoundError):
        folder.describe(node, "missing", **params)
