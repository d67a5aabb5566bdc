"""Which type comes of two: the static typing of expressions, as the documentation of the language and DuckDB give it."""

from __future__ import annotations

from collections.abc import Iterable

from interlock.ir.types import Type


def join(left: Type, right: Type) -> Type | None:
    """The type that holds values of both, as in `coalesce`; None when there is none."""
    raise NotImplementedError


def join_all(values: Iterable[tuple[Type, int | None]]) -> Type | None:
    """The type that several values share; each with its value if it is an integer literal, which adapts."""
    raise NotImplementedError


def arithmetic(op: str, left: Type, right: Type) -> Type:
    """The type of `left op right` for two numbers."""
    raise NotImplementedError
