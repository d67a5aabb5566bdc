"""JSON files: an array of objects, or one object per line.

The columns are found here, from the objects themselves, not by DuckDB: it would make dates of texts, and it reads
values of other types silently (1.5 in a column of whole numbers becomes 2).
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
from sqlglot import exp

from interlock.ir.types import Type, parse_type
from interlock.registry import sql
from interlock.registry.floats_inside import change_floats
from interlock.registry.kinds import ReadPath, Text, TypeName, WritePath
from interlock.registry.node import node
from interlock.registry.packs.json_exact import exact_values, no_other_keys
from interlock.registry.phrases import files as phrases
from interlock.registry.tables import Copy, Described, NodeError, Select, Table

JSON_SAMPLE_BYTES = 16 * 1024 * 1024
JSON_SAMPLE_OBJECTS = 20_000
JSON_LARGEST_OBJECT = 16 * 1024 * 1024
JSON_DEEPEST = 120
"""The engine reads no object of more levels than 128, and binds lists in lists in twice the time for each level."""


def describe_json(
    connection: duckdb.DuckDBPyConnection, path: str, *, types: dict[str, str] | None = None
) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """The columns of a JSON file, from at most 20,000 of its objects, and its form: an array, lines or objects."""
    text, whole = json_text(path)
    start = text.lstrip(" \t\r\n")
    if start.startswith("["):
        form = "array"
        if not whole and not path.lower().endswith(".gz") and json_last_sign(path) != b"]":
            raise ValueError("the array is never closed; the file is cut off")
    elif start.startswith("{"):
        try:
            json.loads(start.split("\n", 1)[0])
            form = "newline_delimited"
        except (ValueError, RecursionError):
            form = "unstructured"
    else:
        raise ValueError(f"the file begins with `{start[:20]}`; it must hold an array of objects, or objects")
    return json_columns(connection, text, whole, form, types or {})


def describe_jsonl(
    connection: duckdb.DuckDBPyConnection, path: str, *, types: dict[str, str] | None = None
) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """The columns of a JSON Lines file, from at most 20,000 of its lines."""
    text, whole = json_text(path)
    if text.lstrip().startswith("["):
        raise ValueError("the file begins with `[`: it is one JSON array; read it with read_json")
    return json_columns(connection, text, whole, "newline_delimited", types or {})


def json_text(path: str) -> tuple[str, bool]:
    """The beginning of the file as text, and whether that is all of it."""
    if os.path.isdir(path):
        raise ValueError("this is a directory, not a file")
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    try:
        with gzip.open(path) if path.lower().endswith(".gz") else open(path, "rb") as file:
            data = file.read(JSON_SAMPLE_BYTES + 1)
    except (OSError, EOFError) as error:
        raise ValueError(f"the file cannot be read: {error}") from error
    whole = len(data) <= JSON_SAMPLE_BYTES
    if data.startswith(b"\xef\xbb\xbf"):
        raise ValueError(
            "the file begins with a byte order mark, which JSON does not allow; save it as UTF-8 without one"
        )
    if not data.strip(b" \t\r\n"):
        raise ValueError("the file is empty")
    if not whole:
        data = data[: data.rfind(b"}") + 1]
    try:
        return data.decode(), whole
    except UnicodeDecodeError as error:
        raise ValueError(
            f"the file is not UTF-8: byte {error.start} (0x{data[error.start]:02x}) does not belong there"
        ) from error


def json_last_sign(path: str) -> bytes:
    """The last byte of a file that is no space, if it is among the last thousand."""
    with open(path, "rb") as file:
        file.seek(-1000, os.SEEK_END)
        return file.read().rstrip(b" \t\r\n")[-1:]


def json_objects(text: str, whole: bool, form: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The first objects, each with the line it begins on; raises ValueError where the text is not valid."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice = next(key for key, _ in pairs if sum(key == each for each, _ in pairs) > 1)
            raise ValueError(f"the key `{twice}` stands twice in one object")
        return found

    def refuse(word: str) -> Any:
        raise ValueError(f"{word} is not valid JSON")

    decoder = json.JSONDecoder(object_pairs_hook=unique, parse_constant=refuse)
    space, half = re.compile(r"[ \t\r\n]*"), re.compile(r"\\u[dD][89a-fA-F]")

    def after_space(at: int) -> int:
        match = space.match(text, at)
        return match.end() if match else at

    at, line, seen, counted = after_space(0), 1, 0, 0
    if form == "array":
        at = after_space(at + 1)
        if text[at : at + 1] == "]":
            return
    while at < len(text) and seen < JSON_SAMPLE_OBJECTS:
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            if not whole and error.pos > len(text) - JSON_LARGEST_OBJECT // 2 and seen:
                return
            raise ValueError(
                f"line {error.lineno}, column {error.colno}: this is not valid JSON: {error.msg}"
            ) from error
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"line {line}: {'the object is nested too deeply' if isinstance(error, RecursionError) else error}"
            ) from error
        if not isinstance(value, dict):
            raise ValueError(f"line {line}: expected an object such as {{…}}, but found `{text[at:end][:30]}`")
        if form == "newline_delimited" and "\n" in text[at:end]:
            raise ValueError(f"line {line}: the object goes on over several lines; here each line is one object")
        if half.search(text, at, end):
            try:
                json.dumps(value, ensure_ascii=False).encode()
            except UnicodeEncodeError as error:
                sign = f"\\u{ord(error.object[error.start]):04x}"
                raise ValueError(f"line {line}: `{sign}` is one half of a sign without the other: no text") from error
        if text.count("[", at, end) + text.count("{", at, end) > JSON_DEEPEST and json_levels(value) > JSON_DEEPEST:
            raise ValueError(f"line {line}: the object is nested too deeply; at most {JSON_DEEPEST} levels are read")
        yield line, value
        seen += 1
        at = after_space(end)
        if form == "newline_delimited" and at < len(text) and "\n" not in text[end:at]:
            raise ValueError(f"line {line}: two values stand on one line; each line is one object")
        if form != "array":
            continue
        sign = text[at : at + 1]
        if sign == "]":
            if whole and after_space(at + 1) < len(text):
                raise ValueError("there is more text after the end of the array")
            return
        if sign != "," and (whole or at < len(text)):
            line += text.count("\n", counted, at)
            raise ValueError(
                f"line {line}: expected `,` or `]` after an object"
                + (f", but found `{sign}`" if sign else "; the file is cut off")
            )
        at = after_space(at + 1)
    if form == "array" and whole and not text.rstrip(" \t\r\n").endswith("]"):
        line += text.count("\n", counted)
        raise ValueError(f"line {line}: the array is never closed; the file is cut off")


def json_levels(value: Any) -> int:
    """How many levels of lists and objects a value has."""
    levels, here = 0, [value]
    while here:
        here = [each.values() if isinstance(each, dict) else each for each in here if isinstance(each, list | dict)]
        here, levels = [inner for each in here for inner in each], levels + 1
    return levels


def json_columns(
    connection: duckdb.DuckDBPyConnection, text: str, whole: bool, form: str, types: dict[str, str]
) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """The columns in the order of their first appearance, and the facts."""
    found: dict[str, Any] = {}
    names: dict[str, str] = {}
    for line, row in json_objects(text, whole, form):
        for name, value in row.items():
            if names.setdefault(name.casefold(), name) != name:
                raise ValueError(f"line {line}: the keys `{names[name.casefold()]}` and `{name}` differ only in case")
            if not name:
                raise ValueError(f"line {line}: a key is empty")
            found[name] = json_join(found.get(name), json_shape(value))
    reserved = {
        word
        for (word,) in connection.execute(
            "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'"
        ).fetchall()
    }
    declared = {name.casefold(): (name, kind) for name, kind in types.items()}
    columns = []
    for name, shape in found.items():
        columns.append((name, declared.pop(name.casefold(), (name, json_type(shape, reserved)))[1]))
    columns += list(declared.values())
    if not columns:
        raise ValueError("the file holds no object with a key, so there is no column; name them with `types`")
    return columns, {"format": form}


def json_shape(value: Any, depth: int = 0) -> Any:
    """The shape of a value: a type's name, `[shape]` for a list, a mapping for an object, None for null."""
    if depth > 24:
        return "json"
    if value is None:
        return None
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "bigint" if -(2**63) <= value < 2**63 else "hugeint" if abs(value) < 10**38 else "varchar"
    if isinstance(value, float):
        return "double"
    if isinstance(value, list):
        shape: Any = None
        for each in value:
            shape = json_join(shape, json_shape(each, depth + 2))
        return [shape]
    if isinstance(value, dict):
        return json_object({name: json_shape(each, depth + 1) for name, each in value.items()})
    return "varchar"


