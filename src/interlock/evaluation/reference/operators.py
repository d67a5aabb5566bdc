"""Operators: comparisons, conditions, joining and items."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from interlock.evaluation.frames import Stops, Unsupported
from interlock.evaluation.reference.arithmetic import arithmetic, negate, plus
from interlock.evaluation.reference.functions.text import folded, part
from interlock.evaluation.reference.kinds import BIGINT, BOOLEAN, VARCHAR, list_of
from interlock.evaluation.reference.terms import (
    PRINTED,
    MayStop,
    Term,
    Untyped,
    comparable,
    condition,
    fits,
    strict,
    to,
    unified,
)
from interlock.evaluation.reference.values import compare, same
from interlock.ir.types import Type

SIGNS: dict[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def beside(terms: Sequence[Term]) -> list[Term]:
    """The sides of a comparison. Beside a whole number that is written out it is open whether one that is moved by another
    stops at the range of its type: `x + 1 > 5` may be compared as `x > 4`."""
    found = list(comparable(terms))
    if all(term.literal is None for term in terms):
        return found
    return [_open(each) if term.moved else each for term, each in zip(terms, found, strict=True)]


def _open(term: Term) -> Term:
    def run(row: Any) -> Any:
        try:
            return term.run(row)
        except Stops as stopped:
            raise MayStop(stopped.reason) from stopped

    return Term(term.type, run)


def operate(name: str, terms: Sequence[Term]) -> Term:
    """An operator over its operands."""
    if name in SIGNS:
        holds = SIGNS[name]
        return strict(BOOLEAN, lambda one, other: holds(compare(one, other)), *beside(terms))
    if name in ("+", "-", "*", "/", "//", "%", "**"):
        moved = name in ("+", "-", "*") and any(term.literal is not None for term in terms)
        return replace(arithmetic(name, *terms), moved=moved)
    if name not in OPERATORS:
        raise Unsupported(f"the operator {name}")
    return OPERATORS[name](*terms)


# conditions


def _not(term: Term) -> Term:
    return strict(BOOLEAN, lambda value: not value, condition(term))


def junction(terms: Sequence[Term], decides: bool) -> Term:
    """`and` (decided by false) or `or` (decided by true).

    Whether an operand beside one that does not pass is computed is open, so what stops there may stop.
    """
    runs = [condition(term).run for term in terms]

    def run(row: Any) -> bool | None:
        found: list[bool | None] = []
        stopped: Stops | None = None
        for each in runs:
            try:
                found.append(each(row))
            except Stops as stop:
                stopped = stop
        if stopped:
            open_ = isinstance(stopped, MayStop) or any(value is not (not decides) for value in found)
            raise MayStop(stopped.reason) if open_ else stopped
        if decides in found:
            return decides
        return None if None in found else not decides

    return Term(BOOLEAN, run)


def _is_null(term: Term) -> Term:
    return Term(BOOLEAN, lambda row: term.run(row) is None)


def _is(wanted: bool) -> Callable[[Term], Term]:
    def build(term: Term) -> Term:
        run = condition(term).run
        return Term(BOOLEAN, lambda row: run(row) is wanted)

    return build


def _distinct(left: Term, right: Term) -> Term:
    one, other = beside((left, right))
    return Term(BOOLEAN, lambda row: not same(one.run(row), other.run(row)))


def _between(operand: Term, low: Term, high: Term) -> Term:
    x, least, most = beside((operand, low, high))
    above = strict(BOOLEAN, lambda one, other: compare(one, other) >= 0, x, least)
    below = strict(BOOLEAN, lambda one, other: compare(one, other) <= 0, x, most)
    run = junction((above, below), False).run

    def between(row: Any) -> bool | None:
        try:
            return run(row)
        except Stops as stopped:
            if _never(least, most, row):
                raise MayStop(stopped.reason) from stopped
            raise

    return Term(BOOLEAN, between)


def _never(least: Term, most: Term, row: Any) -> bool:
    """Whether the bounds let nothing in, so that the value need not be looked at."""
    try:
        one, other = least.run(row), most.run(row)
    except Stops:
        return False
    return None not in (one, other) and compare(one, other) > 0


def _in(operand: Term, *options: Term) -> Term:
    x, *choices = comparable((operand, *options))
    return junction([strict(BOOLEAN, lambda one, other: compare(one, other) == 0, x, each) for each in choices], True)


def _like(ignore_case: bool) -> Callable[..., Term]:
    def build(*terms: Term) -> Term:
        if not all(term.type.is_text for term in terms):
            raise Untyped("`like` of what is no text")

        def fit(text: str, pattern: str, escape: str = "") -> bool:
            if ignore_case:
                text, pattern = folded(text), folded(pattern)
            return _pattern(pattern, escape).fullmatch(text) is not None

        return strict(BOOLEAN, fit, *(to(term, VARCHAR) for term in terms))

    return build


@lru_cache(2048)
def _pattern(pattern: str, escape: str) -> re.Pattern[str]:
    parts: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if escape and character == escape:
            following = next(characters, None)
            if following is None:
                raise Stops("a pattern ends in its escape")
            parts.append(re.escape(following))
        else:
            parts.append({"%": ".*", "_": "."}.get(character) or re.escape(character))
    return re.compile("".join(parts), re.DOTALL)


# text and lists


def _joined(left: Term, right: Term) -> Term:
    if left.type.element and right.type.element:
        one, other = unified((left, right), "two lists")
        return strict(one.type, lambda a, b: [*a, *b], one, other)
    if not (left.type.is_text or right.type.is_text) or not all(_printable(term.type) for term in (left, right)):
        raise Untyped(f"{left.type} || {right.type}")
    return strict(VARCHAR, lambda one, other: one + other, to(left, VARCHAR), to(right, VARCHAR))


def _printable(kind: Type) -> bool:
    return kind.is_text or kind.is_numeric or kind.name in PRINTED


def _item(operand: Term, index: Term) -> Term:
    kind = operand.type
    place = fits(index, BIGINT)
    if place is None:
        raise Untyped(f"an item at {index.type}")
    if kind.element:
        return strict(kind.element, item, operand, place)
    if kind != VARCHAR:
        raise Untyped(f"an item of {kind}")
    return strict(VARCHAR, lambda text, at: part(text, at, 1), operand, place)


def item(items: list[Any], place: int) -> Any:
    """One item of a list, counted from 1, or from the end when negative; null out of range."""
    at = place - 1 if place > 0 else len(items) + place
    return items[at] if place and 0 <= at < len(items) else None


def _list(*terms: Term) -> Term:
    if not terms:
        raise Untyped("an empty list")
    parts = unified(terms, "the items of a list")
    runs = [part.run for part in parts]
    return Term(list_of(parts[0].type), lambda row: [run(row) for run in runs])


OPERATORS: dict[str, Callable[..., Term]] = {
    "negate": negate,
    "plus": plus,
    "not": _not,
    "and": lambda *terms: junction(terms, False),
    "or": lambda *terms: junction(terms, True),
    "is null": _is_null,
    "is true": _is(True),
    "is false": _is(False),
    "is distinct from": _distinct,
    "between": _between,
    "in": _in,
    "like": _like(False),
    "ilike": _like(True),
    "||": _joined,
    "item": _item,
    "list": _list,
}
"""What builds each operator that is neither a comparison nor arithmetic."""
