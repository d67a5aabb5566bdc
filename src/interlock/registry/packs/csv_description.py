"""What a CSV file looks like: its columns, their types and how to read it, from its header and a sample.

`describe_csv` and all that it needs is carried into compiled programs, which describe their files again to notice
that they have changed.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import glob
import gzip
import io
import math
import os
import re
from collections.abc import Sequence
from typing import Any

import duckdb

CSV_SAMPLE_BYTES = 4 * 1024 * 1024
CSV_SAMPLE_ROWS = 20_000
CSV_PATTERNS = (
    ("boolean", r"(?i:true|false)"),
    ("bigint", r"-?(?:0|[1-9][0-9]{0,37})"),
    ("double", r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|-?(?:inf|Infinity|nan|NaN)"),
    ("date", r"[0-9]{4}-[01][0-9]-[0-3][0-9]"),
    ("time", r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"),
    ("timestamp", r"[0-9]{4}-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"),
    (
        "timestamptz",
        r"[0-9]{4}-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?(?:Z|[+-][01][0-9](?::?[0-5][0-9])?)",
    ),
)
CSV_WHOLE = (
    "tinyint",
    "smallint",
    "integer",
    "bigint",
    "hugeint",
    "utinyint",
    "usmallint",
    "uinteger",
    "ubigint",
    "uhugeint",
)


def describe_csv(
    connection: duckdb.DuckDBPyConnection,
    path: str,
    *,
    delimiter: str | None = None,
    header: bool = True,
    names: Sequence[str] | None = None,
    quote: str = '"',
    escape: str = '"',
    skip: int = 0,
    encoding: str = "utf-8",
    decimal: str = ".",
    null_values: Sequence[str] | None = None,
    date_format: str | None = None,
    timestamp_format: str | None = None,
    types: dict[str, str] | None = None,
) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """The columns of a CSV file and how to read it, from its header and at most 20,000 rows."""
    text, whole = csv_text(path, encoding, skip)
    delimiter = delimiter or csv_delimiter(text, whole, quote, escape)
    rows = csv_rows(text, whole, delimiter, quote, escape, skip)
    if not rows:
        raise ValueError("the file has no line to read")
    first = rows[0][1]
    found = (
        [name.strip() for name in first] if header else list(names or (f"column_{n}" for n in range(1, len(first) + 1)))
    )
    body = rows[1:] if header else rows
    csv_check_names(found, len(first), header)
    for line, row in body:
        if len(row) != len(found):
            raise ValueError(
                f"line {line} has {len(row)} field{'s'[: len(row) != 1]}, but the {'header' if header else 'first line'} has {len(first)}"
            )
    declared = {name.casefold(): kind for name, kind in (types or {}).items()}
    there = {name.casefold() for name in found}
    for name in (each for each in types or {} if each.casefold() not in there):
        told = ", ".join(found[:20]) + (f", and {len(found) - 20:,} more columns" if len(found) > 20 else "")
        raise ValueError(f"`types` names the column `{name}`, but the file has {told}")
    nulls = {"", *(null_values or ())}
    # whole columns at a time, from the last row to the first: of equal texts the first line stays
    lines = [line for line, _ in reversed(body)]
    texts = list(zip(*(row for _, row in reversed(body)), strict=True)) or [()] * len(found)
    columns = []
    for name, column in zip(found, texts, strict=True):
        values = dict(zip(column, lines, strict=True))
        for null in nulls:
            values.pop(null, None)
        kind = declared.get(name.casefold())
        if kind is None:
            kind = csv_type(values, decimal, date_format, timestamp_format)
        elif (pattern := csv_pattern(kind, decimal)) is not None:
            for value, line in values.items():
                if not re.fullmatch(pattern, value):
                    raise ValueError(f"line {line}: `{value}` in column `{name}` is not a {kind}")
        columns.append((name, kind))
    facts: dict[str, Any] = {
        "delim": delimiter,
        "quote": quote,
        "escape": escape,
        "header": header,
        "skip": skip,
        "encoding": encoding,
        "decimal_separator": decimal,
        "nullstr": ["", *(null_values or ())],
        "dateformat": date_format,
        "timestampformat": timestamp_format,
        "compression": "gzip" if path.lower().endswith(".gz") else "none",
    }
    csv_probe(connection, path, columns, facts, len(body), whole)
    return columns, facts


def csv_text(path: str, encoding: str, skip: int) -> tuple[str, bool]:
    """The beginning of the file as text, from the line after `skip`, and whether that is all of it."""
    if os.path.isdir(path):
        raise ValueError("this is a directory, not a file")
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    try:
        with gzip.open(path) if path.lower().endswith(".gz") else open(path, "rb") as file:
            data = file.read(CSV_SAMPLE_BYTES + 1)
    except (OSError, EOFError) as error:
        raise ValueError(f"the file cannot be read: {error}") from error
    whole = len(data) <= CSV_SAMPLE_BYTES
    if not data:
        raise ValueError("the file is empty; a CSV file has at least a header line")
    if encoding != "utf-16" and data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("the file begins with a UTF-16 mark; give `encoding: utf-16`")
    if data.startswith(b"\xfe\xff"):
        raise ValueError("the file is UTF-16 with the high byte first, which DuckDB cannot read; save it as UTF-8")
    if encoding != "utf-16" and b"\0" in data:
        raise ValueError(f"this is a binary file, not text: there is a zero byte at byte {data.index(0)}")
    before = 3 if data.startswith(codecs.BOM_UTF8) and encoding == "utf-8" else 0
    decoder = codecs.getincrementaldecoder({"utf-16": "utf-16-le", "latin-1": "latin-1"}.get(encoding, "utf-8"))()
    try:
        text = decoder.decode(data[before:], final=whole)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"the file is not {encoding}: byte {before + error.start} (0x{data[before + error.start]:02x}) does not belong there; "
            "if it is another encoding, give `encoding: latin-1` or `utf-16`"
        ) from error
    text = text.removeprefix("\ufeff")
    for _ in range(skip):
        _, newline, text = text.partition("\n")
        if not newline:
            raise ValueError(f"`skip: {skip}` leaves nothing: the file has fewer lines")
    if not text.strip("\r\n"):
        raise ValueError("the file has no line to read")
    return text, whole


def csv_rows(
    text: str, whole: bool, delimiter: str, quote: str, escape: str, skip: int, most: int = CSV_SAMPLE_ROWS + 1
) -> list[tuple[int, list[str]]]:
    """The first rows as (line number, fields), blank lines left out where a row has several fields."""
    limit = csv.field_size_limit(CSV_SAMPLE_BYTES)
    rows: list[tuple[int, list[str]]] = []
    line = 0
    try:
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=delimiter,
            quotechar=quote or None,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
            doublequote=escape == quote,
            escapechar=escape if quote and escape and escape != quote else None,  # it counts in quoted fields only
            strict=True,
        )
        for row in reader:
            if row or not rows or len(rows[0][1]) == 1:
                rows.append((skip + line + 1, row or [""]))
            line = reader.line_num
            if len(rows) == most:
                return rows
    except csv.Error as error:
        if whole or "unexpected end" not in str(error):
            what = "a quoted field is never closed" if "unexpected end" in str(error) else str(error)
            raise ValueError(f"line {skip + line + 1}: {what}") from error
        return rows
    finally:
        csv.field_size_limit(limit)
    if not whole and len(rows) < 3:
        raise ValueError(f"line {skip + 1} is longer than {CSV_SAMPLE_BYTES:,} bytes")
    return rows if whole else rows[:-1]


def csv_delimiter(text: str, whole: bool, quote: str, escape: str) -> str:
    """The sign among , ; tab and | that splits the first lines into the most fields, evenly if one does."""
    best, best_score = ",", (False, 1)
    for sign in (",", ";", "\t", "|"):
        try:
            rows = csv_rows(text, whole, sign, quote, escape, 0, 200)
        except ValueError:
            continue
        width = len(rows[0][1]) if rows else 1
        score = (width > 1 and all(len(row) == width for _, row in rows), width)
        if score > best_score:
            best, best_score = sign, score
    return best


def csv_check_names(names: list[str], width: int, header: bool) -> None:
    """Refuse column names that are missing, blank or used twice."""
    if len(names) != width:
        raise ValueError(f"`names` gives {len(names)} names, but the first line has {width} fields")
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        if not name:
            raise ValueError(f"column {place} has no name in the {'header' if header else 'names'}")
        if name.casefold() in seen:
            raise ValueError(f"columns {seen[name.casefold()]} and {place} are both named `{name}`")
        seen[name.casefold()] = place


def csv_type(values: dict[str, int], decimal: str, date_format: str | None, timestamp_format: str | None) -> str:
    """The type that all these texts have in common: the closest one that keeps every text's meaning, else varchar."""
    if not values:
        return "varchar"
    for kind, pattern in CSV_PATTERNS:
        form = date_format if kind == "date" else timestamp_format if kind == "timestamp" else None
        if form is None:
            if kind == "double" and decimal == ",":
                pattern = pattern.replace(r"\.", ",")
            if not all(map(re.compile(pattern).fullmatch, values)):
                continue
        try:
            for value in values:
                if form is not None:
                    dt.datetime.strptime(value, form)
                elif kind in ("date", "timestamp", "timestamptz"):
                    dt.datetime.fromisoformat(value)
        except ValueError:
            continue
        if kind == "double" and not csv_all_numbers(values, decimal):
            continue
        if kind == "bigint" and not all(-(2**63) <= int(value) < 2**63 for value in values if len(value) > 18):
            return "hugeint" if all(abs(int(value)) < 10**38 for value in values) else "varchar"
        return kind
    return "varchar"


