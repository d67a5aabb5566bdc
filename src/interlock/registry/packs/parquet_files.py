"""Parquet files: read and write them. Their schema is in the file, so nothing is guessed."""

from __future__ import annotations

import glob
import os
import re
from typing import Any, Literal

import duckdb
from sqlglot import exp

from interlock.ir.types import Type
from interlock.registry import sql
from interlock.registry.kinds import ReadPath, WritePath
from interlock.registry.node import node
from interlock.registry.phrases import files as phrases
from interlock.registry.tables import Copy, Described, NodeError, Select, Table

PARQUET_TYPES = (
    "boolean tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint uhugeint float double varchar blob "
    "date time timestamp timestamp_s timestamp_ms timestamp_ns interval uuid"
).split()


def describe_parquet(connection: duckdb.DuckDBPyConnection, path: str) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """The columns of a Parquet file, from its metadata.

    Whether a column may be null is not taken from it: writers say "required" of any column that happens to be full,
    and the next file may not be.
    """
    if os.path.isdir(path):
        raise ValueError("this is a directory, not a file")
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    if os.path.getsize(path) == 0:
        raise ValueError("the file is empty")
    with open(path, "rb") as file:
        begins = file.read(4)
        file.seek(max(os.path.getsize(path) - 4, 0))
        ends = file.read(4)
    if begins != b"PAR1":
        raise ValueError("this is not a Parquet file: it does not begin with PAR1")
    if ends != b"PAR1":
        raise ValueError("the Parquet file is cut off: it does not end with PAR1")
    try:
        relation = connection.sql("SELECT * FROM read_parquet($path)", params={"path": glob.escape(path)})
        reserved = {
            word
            for (word,) in connection.execute(
                "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'"
            ).fetchall()
        }
    except duckdb.Error as error:
        raise ValueError(f"the Parquet file cannot be read: {str(error).splitlines()[0]}") from error
    columns = [
        (name, parquet_type(kind, name, reserved)) for name, kind in zip(relation.columns, relation.types, strict=True)
    ]
    if len({name.casefold() for name, _ in columns}) != len(columns):
        raise ValueError("two columns have the same name, apart from case")
    if any(not name for name, _ in columns):
        raise ValueError("a column has no name")
    return columns, {}


def parquet_type(kind: Any, name: str, reserved: set[str]) -> str:
    """A DuckDB type as text, in lower case; raises ValueError for one that plans do not know."""

    def quoted(label: str) -> str:
        plain = re.fullmatch(r"[a-z_][a-z0-9_]*", label) and label not in reserved
        return label if plain else '"' + label.replace('"', '""') + '"'

    if str(kind) == "JSON":
        return "json"
    if kind.id == "decimal":
        return str(kind).lower().replace(" ", "")
    if kind.id in ("list", "array"):
        return parquet_type(kind.children[0][1], name, reserved) + "[]"
    if kind.id == "struct":
        return (
            "struct("
            + ", ".join(f"{quoted(label)} {parquet_type(each, name, reserved)}" for label, each in kind.children)
            + ")"
        )
    if kind.id == "map":
        return "map(" + ", ".join(parquet_type(each, name, reserved) for _, each in kind.children) + ")"
    text = {"timestamp with time zone": "timestamptz"}.get(kind.id, kind.id)
    if text not in (*PARQUET_TYPES, "timestamptz"):
        raise ValueError(f"column `{name}` is of type {str(kind).lower()}, which plans do not know")
    return text


def _old_names(params: dict[str, Any]) -> dict[str, Any]:
    named = {"file_path": "path", "output_path": "path"}
    return {named.get(key, key): value for key, value in params.items()}


@node(
    version=1,
    says=phrases.READ_PARQUET,
    effects=["reads"],
    describe=describe_parquet,
    aliases={"ParquetReader": _old_names},
)
def read_parquet(*, path: ReadPath, source: Described) -> Select:
    """Read a Parquet file, with the columns and types that are stored in it.

    Example:
        roundtrip: {write: write_parquet, read: read_parquet, params: {path: data.parquet}}
        table: [{id: 1, tags: [a, b]}, {id: 2, tags: null}]
        gives: [{id: 1, tags: [a, b]}, {id: 2, tags: null}]
    """
    outputs = [sql.column(name) for name, _ in source.columns]
    return Select(sql.select(*outputs).from_(sql.read_file("read_parquet", path), copy=False))


@node(
    version=1,
    says=phrases.WRITE_PARQUET,
    effects=["writes"],
    aliases={"ParquetExporter": _old_names},
    endings=[".parquet"],
)
def write_parquet(
    table: Table, *, path: WritePath, compression: Literal["zstd", "snappy", "gzip", "none"] = "zstd"
) -> Copy:
    """Write the rows to a Parquet file, in their order, with their types.

    Parquet has no integers of 128 bits: they are written as `decimal(38,0)`, and a larger number stops the run.
    Choices (enums) come back as text. Intervals are refused, because Parquet would cut them to milliseconds.
    No column is marked as never null, even one that is full: the schema follows the plan, not the data.

    Example:
        roundtrip: {write: write_parquet, read: read_parquet, params: {path: data.parquet}}
        table: [{name: "a", amount: 0.1}, {name: "", amount: null}]
        gives: [{name: "a", amount: 0.1}, {name: "", amount: null}]
    """
    columns: list[exp.Expr] = []
    for each in table.schema:
        tree: exp.Expr = sql.column(each.name)
        if each.type.name in ("hugeint", "uhugeint"):
            tree = sql.cast(tree, Type("decimal", precision=(38, 0)))
        elif (lost := _lost(each.type)) is not None:
            raise NodeError(
                ("path",),
                f"column `{each.name}` holds {lost}, which Parquet cannot keep exactly",
                help=(f"Cast `{each.name}` to varchar, or select the other columns.",),
            )
        columns.append(sql.named(tree, each.name))
    if not columns:
        raise NodeError((), "there is no column to write")
    options = {
        "format": "parquet",
        "compression": "uncompressed" if compression == "none" else compression,
        "row_group_size": 122_880,
    }
    return Copy(table.select(*columns), path, options)


def _lost(kind: Type) -> str | None:
    """The part of a type that Parquet does not keep, or None."""
    if kind.name in ("hugeint", "uhugeint", "interval"):
        return kind.name
    members = [kind.element] if kind.element else [each for _, each in kind.fields]
    return next((lost for lost in map(_lost, members) if lost), None)
