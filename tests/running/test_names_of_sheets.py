"""Names of sheets that Excel does not allow are refused at the parameter."""

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
