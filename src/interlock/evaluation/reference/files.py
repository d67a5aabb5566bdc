"""What a written file must hold, and what independent readers find in one.

Both are frames of the forms that the file's format has, so that they can be compared exactly:

- CSV: texts; null apart from the empty text.
- JSON: canonical JSON texts (numbers without needless digits, nothing between the signs); null for a `null` column.
- Parquet: the values, in the types that Parquet keeps.
- Excel: cells: numbers (double), true/false, text, dates as timestamps at midnight, times; null for an empty cell.
- SQLite: what its columns store, with the declared types.
"""

from __future__ import annotations

import gzip
import json
import math
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import date, datetime, time
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

import duckdb
import python_calamine

from interlock.evaluation.fetch import fetch
from interlock.evaluation.frames import Frame, Stops, Unsupported
from interlock.evaluation.reference.casts import to_text
from interlock.evaluation.reference.nodes.calls import VARCHAR
from interlock.evaluation.reference.values import Endless
from interlock.ir.types import Type

JSON = Type("json")
_EXACT = Context(prec=1000, Emax=10**6, Emin=-(10**6))
_NESTED = ("list", "struct", "map")
_CELL = Type("null")
"""A cell of a format whose columns have no types."""


def expected_in_file(frame: Frame, node_type: str, params: Mapping[str, Any]) -> Frame:
    """What the file must hold that a sink writes of these rows; raises Stops where the sink must stop."""
    return _EXPECTED[node_type](frame, params)


def read_written(path: Path, node_type: str, params: Mapping[str, Any]) -> Frame:
    """What a written file holds; raises ValueError for one that is not as the format wants it."""
    return _READ[node_type](path, params)


def _text_of(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.name.lower().endswith(".gz") else data).decode("utf-8")


# CSV


def _csv_expected(frame: Frame, params: Mapping[str, Any]) -> Frame:
    def cell(value: Any, kind: Type) -> str | None:
        if value is None:
            return None
        return settled(json_text(value, kind) if kind.name in _NESTED else to_text(value, kind))

    rows = tuple(tuple(map(cell, row, frame.types)) for row in frame.rows)
    names = frame.names if params.get("header", True) else _numbered(len(frame.columns) if rows else 0)
    return Frame(tuple((name, VARCHAR) for name in names), rows)


def _csv_read(path: Path, params: Mapping[str, Any]) -> Frame:
    null, sign = params.get("null_value", ""), params.get("delimiter", ",")
    records = list(_records(_text_of(path), sign))
    rows = [[None if text == null and not quoted else settled(text) for text, quoted in record] for record in records]
    if params.get("header", True):
        names, body = [text for text, _ in records[0]], rows[1:]
    else:
        names, body = _numbered(len(rows[0]) if rows else 0), rows
    if any(len(row) != len(names) for row in body):
        raise ValueError("a line has too few or too many fields")
    return Frame(tuple((name, VARCHAR) for name in names), tuple(map(tuple, body)))


def _numbered(count: int) -> list[str]:
    """The names of columns in a file without a header."""
    return [f"column_{number}" for number in range(1, count + 1)]


def _records(text: str, delimiter: str) -> Iterator[list[tuple[str, bool]]]:
    """The records of a CSV text: the fields of each, and whether they were quoted."""
    record: list[tuple[str, bool]] = []
    at = 0
    while at < len(text):
        if quoted := text[at] == '"':
            end = at + 1
            while text[end] != '"' or text[end + 1 : end + 2] == '"':
                end += 2 if text[end] == '"' else 1
            field, at = text[at + 1 : end].replace('""', '"'), end + 1
        else:
            end = min(place for sign in (delimiter, "\n") if (place := text.find(sign, at)) >= 0)
            field, at = text[at:end], end
            if '"' in field or "\r" in field:
                raise ValueError(f"the field {field!r} ought to be quoted")
        record.append((field, quoted))
        if text[at] == "\n":
            yield record
            record = []
        elif text[at] != delimiter:
            raise ValueError(f"a field is followed by {text[at]!r}")
        elif text[at + 1] == "\n":
            yield [*record, ("", False)]
            record, at = [], at + 1
        at += 1
    if record:
        raise ValueError("the last line does not end")


# JSON


