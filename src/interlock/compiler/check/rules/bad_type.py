"""A text that names no type.

Types are DuckDB's SQL types: `boolean`, `integer`, `bigint`, `double`, `decimal(18,2)`, `varchar`, `date`, `time`,
`timestamp`, `varchar[]`, `struct(a integer, b varchar)`. Common aliases (`int`, `text`, `string`, `float8`) are read.

    types: {price: money}                  # refused
    types: {price: decimal(18,2)}
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, nearest, replace_fix, rule
from interlock.ir.types import ALIASES, SCALARS, TypeTextError

RULE = rule("IL220", "bad-type", __doc__)


def found(at: Place, text: str, error: TypeTextError) -> Diagnostic:
    """`text` at `at` is not a type."""
    close = nearest(text, [*SCALARS, *ALIASES]) if text.replace("_", "").isalnum() else []
    return RULE.found(
        at,
        str(error),
        label="not a type",
        help=["write bigint, double, decimal(18,2), varchar, date, timestamp, boolean, varchar[] …"],
        fix=replace_fix(at.pointer, text, close[0]) if close else None,
        expected="a SQL type",
        found=text,
        candidates=close,
    )