def json_join(left: Any, right: Any) -> Any:
    """The shape that has room for both; `json` where there is none."""
    if left is None or left == right:
        return right
    if right is None:
        return left
    if isinstance(left, list) and isinstance(right, list):
        return [json_join(left[0], right[0])]
    if isinstance(left, dict) and isinstance(right, dict):
        joined = {name: json_join(left.get(name), right.get(name)) for name in {**left, **right}}
        return json_object(joined) if len(joined) <= 200 else "json"
    numbers = ("bigint", "hugeint", "double")
    if left in numbers and right in numbers:
        return numbers[max(numbers.index(left), numbers.index(right))]
    return "json"


def json_object(members: dict[str, Any]) -> Any:
    """The shape of an object; `json` where no struct has these members."""
    names = {name.casefold() for name in members}
    return members if "" not in names and 0 < len(names) == len(members) else "json"


def json_type(shape: Any, reserved: set[str]) -> str:
    """A shape as a type. What was always null is text."""
    if isinstance(shape, list):
        return json_type(shape[0], reserved) + "[]"
    if isinstance(shape, dict):
        members = []
        for name, each in shape.items():
            plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in reserved
            label = name if plain else '"' + name.replace('"', '""') + '"'
            members.append(f"{label} {json_type(each, reserved)}")
        return "struct(" + ", ".join(members) + ")"
    return shape or "varchar"


