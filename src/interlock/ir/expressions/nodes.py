"""What was written, as a tree: every node knows its span, and nothing has been judged yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from interlock.ir.types import Type


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression, from `start` to `end` in the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A literal: `kind` says how `value` was written (`date` is `date '2024-01-31'`)."""

    kind: Literal["null", "boolean", "number", "text", "date", "time", "timestamp", "timestamptz", "interval"]
    value: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A column name, `table.column` or a path into a struct. `quoted` tells of its first part."""

    parts: tuple[str, ...]
    quoted: bool


@dataclass(frozen=True, slots=True)
class Input(Node):
    """A run input, written `:name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`-x`, `+x` or `not x`."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic, a comparison or `||`; `at` is where the operator stands."""

    op: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Junction(Node):
    """`and` or `or` over two or more operands."""

    op: Literal["and", "or"]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Test(Node):
    """`x is [not] null | true | false`."""

    operand: Node
    what: Literal["null", "true", "false"]
    negated: bool


@dataclass(frozen=True, slots=True)
class Distinct(Node):
    """`x is [not] distinct from y`."""

    left: Node
    right: Node
    negated: bool


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`x [not] between low and high`."""

    operand: Node
    low: Node
    high: Node
    negated: bool


@dataclass(frozen=True, slots=True)
class In(Node):
    """`x [not] in (a, b)`."""

    operand: Node
    options: tuple[Node, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Like(Node):
    """`x [not] like | ilike pattern [escape character]`."""

    op: Literal["like", "ilike"]
    operand: Node
    pattern: Node
    escape: Node | None
    negated: bool


@dataclass(frozen=True, slots=True)
class Case(Node):
    """`case [operand] when … then … [else …] end`."""

    operand: Node | None
    whens: tuple[tuple[Node, Node], ...]
    otherwise: Node | None


@dataclass(frozen=True, slots=True)
class Cast(Node):
    """`cast(x as type)`, `x::type` or `try_cast(x as type)`."""

    operand: Node
    to: Type
    tentative: bool


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`name(arguments)`; `name_end` is where the name ends."""

    name: str
    arguments: tuple[Node, ...]
    name_end: int


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Item(Node):
    """`list[index]`."""

    operand: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`struct.field`, where the struct is not a plain name."""

    operand: Node
    name: str
