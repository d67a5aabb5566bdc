"""Excel workbooks, written with XlsxWriter."""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import xlsxwriter

from interlock.evaluation.frames import Frame
from interlock.evaluation.generate.forms.written import Unwritable, Written
from interlock.ir.types import Type

TYPES = frozenset("boolean bigint double varchar date timestamp".split())
"""Types of columns that a sheet may hold."""


@dataclass(frozen=True)
class Workbook:
    """A workbook; the table stands in `sheet`, below `skip` other rows, with another sheet before it if `second`."""

    path: str
    sheet: str | None = None
    skip: int = 0
    second: bool = False
    type: str = "read_excel"

    def write(self, frame: Frame) -> Written:
        if not frame.columns:
            raise Unwritable("a sheet has a column")
        if frame.rows and all(value is None for value in frame.rows[-1]):
            raise Unwritable("empty rows at the end are dropped")
        for place, (_, kind) in enumerate(frame.columns):
            _demand(kind, [row[place] for row in frame.rows if row[place] is not None])
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_urls": False})
        book.set_properties({"created": datetime(2024, 1, 1)})
        forms = {
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "timestamp": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"}),
        }
        if self.second:
            book.add_worksheet("Other").write_string(0, 0, "nothing")
        sheet = book.add_worksheet(self.sheet or "Data")
        for row in range(self.skip):
            sheet.write_string(row, 0, f"row {row}")
        for place, name in enumerate(frame.names):
            sheet.write_string(self.skip, place, name)
        for number, row in enumerate(frame.rows, self.skip + 1):
            for place, (value, kind) in enumerate(zip(row, frame.types, strict=True)):
                _cell(sheet, number, place, value, forms.get(kind.name))
        book.close()
        params: dict[str, Any] = {"path": self.path}
        if self.sheet or self.second:
            params["sheet"] = self.sheet or "Data"
        if self.skip:
            params["skip"] = self.skip
        return Written(params, {self.path: buffer.getvalue()})


def _demand(kind: Type, values: list[Any]) -> None:
    """Raise Unwritable unless the documented rules make this type of these cells."""
    if not values and kind.name != "varchar":
        raise Unwritable("a column without a value is text")
    for value in values:
        if isinstance(value, str) and (not value or re.search(r"[\x00-\x1f\x7f]|_x[0-9A-Fa-f]{4}_", value)):
            raise Unwritable("a cell cannot hold this text")
        if isinstance(value, date | datetime) and not 1901 <= value.year <= 9998:
            raise Unwritable("outside of Excel's calendar")
        if isinstance(value, datetime) and value.microsecond:
            raise Unwritable("Excel keeps milliseconds, and rounds")
        if isinstance(value, float) and not (math.isfinite(value) and abs(value) < 1e15 and round(value, 6) == value):
            raise Unwritable("Excel keeps 15 digits")
        if isinstance(value, int) and abs(value) >= 2**53:
            raise Unwritable("Excel keeps 15 digits")
    if kind.name == "double" and all(each == int(each) for each in values):
        raise Unwritable("whole numbers are read as bigint")
    if kind.name == "timestamp" and all(each.time() == time(0) for each in values):
        raise Unwritable("moments at midnight may be read as dates")


def _cell(sheet: Any, row: int, place: int, value: Any, form: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, place, value)
    elif isinstance(value, str):
        sheet.write_string(row, place, value)
    else:
        sheet.write_datetime(row, place, value, form)
