"""How large and how bold drawn cases are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """Bounds of what is drawn.

    - `nodes`: the most nodes; most plans have 3 to 12.
    - `rows`, `columns`: the most rows and columns of a source that is not one of the rare long or wide ones.
    - `long`, `wide`: the rows of a long source and the columns of a wide one; 0 draws none.
    - `depth`: how deep expressions nest.
    - `risk`: the part of places where a value may make the run stop for a documented reason.
    """

    nodes: int = 40
    rows: int = 30
    columns: int = 8
    long: int = 3_000
    wide: int = 200
    depth: int = 3
    risk: float = 0.03
