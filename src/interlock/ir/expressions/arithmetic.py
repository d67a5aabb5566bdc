"""Arithmetic on numbers, dates and intervals, and `||` on text and lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from interlock.ir.expressions.nodes import Binary, Node, Unary
from interlock.ir.expressions.problems import Problem, mended
from interlock.ir.expressions.promotion import (
    BIGINT,
    BOOLEAN,
    DATE,
    INTEGER,
    INTERVAL,
    MOMENTS,
    TIME,
    TIMESTAMP,
    VARCHAR,
    arithmetic,
    settle,
)
from interlock.ir.expressions.typed import Typed, atom, call_tree, term, value
from interlock.ir.types import Type

_TREES: dict[str, type[exp.Binary]] = {
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
    "/": exp.Div,
    "//": exp.IntDiv,
    "%": exp.Mod,
    "||": exp.DPipe,
}
PRINTABLE = frozenset("boolean date time timestamp timestamp_s timestamp_ms timestamp_ns interval uuid".split())
"""Types besides text and numbers that join onto text the same way everywhere."""


class Arithmetic:
    """The part of the binder that knows arithmetic."""

    if TYPE_CHECKING:
        text: str

        def bind(self, node: Node) -> Typed | None: ...
        def report(self, problem: Problem) -> None: ...
        def written(self, node: Node) -> str: ...
        def mend(self, node: Node, new: str) -> str: ...
        def fits(self, part: Typed, kind: Type) -> Typed | None: ...
        def settle_texts(self, parts: Sequence[Typed]) -> list[Typed] | None: ...
        def unify(self, parts: Sequence[Typed], node: Node, what: str) -> list[Typed] | None: ...

    def sign(self, node: Unary, operand: Typed) -> Typed | None:
        if not (operand.type.is_numeric or (operand.type == INTERVAL and node.op == "-")):
            message = f"`{node.op}` needs a number, and `{self.written(node.operand)}` is {operand.type}"
            self.report(Problem("wrong-type", message, node.start, node.end, "not a number"))
            return None
        if node.op == "+":
            return value(node, operand.tree, operand.type, (operand,))
        return value(node, exp.Neg(this=atom(operand.tree)), operand.type, (operand,))

    def arithmetic(self, node: Binary) -> Typed | None:
        left, right = self.bind(node.left), self.bind(node.right)
        if left is None or right is None:
            return None
        if left.type.is_null or right.type.is_null:
            message = f"`{self.written(node)}` is always null: arithmetic with null is null"
            self.report(Problem("wrong-type", message, node.start, node.end, "always null"))
            return None
        if node.op == "||":
            return self.joining(node, left, right)
        if left.type.is_numeric and right.type.is_numeric:
            return self.numbers(node, left, right)
        return self.moments(node, left, right) or self.no_arithmetic(node, left, right)

    def numbers(self, node: Binary, left: Typed, right: Typed) -> Typed | None:
        kinds = settle(left.type, right.type, left.literal, right.literal)
        if node.op == "//" and not (left.type.is_integer and right.type.is_integer):
            a, b = self.text[node.left.start : node.left.end], self.text[node.right.start : node.right.end]
            message = f"`//` divides whole numbers, and `{self.written(node.right if left.type.is_integer else node.left)}` is not one"
            replacement = self.mend(node, f"floor(({a}) / ({b}))" if " " in a + b else f"floor({a} / {b})")
            self.report(
                Problem(
                    "wrong-type",
                    message,
                    node.start,
                    node.end,
                    "not whole numbers",
                    replacement=replacement,
                    help=("write `floor(a / b)`",),
                )
            )
            return None
        kind = arithmetic(node.op, *kinds)
        if kind is None:
            message = f"`{self.written(node)}` has more decimal places than a decimal can hold"
            help = ("cast one side: `cast(x as double)`",)
            self.report(Problem("wrong-type", message, node.start, node.end, "too many places", help=help))
            return None
        if node.op == "**":
            return value(node, call_tree("power", left.tree, right.tree), kind, (left, right))
        return value(node, _tree(node.op, left, right), kind, (left, right))

    def moments(self, node: Binary, left: Typed, right: Typed) -> Typed | None:
        """Arithmetic with dates, times and intervals; None where there is none."""
        a, b = left.type, right.type
        if node.op in ("+", "-") and a == DATE and b.is_integer:
            days = self.fits(right, INTEGER)
            return days and value(node, _tree(node.op, left, days), DATE, (left, days))
        if node.op == "+" and b == DATE and a.is_integer:
            days = self.fits(left, INTEGER)
            return days and value(node, _tree("+", right, days), DATE, (right, days))
        kind = _moment_type(node.op, a, b)
        if kind is None:
            return None
        if node.op in ("*", "/") and (right.type.is_numeric or left.type.is_numeric):
            number, span = (right, left) if right.type.is_numeric else (left, right)
            counted = self.fits(number, BIGINT) if number.type.is_integer else number
            if counted is None:
                return None
            return value(node, _tree(node.op, span, counted), kind, (span, counted))
        return value(node, _tree(node.op, left, right), kind, (left, right))

    def joining(self, node: Binary, left: Typed, right: Typed) -> Typed | None:
        if left.type.name == "list" and right.type.name == "list":
            parts = self.unify([left, right], node, "two lists that are joined")
            return value(node, _tree("||", *parts), parts[0].type, tuple(parts)) if parts else None
        if BOOLEAN in (left.type, right.type) and left.type == right.type:
            message = "`||` joins text; to combine conditions, write `or`"
            replacement = mended(self.text, node.at, node.at + 2, "or")
            self.report(Problem("wrong-type", message, node.at, node.at + 2, "joins text", replacement=replacement))
            return None
        for part in (left, right):
            printable = part.type.is_text or part.type.is_numeric or part.type.name in PRINTABLE
            if not printable or not (left.type.is_text or right.type.is_text):
                message = f"`||` joins text, and `{self.written(part.node)}` is {part.type}"
                help = (f"cast it: `cast({self.written(part.node)} as varchar)`",)
                self.report(Problem("wrong-type", message, part.node.start, part.node.end, "not text", help=help))
                return None
        parts = [part.cast(VARCHAR) for part in (left, right)]
        return value(node, _tree("||", *parts), VARCHAR, tuple(parts))

    def no_arithmetic(self, node: Binary, left: Typed, right: Typed) -> None:
        a, b = self.written(node.left), self.written(node.right)
        message = f"`{node.op}` does not work on {left.type} and {right.type}"
        help: tuple[str, ...] = ()
        replacement = None
        if node.op == "+" and left.type.is_text and right.type.is_text:
            message = "`+` does not join text: write `||`"
            replacement = mended(self.text, node.at, node.at + 1, "||")
        elif left.type.is_text or right.type.is_text:
            text, shown = (left, a) if left.type.is_text else (right, b)
            message = f"`{node.op}` needs numbers, and `{shown}` is {text.type}"
            help = (f"cast it: `cast({shown} as double)`",)
            if node.op == "+":
                help = (*help, "to join text, write `||`")
            self.report(
                Problem("wrong-type", message, text.node.start, text.node.end, f"this is {text.type}", help=help)
            )
            return
        elif "timestamptz" in (left.type.name, right.type.name):
            help = ("a time with a zone has no arithmetic here, since it depends on the time zone of the session",)
        elif BOOLEAN in (left.type, right.type):
            help = ("a boolean is no number: write `case when … then 1 else 0 end`",)
        elif left.type.is_temporal and right.type.is_numeric:
            help = (f"add an interval: `{a} {node.op} interval 3 day`",)
        self.report(Problem("wrong-type", message, node.start, node.end, replacement=replacement, help=help))


def _tree(op: str, left: Typed, right: Typed) -> exp.Expr:
    kind = _TREES[op]
    return kind(this=term(left.tree, kind), expression=term(right.tree, kind, right=True))


def _moment_type(op: str, a: Type, b: Type) -> Type | None:
    """The type of arithmetic with dates, times and intervals."""
    if op in ("*", "/"):
        if a == INTERVAL and (b.is_integer or b.name in ("double", "float", "decimal")):
            return INTERVAL
        return INTERVAL if op == "*" and b == INTERVAL and a.is_numeric else None
    if op not in ("+", "-"):
        return None
    if op == "+" and a == INTERVAL != b:
        a, b = b, a
    if b == INTERVAL:
        if a in (INTERVAL, TIME):
            return a
        return TIMESTAMP if a.name in MOMENTS else None
    if op == "+":
        return TIMESTAMP if {a.name, b.name} == {"date", "time"} else None
    if a.name in MOMENTS and b.name in MOMENTS:
        return BIGINT if a == b == DATE else INTERVAL
    return None
