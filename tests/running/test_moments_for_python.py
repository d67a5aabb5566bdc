"""Dates and timestamps that Python has no value for: what sinks in Python write of them, and what rows show."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from typing import Any

import pytest
import python_calamine
from workbench import Workbench, plan

MOMENTS = {
    "d": "cast(d as date)",
    "t": "cast(d as timestamp)",
    "s": "cast(d as timestamp_s)",
    "m": "cast(d as timestamp_ms)",
    "n": "cast(d as timestamp_ns)",
    "l": "[cast(d as date), date '2024-01-02']",
    "r": "cast('{at: ' || d || ', n: 1}' as struct(at timestamp, n integer))",
    "k": "cast('{1=' || left(d, 10) || '}' as map(integer, date))",
}
NODE = '''
"""Nodes of this test."""

from interlock.registry.node import node
from interlock.registry.tables import Rows


@node(version=1, columns=lambda schema: [("shown", "varchar"), ("l", "date[]"), ("d", "date"), ("n", "timestamp_ns")])
def told(rows: Rows) -> Rows:
    """Tell how Python sees the values, and pass some of them on."""
    names = [name for name, _ in rows.columns]
    at = {name: place for place, name in enumerate(names)}
    return Rows([], ((repr(row), *(row[at[name]] for name in ("l", "d", "n"))) for row in rows))
'''


def moments(sink: str, path: str, texts: list[str], columns: dict[str, str] = MOMENTS, **params: Any) -> dict[str, Any]:
    nodes = {
        "rows": ("inline_table", {"rows": [{"d": text} for text in texts], "types": {"d": "varchar"}}),
        "made": (
            "query",
            {"sql": f"select {', '.join(f'{each} as {name}' for name, each in columns.items())} from rows"},
        ),
        "out": (sink, {"path": path, **params}),
    }
    return plan(nodes, "rows made.rows", "made out")


def stored(bench: Workbench, path: str = "o.db") -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(bench.root / path)) as database:
        return database.execute("SELECT * FROM t").fetchall()


def test_sqlite_keeps_infinite_moments(bench: Workbench) -> None:
    bench.run(moments("write_sqlite", "o.db", ["2024-01-31", "infinity", "-infinity"], table="t"))
    assert stored(bench) == [
        ("2024-01-31", *["2024-01-31 00:00:00"] * 4, '["2024-01-31", "2024-01-02"]', '{"at": "2024-01-31 00:00:00", "n": 1}', '{"1": "2024-01-31"}'),
        (*["infinity"] * 5, '["infinity", "2024-01-02"]', '{"at": "infinity", "n": 1}', '{"1": "infinity"}'),
        (*["-infinity"] * 5, '["-infinity", "2024-01-02"]', '{"at": "-infinity", "n": 1}', '{"1": "-infinity"}'),
    ]  # fmt: skip


def test_sqlite_keeps_what_is_as_late_as_python_goes(bench: Workbench) -> None:
    columns = {name: MOMENTS[name] for name in "dl"}
    bench.run(moments("write_sqlite", "o.db", ["9999-12-31", "infinity", "0001-01-01"], columns, table="t"))
    assert [row[0] for row in stored(bench)] == ["9999-12-31", "infinity", "0001-01-01"]
    assert stored(bench)[0][1] == '["9999-12-31", "2024-01-02"]'


@pytest.mark.parametrize("first", ["infinity", "2024-01-31"])
def test_infinite_moments_come_back_from_sqlite(first: str, bench: Workbench) -> None:
    columns = {name: MOMENTS[name] for name in ("d", "t")}
    bench.run(moments("write_sqlite", "o.db", [first, "-infinity", "infinity"], columns, table="t"))
    read = {"back": ("read_sqlite", {"path": "o.db", "table": "t"}), "out": ("write_csv", {"path": "o.csv"})}
    checked = bench.check(plan(read))
    assert checked.proven is not None
    assert [str(each.type) for each in checked.proven.nodes[0].schema] == ["date", "timestamp"]
    bench.run(plan(read))
    shown = first if first == "infinity" else f"{first},{first} 00:00:00"
    begins = "infinity,infinity" if first == "infinity" else shown
    assert bench.read("o.csv") == f"d,t\n{begins}\n-infinity,-infinity\ninfinity,infinity\n"


@pytest.mark.parametrize("name", ["d", "t", "s", "m", "n"])
@pytest.mark.parametrize("text", ["infinity", "-infinity"])
def test_excel_stops_at_infinite_moments(name: str, text: str, bench: Workbench) -> None:
    given = moments("write_excel", "o.xlsx", ["2024-01-31", text], {name: MOMENTS[name]})
    ran = bench.cli_run(given)
    assert ran.code == 3
    assert f"row 2: {text} in column `{name}`" in ran.err
    assert not (bench.root / "o.xlsx").exists()


def test_excel_stops_at_dates_after_its_last(bench: Workbench) -> None:
    ran = bench.cli_run(moments("write_excel", "o.xlsx", ["10000-01-01"], {"d": MOMENTS["d"]}))
    assert ran.code == 3
    assert "row 1: 10000-01-01 in column `d`" in ran.err


def test_nanoseconds_are_kept_by_sqlite(bench: Workbench) -> None:
    columns = {"n": MOMENTS["n"], "l": "[cast(d as timestamp_ns)]"}
    bench.run(moments("write_sqlite", "o.db", ["2024-01-31 01:02:03.123456789"], columns, table="t"))
    assert stored(bench) == [("2024-01-31 01:02:03.123456789", '["2024-01-31 01:02:03.123456789"]')]


@pytest.mark.parametrize("fraction", [".123000789", ".123456", ".000000001"])
def test_excel_stops_at_nanoseconds(fraction: str, bench: Workbench) -> None:
    given = moments("write_excel", "o.xlsx", [f"2024-01-31 01:02:03{fraction}"], {"n": MOMENTS["n"]})
    ran = bench.cli_run(given)
    assert ran.code == 3
    assert f"row 1: 2024-01-31 01:02:03{fraction} in column `n` has microseconds" in ran.err


def test_excel_holds_milliseconds_of_any_precision(bench: Workbench) -> None:
    columns = {name: MOMENTS[name] for name in ("t", "m", "n")} | {"l": "[cast(d as timestamp_ns)]"}
    bench.run(moments("write_excel", "o.xlsx", ["2024-01-31 01:02:03.25", "2024-01-31"], columns))
    book = python_calamine.CalamineWorkbook.from_path(str(bench.root / "o.xlsx"))
    _, one, other = book.get_sheet_by_index(0).to_python()
    assert one == [*[dt.datetime(2024, 1, 31, 1, 2, 3, 250000)] * 3, '["2024-01-31 01:02:03.25"]']
    assert [str(each)[:10] for each in other[:3]] == ["2024-01-31"] * 3


def test_a_node_of_ones_own_gets_text_where_python_has_no_value(bench: Workbench) -> None:
    bench.put("mine.py", NODE)
    bench.put("interlock.toml", 'nodes = ["mine.py"]\n')
    given = moments("told", "", ["2024-01-31", "infinity"], {name: MOMENTS[name] for name in "dnlk"})
    given["nodes"][-1] = {"id": "out", "type": "told", "params": {}}
    given["nodes"].append({"id": "written", "type": "write_csv", "params": {"path": "o.csv"}})
    given["edges"].append({"from": "out", "to": "written"})
    bench.run(given)
    day = "datetime.date(2024, 1, 31)"
    assert bench.read("o.csv").splitlines()[1:] == [
        f'"({day}, \'2024-01-31 00:00:00\', [{day}, datetime.date(2024, 1, 2)], {{\'1\': {day}}})","[""2024-01-31"",""2024-01-02""]",2024-01-31,2024-01-31 00:00:00',
        "\"('infinity', 'infinity', ['infinity', datetime.date(2024, 1, 2)], {'1': 'infinity'})\",\"[\"\"infinity\"\",\"\"2024-01-02\"\"]\",infinity,infinity",
    ]  # fmt: skip


def test_rows_show_infinite_moments(bench: Workbench) -> None:
    given = moments("write_csv", "o.csv", ["infinity", "2024-01-31 01:02:03.123456789"])
    given["nodes"].insert(2, {"id": "shown", "type": "preview", "params": {"rows": 2}})
    given["edges"] = [
        {"from": "rows", "to": "made", "port": "rows"},
        {"from": "made", "to": "shown"},
        {"from": "shown", "to": "out"},
    ]
    ran = bench.run(given)
    assert ran.previews[0]["rows"] == [
        [*["infinity"] * 5, ["infinity", "2024-01-02"], {"at": "infinity", "n": 1}, {"1": "infinity"}],
        [
            "2024-01-31",
            "2024-01-31 01:02:03.123456",
            "2024-01-31 01:02:03",
            "2024-01-31 01:02:03.123000",
            "2024-01-31 01:02:03.123456789",
            ["2024-01-31", "2024-01-02"],
            {"at": "2024-01-31 01:02:03.123456", "n": 1},
            {"1": "2024-01-31"},
        ],
    ]
