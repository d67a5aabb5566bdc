"""The digest of a step's rows is one function of them, however many there are: journals of old runs are compared by it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from workbench import Workbench, passing


@pytest.mark.parametrize("name", ["id", "rowid"])
@pytest.mark.parametrize("rows", [0, 1, 2, 256, 257, 5_000])
def test_the_digest_of_rows(rows: int, name: str, bench: Workbench, events: Callable[..., list[Any]]) -> None:
    lines = "".join(f"{number},{'' if number % 3 else f'n{number}'}\n" for number in range(rows + 1))
    bench.put("data/s.csv", f"{name},text\n{lines}")
    checked = bench.check(passing("data/s.csv", ("filter_rows", {"where": f"{name} < {rows}"})))
    bench.project.runs.start(checked)
    digests = {event.data["step"]: event.data.get("digest") for event in events("step_finished")}
    count = {event.data["step"]: event.data["rows"] for event in events("step_finished")}

    place = "rowid" if name == "id" else "row_number() OVER ()"
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE t ({name} BIGINT, text VARCHAR)")
        database.execute(
            f"INSERT INTO t SELECT range, if(range % 3 = 0, 'n' || range, NULL) FROM range({rows}) ORDER BY range"
        )
        hashes = f"SELECT hash({place}, {name}, text) AS digest FROM t"
        found = database.execute(f"SELECT count(*), bit_xor(digest), sum(digest) FROM ({hashes})").fetchone()
    assert found
    text = json.dumps([[[name, "bigint"], ["text", "varchar"]], *found])
    assert digests["n0"] == "rows:" + hashlib.sha256(text.encode()).hexdigest()
    assert count["n0"] == rows
