"""Literals: what a number or a quoted text is, and which texts are dates, times and intervals."""

from __future__ import annotations

import math
import re
from datetime import date, time

from sqlglot import exp

from interlock.ir.expressions.nodes import Constant
from interlock.ir.expressions.problems import Problem
from interlock.ir.expressions.promotion import BOOLEAN, DOUBLE, NULL, VARCHAR, literal_type
from interlock.ir.expressions.typed import Typed, cast_tree
from interlock.ir.types import Type

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?", re.ASCII)
_STAMP = re.compile(r"([^ T]+)[ T]([^ +Z-]+)(Z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII)
_SPAN = re.compile(
    r"-?\d+(?:\.\d+)? ?(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|milliseconds?|microseconds?|quarters?)"
    r"|-?\d{1,4}:\d{2}:\d{2}(?:\.\d{1,6})?",
    re.ASCII | re.IGNORECASE,
)
FORMS = {
    "date": "2024-01-31",
    "time": "13:45:00",
    "timestamp": "2024-01-31 13:45:00",
    "timestamptz": "2024-01-31 13:45:00+00",
    "interval": "3 days",
}
"""How each kind of literal is written."""


def reads_as(kind: str, text: str) -> bool:
    """Whether a text is a value of a kind, in the one form that every reader agrees on.

    >>> reads_as("date", "2024-01-31"), reads_as("date", "31/01/2024"), reads_as("date", "2024-02-30")
    (True, False, False)
    """
    if kind in ("date", "timestamp") and text in ("infinity", "-infinity"):
        return True
    if kind == "date":
        return _is_date(text)
    if kind == "time":
        return _is_time(text)
    if kind == "interval":
        return 0 < len(text) <= 200 and not re.sub(r" +", "", _SPAN.sub("", text))
    if kind == "timestamp" and _is_date(text):
        return True
    stamp = _STAMP.fullmatch(text)
    if stamp is None or not _is_date(stamp[1]) or not _is_time(stamp[2]):
        return False
    return bool(stamp[3]) == (kind == "timestamptz")


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    try:
        year, month, day = (int(part) for part in found.groups())
        date(year, month, day)
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    try:
        hour, minute, second = (int(part or 0) for part in found.groups()[:3])
        time(hour, minute, second)
    except ValueError:
        return False
    return True


def constant(node: Constant) -> Typed | Problem:
    """A literal with its type; a Problem when it is none."""
    if node.kind == "null":
        return Typed(node, exp.Null(), NULL, True)
    if node.kind == "boolean":
        return Typed(node, exp.Boolean(this=node.value == "true"), BOOLEAN, False)
    if node.kind == "text":
        return Typed(node, exp.Literal.string(node.value), VARCHAR, False, text=node.value)
    if node.kind == "number":
        return _number(node)
    if not reads_as(node.kind, node.value):
        message = f"`'{node.value[:60]}'` is not a {node.kind}: write it as `'{FORMS[node.kind]}'`"
        return Problem("wrong-type", message, node.start, node.end, f"not a {node.kind}")
    kind = Type(node.kind)
    return Typed(node, cast_tree(exp.Literal.string(node.value), kind), kind, False)


def _number(node: Constant) -> Typed | Problem:
    digits = node.value.removeprefix("-")
    whole, _, fraction = digits.partition(".")
    negative = node.value.startswith("-")
    if "e" in digits:
        if math.isinf(float(digits)):
            return Problem("wrong-type", f"`{node.value[:60]}` is too large for a number", node.start, node.end)
        return Typed(node, _signed(digits, negative), DOUBLE, False)
    if "." not in digits:
        number = int(node.value) if len(digits) < 50 else None
        kind = None if number is None else literal_type(number)
        if kind is None:
            message = f"`{node.value[:60]}` is too large for an integer: write it as a float, such as `1e40`"
            return Problem("wrong-type", message, node.start, node.end)
        return Typed(node, _signed(str(abs(number or 0)), negative), kind, False, literal=number)
    whole = whole.lstrip("0") or "0"
    kind = Type("decimal", (min(len(whole) + len(fraction), 38), len(fraction)))
    if len(whole) + len(fraction) > 38:
        message = f"`{node.value[:60]}` has more than 38 digits: write it as a float, such as `1.5e40`"
        return Problem("wrong-type", message, node.start, node.end)
    written = _signed(f"{whole}.{fraction}" if fraction else whole, negative)
    return Typed(node, written if fraction else cast_tree(written, kind), kind, False)


def _signed(digits: str, negative: bool) -> exp.Expr:
    literal = exp.Literal.number(digits)
    return exp.Paren(this=exp.Neg(this=literal)) if negative else literal
