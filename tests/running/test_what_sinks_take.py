"""What a sink cannot take is refused by the check: names of sheets, too many columns, names of columns."""

from __future__ import annotations

from typing import Any

import pytest
from workbench import Workbench, plan


def writing(sheet: str) -> dict[str, Any]:
    rows = {"rows": [{"a": 1}]}
    return plan({"s": ("inline_table", rows), "o": ("write_excel", {"path": "o.xlsx", "sheet": sheet})})


@pytest.mark.parametrize(
    "sheet", ["2024/01", "x" * 32, "😀" * 16, "a[b", "a]b", "a:b", "a*b", "a?b", "'a", "a'", "History"]
)
def test_what_excel_does_not_allow_is_refused(sheet: str, bench: Workbench) -> None:
    (found,) = bench.check(writing(sheet)).diagnostics
    assert found.at.pointer == "/nodes/1/params/sheet"


@pytest.mark.parametrize("sheet", ["x" * 31, "2024-01", "Histories", "é"])
def test_other_names_are_written(sheet: str, bench: Workbench) -> None:
    assert bench.run(writing(sheet)).outputs[0]["rows"] == 1


@pytest.mark.parametrize(
    ("sink", "most", "where"),
    [
        (("write_excel", {"path": "o.xlsx"}), 16_384, "an Excel sheet"),
        (("write_sqlite", {"path": "o.db", "table": "t"}), 2_000, "an SQLite table"),
    ],
    ids=["excel", "sqlite"],
)
def test_more_columns_than_there_is_room_for_are_refused(
    sink: tuple[str, dict[str, Any]], most: int, where: str, bench: Workbench
) -> None:
    columns = [f"c{number}" for number in range(most + 1)]
    bench.put("in.csv", ",".join(columns) + "\n" + ",".join("1" for _ in columns) + "\n")
    given = plan({"s": ("read_csv", {"path": "in.csv"}), "o": sink})
    (found,) = bench.check(given).diagnostics
    assert (found.code, found.at.node) == ("IL203", "o")
    assert found.message == f"{most + 1:,} columns do not fit: {where} has room for {most:,}"


def test_a_name_that_sqlite_does_not_take_is_refused(bench: Workbench) -> None:
    bench.put("in.jsonl", '{"a\\u0000b": 1}\n')
    given = plan({"s": ("read_jsonl", {"path": "in.jsonl"}), "o": ("write_sqlite", {"path": "o.db", "table": "t"})})
    (found,) = bench.check(given).diagnostics
    assert (found.code, found.at.node) == ("IL203", "o") and "'a\\x00b'" in found.message
