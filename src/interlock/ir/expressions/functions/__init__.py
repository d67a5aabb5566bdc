"""The function table: every function that an expression may call, by each of its names."""

from __future__ import annotations

from interlock.ir.expressions.functions.conditional import CONDITIONAL
from interlock.ir.expressions.functions.dates import DATES
from interlock.ir.expressions.functions.lists import LISTS
from interlock.ir.expressions.functions.numbers import NUMBERS
from interlock.ir.expressions.functions.signatures import NULLS_MEAN, Function, Signature, table
from interlock.ir.expressions.functions.text import TEXT

FAMILIES: dict[str, tuple[Function, ...]] = {
    "text": TEXT,
    "number": NUMBERS,
    "date": DATES,
    "conditional": CONDITIONAL,
    "list": LISTS,
}
FUNCTIONS: dict[str, Function] = table(*FAMILIES.values())

__all__ = ["FAMILIES", "FUNCTIONS", "NULLS_MEAN", "Function", "Signature"]
