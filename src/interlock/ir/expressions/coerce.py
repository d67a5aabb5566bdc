"""Bringing types together: what may stand beside what, and the plain words for what may not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from interlock.ir.diagnostics import joined
from interlock.ir.expressions.literals import FORMS, reads_as
from interlock.ir.expressions.nodes import Node
from interlock.ir.expressions.problems import Problem
from interlock.ir.expressions.promotion import (
    DOUBLE,
    INTEGER,
    MOMENTS,
    UNSIGNED,
    VARCHAR,
    compares,
    holds,
    join,
    join_all,
)
from interlock.ir.expressions.typed import Typed, cast_tree
from interlock.ir.types import Type

_WRITTEN = {"date", "time", "timestamp", "timestamptz", "timestamp_s", "timestamp_ms", "timestamp_ns", "interval"}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class Coercion:
    """The part of the binder that makes operands agree."""

    if TYPE_CHECKING:
        text: str

        def report(self, problem: Problem) -> None: ...
        def written(self, node: Node) -> str: ...
        def mend(self, node: Node, new: str) -> str: ...

    def reads(self, part: Typed, kind: Type) -> bool:
        """Whether a text literal is a value of a type that is written as text."""
        name = "timestamp" if kind.name in ("timestamp_s", "timestamp_ms", "timestamp_ns") else kind.name
        return part.text is not None and kind.name in _WRITTEN and reads_as(name, part.text)

    def fits(self, part: Typed, kind: Type) -> Typed | None:
        """The part as a value of `kind`, cast where it must be; None when it is no such value."""
        if part.type == kind:
            return part
        if part.type.is_null:
            return replace(part, tree=cast_tree(exp.Null(), kind), type=kind)
        if self.reads(part, kind):
            return part.cast(kind)
        if kind.is_integer and part.type.is_integer:
            return self.fits_integer(part, kind)
        if kind == DOUBLE and part.type.is_numeric:
            return replace(part, type=DOUBLE, literal=None)
        if kind == VARCHAR and part.type.is_text:
            return part.cast(VARCHAR)
        if kind.name == "timestamp" and part.type.name in MOMENTS:
            return part.cast(kind)
        if kind.name == part.type.name == "list" and join(kind, part.type) == kind:
            return part.cast(kind)
        return None

    def fits_integer(self, part: Typed, kind: Type) -> Typed | None:
        if part.literal is not None:
            return replace(part, type=kind, literal=None) if holds(kind, part.literal) else None
        if join(part.type, kind) == kind and part.type.name not in UNSIGNED:
            return replace(part, type=kind)
        if part.type.name in ("hugeint", "uhugeint") and kind != INTEGER:
            return None
        return part.cast(kind)

    def settle_texts(self, parts: Sequence[Typed]) -> list[Typed] | None:
        """The parts, with text literals cast to the date, time or interval type that they stand beside."""
        kinds = [part.type for part in parts if part.text is None and part.type.name in _WRITTEN]
        if not kinds:
            return list(parts)
        found: list[Typed] = []
        wrong = False
        for part in parts:
            if part.text is None:
                found.append(part)
            elif self.reads(part, kinds[0]):
                found.append(part.cast(kinds[0]))
            elif kinds[0].name == "date" and reads_as("timestamp", part.text):
                found.append(part.cast(Type("timestamp")))
            else:
                wrong = True
                self.not_written(part, kinds[0])
        return None if wrong else found

    def not_written(self, part: Typed, kind: Type) -> None:
        form = FORMS.get(kind.name, FORMS["timestamp"])
        message = f"`{self.written(part.node)}` is not a {kind}: write it as `'{form}'`"
        self.report(Problem("wrong-type", message, part.node.start, part.node.end, f"not a {kind}"))

    def unify(self, parts: Sequence[Typed], node: Node, what: str) -> list[Typed] | None:
        """The parts with the one type they share; None, and a problem, when they share none."""
        settled = self.settle_texts(parts)
        if settled is None:
            return None
        kind = join_all(part.pair for part in settled)
        if kind is None:
            kinds = list(dict.fromkeys(str(part.type) for part in settled))
            message = f"{what} must have one type, and these are {joined(kinds)}"
            help = ("cast them to one type: `cast(… as varchar)`",)
            self.report(Problem("wrong-type", message, node.start, node.end, "mixed types", help=help))
            return None
        if kind.is_null:
            message = f"{what} are all null, so there is no type"
            help = ("give it one: `cast(null as double)`",)
            self.report(Problem("wrong-type", message, node.start, node.end, "always null", help=help))
            return None
        return [self.shared(part, kind) for part in settled]

    def shared(self, part: Typed, kind: Type) -> Typed:
        """The part as a value of the type that it shares with others."""
        if part.type == kind or part.type.is_null or kind.is_numeric:
            return replace(part, type=kind, literal=None)
        return part.cast(kind)

    def comparable(self, left: Typed, others: Iterable[Typed], node: Node, op: str = "=") -> list[Typed] | None:
        """The operands of a comparison, brought to types that compare; None, and a problem, when they do not."""
        parts = [left, *others]
        nulls = [part for part in parts if part.type.is_null]
        if nulls:
            return self.never_true(parts, nulls[0], node, op)
        settled = self.settle_texts(parts)
        if settled is None:
            return None
        wrong = False
        for other in settled[1:]:
            if not compares(settled[0].type, other.type):
                wrong = True
                self.incomparable(settled[0], other, node)
        if wrong:
            return None
        kind = join_all(part.pair for part in settled)
        if kind is None and not all(part.type.precision for part in settled):
            self.incomparable(settled[0], settled[-1], node)
            return None
        return [part if kind is None or part.type.is_numeric else part.cast(kind) for part in settled]

    def never_true(self, parts: list[Typed], null: Typed, node: Node, op: str) -> None:
        other = next((part for part in parts if part is not null), null)
        message = f"`{self.written(node)}` is always null: nothing compares with null"
        replacement = None
        if op in ("=", "<>") and len(parts) == 2:
            test = "is null" if op == "=" else "is not null"
            replacement = self.mend(node, f"{self.text[other.node.start : other.node.end]} {test}")
        help = ("write `is null` or `is not null`",)
        self.report(
            Problem("wrong-type", message, node.start, node.end, "always null", replacement=replacement, help=help)
        )

    def incomparable(self, left: Typed, right: Typed, node: Node) -> None:
        """Report that two types do not compare, with the mend if there is one."""
        a, b = self.written(left.node), self.written(right.node)
        message = f"`{a}` is {left.type} and `{b}` is {right.type}: they do not compare"
        help: tuple[str, ...] = ()
        replacement = None
        for one, other in ((left, right), (right, left)):
            literal = one.text.strip() if one.text is not None else None
            if literal is not None and other.type.is_numeric:
                if _NUMBER.fullmatch(literal):
                    replacement = self.mend(one.node, literal)
                    help = ("a number is written without quotes",)
                else:
                    help = (f"compare `{self.written(other.node)}` with a number",)
            elif literal is not None and other.type.name == "boolean":
                if literal.lower() in ("true", "false"):
                    replacement = self.mend(one.node, literal.lower())
                help = ("a boolean is compared with `true` or `false`, without quotes",)
            elif (
                one.type.name == "boolean"
                and other.literal in (0, 1)
                and node.start == min(one.node.start, other.node.start)
            ):
                replacement = self.mend(other.node, "true" if other.literal else "false")
                help = ("a boolean is compared with `true` or `false`",)
            elif one.type.is_text and one.text is None and other.type.is_numeric:
                help = (f"cast it: `cast({self.written(one.node)} as double)`",)
                if other.literal is not None:
                    help = (*help, f"or compare it with text: `'{self.written(other.node)}'`")
            elif one.type.is_text and one.text is None and not other.type.is_text:
                help = (f"cast it: `cast({self.written(one.node)} as {other.type})`",)
            elif one.type.name == "timestamptz" and other.type.name in MOMENTS:
                help = ("a time with a zone compares only with another: `timestamptz '2024-01-31 13:45:00+00'`",)
        start, end = right.node.start, right.node.end
        if left.text is not None and right.text is None:
            start, end = left.node.start, left.node.end
        self.report(
            Problem(
                "wrong-type",
                message,
                start,
                end,
                f"this is {left.type if start == left.node.start else right.type}",
                (),
                replacement,
                False,
                (),
                help,
            )
        )
