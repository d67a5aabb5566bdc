"""Excel workbooks: read a sheet with python-calamine, write one with XlsxWriter."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import re
import sys
import traceback
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

import duckdb
from pydantic import Field

from interlock.registry.kinds import Name, NewSheet, ReadPath, WritePath
from interlock.registry.node import node
from interlock.registry.phrases import files as phrases
from interlock.registry.room import room_for
from interlock.registry.tables import Described, Rows, Writes

EXCEL_SAMPLE_ROWS = 20_000
EXCEL_MOST_ROWS = 1_048_576
EXCEL_MOST_COLUMNS = 16_384
EXCEL_LONGEST_TEXT = 32_767
EXCEL_MOST_BYTES = 1024**3
EXCEL_MOST_CELLS = 50_000_000
EXCEL_MOMENTS = frozenset({"date", "time", "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"})
EXCEL_PLACE = re.compile(rb"""r(?<=\sr)\s*=\s*["']([A-Za-z]*[0-9]+)["'](?:>|[^<>]*[^<>/]>)""")
EXCEL_DIGITS = b"0123456789"
EXCEL_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
EXCEL_UNPLACED = re.compile(rb"""[<:]c(?:\s(?![^<>]*\br\s*=)[^<>]*)?(?<!/)>""")


def describe_excel(
    connection: duckdb.DuckDBPyConnection, path: str, *, sheet: str | None = None, skip: int = 0
) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """The columns of a sheet: names from its header row, types from at most 20,000 rows."""
    name, rows = excel_rows(path, sheet, skip)
    header = next(rows, [])
    while header and header[-1] == "":
        header = header[:-1]
    if not header:
        raise ValueError(
            f"the sheet `{name}` is empty" if not skip else f"the sheet `{name}` has no header in row {skip + 1}"
        )
    names = [excel_text(value).strip() for value in header]
    seen: dict[str, int] = {}
    for place, each in enumerate(names):
        if not each:
            raise ValueError(
                f"column {excel_letter(place)} of the sheet `{name}` has no name in the header (row {skip + 1})"
            )
        if each.casefold() in seen:
            raise ValueError(
                f"columns {excel_letter(seen[each.casefold()])} and {excel_letter(place)} are both named `{each}`"
            )
        seen[each.casefold()] = place
    kinds: list[set[str]] = [set() for _ in names]
    for number, row in enumerate(rows, skip + 2):
        for place, value in enumerate(row):
            if value == "":
                continue
            if place >= len(names):
                raise ValueError(
                    f"cell {excel_letter(place)}{number} of the sheet `{name}` has a value, but its column has no header"
                )
            kinds[place].add(excel_kind(value))
        if number > EXCEL_SAMPLE_ROWS + skip:
            break
    columns = [(each, excel_type(found)) for each, found in zip(names, kinds, strict=True)]
    return columns, {"sheet": name, "skip": skip}


def excel_rows(path: str, sheet: str | None, skip: int) -> tuple[str, Iterator[list[Any]]]:
    """The name of the sheet and its rows, from the first column on, after `skip` rows."""
    import python_calamine

    if os.path.isdir(path):
        raise ValueError("this is a directory, not a workbook")
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    if not os.path.getsize(path):
        raise ValueError("the file is empty")
    excel_check_size(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        if sheet is None and book.sheet_names:
            sheet = book.sheet_names[0]
        if sheet not in book.sheet_names:
            raise ValueError(
                f"there is no sheet `{sheet}`; the workbook has {', '.join(f'`{each}`' for each in book.sheet_names) or 'none'}"
            )
        page = book.get_sheet_by_name(sheet)
    except python_calamine.PasswordError as error:
        raise ValueError("the workbook is protected by a password") from error
    except python_calamine.CalamineError as error:
        raise ValueError(f"this is not a readable workbook: {error}") from error
    rows = iter(page.to_python(skip_empty_area=False)[skip:])
    return sheet, rows


def excel_check_size(path: str) -> None:
    """Refuse a workbook that would not fit in memory: the reader makes room for every cell up to the furthest one."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
            if size > EXCEL_MOST_BYTES:
                raise ValueError(
                    f"the workbook holds {size:,} bytes when unpacked; at most {EXCEL_MOST_BYTES:,} are read"
                )
            for name in parts.namelist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name, re.IGNORECASE):
                    rows, columns = excel_extent(parts, name)
                    if rows * columns > EXCEL_MOST_CELLS:
                        raise ValueError(
                            f"{os.path.basename(name)} in the workbook reaches row {rows:,} and column {columns:,}; "
                            f"at most {EXCEL_MOST_CELLS:,} cells are read: delete what stands far from the table"
                        )
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
        raise ValueError(f"this is not a readable workbook: {error}") from error


def excel_extent(parts: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """The last row and the last column of a sheet that has a cell which is not empty, counted from 1."""
    letters: set[bytes] = set()
    rows, last_row, unplaced, rest = 0, 0, False, b""
    with parts.open(name) as file:
        while block := file.read(1024 * 1024):
            block = rest + block
            cut = max(block.rfind(b"<"), 0)
            block, rest = (block[:cut], block[cut:]) if cut else (block, b"")
            places = EXCEL_PLACE.findall(block)
            letters.update({each.rstrip(EXCEL_DIGITS) for each in places})
            rows = max(rows, *map(int, {each.lstrip(EXCEL_LETTERS) for each in places if not each.isdigit()}), 0)
            last_row = max(last_row, *map(int, {each for each in places if each.isdigit()}), 0)
            unplaced = unplaced or EXCEL_UNPLACED.search(block) is not None
    columns = [sum(26**at * (each - 64) for at, each in enumerate(reversed(found.upper()))) for found in letters]
    return max(rows, last_row if unplaced else 0), max(columns, default=1)


def excel_letter(place: int) -> str:
    """A column as Excel names it: A, B, … Z, AA, …"""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def excel_kind(value: Any) -> str:
    """What kind of cell this is."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "bigint" if abs(value) < 2**53 and value == int(value) else "double"
    if isinstance(value, dt.datetime):
        return "timestamp"
    for kind, name in ((dt.date, "date"), (dt.time, "time"), (dt.timedelta, "interval")):
        if isinstance(value, kind):
            return name
    return "varchar"


def excel_type(kinds: set[str]) -> str:
    """The type of a column with cells of these kinds; text, if they have none in common."""
    for kind, room in (("double", {"bigint", "double"}), ("timestamp", {"date", "timestamp"})):
        if len(kinds) == 2 and kinds == room:
            return kind
    return next(iter(kinds)) if len(kinds) == 1 else "varchar"


def excel_text(value: Any) -> str:
    """A cell as text."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value == int(value) and abs(value) < 10**15 else repr(value)
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else str(value)


def excel_value(value: Any, kind: str, cell: str) -> Any:
    """A cell as a value of that type; raises ValueError where it is of another kind."""
    if value == "" or value is None:
        return None
    if kind == "varchar":
        return excel_text(value)
    found = excel_kind(value)
    if found == kind:
        return int(value) if kind == "bigint" else value
    if (found, kind) == ("bigint", "double"):
        return float(value)
    if (found, kind) == ("date", "timestamp"):
        return dt.datetime(value.year, value.month, value.day)
    raise ValueError(f"cell {cell} holds {excel_text(value)[:60]!r}, which is not a {kind}")


def _old_names(params: dict[str, Any]) -> dict[str, Any]:
    named = {"file_path": "path", "output_path": "path", "sheet_name": "sheet"}
    return {named.get(key, key): value for key, value in params.items()}


@node(
    version=1,
    says=phrases.READ_EXCEL,
    effects=["reads"],
    describe=describe_excel,
    aliases={"ExcelParser": _old_names, "ExcelReader": _old_names},
)
def read_excel(
    *, path: ReadPath, sheet: Name | None = None, skip: Annotated[int, Field(ge=0, le=10_000)] = 0, source: Described
) -> Rows:
    """Read a sheet of an Excel workbook (.xlsx, .xls, .xlsb, .ods), with column names from its header row.

    Numbers are `bigint` if all of them are whole, else `double`; dates, times and true/false are what they are; text
    stays text (`01` too), and a column of mixed cells is text. Formulas give their stored results, errors are null.
    Empty rows at the end are dropped, others are rows of nulls. The whole sheet is held in memory.

    - `sheet`: the name of the sheet; the first one, if it is not given.
    - `skip`: rows to leave out before the header.

    Example:
        roundtrip: {write: write_excel, read: read_excel, params: {path: data.xlsx}}
        table: [{code: "01", n: 1, at: 2024-01-31}, {code: "b", n: null, at: 2024-02-01}]
        gives: [{code: "01", n: 1, at: 2024-01-31}, {code: "b", n: null, at: 2024-02-01}]
    """

    def rows() -> Iterator[tuple[Any, ...]]:
        name, found = excel_rows(path, source.facts["sheet"], source.facts["skip"])
        next(found, None)
        width, waiting = len(source.columns), 0
        for number, row in enumerate(found, source.facts["skip"] + 2):
            if all(value == "" for value in row):
                waiting += 1
                continue
            for _ in range(waiting):
                yield (None,) * width
            waiting = 0
            for place, value in enumerate(row[width:], width):
                if value != "":
                    raise ValueError(
                        f"cell {excel_letter(place)}{number} of the sheet `{name}` has a value, but its column has no header"
                    )
            row = [*row[:width], *[""] * (width - len(row))]
            yield tuple(
                excel_value(value, kind, f"{excel_letter(place)}{number}")
                for place, (value, (_, kind)) in enumerate(zip(row, source.columns, strict=True))
            )

    return Rows(source.columns, rows())


def excel_json(value: Any) -> str:
    """A list, struct or map as JSON: numbers with all their digits, NaN and infinities as null, all else as text."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(excel_json, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{excel_json(str(key))}: {excel_json(each)}" for key, each in value.items()) + "}"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float) and not math.isfinite(value):
        return "null"
    return json.dumps(value.hex() if isinstance(value, bytes) else value, ensure_ascii=False, default=str)


