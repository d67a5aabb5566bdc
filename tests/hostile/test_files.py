"""Data files made to hurt: each is refused with a reason, or read for what it is; nothing hangs."""

from __future__ import annotations

import io
import os
import re
import resource
import time
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter
from workbench import Workbench, plan

Text = str | bytes
READERS = ["read_csv", "read_json", "read_jsonl", "read_parquet", "read_excel", "read_sqlite"]


def reading(node: str, path: str, **more: Any) -> dict[str, Any]:
    """A plan that reads a file."""
    params = {"path": path} | ({"table": "t"} if node == "read_sqlite" else {}) | more
    return plan({"s": (node, params), "o": ("write_csv", {"path": "out/o.csv"})})


def refused(bench: Workbench, given: dict[str, Any], *, apart: bool = False) -> str:
    """The reason why the plan is refused, with nothing written; `apart` in a process that can be stopped if it hangs."""
    ran = bench.cli_run(given, **({"timeout": 30} if apart else {}))
    assert ran.code == 1, ran
    assert "error[IL" in ran.err
    assert not (bench.root / "out").exists()
    return ran.err


BAD: dict[str, tuple[Text, str]] = {
    "empty": ("", "empty"),
    "blank lines": ("\n\n\n", "no line"),
    "binary": (bytes(range(256)) * 10, "binary|utf-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "binary|utf-8"),
    "zero bytes": ("a,b\n1,\0\n", "zero byte"),
    "a Parquet file": (b"PAR1\0\0\0PAR1", "zero byte|binary"),
    "ragged, short": ("a,b,c\n1,2,3\n4,5\n", "line 3 has 2 fields"),
    "ragged, long": ("a,b\n1,2\n3,4,5\n", "line 3 has 3 fields"),
    "header twice": ("a,b,a\n1,2,3\n", "both named `a`"),
    "header twice but for case": ("a,A\n1,2\n", "both named"),
    "header without a name": ("a,,c\n1,2,3\n", "no name"),
    "an open quote": ('a,b\n1,"x\n2,3\n', "quote"),
    "utf-16": ("a,b\n1,2\n".encode("utf-16"), "utf-16"),
    "utf-32": ("a,b\n1,2\n".encode("utf-32"), "utf-16|zero byte"),
    "latin-1": ("a,b\nü,2\n".encode("latin-1"), "latin-1"),
    "broken utf-8": (b"a,b\n\xc3(,2\n", "not utf-8"),
    "a cut character": ("a,b\n1,ü".encode()[:-1], "not utf-8"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_csv(name: str, bench: Workbench) -> None:
    content, reason = BAD[name]
    bench.put("data/s.csv", content)
    assert re.search(reason, refused(bench, reading("read_csv", "data/s.csv")), re.IGNORECASE)


GOOD: dict[str, tuple[Text, dict[str, Any], str]] = {
    "only a header": ("a,b\n", {}, "a,b\n"),
    "a mark at the beginning": (b"\xef\xbb\xbfa,b\n1,2\n", {}, "a,b\n1,2\n"),
    "no line end": ("a,b\n1,2", {}, "a,b\n1,2\n"),
    "windows lines": ("a,b\r\n1,x\r\n", {}, "a,b\n1,x\n"),
    "utf-16": ("a,b\n1,ü\n".encode("utf-16"), {"encoding": "utf-16"}, "a,b\n1,ü\n"),
    "latin-1": ("a,b\n1,ü\n".encode("latin-1"), {"encoding": "latin-1"}, "a,b\n1,ü\n"),
    "quotes": ('a,b\n1,"x,""y""\nz"\n', {}, 'a,b\n1,"x,""y""\nz"\n'),
    "zeros before": ("a\n02134\n", {}, "a\n02134\n"),
    "formulas": ("a\n=cmd|' /C calc'!A0\n@x\n", {}, "a\n=cmd|' /C calc'!A0\n@x\n"),
    "odd names": ('"a b",select,"it\'s","d""q",_row\n1,2,3,4,5\n', {}, 'a b,select,it\'s,"d""q",_row\n1,2,3,4,5\n'),
    "huge whole numbers": (f"a\n{2**63}\n", {}, f"a\n{2**63}\n"),
    "larger still": ("a\n" + "9" * 200 + "\n", {}, "a\n" + "9" * 200 + "\n"),
    "a number beyond doubles": ("a\n1e999\n", {}, "a\n1e999\n"),
    "text of SQL": ("a\n'; drop table s; --\n", {}, "a\n'; drop table s; --\n"),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_csv(name: str, bench: Workbench) -> None:
    content, params, wanted = GOOD[name]
    bench.put("data/s.csv", content)
    bench.run(reading("read_csv", "data/s.csv", **params))
    assert (bench.root / "out/o.csv").read_bytes().decode() == wanted


@pytest.mark.slow
def test_five_thousand_columns(bench: Workbench) -> None:
    names = ",".join(f"c{number}" for number in range(5000))
    row = ",".join(map(str, range(5000)))
    bench.put("data/s.csv", f"{names}\n{row}\n")
    began = time.monotonic()
    bench.run(reading("read_csv", "data/s.csv"))
    assert bench.read() == f"{names}\n{row}\n"
    assert time.monotonic() - began < 30


def test_a_field_of_ten_megabytes(bench: Workbench) -> None:
    """Refused in words or read in full, at the beginning of the file as well as late in it."""
    long = "x" * 10_000_000
    bench.put("data/s.csv", f"a,b\n1,{long}\n")
    ran = bench.cli_run(reading("read_csv", "data/s.csv"))
    assert ran.code in (0, 1, 3)
    if ran.code:
        assert len(ran.err) < 3000
    lines = "".join(f"{number},x\n" for number in range(30_000))
    bench.put("data/s.csv", f"a,b\n{lines}1,{long}\n")
    ran = bench.cli_run(reading("read_csv", "data/s.csv"))
    assert ran.code in (0, 3), ran.err
    assert len(ran.err) < 3000
    if ran.code == 0:
        assert len(bench.read()) > 10_000_000


@pytest.mark.parametrize(
    ("late", "reason"),
    [
        ("1,2,3\n", "3"),
        ("1\n", "1"),
        ("x,2\n", "x"),
        ('1,"x\n', "quote|unterminated"),
        ("1,\0\n", ""),
        ("1,\xff\n", ""),
    ],
    ids=["long", "short", "type", "quote", "zero", "bytes"],
)
def test_trouble_beyond_the_sample(late: str, reason: str, bench: Workbench) -> None:
    """Found in the run, with nothing written: a later line that is ragged, of another type, or broken."""
    lines = "".join(f"{number},{number}\n" for number in range(25_000))
    bench.put("data/s.csv", f"a,b\n{lines}".encode() + late.encode("latin-1"))
    ran = bench.cli_run(reading("read_csv", "data/s.csv"))
    if late in ("1,\0\n", "1,\xff\n") and ran.code == 1:
        return  # broken bytes are seen in the first megabytes, whatever the number of rows
    assert ran.code == 3, ran
    assert "`s`" in ran.err or "s.csv" in ran.err
    assert not (bench.root / "out").exists()


def valid(node: str, path: Path) -> None:
    """A small good file for a reader."""
    if node == "read_excel":
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet().write_column(0, 0, ["a", 1, 2])
    elif node == "read_parquet":
        duckdb.connect().execute(
            f"COPY (SELECT range a, md5(range::varchar) b FROM range(5000)) TO '{path}' (FORMAT parquet)"
        )


@pytest.mark.parametrize("node", ["read_parquet", "read_excel"])
@pytest.mark.parametrize("cut", [1, 8, 100, 2000, 0.5, "flip", "tail"])
def test_cut_and_flipped_files(node: str, cut: Any, bench: Workbench) -> None:
    path = bench.put("data/s.bin", "")
    valid(node, path)
    data = bytearray(path.read_bytes())
    if cut == "flip":
        for place in range(4, len(data) - 8, 97):
            data[place] ^= 0xFF
    elif cut == "tail":
        data[-12:-4] = b"\xff" * 8
    else:
        data = data[: int(len(data) * cut) if isinstance(cut, float) else cut]
    path.write_bytes(bytes(data))
    ran = bench.cli_run(reading(node, "data/s.bin"))
    assert ran.code in (1, 3), ran
    assert not (bench.root / "out").exists()


@pytest.mark.slow
def test_a_small_workbook_that_unpacks_to_much(bench: Workbench) -> None:
    """200 MB of zeros in 200 kB: refused, or ended in good time."""
    buffer = io.BytesIO()
    path = bench.put("data/good.xlsx", "")
    valid("read_excel", path)
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            content = good.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"<sheetData>", b"<sheetData>" + b" " * 200_000_000)
            bad.writestr(name, content)
    bench.put("data/s.xlsx", buffer.getvalue())
    began = time.monotonic()
    ran = bench.cli_run(reading("read_excel", "data/s.xlsx"), timeout=60)
    assert ran.code in (0, 1, 3)
    assert time.monotonic() - began < 40


def test_a_cell_far_away(bench: Workbench) -> None:
    """A sheet with one cell in its last corner is not 17 thousand million cells."""
    path = bench.put("data/s.xlsx", "")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, 1)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))

    began = time.monotonic()
    ran = bench.cli_run(reading("read_excel", "data/s.xlsx"), timeout=60, limit=limit)
    assert ran.code in (1, 3), ran
    assert time.monotonic() - began < 40


