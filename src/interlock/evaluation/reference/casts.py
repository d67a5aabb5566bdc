"""Values as other types, and as text."""

from __future__ import annotations

from typing import Any

from interlock.ir.types import Type


def cast(value: Any, source: Type, to: Type, *, tentative: bool = False) -> Any:
    """The value as type `to`; null stays null; raises Stops where it is no such value, or gives null if `tentative`."""
    raise NotImplementedError


def to_text(value: Any, kind: Type) -> str:
    """A value that is not null, as text: `cast(value as varchar)`."""
    raise NotImplementedError
