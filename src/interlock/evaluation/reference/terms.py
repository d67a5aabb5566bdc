"""Typed parts of an expression, and how the types of parts that stand together are made to agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from interlock.evaluation.frames import Stops, Unsupported
from interlock.evaluation.reference.casts import cast, from_text
from interlock.evaluation.reference.kinds import (
    BOOLEAN,
    DOUBLE,
    INTEGER,
    NULL,
    TIMESTAMP,
    VARCHAR,
    holds,
    join,
    join_all,
)
from interlock.ir.types import Type

Run = Callable[[Any], Any]
"""A part at work: from a row to its value there."""
WRITTEN = frozenset("date time timestamp timestamptz timestamp_s timestamp_ms timestamp_ns interval".split())
"""Types whose values stand as text literals beside others of the type."""
MOMENTS = WRITTEN - {"time", "interval"}
PRINTED = frozenset("boolean date time timestamp timestamp_s timestamp_ms timestamp_ns interval uuid".split())
"""Types besides numbers that join onto text."""
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|-?infinity", re.ASCII)


class MayStop(Stops):
    """A value that stops the run only if it is computed, where it is open whether it is: beside a condition that decides."""


class Untyped(Unsupported):
    """An expression to which the reference gives no type: a text that should have been refused."""


@dataclass(frozen=True)
class Term:
    """A part with its type; `literal` is the value of an integer literal and `text` that of a text literal, which adapt.

    `moved` says that it is a sum, difference or product with an integer literal.
    """

    type: Type
    run: Run
    literal: int | None = None
    text: str | None = None
    moved: bool = False

    @property
    def pair(self) -> tuple[Type, int | None]:
        return self.type, self.literal


def constant(value: Any, kind: Type, literal: int | None = None, text: str | None = None) -> Term:
    return Term(kind, lambda row: value, literal, text)


def to(term: Term, kind: Type) -> Term:
    """The term as a value of a type."""
    if term.type == kind:
        return replace(term, literal=None, text=None)
    run, source = term.run, term.type
    return Term(kind, lambda row: cast(run(row), source, kind))


def strict(kind: Type, compute: Callable[..., Any], *terms: Term) -> Term:
    """A term that is null when any of its parts is, and else what is computed of them.

    Whether a part that stops is computed where another one is null, is open.
    """
    runs = [term.run for term in terms]

    def run(row: Any) -> Any:
        stopped: Stops | None = None
        values: list[Any] = []
        for each in runs:
            try:
                values.append(each(row))
            except Stops as stop:
                stopped = stopped or stop
        missing = any(value is None for value in values)
        if stopped:
            raise MayStop(stopped.reason) if missing else stopped
        return None if missing else compute(*values)

    return Term(kind, run)


def reads(term: Term, kind: Type) -> bool:
    """Whether a text literal is a value of a type that is written as text."""
    if term.text is None or kind.name not in WRITTEN or (kind.name == "date" and not _DAY.fullmatch(term.text)):
        return False
    try:
        return from_text(term.text, kind) is not None
    except (Stops, Unsupported):
        return False


def fits(term: Term, kind: Type) -> Term | None:
    """The term as an argument of a type; None when it is no such value."""
    source = term.type
    if source == kind:
        return to(term, kind)
    if source.is_null:
        return constant(None, kind)
    if reads(term, kind) or (kind == VARCHAR and source.is_text):
        return to(term, kind)
    if kind.is_integer and source.is_integer:
        if term.literal is not None:
            return to(term, kind) if holds(kind, term.literal) else None
        huge = source.name in ("hugeint", "uhugeint") and kind != INTEGER
        return None if huge and join(source, kind) != kind else to(term, kind)
    if kind == DOUBLE and source.is_numeric:
        return to(term, kind)
    if kind == TIMESTAMP and join(source, kind):
        return to(term, kind)
    return to(term, kind) if kind.element and source.element and join(kind, source) == kind else None


def settled(terms: Sequence[Term]) -> list[Term]:
    """The terms, text literals among them as the dates, times or intervals that they stand beside."""
    kind = next((term.type for term in terms if term.text is None and term.type.name in WRITTEN), None)
    if kind is None:
        return list(terms)
    found: list[Term] = []
    for term in terms:
        if term.text is None:
            found.append(term)
        elif reads(term, kind):
            found.append(to(term, kind))
        elif kind.name == "date" and reads(term, TIMESTAMP):
            found.append(to(term, TIMESTAMP))
        else:
            raise Untyped(f"`{term.text}` is no {kind}")
    return found


def unified(terms: Sequence[Term], what: str) -> list[Term]:
    """The terms with the one type that they share."""
    parts = settled(terms)
    kind = join_all(part.pair for part in parts)
    if kind is None or kind == NULL:
        raise Untyped(f"{what} share no type: {', '.join(str(part.type) for part in parts)}")
    return [to(part, kind) for part in parts]


def comparable(terms: Sequence[Term]) -> list[Term]:
    """The operands of a comparison, as one type."""
    if any(term.type.is_null for term in terms):
        raise Untyped("a comparison with null")
    parts = settled(terms)
    kind = join_all(part.pair for part in parts)
    if kind is None:
        if all(part.type.precision for part in parts):
            raise Unsupported("a comparison of decimals that share no decimal")
        if all(part.type.name in MOMENTS for part in parts):  # queries compare them, in the zone of the run
            raise Unsupported("a comparison of moments with and without a zone")
        raise Untyped(f"{', '.join(str(part.type) for part in parts)} do not compare")
    return [to(part, kind) for part in parts]


def condition(term: Term) -> Term:
    """The term, which must be a condition."""
    if term.type != BOOLEAN and not term.type.is_null:
        raise Untyped(f"{term.type} is no condition")
    return to(term, BOOLEAN)
