"""CSV files: delimiters, quotes, decimal signs, null texts, date formats, encodings, compression."""

from __future__ import annotations

import gzip
import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from interlock.evaluation.frames import Frame
from interlock.evaluation.generate.forms.written import Unwritable, Written, plain_text
from interlock.ir.types import Type

TYPES = frozenset(
    "boolean tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint float double decimal varchar date "
    "time timestamp timestamptz timestamp_s timestamp_ms uuid".split()
)
"""Types of columns that a CSV file may hold."""
SIGNS = (",", ";", "\t", "|")
_WORDY = re.compile(r"[A-Za-z]")
_NUMBERLIKE = frozenset({"true", "false", "inf", "infinity", "nan"})


@dataclass(frozen=True)
class Delimited:
    """A CSV file. `pinned` are columns whose type the plan gives though the reader would find it."""

    path: str
    delimiter: str = ","
    say_delimiter: bool = True
    header: bool = True
    say_names: bool = True
    quote: str = '"'
    escape: str = '"'
    quote_all: bool = False
    skip: int = 0
    encoding: str = "utf-8"
    mark: bool = False
    decimal: str = "."
    null_values: tuple[str, ...] = ()
    date_format: str | None = None
    timestamp_format: str | None = None
    line_end: str = "\n"
    pinned: frozenset[str] = frozenset()
    type: str = "read_csv"

    def write(self, frame: Frame) -> Written:
        if not frame.columns:
            raise Unwritable("a CSV file has a column")
        if not self.header and not frame.rows:
            raise Unwritable("without a header there must be a row")
        params: dict[str, Any] = {"path": self.path}
        types: dict[str, str] = {}
        for place, (name, kind) in enumerate(frame.columns):
            values = [row[place] for row in frame.rows if row[place] is not None]
            if name in self.pinned or not self._is_found(kind, values):
                types[name] = str(kind)
        if types:
            params["types"] = types
        self._options(params, frame)
        lines = [f"# line {n}" for n in range(self.skip)]
        if self.header:
            lines.append(self.delimiter.join(self._field(name) for name in frame.names))
        single = len(frame.columns) == 1
        for row in frame.rows:
            fields = [self._cell(value, kind) for value, (_, kind) in zip(row, frame.columns, strict=True)]
            if single and not fields[0]:
                raise Unwritable("a null alone on its line would be a blank line")
            lines.append(self.delimiter.join(fields))
        text = self.line_end.join(lines) + self.line_end
        return Written(params, {self.path: self._encoded(text)})

    def _options(self, params: dict[str, Any], frame: Frame) -> None:
        """The parameters that are not at their defaults; raises Unwritable where the texts do not allow them."""
        texts = [*frame.names, *(value for row in frame.rows for value in row if isinstance(value, str))]
        given: dict[str, Any] = {
            "header": (self.header, True),
            "quote": (self.quote, '"'),
            "escape": (self.escape, '"'),
            "skip": (self.skip, 0),
            "encoding": (self.encoding, "utf-8"),
            "decimal": (self.decimal, "."),
            "null_values": (list(self.null_values), []),
            "date_format": (self.date_format, None),
            "timestamp_format": (self.timestamp_format, None),
        }
        params.update({name: value for name, (value, usual) in given.items() if value != usual})
        if not self.header:
            usual_names = [f"column_{n}" for n in range(1, len(frame.columns) + 1)]
            if self.say_names or frame.names != usual_names:
                params["names"] = frame.names
        clear = not any(sign in text for text in texts for sign in SIGNS if sign != self.delimiter)
        clear = clear and self.delimiter in SIGNS and len(frame.columns) > 1 and not self.skip and self.decimal == "."
        dated = self.date_format is not None or self.timestamp_format is not None
        if self.say_delimiter or not clear or dated:
            params["delimiter"] = self.delimiter
        if self.escape != self.quote and any("\\" in text for text in texts):
            raise Unwritable("a backslash in a text would have to be escaped, too")
        if any("\r" in text or "\0" in text for text in texts):
            raise Unwritable("line ends inside of fields are ambiguous")
        if self.line_end != "\n" and any("\n" in text for text in texts):
            raise Unwritable("lines would end in different ways")
        if any(name != name.strip() or name in self.null_values for name in frame.names):
            raise Unwritable("spaces around a name are cut off")

    def _encoded(self, text: str) -> bytes:
        if self.encoding == "utf-16" and any(character > "\uffff" for character in text):
            raise Unwritable("the reader knows no pairs of surrogates")
        try:
            found = text.encode({"utf-16": "utf-16-le"}.get(self.encoding, self.encoding))
        except UnicodeEncodeError as error:
            raise Unwritable(str(error)) from error
        if self.mark:
            found = {"utf-16": b"\xff\xfe", "utf-8": b"\xef\xbb\xbf"}.get(self.encoding, b"") + found
        return gzip.compress(found, mtime=0) if self.path.endswith(".gz") else found

    def _field(self, text: str) -> str:
        special = (self.delimiter, self.quote, "\n", "'", '"')
        plain = text and text == text.strip() and not any(sign in text for sign in special)
        if plain and text not in self.null_values and not self.quote_all:
            return text
        return self.quote + text.replace(self.quote, self.escape + self.quote) + self.quote

    def _cell(self, value: Any, kind: Type) -> str:
        if value is None:
            return self.null_values[0] if self.null_values else ""
        if isinstance(value, str):
            return self._field(value)
        if isinstance(value, datetime):
            text = _formatted(value, self.timestamp_format) if kind.name == "timestamp" else plain_text(value)
        elif isinstance(value, date):
            text = _formatted(value, self.date_format)
        else:
            text = plain_text(value)
            if kind.name == "decimal" or kind.is_float:
                text = text.replace(".", self.decimal)
        if self.delimiter in text or self.quote_all:
            return self.quote + text + self.quote
        return text

    def _is_found(self, kind: Type, values: list[Any]) -> bool:
        """Whether the documented rules leave no doubt that the reader finds this type."""
        if not values:
            return kind.name == "varchar"
        name = kind.name
        if name == "varchar":
            formats = self.date_format or self.timestamp_format
            wordy = (
                v for v in values if _WORDY.match(v) and v.lower() not in _NUMBERLIKE and v not in self.null_values
            )
            return formats is None and any(wordy)
        if name == "double":
            finite = [each for each in values if math.isfinite(each)]
            return any("." in repr(each) and "e" not in repr(each) for each in finite)
        if name == "bigint":
            return True
        if name == "hugeint":
            return any(not -(2**63) <= each < 2**63 for each in values) and all(abs(each) < 10**38 for each in values)
        return name in ("boolean", "date", "time", "timestamp", "timestamptz")


def _formatted(value: date, form: str | None) -> str:
    if form is None:
        return plain_text(value)
    if value.year < 1000:
        raise Unwritable("years below 1000 are not written alike everywhere")
    if isinstance(value, datetime) and ((value.second and "%S" not in form) or value.microsecond):
        raise Unwritable("the format has no room for it")
    return value.strftime(form)