def _old_names(params: dict[str, Any]) -> dict[str, Any]:
    named = {"file_path": "path", "filepath": "path", "output_path": "path"}
    return {named.get(key, key): value for key, value in params.items()}


@node(
    version=1,
    says=phrases.READ_JSON,
    effects=["reads"],
    describe=describe_json,
    aliases={"JSONParser": _old_names, "JSONIngestor": _old_names},
)
def read_json(*, path: ReadPath, types: dict[Text, TypeName] | None = None, source: Described) -> Select:
    """Read a JSON file that holds an array of objects, or objects one after another: one row for each object.

    The columns are the keys of the first 20,000 objects (16 MiB at most), in the order in which they first appear;
    a missing key is null. A key that only appears later stops the run, at whatever depth, and so does `null` beside the
    objects, and a value in a boolean column, an object or a list that is not exactly of its type. A later text that reads as
    a number of its column's type is that number, and a later number in a column of texts is text. Texts stay text, dates
    too. Objects and lists keep their structure; values of several types become `json`, and so do objects in which two keys
    differ only in case or one is empty. Numbers with a fraction keep 15 digits; longer ones must be texts in the file,
    and `decimal` in `types`.

    - `types`: the types of some columns, instead of those found; it may also name columns that are not found.

    Example:
        files: {data.json: '[{"id": 1, "tags": ["a"]}, {"id": 2.5, "day": "2024-01-31"}]'}
        params: {path: data.json, types: {day: date}}
        gives: [{id: 1.0, tags: [a], day: null}, {id: 2.5, tags: null, day: 2024-01-31}]
    """
    return _read(path, source, [str(each) for each in types or ()])


@node(version=1, says=phrases.READ_JSONL, effects=["reads"], describe=describe_jsonl)
def read_jsonl(*, path: ReadPath, types: dict[Text, TypeName] | None = None, source: Described) -> Select:
    """Read a JSON Lines file: one object on each line, one row for each. Blank lines are left out.

    The columns are found as in `read_json`.

    - `types`: the types of some columns, instead of those found; it may also name columns that are not found.

    Example:
        files: {data.jsonl: "{\\"id\\": 1, \\"at\\": {\\"x\\": 1}}\\n{\\"id\\": 2}\\n"}
        params: {path: data.jsonl}
        gives: [{id: 1, at: {x: 1}}, {id: 2, at: null}]
    """
    return _read(path, source, [str(each) for each in types or ()])


