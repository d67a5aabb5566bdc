"""What all forms have in common, and how values look as text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from interlock.evaluation.frames import Frame


class Unwritable(Exception):
    """A table that this form cannot hold so that the reader must give it back."""


@dataclass(frozen=True)
class Written:
    """The parameters of a source node, and the files that it reads, by path."""

    params: dict[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


class Form(Protocol):
    """A way to write a table: the node type that reads it, and the writing itself, which raises Unwritable."""

    @property
    def type(self) -> str: ...
    def write(self, frame: Frame) -> Written: ...


def plain_text(value: Any) -> str:
    """A value as text that every reader understands: ISO dates, `true`, digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            return value.replace(tzinfo=None).isoformat(sep=" ") + "+00:00"
        return value.isoformat(sep=" ")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
