"""Compiled by Interlock from plan sha256:27eda2cb6c87c57b3f377f3fc0af475ba24aefe4b93813ca67f4803c66b7ba31.

Run it with `python THIS_FILE` in the project folder; it needs duckdb, and not Interlock.
Reads:  data/products.csv
Reads:  data/sales.csv
Writes: out/joined.csv
"""

from __future__ import annotations

import argparse
import codecs
import contextlib
import csv
import datetime as dt
import glob
import gzip
import hashlib
import io
import json
import math
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import duckdb

PLAN = "sha256:27eda2cb6c87c57b3f377f3fc0af475ba24aefe4b93813ca67f4803c66b7ba31"

INPUTS = {}

# ---------------------------------------------------------------------------------------------------------------------
# The statements, in the order in which they run. Each reads the ones before it by their names.

sql_products = """
SELECT
  "code",
  "title"
FROM read_csv(
  'data/products.csv',
  auto_detect = FALSE,
  columns = {'code': 'varchar', 'title': 'varchar', 'tags': 'varchar'},
  delim = ',',
  quote = '"',
  escape = '"',
  header = TRUE,
  skip = 0,
  encoding = 'utf-8',
  decimal_separator = '.',
  nullstr = [''],
  compression = 'none',
  allow_quoted_nulls = FALSE
)
"""

sql_sales = """
SELECT
  CASE
    WHEN CAST(TRY_CAST("id" AS BIGINT) AS TEXT) = "id"
    THEN TRY_CAST("id" AS BIGINT)
    WHEN regexp_full_match("id", '[+-]?[0-9]+')
    THEN CAST("id" AS BIGINT)
    WHEN "id" <> ''
    THEN error('column `id`: `' || "id" || '` is not a bigint; declare another type for it, such as varchar')
  END AS "id",
  "product",
  "revenue"
FROM read_csv(
  'data/sales.csv',
  auto_detect = FALSE,
  columns = {'id': 'varchar', 'Region Name': 'varchar', 'product': 'varchar', 'revenue': 'double', 'day': 'date'},
  delim = ',',
  quote = '"',
  escape = '"',
  header = TRUE,
  skip = 0,
  encoding = 'utf-8',
  decimal_separator = '.',
  nullstr = [''],
  compression = 'none',
  allow_quoted_nulls = FALSE
)
"""

sql_joined = """
SELECT
  "left"."id",
  "left"."revenue",
  "right"."code",
  "right"."title"
FROM (
  SELECT
    "id",
    "product",
    "revenue",
    ROW_NUMBER() OVER () AS "_row"
  FROM "sales"
) AS "left"
LEFT JOIN (
  SELECT
    "code",
    "title",
    ROW_NUMBER() OVER () AS "_row"
  FROM "products"
) AS "right"
  ON (
    "left"."product" = "right"."code"
  )
ORDER BY
  "left"."_row" ASC,
  "right"."_row" ASC
"""

sql_joined_check = """
SELECT
  "code",
  COUNT(*) AS "rows"
FROM "products"
WHERE
  (
    NOT "code" IS NULL
  )
GROUP BY
  "code"
HAVING
  COUNT(*) > 1
ORDER BY
  "code" ASC
"""

sql_slim = """
SELECT
  "id",
  "title",
  "revenue"
FROM "joined"
"""

sql_out = """
SELECT
  "id",
  "title",
  "revenue"
FROM "slim"
"""

# ---------------------------------------------------------------------------------------------------------------------
# The Python of the nodes that read, write or describe files, as their authors wrote it.


# From csv_description.py.

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


# ---------------------------------------------------------------------------------------------------------------------
# The steps.

MACROS = {}

STEPS = [
    {
        "id": "products", "kind": "select", "type": "read_csv@1", "reads": [], "sql": sql_products,
        "columns": [("code", "varchar"), ("title", "varchar")],
        "source": {
            "path": "data/products.csv", "columns": [("code", "varchar"), ("title", "varchar"), ("tags", "varchar")],
            "describe": describe_csv, "literal": "'data/products.csv'",
            "arguments": {
                "path": "data/products.csv", "delimiter": None, "header": True, "names": None, "quote": '"',
                "escape": '"', "skip": 0, "encoding": "utf-8", "decimal": ".", "null_values": None, "date_format": None,
                "timestamp_format": None, "types": None,
            },
            "paths": ["path"],
        },
        "store": True, "keep": False, "preview": 0, "checks": [],
    },
    {
        "id": "sales", "kind": "select", "type": "read_csv@1", "reads": [], "sql": sql_sales,
        "columns": [("id", "bigint"), ("product", "varchar"), ("revenue", "double")],
        "source": {
            "path": "data/sales.csv",
            "columns": [
                ("id", "bigint"), ("Region Name", "varchar"), ("product", "varchar"), ("revenue", "double"),
                ("day", "date"),
            ],
            "describe": describe_csv, "literal": "'data/sales.csv'",
            "arguments": {
                "path": "data/sales.csv", "delimiter": None, "header": True, "names": None, "quote": '"', "escape": '"',
                "skip": 0, "encoding": "utf-8", "decimal": ".", "null_values": None, "date_format": None,
                "timestamp_format": None, "types": None,
            },
            "paths": ["path"],
        },
        "store": False, "keep": False, "preview": 0, "checks": [],
    },
    {
        "id": "joined", "kind": "select", "type": "join_tables@1", "reads": ["sales", "products"], "sql": sql_joined,
        "columns": [("id", "bigint"), ("revenue", "double"), ("code", "varchar"), ("title", "varchar")], "store": False,
        "keep": True, "preview": 0,
        "checks": [
            {
                "title": "the join is many-to-one: no two rows of the right table have the same `code`",
                "node": "joined", "code": "IL905", "sql": sql_joined_check, "reads": ["products"],
            },
        ],
    },
    {
        "id": "slim", "kind": "select", "type": "select_columns@1", "reads": ["joined"], "sql": sql_slim,
        "columns": [("id", "bigint"), ("title", "varchar"), ("revenue", "double")], "store": False, "keep": False,
        "preview": 0, "checks": [],
    },
    {
        "id": "out", "kind": "copy", "type": "write_csv@1", "reads": ["slim"], "sql": sql_out, "path": "out/joined.csv",
        "options": "FORMAT csv, HEADER TRUE, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '', COMPRESSION 'none'",
        "names": ["id", "title", "revenue"], "store": False, "keep": False, "preview": 0, "checks": [],
    },
]


# ---------------------------------------------------------------------------------------------------------------------
# How the steps run. This part is the same in every module.