def excel_moment(text: str, row: int, name: str) -> dt.datetime:
    """A moment that comes as text: one with nanoseconds; raises ValueError for one that Excel cannot hold."""
    whole, _, fraction = text.partition(".")
    try:
        moment = dt.datetime.fromisoformat(f"{whole}.{fraction[:3]}" if fraction else whole)
    except ValueError:
        moment = None
    if moment is None or fraction[3:].strip("0"):
        fault = "has microseconds, which Excel cannot hold" if moment else "is not a date or time that Excel can hold"
        raise ValueError(f"row {row}: {text} in column `{name}` {fault}; cast the column to varchar")
    return moment


def excel_cell(sheet: Any, row: int, place: int, value: Any, name: str, kind: str, formats: dict[str, Any]) -> None:
    """Write one value; raises ValueError for what Excel would change or cannot hold."""
    if isinstance(value, str) and kind in EXCEL_MOMENTS:
        value = excel_moment(value, row, name)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float | Decimal):
        if isinstance(value, float) and math.isinf(value):
            raise ValueError(f"row {row}: column `{name}` is infinite, which Excel cannot hold")
        if not isinstance(value, float) and Decimal(repr(float(f"{float(value):.16G}"))) != Decimal(value):
            raise ValueError(
                f"row {row}: {value} in column `{name}` has more digits than Excel keeps; cast the column to varchar"
            )
        sheet.write_number(row, place, float(value))
    elif (
        isinstance(value, dt.date | dt.time)
        and getattr(value, "year", 1900) >= 1900
        and getattr(value, "tzinfo", None) is None
    ):
        if not isinstance(value, dt.time) and (value.year, value.month) < (1900, 3):
            raise ValueError(
                f"row {row}: {value} in column `{name}` is before March 1900, where Excel's calendar is wrong; cast the column to varchar"
            )
        shape = "timestamp" if isinstance(value, dt.datetime) else "time" if isinstance(value, dt.time) else "date"
        if getattr(value, "microsecond", 0) % 1000:
            raise ValueError(
                f"row {row}: {value} in column `{name}` has microseconds, which Excel cannot hold; cast the column to varchar"
            )
        sheet.write_datetime(row, place, value, formats[shape])
    elif isinstance(value, dt.date):
        raise ValueError(
            f"row {row}: {value} in column `{name}` is not a date that Excel can hold; cast the column to varchar"
        )
    else:
        nested = isinstance(value, list | tuple | dict)
        text = excel_json(value) if nested else value.hex() if isinstance(value, bytes) else str(value)
        if len(text.encode("utf-16-le")) // 2 > EXCEL_LONGEST_TEXT:
            raise ValueError(
                f"row {row}: the text in column `{name}` has {len(text):,} characters; Excel holds {EXCEL_LONGEST_TEXT:,}"
            )
        if text:
            sheet.write_string(row, place, text)


