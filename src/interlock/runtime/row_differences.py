"""How two results differ: which rows only one of them has, and in which columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

SHOWN = 5
"""Rows of each side that are shown."""

LARGEST = 64 << 20
"""Bytes up to which files are compared line by line."""


@dataclass(frozen=True)
class RowDifference:
    """Rows that are only in the one or only in the other result, counted and a few shown; the columns that differ.

    Where no row is, the rows are the same in another order.
    """

    columns: tuple[str, ...]
    differing: tuple[str, ...]
    only_before: int
    only_after: int
    before: tuple[tuple[Any, ...], ...]
    after: tuple[tuple[Any, ...], ...]

    @property
    def only_order(self) -> bool:
        return not self.only_before and not self.only_after


def rows_differ(before: Path, after: Path) -> RowDifference:
    """The difference between two Parquet files with the same columns."""
    with duckdb.connect() as connection:
        for name, path in (("before", before), ("after", after)):
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet($${path}$$)")
        columns = [row[0] for row in connection.execute("DESCRIBE before").fetchall()]

        def only(one: str, other: str, what: str = "*") -> str:
            return f"(SELECT {what} FROM {one} EXCEPT ALL SELECT {what} FROM {other})"

        def count(relation: str) -> int:
            row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
            return row[0] if row else 0

        def some(relation: str) -> tuple[tuple[Any, ...], ...]:
            return tuple(connection.execute(f"SELECT * FROM {relation} ORDER BY ALL LIMIT {SHOWN}").fetchall())

        gone, come = only("before", "after"), only("after", "before")
        quoted = {name: '"' + name.replace('"', '""') + '"' for name in columns}
        differing = [
            name
            for name in columns
            if count(only("before", "after", quoted[name])) or count(only("after", "before", quoted[name]))
        ]
        return RowDifference(tuple(columns), tuple(differing), count(gone), count(come), some(gone), some(come))


def lines_differ(before: Path, after: Path) -> RowDifference | None:
    """The difference between two text files, line by line; None for files that are too large, or no text."""
    try:
        if max(before.stat().st_size, after.stat().st_size) > LARGEST:
            return None
        one, other = (Counter(path.read_text(encoding="utf-8").splitlines()) for path in (before, after))
    except (OSError, UnicodeDecodeError):
        return None
    gone, come = one - other, other - one
    shown = [tuple((line,) for line in sorted(side)[:SHOWN]) for side in (gone, come)]
    return RowDifference(("line",), ("line",), gone.total(), come.total(), *shown)
