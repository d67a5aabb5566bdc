"""Which columns a file has room for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from interlock.ir.types import Schema
from interlock.registry.tables import NodeError


def room_for(most: int, where: str, *, without: str = "") -> Callable[..., list[tuple[str, str]]]:
    """A `columns` of a sink that takes at most so many columns, and none whose name holds a sign of `without`.

    `where` names what has no room for more, such as "an Excel sheet".
    """

    def columns(schema: Schema, **params: Any) -> list[tuple[str, str]]:
        if len(schema) > most:
            message = f"{len(schema):,} columns do not fit: {where} has room for {most:,}"
            raise NodeError((), message, help=("choose some of them with `select_columns`",))
        wrong = next((name for name in schema.names if set(name) & set(without)), None)
        if wrong is not None:
            message = f"{where} has no column {wrong!r}: {', '.join(map(repr, without))} may not stand in a name"
            raise NodeError((), message, help=("rename it with `rename_columns`",))
        return [(column.name, str(column.type)) for column in schema]

    return columns