@node(
    version=1,
    says=phrases.WRITE_EXCEL,
    effects=["writes"],
    aliases={"ExcelExporter": _old_names},
    repeat="replace",
    endings=[".xlsx"],
    columns=room_for(EXCEL_MOST_COLUMNS, "an Excel sheet"),
)
def write_excel(rows: Rows, *, path: WritePath, sheet: NewSheet | None = None) -> Writes:
    """Write the rows to a new Excel workbook with one sheet, with a header row.

    Texts are written as text, never as formulas or links. Excel has no empty text (it becomes an empty cell, like a
    null), keeps 15 to 16 digits, milliseconds, no time zones, and dates from March 1900 to the year 9999: what would be
    changed, such as an infinite date, stops the run, except that other numbers are rounded to 16 digits. Bytes are
    hexadecimal; lists, structs and maps are JSON as in `write_json`, but with bytes in hexadecimal; times with a zone, intervals and uuids are text; NaN is empty, infinity stops the run.

    Example:
        roundtrip: {write: write_excel, read: read_excel, params: {path: data.xlsx, sheet: Figures}}
        table: [{formula: "=1+1", x: 0.5, ok: true}, {formula: "https://example.org", x: 2.0, ok: false}]
        gives: [{formula: "=1+1", x: 0.5, ok: true}, {formula: "https://example.org", x: 2.0, ok: false}]
    """
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    names = [name for name, _ in rows.columns]
    if not names:
        raise ValueError("there is no column to write")
    handle = open(path, "w+b")  # noqa: SIM115 - closed below, whatever becomes of the workbook
    texts = {"strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(handle, {"constant_memory": True, "tmpdir": os.path.dirname(path), **texts})
    try:
        book.set_properties({"created": dt.datetime(2000, 1, 1)})
        page = book.add_worksheet(sheet or "Sheet1")
        shapes = {"date": "yyyy-mm-dd", "time": "hh:mm:ss.000", "timestamp": "yyyy-mm-dd hh:mm:ss.000"}
        formats = {kind: book.add_format({"num_format": shape}) for kind, shape in shapes.items()}
        kinds = [kind.lower().removesuffix(" not null") for _, kind in rows.columns]
        bold = book.add_format({"bold": True})
        for place, name in enumerate(names):
            page.write_string(0, place, name, bold)
        for number, row in enumerate(rows, 1):
            if number >= EXCEL_MOST_ROWS:
                raise ValueError(f"the rows do not fit: an Excel sheet has {EXCEL_MOST_ROWS:,}, with the header")
            for place, value in enumerate(row):
                excel_cell(page, number, place, value, names[place], kinds[place], formats)
    except XlsxWriterException as error:
        raise ValueError(f"Excel does not allow that: {error}") from error
    finally:
        try:
            book.close()
        except Exception as error:
            # the library leaves its archive open, which then complains once more, on stderr, that the disk is full
            hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
            cause: BaseException | None = error
            while cause is not None:
                traceback.clear_frames(cause.__traceback__)
                cause = cause.__context__
            sys.unraisablehook = hook
            raise
        handle.flush()
        os.fsync(handle.fileno())
        handle.close()
    yield
