"""Window functions: they look at the rows around a row. They stand in queries only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WindowFunction:
    """One window function. All of them need an `order by` in their window, or their result would be chance."""

    name: str
    form: str
    doc: str
    edges: str
    aliases: tuple[str, ...] = ()


WINDOWS: tuple[WindowFunction, ...] = (
    WindowFunction(
        "row_number",
        "row_number()",
        "The place of the row, from 1.",
        "Rows that tie are numbered by chance: order by a key.",
    ),
    WindowFunction(
        "rank", "rank()", "The place of the row, from 1; rows that tie share it, and leave gaps.", "Never null."
    ),
    WindowFunction(
        "dense_rank",
        "dense_rank()",
        "The place of the row, from 1; rows that tie share it, without gaps.",
        "Never null.",
        ("rank_dense",),
    ),
    WindowFunction("percent_rank", "percent_rank()", "The rank from 0 to 1.", "One row: 0."),
    WindowFunction("cume_dist", "cume_dist()", "The part of the rows that do not come after this one.", "One row: 1."),
    WindowFunction(
        "ntile",
        "ntile(count)",
        "The number of the bucket, when the rows are dealt into so many.",
        "Earlier buckets are larger.",
    ),
    WindowFunction(
        "lag", "lag(x, offset, default)", "The value some rows before.", "Before the first row: the default, else null."
    ),
    WindowFunction(
        "lead", "lead(x, offset, default)", "The value some rows after.", "After the last row: the default, else null."
    ),
    WindowFunction(
        "first_value", "first_value(x)", "The value of the first row of the frame.", "An empty frame: null."
    ),
    WindowFunction(
        "last_value",
        "last_value(x)",
        "The value of the last row of the frame.",
        "Without a frame of its own, the last of the rows that tie with the current one.",
    ),
    WindowFunction("nth_value", "nth_value(x, n)", "The value of the n-th row of the frame.", "Past the frame: null."),
)
"""Every window function."""
BY_NAME: dict[str, WindowFunction] = {name: row for row in WINDOWS for name in (row.name, *row.aliases)}