def csv_all_numbers(values: dict[str, int], decimal: str) -> bool:
    """Whether there is a number among the values, and none that is too large for a double or loses whole digits."""
    numbers = [value.replace(decimal, ".") for value in values if value[-1] in "0123456789" + decimal]
    if not numbers or any(map(math.isinf, map(float, numbers))):
        return False
    return not any(csv_loses_digits(each) for each in numbers if len(each) > 15)


def csv_loses_digits(number: str) -> bool:
    """Whether a double would change the digits before the decimal sign; a number with an exponent has none to keep."""
    whole = number.partition(".")[0]
    return len(whole) > 15 and whole.lstrip("-").isdigit() and int(whole) != int(float(number))


def csv_pattern(kind: str, decimal: str) -> str | None:
    """The texts that a whole number or a decimal may have without being rounded; None for other types."""
    if kind in CSV_WHOLE:
        return "[+-]?[0-9]+"
    match = re.fullmatch(r"decimal\((\d+),\s*(\d+)\)", kind)
    if match is None:
        return None
    sign, scale = re.escape(decimal), int(match[2])
    return rf"[+-]?(?:[0-9]+(?:{sign}[0-9]{{0,{scale}}}0*)?|{sign}[0-9]{{1,{max(scale, 1)}}}0*)"


