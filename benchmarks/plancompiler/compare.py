"""Compare an output file with the right one, strictly: the same columns and rows in the same order, values typed."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any


def columns_of(path: Path) -> list[str]:
    """The columns of a CSV or JSON file."""
    return _read(path)[0]


def difference(actual: Path, right: Path) -> str | None:
    """How the file differs from the right one, in words; None if it does not."""
    if not actual.is_file():
        return f"{actual.name} was not written"
    try:
        (names, rows), (right_names, right_rows) = _read(actual), _read(right)
    except (ValueError, csv.Error) as error:
        return f"{actual.name} cannot be read: {error}"
    if names != right_names:
        return f"columns {names}, but should be {right_names}"
    if len(rows) != len(right_rows):
        return f"{len(rows)} rows, but should be {len(right_rows)}"
    for number, (row, right_row) in enumerate(zip(rows, right_rows, strict=True), 1):
        if row != right_row:
            return f"row {number} is {row}, but should be {right_row}"
    return None


def _read(path: Path) -> tuple[list[str], list[list[Any]]]:
    """The columns and the rows."""
    if path.suffix == ".json":
        objects = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(objects, list) or not all(isinstance(each, dict) for each in objects):
            raise ValueError("not an array of objects")
        names = list(dict.fromkeys(key for each in objects for key in each))
        return names, [[_number(each.get(name)) for name in names] for each in objects]
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header, [[_typed(text) for text in row] for row in rows]


def _typed(text: str) -> Any:
    """A CSV field as the value it stands for; an empty one is null.

    >>> [_typed(each) for each in ("1", "1.50", "True", "true", "", "007x")]
    [('number', 1.0), ('number', 1.5), True, True, None, '007x']
    """
    if text == "":
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return ("number", float(text))
    except ValueError:
        return text


def _number(value: Any) -> Any:
    """A JSON value; whole numbers and others are compared as numbers, an empty text is null."""
    if value == "" and isinstance(value, str):
        return None
    return ("number", float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value
