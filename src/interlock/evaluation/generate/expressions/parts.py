"""Parts of an expression as text: how tightly they bind, their type, and how far their values reach."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from interlock.ir.expressions.promotion import BITS, UNSIGNED
from interlock.ir.types import Type

OR, AND, NOT, IS, COMPARE, MATCH, JOIN, SUM, PRODUCT, POWER, SIGN, ATOM = range(12)
"""How tightly a part binds, from the loosest to the tightest: the language's own order of operators."""


@dataclass(frozen=True)
class Part:
    """A part of an expression. `literal` and `text` are its value where it is a bare literal, which takes on types."""

    written: str
    level: int
    type: Type
    nullable: bool = True
    reach: float = math.inf
    literal: int | None = None
    text: str | None = None

    @property
    def tame(self) -> bool:
        """Whether dates and times are far enough from the edges of the calendar to be moved about."""
        return self.reach <= 300_000

    def reaching(self, reach: float) -> Part:
        return replace(self, reach=reach)


def room(kind: Type) -> float:
    """The largest absolute value that a number of this type surely holds."""
    if kind.name in BITS:
        bits = BITS[kind.name]
        return float((1 << bits) - 1 if kind.name in UNSIGNED else (1 << (bits - 1)) - 1)
    if kind.name == "decimal":
        width, scale = kind.precision or (18, 3)
        return float(10 ** (width - scale)) - 1
    return math.inf
