"""Which node types read or write a file, told by its ending: from their names and their documentation."""

from __future__ import annotations

import re

from interlock.registry.node import NodeType
from interlock.registry.registry import Registry

_NAMES_OF_ENDINGS = {
    "xlsx": "excel", "xls": "excel", "xlsb": "excel", "ods": "excel", "db": "sqlite", "sqlite3": "sqlite",
    "ndjson": "jsonl", "tsv": "csv", "txt": "csv",
}  # fmt: skip


def handles(node_type: NodeType, ending: str) -> bool:
    """Whether a node type is for files with this ending: `read_excel` says it reads `.xlsx`, `read_csv` by its name.

    >>> from interlock.registry.registry import load
    >>> handles(load().find("read_excel").type, "xlsx"), handles(load().find("read_csv").type, "xlsx")
    (True, False)
    """
    ending = ending.lower().removeprefix(".")
    name = _NAMES_OF_ENDINGS.get(ending, ending)
    return name in node_type.name.lower().split("_") or bool(re.search(rf"\.{re.escape(ending)}\b", node_type.doc))


def reader_of(registry: Registry, path: str) -> NodeType | None:
    """The source that reads a file with the ending of `path`, or None."""
    ending = path.rpartition(".")[2]
    return next((each for each in registry if each.is_source and each.effects and handles(each, ending)), None)


def inside_parameter(reader: NodeType) -> tuple[str, bool] | None:
    """The parameter that names a table or a sheet inside the file, and whether it must be given; None without one."""
    properties = reader.json_schema.get("properties", {})
    for name, schema in properties.items():
        if any(each.get("x-kind") == "Name" for each in (schema, *schema.get("anyOf", ()))):
            return name, name in reader.json_schema.get("required", ())
    return None


def path_parameter(reader: NodeType) -> str:
    """The parameter that takes the file."""
    properties = reader.json_schema.get("properties", {})
    return next(
        (name for name, schema in properties.items() if schema.get("x-kind") in ("ReadPath", "ReadDatabase")), "path"
    )