def json_text(value: Any, kind: Type, text: Callable[[Any, Type], str] = to_text) -> str:
    """A value as JSON: numbers with all their digits, NaN and infinities as null, all else (by `text`) as text."""
    if value is None or (kind.is_float and not math.isfinite(value)):
        return "null"
    if kind.element:
        return "[" + ",".join(json_text(item, kind.element, text) for item in value) + "]"
    if kind.name == "struct":
        return _object((name, json_text(value[name], each, text)) for name, each in kind.fields)
    if kind.name == "map":
        (_, key), (_, inner) = kind.fields
        return _object((to_text(name, key), json_text(each, inner, text)) for name, each in value.items())
    if kind.name == "json":
        return value
    if kind.name == "float":
        return repr(value)
    if kind.is_numeric or kind.name == "boolean":
        return to_text(value, kind)
    return json.dumps(text(value, kind), ensure_ascii=False)


def _python_text(value: Any, kind: Type) -> str:
    """What Excel and SQLite are given inside of lists and structs: bytes in hexadecimal, times as Python writes them."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime) and kind.name not in ("timestamptz", "timestamp_ns"):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, time) else to_text(value, kind)


def _object(members: Any) -> str:
    return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{text}" for name, text in members) + "}"


def _parsed(text: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("an object has a key twice")
        return dict(pairs)

    def refused(word: str) -> Any:
        raise ValueError(f"{word} is no JSON")

    return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=refused, object_pairs_hook=unique)


def canonical(value: Any) -> str | None:
    """Parsed JSON as one text for all ways to write it; None for null."""
    return None if value is None else _written(value)


def _written(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(_EXACT.normalize(value))
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, dict):
        return _object((name, _written(each)) for name, each in value.items())
    return json.dumps(value, ensure_ascii=False)


def settled(text: str) -> str:
    """A text in a file that knows only texts: what looks like a list or an object in JSON in its one form."""
    if text[:1] in ("[", "{"):
        with suppress(ValueError):
            return _written(_parsed(text))
    return text


def _json_expected(frame: Frame, params: Mapping[str, Any]) -> Frame:
    rows = tuple(
        tuple(canonical(_parsed(json_text(value, kind))) for value, kind in zip(row, frame.types, strict=True))
        for row in frame.rows
    )
    return Frame(tuple((name, JSON) for name in frame.names) if rows else (), rows)


def _json_read(path: Path, params: Mapping[str, Any]) -> Frame:
    return _objects(_parsed(_text_of(path)))


def _jsonl_read(path: Path, params: Mapping[str, Any]) -> Frame:
    text = _text_of(path)
    if text and not text.endswith("\n"):
        raise ValueError("the last line does not end")
    return _objects([_parsed(line) for line in text.split("\n")[:-1]])


def _objects(found: list[dict[str, Any]]) -> Frame:
    names = list(found[0]) if found else []
    if any(list(each) != names for each in found):
        raise ValueError("the objects do not all have the same keys in the same order")
    rows = tuple(tuple(map(canonical, each.values())) for each in found)
    return Frame(tuple((name, JSON) for name in names), rows)


# Parquet


def _kept(kind: Type) -> Type:
    """The type in which Parquet keeps one."""
    if kind.name == "enum":
        return VARCHAR
    if kind.name in ("timestamp_s", "timestamp_ms"):
        return Type("timestamp")
    if kind.element:
        return Type("list", element=_kept(kind.element))
    return Type(kind.name, kind.precision, None, tuple((name, _kept(each)) for name, each in kind.fields))


def _parquet_expected(frame: Frame, params: Mapping[str, Any]) -> Frame:
    whole = Type("decimal", precision=(38, 0))
    wide = [kind.name in ("hugeint", "uhugeint") for kind in frame.types]
    kinds = [whole if far else _kept(kind) for far, kind in zip(wide, frame.types, strict=True)]

    def cell(value: Any, far: bool) -> Any:
        if value is None or not far:
            return value
        if abs(value) >= 10**38:
            raise Stops("Parquet has no integers of more than 38 digits")
        return Decimal(value)

    rows = tuple(tuple(map(cell, row, wide)) for row in frame.rows)
    return Frame(tuple(zip(frame.names, kinds, strict=True)), rows)


def _parquet_read(path: Path, params: Mapping[str, Any]) -> Frame:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.read_parquet(str(path)).create_view("written")
        return fetch(connection, "written")


# Excel


def _excel_expected(frame: Frame, params: Mapping[str, Any]) -> Frame:
    if len(frame.columns) > 16_384 or len(frame.rows) >= 1_048_576:
        raise Stops("an Excel sheet has 16,384 columns and 1,048,576 rows")
    rows = [tuple(_excel_cell(value, kind) for value, kind in zip(row, frame.types, strict=True)) for row in frame.rows]
    return Frame(tuple((name, _CELL) for name in frame.names), _without_empty_end(rows))


def _without_empty_end(rows: list[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    return tuple(rows)


def _excel_cell(value: Any, kind: Type) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Endless):
        raise Stops("Excel has no infinite dates")
    if kind.is_numeric:
        return _excel_number(value)
    if kind.name == "timestamptz":
        return to_text(value, kind)
    if kind.is_temporal:
        return _excel_moment(value)
    text = (
        json_text(value, kind, _python_text) if kind.name in _NESTED else value.hex() if kind.name == "blob" else None
    )
    text = to_text(value, kind) if text is None else text
    if len(text.encode("utf-16-le")) > 2 * 32_767:
        raise Stops("Excel holds 32,767 characters in a cell")
    return settled(text) or None


def _excel_number(value: Any) -> float | None:
    if isinstance(value, float) and math.isnan(value):
        return None
    kept = float(f"{float(value):.16G}")
    if isinstance(value, float) and math.isinf(value):
        raise Stops("Excel has no infinite numbers")
    if not isinstance(value, float) and Decimal(repr(kept)) != value:
        raise Stops(f"{value} has more digits than Excel keeps")
    return kept


def _excel_moment(value: Any) -> Any:
    if isinstance(value, date) and (value.year, value.month) < (1900, 3):
        raise Stops("Excel has no dates before March 1900")
    if getattr(value, "microsecond", 0) % 1000:
        raise Stops("Excel keeps milliseconds")
    return value if isinstance(value, time) else _at_midnight(value)


def _at_midnight(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def _excel_read(path: Path, params: Mapping[str, Any]) -> Frame:
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    (name,) = book.sheet_names
    if name != (params.get("sheet") or "Sheet1"):
        raise ValueError(f"the sheet is called {name}")
    header, *rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    found = [tuple(map(_excel_found, row)) for row in rows]
    return Frame(tuple((str(name), _CELL) for name in header), _without_empty_end(found))


def _excel_found(value: Any) -> Any:
    if value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        return settled(value)
    return _at_midnight(value) if isinstance(value, date) else value


# SQLite


def _declared(kind: Type) -> str:
    if kind.name in ("boolean", "date", "timestamp", "blob"):
        return kind.name
    if kind.is_integer and kind.name not in ("ubigint", "hugeint", "uhugeint"):
        return "integer"
    return "real" if kind.is_float else "text"


def _sqlite_expected(frame: Frame, params: Mapping[str, Any]) -> Frame:
    if params.get("if_exists", "fail") != "fail":
        raise Unsupported("a table that may have been there")
    rows = tuple(
        tuple(_sqlite_cell(value, kind) for value, kind in zip(row, frame.types, strict=True)) for row in frame.rows
    )
    return Frame(tuple((name, Type(_declared(kind))) for name, kind in frame.columns), rows)


def _sqlite_cell(value: Any, kind: Type) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, Endless):
        return to_text(value, kind)
    if kind.name in _NESTED:
        return settled(json_text(value, kind, _python_text))
    if isinstance(value, str):
        return settled(value)
    if kind.name in ("timestamptz", "timestamp_ns"):
        return to_text(value, kind)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return value + 0.0
    if _declared(kind) == "text":
        return to_text(value, kind)
    return int(value) if isinstance(value, bool) else value


def _sqlite_read(path: Path, params: Mapping[str, Any]) -> Frame:
    name = '"' + params["table"].replace('"', '""') + '"'
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        columns = tuple((row[1], Type(row[2].lower())) for row in database.execute(f"PRAGMA table_info({name})"))
        found = database.execute(f"SELECT * FROM {name}")
        rows = (tuple(settled(cell) if isinstance(cell, str) else cell for cell in row) for row in found)
        return Frame(columns, tuple(rows))


_EXPECTED: dict[str, Callable[[Frame, Mapping[str, Any]], Frame]] = {
    "write_csv": _csv_expected,
    "write_json": _json_expected,
    "write_jsonl": _json_expected,
    "write_parquet": _parquet_expected,
    "write_excel": _excel_expected,
    "write_sqlite": _sqlite_expected,
}
_READ: dict[str, Callable[[Path, Mapping[str, Any]], Frame]] = {
    "write_csv": _csv_read,
    "write_json": _json_read,
    "write_jsonl": _jsonl_read,
    "write_parquet": _parquet_read,
    "write_excel": _excel_read,
    "write_sqlite": _sqlite_read,
}
