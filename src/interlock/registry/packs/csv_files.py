"""CSV files: read and write them.

What a file looks like is settled once, from its header and a sample, and then pinned: DuckDB's own detection is
off at run time. Its detection would make one text column of a ragged file, skip lines it does not understand, and
read `yes` as a boolean.
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
from typing import Annotated, Any, Literal

import duckdb
from pydantic import Field
from sqlglot import exp

from interlock.ir.types import parse_type
from interlock.registry import sql
from interlock.registry.kinds import ReadPath, Text, TypeName, WritePath
from interlock.registry.node import node
from interlock.registry.tables import Copy, Described, NodeError, Select, Table

CSV_SAMPLE_BYTES = 4 * 1024 * 1024
CSV_SAMPLE_ROWS = 20_000
CSV_PATTERNS = (
    ("boolean", r"(?i:true|false)"),
    ("bigint", r"-?(?:0|[1-9][0-9]{0,37})"),
    ("double", r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|-?(?:inf|Infinity|nan|NaN)"),
    ("date", r"[0-9]{4}-[01][0-9]-[0-3][0-9]"),
    ("time", r"[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"),
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
    for name in (each for each in types or {} if each.casefold() not in {other.casefold() for other in found}):
        raise ValueError(f"`types` names the column `{name}`, but the file has {', '.join(found)}")
    nulls = {"", *(null_values or ())}
    columns = []
    for place, name in enumerate(found):
        values = {row[place]: line for line, row in reversed(body) if row[place] not in nulls}
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
            escapechar=escape if escape and escape != quote else None,
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
            if not all(re.fullmatch(pattern, value) for value in values):
                continue
        try:
            for value in values:
                if form is not None:
                    dt.datetime.strptime(value, form)
                elif kind in ("date", "timestamp", "timestamptz"):
                    dt.datetime.fromisoformat(value)
        except ValueError:
            continue
        if kind == "double" and not csv_all_numbers(values):
            continue
        if kind == "bigint" and not all(-(2**63) <= int(value) < 2**63 for value in values):
            return "hugeint" if all(abs(int(value)) < 10**38 for value in values) else "varchar"
        return kind
    return "varchar"


def csv_all_numbers(values: dict[str, int]) -> bool:
    """Whether there is a number among the values, and none that is too large for a double."""
    numbers = [value.replace(",", ".") for value in values if value[-1] in "0123456789.,"]
    return bool(numbers) and not any(math.isinf(float(number)) for number in numbers)


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
                raise ValueError((f"line {place[1]}: " if place else "") + (told or message.splitlines())[0]) from error
    if found and whole and rows < CSV_SAMPLE_ROWS and found[0] != rows:
        raise ValueError(
            f"the file reads as {found[0]} rows in one way and as {rows} in another; its quoting or line ends are broken"
        )


def _old_names(params: dict[str, Any]) -> dict[str, Any]:
    named = {"file_path": "path", "filepath": "path", "output_path": "path", "sep": "delimiter"}
    return {named.get(key, key): value for key, value in params.items()}


Sign = Annotated[Text, Field(min_length=1, max_length=1)]
SignOrNone = Annotated[Text, Field(max_length=1)]
QUOTE, COMMA, NOTHING = Text('"'), Text(","), Text("")


@node(version=1, effects=["reads"], describe=describe_csv, aliases={"CSVIngestor": _old_names, "CSVParser": _old_names})
def read_csv(
    *,
    path: ReadPath,
    delimiter: Sign | None = None,
    header: bool = True,
    names: Annotated[list[Text], Field(min_length=1)] | None = None,
    quote: SignOrNone = QUOTE,
    escape: SignOrNone = QUOTE,
    skip: Annotated[int, Field(ge=0, le=10_000)] = 0,
    encoding: Literal["utf-8", "latin-1", "utf-16"] = "utf-8",
    decimal: Literal[".", ","] = ".",
    null_values: list[Text] | None = None,
    date_format: Text | None = None,
    timestamp_format: Text | None = None,
    types: dict[Text, TypeName] | None = None,
    source: Described,
) -> Select:
    """Read a CSV file, one column for each field of its header.

    The types are found from at most 20,000 rows and then pinned: whole numbers, numbers, true/false, and dates and
    times in ISO form; everything else is text, and so is anything that would lose something, such as `02134`.
    A later value that does not fit stops the run. An unquoted empty field is null; a quoted one (`""`) is empty text.

    - `delimiter`: found among `,` `;` tab and `|` if it is not given. `path` may end in `.gz`.
    - `header`: whether the first line names the columns; if not, `names` does, or they are `column_1`, `column_2`, …
    - `escape`: the sign before a quote sign inside a quoted field; by default it is doubled.
    - `skip`: lines to leave out before the header.
    - `decimal`: the decimal sign of numbers.
    - `null_values`: unquoted texts that mean null, besides the empty field.
    - `date_format`, `timestamp_format`: how dates that are not in ISO form are written, such as `%d/%m/%Y`.
    - `types`: the types of some columns, instead of those found.

    Example:
        files: {data.csv: "zip,day,amount\\n02134,2024-01-31,5\\n10001,,2.5\\n"}
        params: {path: data.csv}
        gives: [{zip: "02134", day: 2024-01-31, amount: 5.0}, {zip: "10001", day: null, amount: 2.5}]

    Example:
        files: {data.csv: "id;price;day\\n1;1,50;31/12/2024\\n2;n/a;01/02/2024\\n"}
        params: {path: data.csv, decimal: ",", null_values: [n/a], date_format: "%d/%m/%Y", types: {price: "decimal(9,2)"}}
        gives: [{id: 1, price: 1.50, day: 2024-12-31}, {id: 2, price: null, day: 2024-02-01}]
    """
    kinds = {name: parse_type(kind) for name, kind in source.columns}
    strict = {name for name, kind in kinds.items() if kind.is_integer or kind.name == "decimal"}
    columns = {name: "varchar" if name in strict else kind.sql for name, kind in kinds.items()}
    facts = {key: value for key, value in source.facts.items() if value is not None}
    outputs = []
    for name, kind in kinds.items():
        tree: Any = sql.column(name)
        if name in strict:
            if facts["decimal_separator"] == "," and kind.name == "decimal":
                tree = sql.call("replace", tree, ",", ".")
            tree = sql.exactly(tree, kind, name)
        outputs.append(sql.named(tree, name))
    file = sql.read_file("read_csv", path, auto_detect=False, columns=columns, **facts)
    return Select(sql.select(*outputs).from_(file, copy=False))


@node(version=1, effects=["writes"], aliases={"CSVExporter": _old_names})
def write_csv(
    table: Table,
    *,
    path: WritePath,
    delimiter: Sign = COMMA,
    header: bool = True,
    null_value: Text = NOTHING,
) -> Copy:
    """Write the rows to a CSV file in UTF-8, in their order, with a header line.

    Nulls are empty fields and empty texts are `""`, so that each comes back as what it was. Numbers are written with
    all the digits needed to read them back, dates and times in ISO form, lists, structs and maps as JSON, and bytes
    as text with `\\xAA` for the unprintable ones. A `path` that ends in `.gz` is compressed.

    - `null_value`: the text that stands for null; all other values are then quoted.

    Example:
        table: [{id: 1, name: "a,b", note: null}, {id: 2, name: "", note: "say \\"hi\\""}]
        params: {path: out.csv}
        writes: {out.csv: "id,name,note\\n1,\\"a,b\\",\\n2,\\"\\",\\"say \\"\\"hi\\"\\"\\"\\n"}
    """
    if not table.schema.columns:
        raise NodeError((), "there is no column to write")
    columns = [
        sql.named(
            sql.call("to_json", sql.column(each.name))
            if each.type.name in ("list", "struct", "map")
            else sql.column(each.name),
            each.name,
        )
        for each in table.schema
    ]
    options: dict[str, Any] = {
        "format": "csv",
        "header": header,
        "delimiter": str(delimiter),
        "quote": '"',
        "escape": '"',
        "nullstr": str(null_value),
        "compression": "gzip" if path.lower().endswith(".gz") else "none",
    }
    if null_value:
        options["force_quote"] = exp.Star()
    return Copy(table.select(*columns), path, options)
