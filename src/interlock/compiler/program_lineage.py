"""The lineage of an emitted program, read off its own steps: that of a run stays what it was, whatever the plan is now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from interlock.compiler.derivation import Unfollowed, derive
from interlock.compiler.lineage import Dataset, Lineage, NodeLineage
from interlock.compiler.origins import Derivation, everything_of_everything, passed_on
from interlock.ir.types import Column, Schema, parse_column_type


def lineage_of_program(steps: Iterable[Mapping[str, Any]]) -> Lineage:
    """The lineage of a program's `STEPS`; sinks and sources are known by the files that they write and read."""
    nodes: dict[str, NodeLineage] = {}
    sources: dict[str, Dataset] = {}
    sinks: dict[str, Dataset] = {}
    schemas: dict[str, Schema] = {}
    for step in steps:
        name, reads = step["id"], {each: schemas[each] for each in step["reads"]}
        if step["kind"] in ("copy", "writes"):
            schemas[name] = Schema(tuple(schemas[step["reads"][0]]))
            sinks[name] = Dataset(name, step["path"], {each: each for each in schemas[name].names})
        else:
            schemas[name] = Schema(tuple(Column(each, *parse_column_type(kind)) for each, kind in step["columns"]))
        names = schemas[name].names
        if not reads:
            path = (step.get("source") or {}).get("path")
            sources[name] = Dataset(name, path, {each: each for each in names})
            nodes[name] = NodeLineage({each: {} for each in names}, {}, {})
            continue
        found, note = _derived(step, reads, names)
        nodes[name] = NodeLineage(dict(zip(names, found.columns, strict=True)), found.rows, {}, note)
    return Lineage(nodes, sources, sinks)


def _derived(step: Mapping[str, Any], reads: Mapping[str, Schema], names: list[str]) -> tuple[Derivation, str]:
    if step["kind"] == "writes":
        return passed_on(step["reads"][0], names), ""
    note = "Python code, which may use every column for every other"
    if step["kind"] != "rows":
        try:
            tree = sqlglot.parse_one(step["sql"], dialect="duckdb")
            if isinstance(tree, exp.Query):
                return derive(tree, reads, len(names)), ""
        except (SqlglotError, Unfollowed) as why:
            note = f"not followed: {why}"
    return everything_of_everything({name: schema.names for name, schema in reads.items()}, len(names)), note