JSONS: dict[str, Text] = {
    "empty": "",
    "not JSON": "hello",
    "cut": '[{"a": 1}, {"a"',
    "deep": "[" * 100_000,
    "deep in a value": '[{"a": ' + "[" * 50_000 + "]" * 50_000 + "}]",
    "numbers": "[1, 2, 3]",
    "a number": "5",
    "null": "null",
    "no objects": "[]",
    "binary": bytes(range(256)),
    "lists": "[[1], [2]]",
}


@pytest.mark.parametrize("node", ["read_json", "read_jsonl"])
@pytest.mark.parametrize("name", JSONS)
def test_bad_json(name: str, node: str, bench: Workbench) -> None:
    bench.put("data/s.json", JSONS[name])
    ran = bench.cli_run(reading(node, "data/s.json"))
    assert ran.code in (1, 3), ran
    assert not (bench.root / "out").exists()


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '{"a": 1e400}',
        '{"a": NaN}',
        '{"": 1}',
        '{"a": 1, "A": 2}',
        '{"a": "\\ud800"}',
        '{"a": 123456789012345678901234567890123456789012}',
        '{"a": {"b": 1}}\n{"a": 5}',
    ],
)
def test_odd_json(text: str, bench: Workbench) -> None:
    bench.put("data/s.jsonl", text + "\n")
    ran = bench.cli_run(reading("read_jsonl", "data/s.jsonl"))
    assert ran.code in (0, 1, 3)


