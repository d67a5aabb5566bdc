"""What a benchmark found: plain tables for people, plain data for `--json`."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """Rows under headers; numbers stand at the right."""

    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def text(self) -> str:
        """The table as lines of text.

        >>> print(Table(["what", "ms"], [["check", 1.5], ["emit", 10]]).text())
        what     ms
        -----  ----
        check  1.50
        emit     10
        """
        shown = [[_cell(cell) for cell in row] for row in self.rows]
        right = [_is_right(row[place] for row in self.rows) for place in range(len(self.headers))]
        widths = [max(len(line[place]) for line in (self.headers, *shown)) for place in range(len(self.headers))]
        lines = [list(self.headers), ["-" * width for width in widths], *shown]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if at_right else cell.ljust(width)
                for cell, width, at_right in zip(line, widths, right, strict=True)
            ).rstrip()
            for line in lines
        )


@dataclass(frozen=True)
class Result:
    """One benchmark: tables and remarks to print, and the same as data. `ok` is false if an aim was missed."""

    name: str
    title: str
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    data: dict[str, Any] = field(default_factory=dict)
    ok: bool = True

    def text(self) -> str:
        """All of it as it is printed."""
        parts = [f"== {self.name}: {self.title}", *(table.text() for table in self.tables)]
        if self.notes:
            parts.append("\n".join(self.notes))
        return "\n\n".join(parts) + "\n"


def machine() -> dict[str, Any]:
    """The machine and the versions that the figures hold for."""
    import duckdb

    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "system": f"{platform.system()} {platform.machine()}",
    }


def aim(value: float, most: float, unit: str) -> str:
    """A figure beside its aim, and whether it is met.

    >>> aim(1.25, 1.2, "x")
    '1.25x (aim <=1.2x: missed)'
    """
    return f"{value:.3g}{unit} (aim <={most:g}{unit}: {'met' if value <= most else 'missed'})"


def _cell(cell: Cell) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:.0f}" if abs(cell) >= 1000 else f"{cell:.1f}" if abs(cell) >= 100 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


def _is_right(cells: Any) -> bool:
    found = [cell for cell in cells if cell is not None]
    return bool(found) and all(isinstance(cell, int | float) for cell in found)