def csv_probe(
    connection: duckdb.DuckDBPyConnection,
    path: str,
    columns: list[tuple[str, str]],
    facts: dict[str, Any],
    rows: int,
    whole: bool,
) -> None:
    """Let DuckDB read the sample the way the run will; settles whether quoted empty fields are nulls."""

    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    def value(each: Any) -> str:
        if isinstance(each, list):
            return "[" + ", ".join(map(quoted, each)) + "]"
        return quoted(each) if isinstance(each, str) else str(each)

    found = None
    shape = ", ".join(
        f"{quoted(name)}: {quoted('varchar' if csv_pattern(kind, '.') else kind)}" for name, kind in columns
    )
    for allow in (False, True):
        facts["allow_quoted_nulls"] = allow
        options = ", ".join(f"{key} = {value(each)}" for key, each in facts.items() if each is not None)
        query = f"FROM read_csv({quoted(glob.escape(path))}, auto_detect = false, columns = {{{shape}}}, {options})"
        try:
            found = connection.execute(
                f"SELECT count(*), count(COLUMNS(*)) FROM (SELECT * {query} LIMIT {max(rows, 1)})"
            ).fetchone()
            break
        except duckdb.Error as error:
            message = str(error)
            if allow or 'convert string ""' not in message:
                if "invalid state" in message:
                    raise ValueError(
                        "the lines end in different ways (some in CR LF, some in LF), or the quoting is broken"
                    ) from error
                told = [
                    part
                    for part in message.splitlines()
                    if part.startswith(("Error when", "Expected Number", "Value with", "Invalid unicode"))
                ]
                place = re.search(r"Line: (\d+)", message)
                said = re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", (told or message.splitlines())[0])
                raise ValueError((f"line {place[1]}: " if place else "") + said) from error
    if found and whole and rows < CSV_SAMPLE_ROWS and found[0] != rows:
        raise ValueError(
            f"the file reads as {found[0]} rows in one way and as {rows} in another; its quoting or line ends are broken"
        )
