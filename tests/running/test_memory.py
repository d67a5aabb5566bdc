"""Data larger than the memory allowed streams through."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from workbench import Workbench, passing, plan


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """About 500 MB of rows once they are in memory."""
    bench = Workbench(tmp_path_factory.mktemp("large"))
    (bench.root / "data").mkdir()
    text = "SELECT i AS id, md5(i::varchar) AS a, (i % 1000)::double / 7 AS x FROM range(8000000) t(i)"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({text}) TO '{bench.root}/data/s.parquet' (FORMAT parquet)")
        connection.execute(
            f"COPY (FROM '{bench.root}/data/s.parquet' LIMIT 4000000) TO '{bench.root}/data/s.csv' (HEADER)"
        )
    return bench


STEPS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "filter": [("filter_rows", {"where": "x > 3"})],
    "group": [("aggregate", {"by": ["x"], "measures": [{"name": "n", "function": "sum", "column": "x"}]})],
    "sort": [("sort_rows", {"by": ["a"]})],
    "distinct": [("distinct_rows", {"keys": ["id"]})],
}


@pytest.mark.slow
@pytest.mark.parametrize("read", ["read_parquet", "read_csv"])
@pytest.mark.parametrize("step", STEPS)
def test_streams(step: str, read: str, bench: Workbench) -> None:
    source = "data/s.parquet" if read == "read_parquet" else "data/s.csv"
    report = bench.run(passing(source, *STEPS[step], read=read), memory="250MB", threads=2)
    assert report.outputs[0]["rows"] > 0
    assert not report.stepwise
    assert {path.name for path in (bench.root / "out").iterdir()} == {"o.csv"}


@pytest.mark.slow
def test_two_consumers_of_one_result(bench: Workbench) -> None:
    """A result that is stored because two steps read it spills to disk."""
    given = plan(
        {
            "s": ("read_parquet", {"path": "data/s.parquet"}), "f": ("filter_rows", {"where": "x >= 0"}),
            "o": ("write_parquet", {"path": "out/p.parquet"}),
            "g": ("aggregate", {"measures": [{"name": "n", "function": "count"}]}), "q": ("write_csv", {"path": "out/o.csv"}),
        },
        "s f", "f o", "f g", "g q",
    )  # fmt: skip
    bench.run(given, memory="300MB", threads=2)
    assert bench.read() == "n\n8000000\n"
    (bench.root / "out/p.parquet").unlink()
