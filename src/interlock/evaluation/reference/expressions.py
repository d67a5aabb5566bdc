"""Expressions, compiled to closures over a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.evaluation.frames import Row
from interlock.ir.types import Type


@dataclass(frozen=True)
class Compiled:
    """An expression with its type; `evaluate` gives its value for a row.

    It raises Stops where the documented meaning is that the run stops, Unsupported for what is not interpreted.
    """

    type: Type
    evaluate: Callable[[Row], Any]


def compile_expression(
    text: str,
    columns: Sequence[tuple[str, Type]],
    inputs: Mapping[str, tuple[Type, Any]] | None = None,
    *,
    expect: Type | None = None,
    tables: Mapping[str, Sequence[tuple[str, Type]]] | None = None,
) -> Compiled:
    """The expression over rows of these columns; raises Unsupported where the reference cannot read or type it.

    `expect` is the type that a text literal standing alone takes on. With `tables`, rows are the columns of all of
    them, one table after the other, and names may be written `table.column`.
    """
    raise NotImplementedError
