"""Adapters that several packs share: parameters of older names and forms, brought into those of today."""

from __future__ import annotations

from typing import Any

from interlock.registry.node import Adapter


def renamed(**names: str) -> Adapter:
    """An adapter that gives parameters their present names and leaves all others; a name that is taken stays."""

    def adapt(params: dict[str, Any]) -> dict[str, Any]:
        return {key if names.get(key, key) in params else names.get(key, key): value for key, value in params.items()}

    return adapt


def listed(first: Adapter, *keys: str) -> Adapter:
    """The adapter `first`, after which a single text under these keys is a list of one, and None is left out."""

    def adapt(params: dict[str, Any]) -> dict[str, Any]:
        return {
            key: [value] if key in keys and isinstance(value, str) else value
            for key, value in first(params).items()
            if not (key in keys and value is None)
        }

    return adapt


def sqlite_reader(params: dict[str, Any]) -> dict[str, Any]:
    named = {"db_path": "path", "database": "path", "file_path": "path", "table_name": "table"}
    return {named.get(key, key): value for key, value in params.items()}


def sqlite_connector(params: dict[str, Any]) -> dict[str, Any]:
    return {"if_exists": "replace", **sqlite_reader(params)}


def sqlite_exporter(params: dict[str, Any]) -> dict[str, Any]:
    return {"path": "interlock.db", **sqlite_reader(params)}
