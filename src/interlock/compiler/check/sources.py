"""Sources, looked at: is the file there, may it be read, what are its columns. Never more than a header and a sample."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

import duckdb

from interlock.compiler.binder import plain_error
from interlock.compiler.check.context import Context
from interlock.compiler.check.paths import is_database
from interlock.compiler.check.rules import node_fails, source_missing, source_unreadable
from interlock.ir.plan import Node
from interlock.ir.program import PythonCall, Source
from interlock.ir.types import Column, Schema, TypeTextError, parse_column_type
from interlock.registry.node import NodeType

_LOCK = threading.Lock()
_READER: duckdb.DuckDBPyConnection | None = None


def _reader() -> duckdb.DuckDBPyConnection:
    """The process's connection for looking at sources; it makes nothing and changes nothing."""
    global _READER
    if _READER is None:
        _READER = duckdb.connect(":memory:", config={"threads": 1, "autoinstall_known_extensions": "false"})
    return _READER


def describe(
    context: Context, node: Node, node_type: NodeType, arguments: Mapping[str, Any], paths: Mapping[str, str]
) -> Source | None:
    """What the source looks like now, or None with a diagnostic. Paths that the policy refuses are not looked at."""
    name, path = next(iter(paths.items()), (None, None))
    at = node.at.child("params", name) if name else node.at
    for key, each in paths.items():
        if context.policy.refusal(each, "reads"):
            return None
        if is_database(node_type, key) and context.policy.database_refusal(each):
            return None
    absolute = {key: os.path.join(context.policy.root, value) for key, value in paths.items()}
    for key, value in absolute.items():
        if not any(sign in paths[key] for sign in "*?[") and not os.path.lexists(value):
            context.diagnostics.append(
                source_missing.found(node.at.child("params", key), paths[key], context.policy.root)
            )
            return None
        if os.path.isdir(value):
            context.diagnostics.append(
                source_unreadable.found(node.at.child("params", key), paths[key], "it is a folder")
            )
            return None
        if os.path.exists(value) and not os.path.isfile(value):
            reason = "it is not an ordinary file (a pipe, a device or a socket)"
            context.diagnostics.append(source_unreadable.found(node.at.child("params", key), paths[key], reason))
            return None
    if node_type.describe is None:
        return Source(path, (), {}, None)
    try:
        with _LOCK:
            columns, facts = node_type.describe(_reader(), **{**arguments, **absolute})
        schema = Schema(tuple(Column(each, *parse_column_type(text)) for each, text in columns))
    except (ValueError, duckdb.Error, OSError, UnicodeError) as error:
        reason = _reason(error, absolute, paths)
        if isinstance(error, TypeTextError):
            context.diagnostics.append(node_fails.found(at, node_type, error))
        else:
            context.diagnostics.append(source_unreadable.found(at, path or node.id, reason))
        return None
    except (Exception, SystemExit) as error:
        context.diagnostics.append(node_fails.found(at, node_type, error))
        return None
    pinned = tuple((column.name, str(column.type) + ("" if column.nullable else " not null")) for column in schema)
    return Source(path, pinned, dict(facts), PythonCall(node_type.describe, dict(arguments), tuple(paths)))


def _reason(error: Exception, absolute: Mapping[str, str], paths: Mapping[str, str]) -> str:
    """The error in one line, with paths as the plan writes them."""
    if isinstance(error, PermissionError):
        return "permission denied"
    text = plain_error(error) if isinstance(error, duckdb.Error) else " ".join(str(error).split())
    for key, value in absolute.items():
        text = text.replace(value, paths[key])
    return text
