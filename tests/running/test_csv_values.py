"""What a field of a CSV file says is what its column holds, whatever the types of the columns beside it."""

from __future__ import annotations

from typing import Any

import pytest
from workbench import Workbench, plan


@pytest.mark.parametrize(
    ("others", "params", "written"),
    [
        ('"1.5"', {}, "1.5"),
        ('"1,5"', {"delimiter": ";", "decimal": ","}, "1.5"),
        ('"2024-01-31"', {}, "2024-01-31"),
        ('"31/01/2024"', {"date_format": "%d/%m/%Y"}, "2024-01-31"),
        ('"2024-01-31 10:00"', {}, "2024-01-31 10:00:00"),
        ('"31.01.2024 10:00"', {"timestamp_format": "%d.%m.%Y %H:%M"}, "2024-01-31 10:00:00"),
        ('"10:00:00"', {}, "10:00:00"),
        ('"true"', {}, "true"),
        ('"1"', {}, "1"),
    ],
    ids=["float", "comma", "date", "own-date", "timestamp", "own-timestamp", "time", "boolean", "whole"],
)
def test_a_quoted_empty_field_is_empty_text_beside_any_other(
    others: str, params: dict[str, Any], written: str, bench: Workbench
) -> None:
    between = params.get("delimiter", ",")
    rows = [("v", "note"), (others, '""'), ('""', '"x"'), ("", ""), ("n/a", "n/a")]
    bench.put("in.csv", "".join(f"{one}{between}{other}\n" for one, other in rows))
    source = ("read_csv", {"path": "in.csv", "null_values": ["n/a"], **params})
    bench.run(plan({"s": source, "o": ("write_csv", {"path": "o.csv"})}))
    assert bench.read("o.csv") == f'v,note\n{written},""\n,x\n,\n,\n'


def test_a_later_value_that_does_not_fit_still_stops_the_run(bench: Workbench) -> None:
    bench.put("in.csv", 'v,note\n"1.5",""\n"",x\n' + "2.5,y\n" * 40_000 + "soon,z\n")
    given = plan({"s": ("read_csv", {"path": "in.csv"}), "o": ("write_csv", {"path": "o.csv"})})
    ran = bench.cli_run(given)
    assert ran.code == 3 and "the value 'soon' of `v` is not a double" in ran.err


@pytest.mark.parametrize("on_error", ["fail", "null"])
def test_words_for_moments_are_no_dates_of_a_format(on_error: str, bench: Workbench) -> None:
    rows = [{"d": "31/01/2024"}, {"d": "01/01/1900"}, {"d": "infinity"}, {"d": " -Infinity"}, {"d": "epoch"}]
    parse = ("parse_dates", {"columns": ["d"], "formats": ["%d/%m/%Y"], "on_error": on_error})
    given = plan({"s": ("inline_table", {"rows": rows}), "p": parse, "o": ("write_csv", {"path": "o.csv"})})
    ran = bench.cli_run(given)
    if on_error == "fail":
        assert ran.code == 3 and "infinity" in ran.err
    else:
        assert bench.read("o.csv") == "d\n2024-01-31\n1900-01-01\n\n\n\n"