def _read(path: str, source: Described, types: Sequence[str]) -> Select:
    kinds = {name: parse_type(kind) for name, kind in source.columns}
    texts = dict(source.columns)
    strict = {name for name, kind in kinds.items() if kind.is_integer or kind.name == "decimal"}
    numbers = strict | {name for name, kind in kinds.items() if kind.is_float}  # of which the engine makes 1 of `true`
    columns = {name: "varchar" if name in numbers else texts[name] for name in kinds}
    facts = {
        "format": source.facts["format"],
        "maximum_object_size": JSON_LARGEST_OBJECT,
        "compression": "gzip" if path.lower().endswith(".gz") else "none",
    }

    def value(name: str, kind: Type) -> exp.Expr:
        if name in strict:
            return sql.exactly(sql.column(name), kind, name, quick=len(kinds) <= 500)
        return sql.cast(sql.column(name), kind) if kind.is_float else sql.column(name)

    outputs = [sql.named(value(name, kind), name) for name, kind in kinds.items()]
    file = sql.read_file("read_json", path, auto_detect=False, columns=columns, **facts)
    declared = {name.casefold() for name in types}
    exact = exact_values(path, kinds, {name for name in kinds if name.casefold() in declared}, facts)
    return Select(sql.select(*outputs).from_(file, copy=False), (no_other_keys(path, list(kinds), facts), *exact))


@node(
    version=1,
    says=phrases.WRITE_JSON,
    effects=["writes"],
    aliases={"JSONExporter": _old_names},
    endings=[".json", ".json.gz"],
)
def write_json(table: Table, *, path: WritePath) -> Copy:
    """Write the rows to a JSON file: an array of objects, one on each line, in their order.

    Every object has every column; nulls are `null`. Numbers keep all their digits. NaN and infinite numbers, which
    JSON does not have, are `null`. Dates, times, intervals, uuids and bytes are texts.

    Example:
        table: [{id: 1, name: "a", tags: [x]}, {id: 2, name: null, tags: []}]
        params: {path: out.json}
        writes: {out.json: "[\\n\\t{\\"id\\":1,\\"name\\":\\"a\\",\\"tags\\":[\\"x\\"]},\\n\\t{\\"id\\":2,\\"name\\":null,\\"tags\\":[]}\\n]\\n"}
    """
    return _write(table, path, array=True)


@node(
    version=1,
    says=phrases.WRITE_JSONL,
    effects=["writes"],
    endings=[".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"],
)
def write_jsonl(table: Table, *, path: WritePath) -> Copy:
    """Write the rows to a JSON Lines file: one object on each line, in their order, with values as in `write_json`.

    Example:
        table: [{id: 1, amount: 0.1}, {id: 2, amount: null}]
        params: {path: out.jsonl}
        writes: {out.jsonl: "{\\"id\\":1,\\"amount\\":0.1}\\n{\\"id\\":2,\\"amount\\":null}\\n"}
    """
    return _write(table, path, array=False)


def _write(table: Table, path: str, *, array: bool) -> Copy:
    if not table.schema.columns:
        raise NodeError((), "there is no column to write")
    columns = []
    for each in table.schema:
        columns.append(sql.named(finite(sql.column(each.name), each.type), each.name))
    options = {"format": "json", "array": array, "compression": "gzip" if path.lower().endswith(".gz") else "none"}
    return Copy(table.select(*columns), path, options)


def finite(tree: exp.Expr, kind: Type) -> exp.Expr:
    """The value with every NaN and infinite number in it replaced by null; the keys of maps, which are text, stay."""

    def known(part: exp.Expr) -> exp.Expr:
        return exp.Case(ifs=[exp.If(this=sql.call("isfinite", part), true=part.copy())])

    return change_floats(tree, kind, known, keys=False)