class RunFailed(Exception):
    """A run that stopped. Nothing was written, unless `data` lists what was."""

    def __init__(self, code: str, message: str, step: str | None = None, help: str = "", **data: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.step, self.help, self.data = code, message, step, help, data


class Rows:
    """A relation as Python sees it: (name, SQL type) pairs, and an iterator of tuples."""

    def __init__(self, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> None:
        self.columns, self.rows = list(columns), rows

    def __iter__(self) -> Iterator[Sequence[Any]]:
        return iter(self.rows)


class Described:
    """What a source looked like when the plan was checked."""

    def __init__(self, columns: Sequence[tuple[str, str]], facts: Mapping[str, Any]) -> None:
        self.columns, self.facts = list(columns), dict(facts)


def _broken(checks: list[dict[str, Any]]) -> RunFailed:
    """The failure of one or more checks of a step: the first in words, all of them as data."""
    first = checks[0]
    count = first["count"]
    more = f" ({len(checks) - 1} more of its checks fail{'s' if len(checks) == 2 else ''})" if len(checks) > 1 else ""
    return RunFailed(
        first["code"], f"`{first['node']}`: expected that {first['title']}; {count:,} row{'' if count == 1 else 's'} of the data sa{'ys' if count == 1 else 'y'} otherwise{more}",
        first["node"], "mend the data, or drop such rows on purpose before, or expect less",
        columns=first["columns"], rows=first["rows"], count=count, broken=checks,
    )  # fmt: skip


def _batches(rows: Iterable[Sequence[Any]], size: int = 4096) -> Iterator[list[Sequence[Any]]]:
    batch: list[Sequence[Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _changes(pinned: Sequence[tuple[str, str]], found: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    """How a source's columns differ: ("missing", name), ("new", name, type), ("type", name, was, is), ("order", …)."""
    before, now = dict(pinned), dict(found)
    changes: list[tuple[str, ...]] = [("missing", name, before[name]) for name in before if name not in now]
    changes += [("new", name, now[name]) for name in now if name not in before]
    changes += [
        ("type", name, before[name], now[name])
        for name in before
        if name in now and _bare(now[name]) != _bare(before[name]) and not _fits(_bare(now[name]), _bare(before[name]))
    ]
    if not changes and list(before) != list(now):
        changes.append(("order", ", ".join(before), ", ".join(now)))
    return changes


def _bare(kind: str) -> str:
    return kind.lower().removesuffix(" not null")


def _fits(found: str, pinned: str) -> bool:
    """Whether values that look like `found` always read as `pinned`."""
    order = ["tinyint", "smallint", "integer", "bigint", "hugeint", "double"]
    if pinned == "varchar" or (found in order and pinned in order and order.index(found) <= order.index(pinned)):
        return True
    return (found == "date" and pinned.startswith("timestamp")) or (found in order[:4] and pinned.startswith("decimal"))


def _shown_change(change: Sequence[str]) -> str:
    kind, name, *rest = change
    if kind == "missing":
        return f"column `{name}` ({rest[0]}) is missing"
    if kind == "new":
        return f"column `{name}` ({rest[0]}) is new"
    if kind == "type":
        return f"column `{name}` was {rest[0]} and now looks like {rest[1]}"
    return f"the columns come in another order ({rest[0]}; before: {name})"


def _advice(message: str) -> str:
    lowered = message.lower()
    if "could not convert" in lowered or "conversion" in lowered or "cast" in lowered:
        return "the data holds a value that does not fit its type: cast with on_error: null, or give the source's column another type"
    if "out of range" in lowered or "overflow" in lowered:
        return "a number is too large for its type: use double or a wider decimal"
    return ""


_ENGINE_TYPES = {
    "BOOL": "boolean", "INT8": "tinyint", "INT16": "smallint", "INT32": "integer", "INT64": "bigint", "INT128": "hugeint",
    "UINT8": "utinyint", "UINT16": "usmallint", "UINT32": "uinteger", "UINT64": "ubigint",
}  # fmt: skip


def _reworded(message: str) -> str:
    """The engine's commonest complaints in the words of the plan."""
    found = re.match(
        r"Could not convert string '(.*?)' to ([A-Z0-9]+)(?: when casting from source column (.+))?$", message
    )
    if found:
        value, kind, column = found.groups()
        kind = _ENGINE_TYPES.get(kind, kind.lower())
        about = f" of `{column}`" if column else ""
        return f"the value '{value}'{about} is not {'an' if kind.startswith('i') else 'a'} {kind}"
    found = re.match(r"(invalid|date|timestamp|time)\b.*?field format: \"(.*?)\"", message, re.IGNORECASE)
    if found:
        return (
            f"the value '{found.group(2)}' is not a date or time of the expected form (2024-01-31, 2024-01-31 13:45:00)"
        )
    if message.startswith("More than one row returned by a subquery"):
        return "a query that stands for a value gave more than one row; take one of them with `max(…)` or `order by … limit 1`"
    return message


def _plain(error: BaseException) -> str:
    """An error in one line, without the engine's prefix and excerpt."""
    text = str(error).strip().split("\n\nLINE ")[0].split("\nLINE ")[0]
    text = re.sub(r"^[A-Z][A-Za-z ]*(?:Error|Exception): ", "", text)
    return " ".join(text.split())[:600] or type(error).__name__


def _said(error: BaseException, function: Any) -> str:
    """What an exception of a node's own code says; of any but those for bad data also its kind and its place."""
    words = _plain(error)
    if isinstance(error, ValueError | OSError):
        return words
    own, at, where = function.__code__.co_filename, error.__traceback__, ""
    while at is not None:
        code = at.tb_frame.f_code
        if code.co_filename == own:  # the last of them is the nearest to the fault
            where = f" (line {at.tb_lineno - code.co_firstlineno + 1} of `{code.co_name}`)"
        at = at.tb_next
    return f"{type(error).__name__}: {words}{where}"


def _own_fault(error: BaseException, step: Mapping[str, Any]) -> dict[str, str]:
    """What to tell of an exception that a node's own code raised and that is not one for bad data."""
    if isinstance(error, ValueError | OSError):
        return {}
    help = f"this is a fault of the node type `{step['type']}`, not of the plan"
    return {"help": help, "raised": type(error).__name__}


def _misfit(connection: Any, step: Mapping[str, Any], batch: Iterable[Sequence[Any]]) -> RunFailed | None:
    """What a node's own code gave that does not fit the columns that it declares."""
    name, columns = step["id"], step["columns"]
    found = ""
    for row in batch:
        if len(row) != len(columns):
            found = f"a row of {len(row)}, and declares {len(columns)} columns"
        for (column, kind), value in zip(columns, row, strict=False):
            try:
                connection.execute(f"SELECT CAST(? AS {kind})", [value])
            except duckdb.Error:
                found = found or f"{repr(value)[:60]} for its column `{column}`, which it declares as {kind}"
        if found:
            told = _own_fault(TypeError(), step) | {"raised": "misfit"}
            return RunFailed("IL907", f"`{name}` gives {found}", name, **told)
    return None


def _for_python(name: str, kind: str) -> str:
    """A column as Python can hold it: what it has no value for (a time with a zone, an interval, nanoseconds) comes as text.

    So do the keys of a map, which Python would show otherwise (`True`, or a narrow float with the digits of a wide one).
    """
    plain = _plain_type(kind)
    return _quoted(name) if plain == kind else f"CAST({_quoted(name)} AS {plain}) AS {_quoted(name)}"


def _plain_type(kind: str) -> str:
    """The type as which Python is given the values of a type."""
    names = (
        r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|\b(?:timestamptz|timestamp with time zone|timestamp_ns|interval)(?=[\[,)]|$)"
        r"|(?<=\bmap\()[a-z0-9_ ]+(?:\(\d+, ?\d+\))?(?=,)"
    )
    return _as_text(names, kind)


def _as_text(names: str, kind: str) -> str:
    """A type with text in place of what the expression finds in it; names and texts in quotes stay."""
    return re.sub(names, lambda found: found[0] if found[0][0] in "\"'" else "varchar", kind, flags=re.IGNORECASE)


def _with_moments(columns: Sequence[tuple[str, str]]) -> list[tuple[int, str, str]]:
    """The columns with dates or timestamps anywhere in them: place, name, and the type with text in place of these."""
    names = r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|\b(?:date|timestamp(?:_s|_ms)?)(?=[\[,)]|$)"
    found = [(place, name, _plain_type(kind)) for place, (name, kind) in enumerate(columns)]
    return [(place, name, _as_text(names, kind)) for place, name, kind in found if _as_text(names, kind) != kind]


def _endless(cursor: Any, relation: str, columns: Sequence[tuple[str, str]]) -> list[tuple[int, str]]:
    """Where a relation holds infinite dates or timestamps: the places of such columns, and each as text, as SQL."""
    found = _with_moments(columns)
    if not found:
        return []
    looks = (
        f"isinf({_quoted(name)})" if text == "varchar" else f"contains(CAST({_quoted(name)} AS VARCHAR), 'infinity')"
        for _, name, text in found
    )
    any_of = cursor.execute(f"SELECT {', '.join(f'bool_or({each})' for each in looks)} FROM {relation}").fetchone()
    return [
        (place, f"CAST({_quoted(name)} AS {text})")
        for (place, name, text), any_is in zip(found, any_of, strict=True)
        if any_is
    ]


def _infinite(row: Sequence[Any], places: Sequence[int]) -> tuple[Any, ...]:
    """A row whose last values are those at `places` once more, as text: without these, but with infinite moments as text."""
    width = len(row) - len(places)
    values = list(row[:width])
    for place, text in zip(places, row[width:], strict=True):
        values[place] = _infinite_as_text(values[place], text)
    return tuple(values)


def _infinite_as_text(value: Any, text: Any) -> Any:
    """A value in which Python's last or first moment stands for an infinite one, which `text` tells apart."""
    if isinstance(value, list | tuple):
        return [_infinite_as_text(*each) for each in zip(value, text, strict=True)]
    if isinstance(value, dict):
        return {key: _infinite_as_text(each, text[key]) for key, each in value.items()}
    return text if text in ("infinity", "-infinity") else value


def _shown(connection: Any, text: str, most: int) -> tuple[list[str], list[list[Any]]]:
    """The names of a result's columns, and its first rows as values that JSON can hold."""
    columns = [(row[0], row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM ({text})").fetchall()]
    moments = _with_moments(columns)
    chosen = [_for_python(name, kind) for name, kind in columns]
    chosen += [f"CAST({_quoted(name)} AS {kind})" for _, name, kind in moments]
    rows = connection.execute(f"SELECT {', '.join(chosen)} FROM ({text}) LIMIT {most}").fetchall()
    places = [place for place, _, _ in moments]
    return [name for name, _ in columns], [[_json(value) for value in _infinite(row, places)] for row in rows]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _json(value: Any) -> Any:
    """A value that JSON can hold."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_json(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _json(each) for key, each in value.items()}
    return str(value)


def _size(path: str) -> int | None:
    try:
        return os.path.getsize(path)
    except OSError:
        return None


def _digest(path: str) -> str | None:
    found = hashlib.sha256()
    try:
        with open(path, "rb") as handle:
            while block := handle.read(1 << 20):
                found.update(block)
    except OSError:
        return None
    return "sha256:" + found.hexdigest()


class Recorder:
    """What makes a run durable: Interlock hands one of its own to `run`. This one keeps nothing, and so the run is not.

    `run` names the run: its temporary files and the marks in databases are named after it, so that they are found again
    when the run goes on after a crash. `scratch` is a folder for spilled results. With `digests`, every stored result is
    digested. `answers` are given beforehand, by step and field. What happens is told through `on_event`; here it is asked what to do.
    """

    run = ""
    scratch: str | None = None
    digests = False

    def __init__(self, answers: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self.answers = answers or {}

    def answer(self, step: str) -> Mapping[str, Any] | None:
        """What somebody answered to the form of a step, by field; None if nobody has yet."""
        return self.answers.get(step)

    def complete(self, step: str) -> Mapping[str, Any] | None:
        """What was told when an earlier attempt at this run finished the step, or None."""

    def stored(self, step: str) -> str | None:
        """The Parquet file with the result of a complete step, sound, or None: then the step is run again."""

    def room(self, step: Mapping[str, Any], cost: float, rows: int, wanted: bool) -> str | None:
        """Where to store a result that was just made, or None. `cost`: the seconds it takes to make it again.

        `wanted`: a sink that must not be repeated reads it.
        """

    def keep(self, step: str, path: str) -> dict[str, Any]:
        """Take over the file that was stored there; what to tell of it when the step is finished."""
        return {}

    def planned(self, step: str) -> Mapping[str, Any] | None:
        """What an earlier attempt was about to put in place for a sink; `committed` says whether it did."""


class Staging:
    """What a Python sink works with: a `folder` of its own beside the file it writes, which is removed afterwards.

    `mark` is the same whenever the same run commits the same step, and empty if that cannot happen twice. `done` says
    that the commit was seen to succeed, so that only the mark is left to be taken away.
    """

    def __init__(self, folder: str, mark: str, done: bool = False) -> None:
        self.folder, self.mark, self.done = folder, mark, done


TEXTUAL = ("hugeint", "uhugeint", "interval")  # types whose values Parquet rounds


def _to_parquet(columns: list[tuple[str, str]]) -> str | None:
    """The columns of a SELECT that a Parquet file can hold exactly, or None if it cannot."""
    if any(kind not in TEXTUAL and re.search("hugeint|interval", kind) for _, kind in columns):
        return None
    return ", ".join(
        f"CAST({_quoted(name)} AS VARCHAR) AS {_quoted(name)}" if kind in TEXTUAL else _quoted(name)
        for name, kind in columns
    )


def _from_parquet(columns: list[tuple[str, str]]) -> str:
    """The columns of a SELECT that reads them again, of their types."""
    return ", ".join(f"CAST({_quoted(name)} AS {kind}) AS {_quoted(name)}" for name, kind in columns)


def _digest_of_rows(connection: Any, relation: str, columns: list[tuple[str, str]], rows: int) -> str:
    """The digest of a table's rows, in their order; `rows` is how many there are."""
    names = [_quoted(name) for name, _ in columns]
    row = "row_number() OVER ()" if any(name.lower() == "rowid" for name, _ in columns) else "rowid"
    hashes = f"SELECT hash({', '.join([row, *names])}) AS digest FROM {relation}"
    if 0 < rows <= 256:  # planning the aggregate would take longer
        mixed = total = 0
        for (digest,) in connection.execute(hashes).fetchall():
            mixed, total = mixed ^ digest, total + digest
    else:
        mixed, total = connection.execute(f"SELECT bit_xor(digest), sum(digest) FROM ({hashes})").fetchone()
    text = json.dumps([columns, rows, mixed, total])
    return "rows:" + hashlib.sha256(text.encode()).hexdigest()


def _question(step: dict[str, Any], names: Sequence[str], rows: list[list[Any]], total: int) -> RunFailed:
    """What stops a run until somebody has answered the form of a step: the question, with the rows it is about."""
    form = step["asks"]
    wanted = [name for name, field in form["fields"].items() if "default" not in field and not field.get("optional")]
    example = f"{step['id']}.{(wanted or list(form['fields']))[0]}=VALUE"
    return RunFailed(
        "IL943", f"`{step['id']}` waits for an answer: {form['question']}", step["id"],
        f"run it under Interlock, which waits; or give the answers with --answer {example}",
        question=form["question"], fields=[{"name": name, **field} for name, field in form["fields"].items()], columns=list(names), rows=rows, total=total,
    )  # fmt: skip


def _answers(
    connection: duckdb.DuckDBPyConnection, step: dict[str, Any], given: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """(variable, SQL value), both as SQL, for every field of a step's form; raises RunFailed if the answers do not fit it."""
    fields = step["asks"]["fields"]
    for name in given:
        if name not in fields:
            known = ", ".join(fields)
            raise RunFailed("IL944", f"the form of `{step['id']}` has no field `{name}`", step["id"], f"it has {known}")
    for name, field in fields.items():
        value = given.get(name, field.get("default"))
        kind, title = field["type"], f"the field `{name}` of `{step['id']}`"
        if value is None:
            if not field.get("optional"):
                raise RunFailed("IL944", f"{title} has no answer", step["id"], f"give a value of type {kind}")
            yield _quoted(f"{step['id']}.{name}"), "NULL"
            continue
        if re.search("int", kind) and not re.fullmatch(r"\s*[+-]?\d+\s*", str(value)):
            raise RunFailed(
                "IL944", f"{title} must be of type {kind}, not {value!r}", step["id"], "give a whole number"
            )
        typed = f"CAST({_literal(value)} AS {kind})"
        choices = ", ".join(f"CAST({_literal(each)} AS {kind})" for each in field.get("choices") or ())
        try:
            allowed = connection.execute(f"SELECT {typed}" + (f" IN ({choices})" if choices else "")).fetchone()
        except duckdb.Error as error:
            raise RunFailed(
                "IL944", f"{title} must be of type {kind}, not {value!r}", step["id"], _plain(error)
            ) from error
        if choices and not (allowed and allowed[0]):
            listed = ", ".join(str(each) for each in field["choices"])
            raise RunFailed("IL944", f"{title} cannot be {value!r}", step["id"], f"the choices are: {listed}")
        yield _quoted(f"{step['id']}.{name}"), typed


class Sinks:
    """What a run writes: staged beside its targets, and put in place all at once when everything has succeeded.

    In a durable run what is staged is named after the run. Once `commit_planned` was told, the run is finished, never
    undone: what is staged then stays until it is in place, if need be by a later process.
    """

    def __init__(self, root: str, recorder: Recorder, tell: Callable[..., None], attempt: Callable[..., None]) -> None:
        self.root, self.recorder, self.tell, self.attempt = root, recorder, tell, attempt
        self.staged: list[dict[str, Any]] = []
        self.writers: list[tuple[Any, dict[str, Any]]] = []
        self.folders: dict[str, str] = {}
        self.made_folders: list[str] = []
        self.committed: list[str] = []
        self.planned = False

    def stage(self, step: dict[str, Any]) -> str:
        """A file beside the one to write, to be renamed to it when everything else has succeeded."""
        target = self.prepare(step["path"])
        beside, name = os.path.dirname(target), f".{os.path.basename(target)[:20]}."
        if self.recorder.run:
            temporary = os.path.join(beside, f"{name}{self.recorder.run}.part")
            open(temporary, "wb").close()
        else:
            handle, temporary = tempfile.mkstemp(prefix=name, suffix=".part", dir=beside)
            os.close(handle)
        self.staged.append({"step": step["id"], "path": step["path"], "temporary": temporary, "target": target})
        return temporary

    def prepare(self, relative: str) -> str:
        """See that a file can be written, and make the folders that it needs, noting them; its full path."""
        target = os.path.realpath(os.path.join(self.root, relative))
        if os.path.exists(target) and not os.path.isfile(target):
            raise RunFailed("IL908", f"`{relative}` cannot be written: it is not an ordinary file")
        if os.path.exists(target) and not os.access(target, os.W_OK):
            raise RunFailed("IL908", f"`{relative}` cannot be written: permission denied") from PermissionError(target)
        missing = []
        folder = os.path.dirname(target)
        while folder and not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            reason = "a part of its path is a file, not a folder"
            raise RunFailed("IL908", f"`{relative}` cannot be written: {reason}") from error
        self.made_folders += missing
        return target

    def write(self, step: dict[str, Any], rows: Rows, arguments: dict[str, Any]) -> int:
        """Run a Python sink up to its `yield`: all is written, nothing is visible yet. The number of rows."""
        target = self.prepare(step["path"])
        counted = _Counted(rows)
        staged = ""
        try:
            if step["repeat"] == "replace":
                staged = os.path.join(self.folder(step, target, empty=True), os.path.basename(target))
                arguments = {**arguments, step["to"]: staged}
            if step["staging"]:
                arguments = {**arguments, "staging": Staging(self.folder(step, target), self.mark(step))}
            writer = step["call"](counted, **arguments)
            if staged:
                next(writer)
                for _ in writer:
                    pass
                self.staged.append({"step": step["id"], "path": step["path"], "temporary": staged, "target": target})
                self.sealed(step)
            else:
                self.writers.append((writer, step))
                next(writer)
        except StopIteration:
            raise RunFailed("IL907", f"`{step['id']}` ended without its `yield`", step["id"]) from None
        except (duckdb.Error, RunFailed):
            raise
        except (Exception, SystemExit) as error:
            reason = _said(error, step["call"]).replace(staged or target, step["path"])
            told = f"`{step['path']}` cannot be written: {reason}"
            raise RunFailed("IL908", told, step["id"], **_own_fault(error, step)) from error
        return counted.count

    def mark(self, step: dict[str, Any]) -> str:
        return f"{self.recorder.run}/{step['id']}" if self.recorder.run else ""

    def folder(self, step: dict[str, Any], target: str, empty: bool = False) -> str:
        """A folder of the step's own beside its target; in a durable run the same in every attempt."""
        beside, name = os.path.dirname(target), f".{os.path.basename(target)[:20]}."
        if not self.recorder.run:
            self.folders[step["id"]] = tempfile.mkdtemp(prefix=name, suffix=".partial", dir=beside)
            return self.folders[step["id"]]
        found = self.folders[step["id"]] = self._folder_of(step, target)
        if empty:
            shutil.rmtree(found, ignore_errors=True)
        os.makedirs(found, exist_ok=True)
        return found

    def _folder_of(self, step: dict[str, Any], target: str) -> str:
        name = f".{os.path.basename(target)[:20]}.{self.recorder.run}.{step['id']}.partial"
        return os.path.join(os.path.dirname(target), name)

    def sealed(self, step: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Force what the step staged to disk: its size, and what to tell of it."""
        found = self.staged[-1]
        with open(found["temporary"], "rb+") as handle:
            os.fsync(handle.fileno())
        found["bytes"] = os.path.getsize(found["temporary"])
        if self.recorder.digests:
            found["digest"] = _digest(found["temporary"])
        return found["bytes"], {"path": os.path.relpath(found["temporary"], self.root), "digest": found.get("digest")}

    def taken_up(self, step: dict[str, Any], done: Mapping[str, Any]) -> bool:
        """Whether what an earlier attempt wrote for a complete sink is still there, or in place already."""
        planned = self.recorder.planned(step["id"])
        self.planned = self.planned or planned is not None
        target = os.path.realpath(os.path.join(self.root, step["path"]))
        staged = done.get("staged")
        if step["kind"] == "writes":
            self.folders[step["id"]] = self._folder_of(step, target)
        if planned and planned["committed"]:
            if step.get("repeat") == "marked":
                self._forget(step, target)
        elif not staged or not staged["digest"]:
            return False
        else:
            temporary = os.path.join(self.root, staged["path"])
            if _digest(temporary) == staged["digest"]:
                self.staged.append({"step": step["id"], "path": step["path"], "temporary": temporary, "target": target,
                                    "bytes": _size(temporary), "digest": staged["digest"]})  # fmt: skip
                return True
            if not planned or _digest(target) != staged["digest"]:
                return False
        self.committed.append(step["path"])
        return True

    def _forget(self, step: dict[str, Any], target: str) -> None:
        arguments = {**step["arguments"], step["to"]: target}
        staging = Staging(self.folder(step, target), self.mark(step), done=True)
        with contextlib.suppress(Exception):
            for _ in step["call"](Rows([], []), **arguments, staging=staging):
                pass

    def commit(self) -> None:
        """Put everything in place: databases commit, then files take their names. A failure tells what is in place."""
        try:
            self._commit()
        except RunFailed as error:
            error.data["committed"] = self.committed
            raise

    def _commit(self) -> None:
        if self.recorder.run and not self.planned and (self.writers or self.staged):
            self.tell("commit_planned", sinks=self._intentions())
        self.planned = True
        for _, step in list(self.writers):
            self.tell("sink_committing", step=step["id"], path=step["path"], how=step["repeat"])
            self.attempt("commit", step["id"], self.finish, step)
            self.committed.append(step["path"])
            self.tell("sink_committed", step=step["id"], path=step["path"], how=step["repeat"])
        for each in self.staged:
            self.attempt("commit", each["step"], self.rename, each)
            self.committed.append(each["path"])
            self.tell("sink_committed", step=each["step"], path=each["path"], how="replace")
        for writer, _ in self.writers:
            with contextlib.suppress(Exception):
                next(writer, None)
        self.made_folders = []

    def finish(self, step: dict[str, Any]) -> None:
        """Let a Python sink go on from its `yield`."""
        try:
            next(next(writer for writer, each in self.writers if each is step), None)
        except (Exception, SystemExit) as error:
            reason = f"`{step['path']}` cannot be written: {_said(error, step['call'])}"
            raise RunFailed("IL908", reason, step["id"]) from error

    def rename(self, each: dict[str, Any]) -> None:
        """Let a staged file take its name."""
        temporary, target = each["temporary"], each["target"]
        try:
            mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else 0o666 & ~_umask()
            os.chmod(temporary, mode)
            os.replace(temporary, target)
            if self.recorder.run:
                _sync_folder(os.path.dirname(target))
        except OSError as error:
            reason = f"`{each['path']}` cannot be written: {error.strerror or error}"
            raise RunFailed("IL908", reason, each["step"]) from error

    def _intentions(self) -> list[dict[str, Any]]:
        written = [
            {"step": step["id"], "path": step["path"], "how": step["repeat"], "staged": None, "digest": None}
            for _, step in self.writers
        ]
        return written + [
            {"step": each["step"], "path": each["path"], "how": "replace", "digest": each.get("digest"),
             "staged": os.path.relpath(each["temporary"], self.root)}
            for each in self.staged
        ]  # fmt: skip

    def known(self, path: str) -> tuple[str | None, int | None]:
        """Digest and size of a file in place, read again only if they are not known."""
        for each in self.staged:
            if each["path"] == path and each.get("digest"):
                return each["digest"], each["bytes"]
        full = os.path.join(self.root, path)
        return _digest(full), _size(full)

    def close(self) -> None:
        """Leave nothing behind that was not committed, nor is going to be."""
        for writer, step in self.writers:
            with contextlib.suppress(Exception):
                if step["path"] in self.committed and not self.recorder.run:
                    next(writer, None)  # nobody will ask for its mark
                writer.close()
        waiting = [each for each in self.staged if each["path"] not in self.committed]
        waiting_steps = {each["step"] for each in waiting} | {
            step["id"] for _, step in self.writers if step["path"] not in self.committed
        }
        keep = self.planned and bool(self.recorder.run)
        for step, folder in self.folders.items():
            if not (keep and step in waiting_steps):
                shutil.rmtree(folder, ignore_errors=True)
        if keep:
            return
        for each in waiting:
            with contextlib.suppress(OSError):
                os.unlink(each["temporary"])
        for folder in self.made_folders:
            with contextlib.suppress(OSError):
                os.rmdir(folder)


class _Counted:
    """Rows, counted as they pass."""

    def __init__(self, rows: Rows) -> None:
        self.columns, self._rows, self.count = rows.columns, rows, 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self._rows:
            self.count += 1
            yield row


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: str) -> None:
    """Have the names in a folder on disk."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


SMALL = 32 * 1024 * 1024  # bytes of input up to which every step is run by itself, so that each can be counted


class Opened:
    """A run before its first step: a private in-memory database, the values of its inputs, and sources as expected."""

    def __init__(
        self,
        root: str,
        on_event: Callable[[dict[str, Any]], None] | None,
        stepwise: bool | None,
        recorder: Recorder | None,
    ) -> None:
        self.root = os.path.abspath(root)
        self.on_event = on_event
        self.recorder = recorder or Recorder()
        self.steps = {step["id"]: self._located(step) for step in STEPS}
        self.stored: set[str] = set()
        self.sinks = Sinks(self.root, self.recorder, self.event, self.attempt)
        self.spared: dict[str, Mapping[str, Any]] = {}
        self.loads: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.costs: dict[str, float] = {}
        # what a sink that must not be repeated needs to be finished, even if its sources are gone by then
        finish = [step for step in STEPS if step["kind"] == "writes" and step["repeat"] != "replace"]
        asked = [step for step in STEPS if step.get("asks")]  # people answer for the rows that they were shown
        self.wanted = {name for step in (*finish, *asked) for name in step["reads"]} if self.recorder.run else set()
        self.report: list[dict[str, Any]] = []
        self.previews: list[dict[str, Any]] = []
        self.spill = self.recorder.scratch or tempfile.mkdtemp(prefix="interlock-")
        self.stepwise = self._inputs_are_small() if stepwise is None else stepwise

    def _located(self, step: dict[str, Any]) -> dict[str, Any]:
        """The step reading its file by the file's full path, whatever folder the process runs in."""
        source = step.get("source")
        if not source or not source.get("literal"):
            return step
        full = _literal(glob.escape(os.path.join(self.root, source["path"])))
        checks = [{**check, "sql": check["sql"].replace(source["literal"], full)} for check in step["checks"]]
        return {**step, "sql": step["sql"].replace(source["literal"], full, 1), "checks": checks}

    def _inputs_are_small(self) -> bool:
        sizes = [
            _size(os.path.join(self.root, step["source"]["path"]))
            for step in STEPS
            if step.get("source") and step["source"]["path"]
        ]
        return all(size is not None for size in sizes) and sum(size or 0 for size in sizes) <= SMALL

    def connect(self, threads: int | None, memory: str | None) -> None:
        """Open the database: order kept, clocks in UTC, nothing installed, large results spilled to a private folder."""
        config: dict[str, Any] = {"autoinstall_known_extensions": "false", "temp_directory": self.spill}
        if threads is not None:
            config["threads"] = max(1, min(threads, 256))
        if memory:
            config["memory_limit"] = memory
        try:
            self.connection = duckdb.connect(":memory:", config=config)
        except duckdb.Error as error:
            raise RunFailed(
                "IL906", f"the run cannot start: {_plain(error)}", help="memory is given as 2GB or 500MB"
            ) from error
        self.connection.execute("SET preserve_insertion_order = true; SET enable_progress_bar = false")
        self.unwanted: list[str] = []
        if any("double" in kind or "float" in kind for step in STEPS for _, kind in step.get("columns", ())):
            self.unwanted.append("top_n_window_elimination")  # it carries rows in a form in which -0.0 becomes 0.0
        if any("split_part" in (step.get("sql") or "").lower() for step in STEPS):
            self.unwanted.append("statistics_propagation")  # it fails where it finds that the text is always null
        self.leave_out(self.unwanted)
        self.settings = ["SET TimeZone = 'UTC'"]
        self.connection.execute(self.settings[0])
        for statement in MACROS.values():
            self.connection.execute(statement)
        self.event("connected", connection=self.connection)

    def leave_out(self, optimisers: Iterable[str]) -> None:
        """Run what follows without these optimisers of the engine."""
        self.connection.execute(f"SET disabled_optimizers = '{','.join(optimisers)}'")

    def event(self, kind: str, **data: Any) -> None:
        if self.on_event is not None:
            self.on_event({"event": kind, **data})

    def attempt(self, doing: str, name: str, work: Callable[[dict[str, Any]], Any], given: dict[str, Any]) -> Any:
        """Do a part of a step: `check` its source, `run` it, or `commit` what it wrote."""
        return work(given)

    def set_inputs(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Give every run input its value, of its type; text is read as that type."""
        unknown = sorted(set(given) - set(INPUTS))
        if unknown:
            known = ", ".join(INPUTS) or "none"
            raise RunFailed("IL906", f"there is no run input `{unknown[0]}`", help=f"the inputs are: {known}")
        values: dict[str, Any] = {}
        for name, declared in INPUTS.items():
            if name not in given and "default" not in declared:
                raise RunFailed(
                    "IL906",
                    f"the run input `{name}` ({declared['type']}) has no value",
                    help=f"give it with --input {name}=VALUE",
                )
            value = given.get(name, declared.get("default"))
            if value is None:
                raise RunFailed(
                    "IL906", f"the run input `{name}` is null", help=f"give a value of type {declared['type']}"
                )
            if (
                re.search("int", declared["type"])
                and isinstance(value, str | float)
                and value != 0
                and not re.fullmatch(r"\s*[+-]?\d+\s*", str(value))
            ):
                raise RunFailed(
                    "IL906",
                    f"the run input `{name}` must be of type {declared['type']}, not {value!r}",
                    help="give a whole number",
                )
            try:
                self.settings.append(f"SET VARIABLE {_quoted(name)} = CAST({_literal(value)} AS {declared['type']})")
                self.connection.execute(self.settings[-1])
            except duckdb.Error as error:
                raise RunFailed(
                    "IL906",
                    f"the run input `{name}` must be of type {declared['type']}, not {value!r}",
                    help=_plain(error),
                ) from error
            values[name] = value
        self.event("inputs_set", inputs={name: _json(value) for name, value in values.items()}, stepwise=self.stepwise)
        return values

    def settle(self) -> None:
        """Decide what is left to do: of what an earlier attempt completed, only what a later step needs is taken up."""
        needed: set[str] = set()
        for step in reversed(list(self.steps.values())):
            name, done = step["id"], self.recorder.complete(step["id"])
            if done and (self.sinks.taken_up(step, done) if step["kind"] in ("copy", "writes") else name not in needed):
                self.spared[name] = done
                continue
            file = self.recorder.stored(name) if done else None
            if file:
                self.loads[name] = file
                continue
            needed.update(step["reads"], *(check["reads"] for check in step["checks"]))

    def check_sources(self) -> None:
        """Look at the header and a sample of every source again: it must still be what the plan was checked against."""
        for step in self.steps.values():
            if step["id"] in self.spared or step["id"] in self.loads:
                continue
            self.attempt("check", step["id"], self.check_source, step)

    def check_source(self, step: dict[str, Any]) -> None:
        self._compare_source(step)
        paths = [step["source"]["path"]] if step.get("source") else []
        if step["kind"] == "rows":
            paths += [step["arguments"][name] for name in step["paths"]]
        for path in dict.fromkeys(paths):
            if path:
                self.event("source_checked", step=step["id"], path=path, bytes=_size(self.path(path)))

    def _compare_source(self, step: dict[str, Any]) -> None:
        source = step.get("source")
        if not source or source.get("describe") is None:
            return
        arguments = {
            **source["arguments"],
            **{name: self.path(source["arguments"][name]) for name in source["paths"]},
        }
        name = source["path"] or step["id"]
        if source["path"] and os.path.exists(self.path(name)) and not os.path.isfile(self.path(name)):
            raise RunFailed("IL902", f"`{name}` is not an ordinary file", step["id"])
        try:
            columns, _ = source["describe"](self.connection, **arguments)
        except FileNotFoundError as error:
            raise RunFailed(
                "IL902", f"`{name}` does not exist", step["id"], "put the file there, or change the plan"
            ) from error
        except (ValueError, OSError, duckdb.Error) as error:
            reason = _plain(error).replace(self.root + os.sep, "")
            raise RunFailed("IL902", f"`{name}` cannot be read: {reason}", step["id"]) from error
        changes = _changes(source["columns"], columns)
        if changes and not (all(change[0] == "type" for change in changes) and self._still_reads(step)):
            lines = [_shown_change(change) for change in changes]
            raise RunFailed(
                "IL901", f"`{name}` has changed since the plan was checked: {'; '.join(lines)}", step["id"],
                "check the plan again against the file as it is now, and look at what the change does to it",
                changes=[list(change) for change in changes],
            )  # fmt: skip

    def _still_reads(self, step: dict[str, Any]) -> bool:
        """Whether a sample of the source still reads as the pinned types, although it looks like others."""
        if step["kind"] != "select":
            return False
        try:
            found = self.connection.execute(f"DESCRIBE {step['sql']}").fetchall()
            pinned = self.connection.execute(
                "DESCRIBE SELECT " + ", ".join(f"CAST(NULL AS {kind})" for _, kind in step["columns"])
            ).fetchall()
            if [row[1] for row in found] != [row[1] for row in pinned]:
                return False
            self.connection.execute(f"SELECT count(COLUMNS(*)) FROM (SELECT * FROM ({step['sql']}) LIMIT 20000)")
        except duckdb.Error:
            return False
        return True

    def path(self, relative: str) -> str:
        return os.path.join(self.root, relative)


class Run(Opened):
    """One run: the results made so far, and the sinks that are not yet in place."""

    aloud: Callable[[dict[str, Any]], None] | None = None  # what the command line lets hear of the events

    def statement(self, sql: str, reads: Iterable[str]) -> str:
        """`sql` with the results that are not stored as CTEs before it, each after what it reads."""
        needed: list[str] = []

        def visit(name: str) -> None:
            if name in self.stored or name in needed:
                return
            for before in self.steps[name]["reads"]:
                visit(before)
            needed.append(name)

        for name in reads:
            visit(name)
        if not needed:
            return sql
        parts = ",\n".join(f"{_quoted(name)} AS (\n{self.steps[name]['sql']}\n)" for name in needed)
        return f"WITH {parts}\nSELECT * FROM (\n{sql}\n)"

    def run_step(self, step: dict[str, Any]) -> None:
        """Run a step, or take up what an earlier attempt at this run made of it."""
        name = step["id"]
        if name in self.spared or name in self.loads:
            self.take_up(step, self.recorder.complete(name) or {})
            return
        self.event("step_started", step=name, type=step["type"])
        entry, preview, more = self.attempt("run", name, self.make, step)
        self.report.append(entry)
        if self.recorder.run:
            more |= {"digest": self.digests.get(name), "preview": preview}
            self.compare(name, more)
            more["checks"] = [check["title"] for check in step["checks"]]
        self.event("step_finished", **entry, **more)

    def make(self, step: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any]]:
        """Do what a step is there for: its entry in the report, the rows to show, and what else to tell of it."""
        started = time.perf_counter()
        name = step["id"]
        rows = size = None
        fused = False
        more: dict[str, Any] = {}
        try:
            if step["kind"] == "select":
                if step.get("asks"):
                    self.ask(step)
                fused = not (step["store"] or self.stepwise or name in self.wanted)
                if not fused:
                    rows = self.store(step)
            elif step["kind"] == "rows":
                rows = self.store_rows(step)
            elif step["kind"] == "copy":
                rows, size, more["staged"] = self.copy(step)
            else:
                rows = self.sinks.write(step, self.rows_of(step["reads"][0]), self.arguments(step))
                if step["repeat"] == "replace":
                    size, more["staged"] = self.sinks.sealed(step)
            preview = self.look(step)
            more |= self.keep(step, rows or 0, time.perf_counter() - started)
        except RuntimeError as error:
            if "interrupt" not in str(error).lower():
                raise
            raise RunFailed(
                "IL909", "the run was stopped", name, "run it again; nothing has to be cleaned up"
            ) from None
        except duckdb.Error as error:
            raise self.blame(step, error) from error
        seconds = time.perf_counter() - started
        entry = {
            "step": name,
            "type": step["type"],
            "rows": rows,
            "bytes": size,
            "seconds": round(seconds, 6),
            "fused": fused,
        }
        if step.get("path"):
            entry["path"] = step["path"]
        return entry, preview, more

    def ask(self, step: dict[str, Any]) -> None:
        """Give the statement of a step the answers to its form; without them, stop the run with the question."""
        given, about = self.recorder.answer(step["id"]), step["reads"][0]
        if given is None:
            rows = self.statement(f"SELECT * FROM {_quoted(about)}", [about])
            names, shown = _shown(self.connection, rows, int(step["asks"]["show"]))
            raise _question(step, names, shown, self._count(f"({rows})"))
        for name, value in _answers(self.connection, step, given):
            self.settings.append(f"SET VARIABLE {name} = {value}")
            self.connection.execute(self.settings[-1])

    def take_up(self, step: dict[str, Any], done: Mapping[str, Any]) -> None:
        """Load the result of a complete step, if a later one needs it; report it as it was."""
        name = step["id"]
        if name in self.loads:
            source = f"read_parquet({_literal(self.loads[name])})"
            columns = _from_parquet(step["columns"])
            self.connection.execute(f"CREATE TABLE {_quoted(name)} AS SELECT {columns} FROM {source}")
            self.stored.add(name)
            self.event("step_reused", step=name, checkpoint=done.get("checkpoint"))
        told = ("step", "type", "rows", "bytes", "seconds", "fused", *(["path"] if step.get("path") else []))
        self.report.append({key: done.get(key) for key in told} | {"reused": True})
        if done.get("preview"):
            self.previews.append(dict(done["preview"]))

    def keep(self, step: dict[str, Any], rows: int, seconds: float) -> dict[str, Any]:
        """Keep the result of a step in a file, if the run is durable and that pays."""
        name = step["id"]
        self.costs[name] = seconds + sum(self.costs.get(each, 0.0) for each in step["reads"])
        columns = _to_parquet(step["columns"]) if name in self.stored and self.recorder.run else None
        path = self.recorder.room(step, self.costs[name], rows, name in self.wanted) if columns else None
        if path is None:
            return {}
        file = f"{_literal(path)} (FORMAT parquet, USE_TMP_FILE false)"
        self.connection.execute(f"COPY (SELECT {columns} FROM {_quoted(name)}) TO {file}")
        self.costs[name] = 0.0
        return self.recorder.keep(name, path)

    def compare(self, name: str, made: Mapping[str, Any]) -> None:
        """What a step is said to have made in an earlier attempt at this run, it must make again."""
        before = self.recorder.complete(name) or {}
        for one, other in (
            (before.get("digest"), made.get("digest")),
            ((before.get("staged") or {}).get("digest"), (made.get("staged") or {}).get("digest")),
        ):
            if one and other and one != other:
                raise RunFailed(
                    "IL914", f"`{name}` gives other rows than before the run was interrupted", name,
                    "something that it reads has changed, or it does not always do the same; start a new run",
                )  # fmt: skip

    def store(self, step: dict[str, Any]) -> int:
        text = self.statement(step["sql"], step["reads"])
        made = self.connection.execute(f"CREATE TABLE {_quoted(step['id'])} AS {text}").fetchone()
        self.stored.add(step["id"])
        return self.counted(step, made[0] if made else 0)

    def counted(self, step: dict[str, Any], rows: int) -> int:
        """The number of rows of a result just stored; in a durable run its digest is noted."""
        if self.recorder.digests:
            self.digests[step["id"]] = _digest_of_rows(self.connection, _quoted(step["id"]), step["columns"], rows)
        return rows

    def _count(self, relation: str) -> int:
        row = self.connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
        return row[0] if row else 0

    def arguments(self, step: dict[str, Any]) -> dict[str, Any]:
        found = {**step["arguments"], **{name: self.path(step["arguments"][name]) for name in step["paths"]}}
        if isinstance(found.get("source"), dict):
            found["source"] = Described(**found["source"])
        return found

    def store_rows(self, step: dict[str, Any]) -> int:
        """Run a Python node and store the rows it gives, a batch at a time, as their declared types."""
        try:
            names = ", ".join(f"{_quoted(name)} {kind}" for name, kind in step["columns"])
            self.connection.execute(f"CREATE TABLE {_quoted(step['id'])} ({names})")
            lists = ", ".join(f"unnest(CAST(? AS {kind}[]))" for _, kind in step["columns"])
            statement = f"INSERT INTO {_quoted(step['id'])} SELECT {lists}"
            rows = 0
            for batch in self.called(step)():
                rows += len(batch)
                try:
                    self.connection.execute(statement, [list(column) for column in zip(*batch, strict=True)])
                except (duckdb.Error, ValueError) as error:  # a ValueError of rows that are not of one length
                    interrupted = isinstance(error, duckdb.InterruptException)
                    misfit = None if interrupted else _misfit(self.connection, step, batch)
                    if misfit is None:
                        raise
                    raise misfit from error
        except (duckdb.Error, RunFailed):
            raise
        except (Exception, SystemExit) as error:
            raise RunFailed(
                "IL907", f"`{step['id']}`: {_said(error, step['call'])}", step["id"], **_own_fault(error, step)
            ) from error
        self.stored.add(step["id"])
        return self.counted(step, rows)

    def called(self, step: dict[str, Any]) -> Callable[[], Iterable[list[Sequence[Any]]]]:
        """The call of a Python node, ready to be made: it gives the rows, a batch at a time."""
        ports = [self.rows_of(name) for name in step["reads"]]
        arguments = self.arguments(step)

        def call() -> Iterator[list[Sequence[Any]]]:
            given = step["call"](*ports, **arguments)
            if not isinstance(given, Rows):
                raise ValueError(f"its function gives {type(given).__name__}, not Rows(columns, rows)")
            yield from _batches(given)

        return call

    def rows_of(self, name: str) -> Rows:
        """A result as a stream of rows, in its order.

        The engine gives Python's last moment in place of an infinite one, and dear is what would tell them apart in every
        row: so a result with moments is stored, if it is not, and looked through before the first row is given.
        """
        columns = [(each, kind) for each, kind in self.steps[name]["columns"]]
        chosen = ", ".join(_for_python(each, kind) for each, kind in columns)
        # a cursor of its own: the rows are still being fetched when the next statement runs
        cursor = self.connection.cursor()
        for statement in self.settings:
            cursor.execute(statement)
        relation, reads, passing = _quoted(name), [name], False
        if _with_moments(columns) and name not in self.stored:
            text = self.statement(f"SELECT * FROM {relation}", reads)
            # a table of its own for each reader: calls that wait at the same time may read the same result
            relation, reads, passing = _quoted(f"{name} for Python {id(cursor)}"), [], True
            cursor.execute(f"CREATE OR REPLACE TABLE {relation} AS {text}")
        endless = _endless(cursor, relation, columns)
        places = [place for place, _ in endless]
        selected = ", ".join([chosen, *(text for _, text in endless)])
        result = cursor.execute(self.statement(f"SELECT {selected} FROM {relation}", reads))

        def rows() -> Iterator[Sequence[Any]]:
            while batch := result.fetchmany(2048):
                yield from (_infinite(row, places) for row in batch) if places else batch
            if passing:
                cursor.execute(f"DROP TABLE IF EXISTS {relation}")

        return Rows(columns, rows())

    def copy(self, step: dict[str, Any]) -> tuple[int, int, dict[str, Any]]:
        temporary = self.sinks.stage(step)
        text = self.statement(step["sql"], step["reads"])
        if step["options"].startswith("FORMAT parquet"):
            # how a Parquet file is encoded follows how the rows arrive; sorted and stored they always arrive alike
            names = ", ".join(_quoted(name) for name in step["names"])
            place, stored = _quoted("_row" + max(step["names"], key=len)), _quoted(f"{step['id']} to write")
            text = f"SELECT {names} FROM (SELECT *, row_number() OVER () AS {place} FROM ({text})) ORDER BY {place}"
            self.connection.execute(f"CREATE TABLE {stored} AS {text}")
            text = f"SELECT {names} FROM {stored}"
            # and no column is marked as never null: whether the engine finds that out follows what else it was told to do
            self.leave_out([*self.unwanted, "statistics_propagation"])
        elif step["options"].startswith("FORMAT csv"):
            text = self.unsigned(text)
        options = f"{step['options']}, USE_TMP_FILE false"
        try:
            row = self.connection.execute(f"COPY ({text}) TO {_literal(temporary)} ({options})").fetchone()
        finally:
            self.leave_out(self.unwanted)
        return (row[0] if row else 0, *self.sinks.sealed(step))

    def unsigned(self, text: str) -> str:
        """A statement whose NaNs have no sign: whether a computed one has depends on the processor, and would be seen."""
        kinds = {name: kind for name, kind, *_ in self.connection.execute(f"DESCRIBE {text}").fetchall()}
        if not {"DOUBLE", "FLOAT"} & {*kinds.values()}:
            return text
        shown = (
            f"CASE WHEN isnan({name}) THEN CAST('nan' AS {kind}) ELSE {name} END AS {name}"
            if kind in ("DOUBLE", "FLOAT")
            else name
            for name, kind in ((_quoted(name), kind) for name, kind in kinds.items())
        )
        return f"SELECT {', '.join(shown)} FROM ({text})"

    def look(self, step: dict[str, Any]) -> dict[str, Any] | None:
        """Check what must hold of a result, and keep the rows that are to be shown."""
        broken = []
        for check in step["checks"]:
            violations = self.statement(check["sql"], check["reads"])
            if self.connection.execute(f"SELECT 1 FROM ({violations}) LIMIT 1").fetchone() is None:
                self.event("check_passed", step=check["node"], title=check["title"])
                continue
            names, rows = _shown(self.connection, violations, 5)
            broken.append({
                "code": check["code"], "node": check["node"], "title": check["title"], "count": self._count(f"({violations})"),
                "columns": names, "rows": rows,
            })  # fmt: skip
        if broken:
            raise _broken(broken)
        if step["preview"]:
            text = self.statement(f"SELECT * FROM {_quoted(step['id'])}", [step["id"]])
            names, rows = _shown(self.connection, text, int(step["preview"]))
            total = self._count(_quoted(step["id"])) if step["id"] in self.stored else None
            self.previews.append({"step": step["id"], "columns": names, "rows": rows, "total": total})
            return self.previews[-1]
        return None

    def blame(self, step: dict[str, Any], error: duckdb.Error) -> RunFailed:
        """The failure, told of the step in which it arose: steps that ran as one statement are tried one by one."""
        if isinstance(error, duckdb.InterruptException):
            return RunFailed("IL909", "the run was stopped", step["id"])
        message, guilty = _plain(error), step["id"]
        if re.search(r"No space left|disk.*full|could not write|Could not write", message, re.IGNORECASE) or isinstance(
            error, duckdb.IOException
        ):
            return RunFailed(
                "IL908",
                f"`{step.get('path') or step['id']}`: {message}",
                step["id"],
                "make room, or change the permissions, and run again",
            )
        if isinstance(error, duckdb.OutOfMemoryException):
            return RunFailed("IL908", message, step["id"], "give the run more memory (--memory), or fewer columns")
        if step["kind"] in ("select", "copy", "writes"):
            needed: list[str] = []

            def visit(name: str) -> None:
                if name not in self.stored and name not in needed:
                    for before in self.steps[name]["reads"]:
                        visit(before)
                    needed.append(name)

            for name in step["reads"]:
                visit(name)
            for name in needed:
                try:
                    self.store(self.steps[name])
                except duckdb.Error as earlier:
                    message, guilty = _plain(earlier), name
                    break
        message = message.replace(self.root + os.sep, "")
        kind = type(error).__name__  # such as ConversionException; a BinderException is no fault of the data
        return RunFailed("IL907", f"`{guilty}`: {_reworded(message)}", guilty, _advice(message), engine=kind)

    def close(self) -> None:
        """Leave nothing behind that was not committed."""
        self.sinks.close()
        if hasattr(self, "connection"):
            self.connection.close()
        shutil.rmtree(self.spill, ignore_errors=True)


Runner = Run  # what a program is run by: one that can do more stands in for it where its steps need that


def run(
    root: str = ".",
    inputs: Mapping[str, Any] | None = None,
    on_event: Callable[[dict[str, Any]], None] | None = None,
    threads: int | None = None,
    memory: str | None = None,
    stepwise: bool | None = None,
    recorder: Recorder | None = None,
) -> dict[str, Any]:
    """Run the program below the folder `root` and report what it did; raises RunFailed, having written nothing.

    `stepwise` runs every step by itself, so that each can be counted and timed; steps are otherwise joined into few
    statements. By default it depends on how large the inputs are. The bytes written are the same. A `recorder` makes the
    run durable: what it keeps, a later call with the same recorder takes up.
    """
    started = time.perf_counter()
    this = Runner(root, on_event, stepwise, recorder)
    try:
        with _interrupts_heard(this):
            this.connect(threads, memory)
            values = this.set_inputs(inputs or {})
            this.settle()
            this.check_sources()
            for step in this.steps.values():
                this.run_step(step)
            this.sinks.commit()
    except KeyboardInterrupt:
        done: dict[str, Any] = {"committed": this.sinks.committed} if this.sinks.committed else {}
        raise RunFailed(
            "IL909", "the run was stopped", help="run it again; nothing has to be cleaned up", **done
        ) from None
    except OSError as error:
        raise RunFailed(
            "IL908", f"{error.filename or 'a file'}: {error.strerror or error}".replace(this.root + os.sep, "")
        ) from error
    finally:
        this.close()
    outputs = []
    for entry in this.report:
        if entry.get("path") in this.sinks.committed:
            digest, size = this.sinks.known(entry["path"])
            outputs.append({"path": entry["path"], "step": entry["step"], "rows": entry["rows"], "bytes": size, "digest": digest})  # fmt: skip
    return {
        "plan": PLAN, "inputs": {name: _json(value) for name, value in values.items()}, "stepwise": this.stepwise,
        "steps": this.report, "outputs": outputs, "previews": this.previews, "seconds": round(time.perf_counter() - started, 6),
    }  # fmt: skip


@contextlib.contextmanager
def _interrupts_heard(this: Run) -> Iterator[None]:
    """While a run lasts, let Ctrl-C stop a statement at once: the engine by itself hears it when the statement ends."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals go to the main thread
        return
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

    def listen() -> None:
        with reader:
            while number := reader.recv(1):
                if number[0] == signal.SIGINT and hasattr(this, "connection"):
                    with contextlib.suppress(duckdb.Error):  # the run has just ended, and its connection is closed
                        this.connection.interrupt()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        writer.close()
        listener.join(1)  # it would hold the connection beyond the end of the process


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line of the module. Exit code 0: done; 2: wrong usage; 3: the run failed; 4: it waits for a person."""
    parser = argparse.ArgumentParser(description=f"Run the program compiled from plan {PLAN[:19]}…")
    parser.add_argument("--root", default=".", help="the project folder; paths in the program are relative to it")
    parser.add_argument(
        "--input", action="append", default=[], metavar="NAME=VALUE", help="a run input; repeat for more"
    )
    parser.add_argument(
        "--answer", action="append", default=[], metavar="STEP.FIELD=VALUE", help="an answer to a form; repeat for more"
    )
    parser.add_argument("--threads", type=int, help="threads to use (default: all)")
    parser.add_argument("--memory", help="memory to use, such as 2GB; larger results are spilled to disk")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    given = parser.parse_args(arguments)
    if given.threads is not None and given.threads < 1:
        parser.error("--threads takes a number from 1 up")
    pairs = [each.partition("=") for each in given.input]
    if any(not sign for _, sign, _ in pairs):
        parser.error("--input takes NAME=VALUE")
    recorder = Recorder(_given_answers(parser, given.answer))
    inputs = {name: value for name, _, value in pairs}
    try:
        report = run(given.root, inputs, Runner.aloud, given.threads, given.memory, recorder=recorder)
    except RunFailed as failed:
        if given.json:
            print(
                json.dumps(
                    {"failed": {"code": failed.code, "message": failed.message, "step": failed.step, **failed.data}}
                )
            )
        else:
            print(
                f"error[{failed.code}]: {failed.message}" + (f"\n  help: {failed.help}" if failed.help else ""),
                file=sys.stderr,
            )
        return 4 if failed.code == "IL943" else 3
    if given.json:
        print(json.dumps(report))
        return 0
    for entry in report["steps"]:
        rows = "" if entry["rows"] is None else f"{entry['rows']:,} row{'' if entry['rows'] == 1 else 's'}"
        print(
            f"{entry['step']:24} {entry['type']:20} {rows:>16} {entry['seconds']:>9.3f} s  {entry.get('path', '')}".rstrip()
        )
    return 0


def _given_answers(parser: argparse.ArgumentParser, given: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Answers from the command line, by step and field."""
    asked = {step["id"]: step["asks"]["fields"] for step in STEPS if step.get("asks")}
    answers: dict[str, dict[str, Any]] = {}
    for each in given:
        place, sign, value = each.partition("=")
        step, dot, field = place.partition(".")
        if not sign or not dot:
            parser.error("--answer takes STEP.FIELD=VALUE")
        if step not in asked:
            parser.error(f"--answer: no step `{step}` asks anything; those that do: {', '.join(asked) or 'none'}")
        answers.setdefault(step, {})[field] = value
    return answers


if __name__ == "__main__":
    sys.exit(main())
