"""JSON files: an array of objects, objects one after another, or one on each line."""

from __future__ import annotations

import gzip
import json
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from interlock.evaluation.frames import Frame
from interlock.evaluation.generate.forms.written import Unwritable, Written, plain_text
from interlock.ir.types import Type

TYPES = frozenset(
    "boolean tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint double decimal varchar date time "
    "timestamp uuid list struct".split()
)
"""Types of columns that a JSON file may hold."""


@dataclass(frozen=True)
class Objects:
    """A JSON file. `gaps` leaves out keys of nulls; `ascii` writes other signs as escapes; `spread` over several lines."""

    path: str
    array: bool = True
    gaps: bool = False
    ascii: bool = False
    spread: bool = False
    pinned: frozenset[str] = frozenset()
    type: str = "read_json"

    def write(self, frame: Frame) -> Written:
        types: dict[str, str] = {}
        for place, (name, kind) in enumerate(frame.columns):
            values = [row[place] for row in frame.rows if row[place] is not None]
            if name in self.pinned or not is_found(kind, values):
                types[name] = str(kind)
        if not frame.rows:
            types = {name: str(kind) for name, kind in frame.columns}
        rows: list[dict[str, Any]] = []
        for row in frame.rows:
            cells = {name: _plain(value, kind) for (name, kind), value in zip(frame.columns, row, strict=True)}
            rows.append({name: value for name, value in cells.items() if not (self.gaps and rows and value is None)})
        if not rows and (self.type == "read_jsonl" or not self.array):
            raise Unwritable("an empty file is no JSON")
        indent = 1 if self.spread and self.type == "read_json" else None
        texts = [json.dumps(row, ensure_ascii=self.ascii, allow_nan=False, indent=indent) for row in rows]
        framed = self.type == "read_json" and self.array
        data = ("[" + ",\n ".join(texts) + "]\n" if framed else "\n".join(texts) + "\n").encode()
        params: dict[str, Any] = {"path": self.path} | ({"types": types} if types else {})
        return Written(params, {self.path: gzip.compress(data, mtime=0) if self.path.endswith(".gz") else data})


def is_found(kind: Type, values: list[Any]) -> bool:
    """Whether the documented rules leave no doubt that the reader finds this type of these values, none of them null."""
    if kind.name == "list" and kind.element:
        return bool(values) and is_found(kind.element, [each for value in values for each in value if each is not None])
    if kind.name == "struct":
        return bool(values) and all(
            is_found(inner, [value[name] for value in values if value[name] is not None]) for name, inner in kind.fields
        )
    if not values:
        return kind.name == "varchar"
    if kind.name == "hugeint":
        return any(not -(2**63) <= each < 2**63 for each in values) and all(abs(each) < 10**38 for each in values)
    return kind.name in ("boolean", "bigint", "double", "varchar")


def _plain(value: Any, kind: Type) -> Any:
    if isinstance(value, list) and kind.element:
        element = kind.element
        return [_plain(each, element) for each in value]
    if isinstance(value, dict):
        return {name: _plain(value[name], inner) for name, inner in kind.fields}
    if isinstance(value, float):
        if (
            not math.isfinite(value)
            or (value and len(Decimal(repr(value)).as_tuple().digits) > 15)
            or abs(value) > 1e300
        ):
            raise Unwritable("JSON keeps 15 digits and no infinite numbers")
        return value
    if value is None or isinstance(value, bool | int | str):
        return value
    return plain_text(value)
