"""The harness, first part: what the program's other parts are made of.

The parts of the harness end every emitted Python module. Everything below the line of dashes is carried into the
module verbatim, so it may use only the standard library and `duckdb`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import duckdb

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