@pytest.mark.parametrize("node", READERS)
def test_what_is_no_file(node: str, bench: Workbench) -> None:
    """A folder, a missing file, a pipe nobody writes to, a device, a dangling link, a loop of links."""
    data = bench.put("data/x", "").parent
    (data / "folder").mkdir()
    os.mkfifo(data / "pipe")
    (data / "dangling").symlink_to("nothing")
    (data / "loop").symlink_to("loop")
    (data / "zero").symlink_to("/dev/zero")
    for name in ("folder", "missing", "pipe", "dangling", "loop", "zero", "x", "x/y"):
        refused(bench, reading(node, f"data/{name}"), apart=name in ("pipe", "zero"))
    assert "does not exist" in refused(bench, reading(node, "data/missing"))


@pytest.mark.parametrize("node", ["write_csv", "write_excel", "write_sqlite", "write_parquet"])
def test_a_sink_that_is_no_file(node: str, bench: Workbench) -> None:
    data = bench.put("data/x", "").parent
    (data / "folder").mkdir()
    os.mkfifo(data / "pipe")
    (data / "null").symlink_to("/dev/null")
    for name in ("folder", "pipe", "null", "x/y"):
        params = {"path": f"data/{name}"} | ({"table": "t"} if node == "write_sqlite" else {})
        ran = bench.cli_run(
            plan({"s": ("inline_table", {"rows": [{"a": 1}]}), "o": (node, params)}),
            **({"timeout": 30} if name == "pipe" else {}),
        )
        assert ran.code in (1, 3), (name, ran)
    assert (data / "pipe").is_fifo()
    assert (data / "x").read_text() == ""
