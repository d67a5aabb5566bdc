"""Tables that are written into the plan itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from interlock.evaluation.frames import Frame
from interlock.evaluation.generate.forms.written import Unwritable, Written, plain_text
from interlock.ir.types import Type

TYPES = frozenset(
    "boolean tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint float double decimal varchar date "
    "time timestamp timestamp_s timestamp_ms uuid".split()
)
"""Types of columns that a table in a plan may have."""


@dataclass(frozen=True)
class Inline:
    """Rows in the plan. `gaps` leaves out keys of nulls where the order of the columns does not suffer."""

    pinned: frozenset[str] = frozenset()
    gaps: bool = False
    type: str = "inline_table"

    def write(self, frame: Frame) -> Written:
        if not frame.columns:
            raise Unwritable("a table has a column")
        types: dict[str, str] = {}
        for place, (name, kind) in enumerate(frame.columns):
            values = [row[place] for row in frame.rows if row[place] is not None]
            if name in self.pinned or not _is_found(kind, values):
                types[name] = str(kind)
        rows = []
        for row in frame.rows:
            cells = zip(frame.names, (_plain(value) for value in row), strict=True)
            rows.append({name: value for name, value in cells if not (self.gaps and rows and value is None)})
        if not rows and set(types) != set(frame.names):
            types = {name: str(kind) for name, kind in frame.columns}
        return Written({"rows": rows} | ({"types": types} if types else {}))


def _plain(value: Any) -> Any:
    if isinstance(value, int) and abs(value) >= 10**38:
        return str(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Unwritable("JSON has no infinite numbers")
        return value
    if isinstance(value, Decimal):
        return plain_text(value)
    return plain_text(value)


def _is_found(kind: Type, values: list[Any]) -> bool:
    if not values:
        return kind.name == "varchar"
    if kind.name == "hugeint":
        return any(not -(2**63) <= each < 2**63 for each in values) and all(abs(each) < 10**38 for each in values)
    return kind.name in ("boolean", "bigint", "double", "varchar")
