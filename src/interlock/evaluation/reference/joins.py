"""Joins of a query: pairs of rows for which a condition holds, and what becomes of rows without a partner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from interlock.evaluation.frames import Row, Unsupported
from interlock.evaluation.reference.expressions import Scope
from interlock.evaluation.reference.parser import Name, Node, Op
from interlock.evaluation.reference.select_parser import Joined
from interlock.evaluation.reference.terms import Untyped, comparable, condition
from interlock.evaluation.reference.values import key_of

Side = tuple[Scope, list[Row]]


def joined(source: Joined, left: Side, right: Side, compiler: Callable[[Scope], Any]) -> Side:
    """The scope and the rows of two parts of FROM that are joined."""
    here, there = left[0], right[0]
    width = 1 + max((place.at for place in here.places), default=-1)
    shifted = tuple(replace(place, at=place.at + width) for place in there.places)
    scope = Scope((*here.places, *shifted), here.inputs)
    if source.using is not None:
        return _using(source, left, right, compiler)
    if source.kind not in ("inner", "left", "right", "full", "semi", "anti", "cross"):
        raise Unsupported(f"a {source.kind} join")
    pairs = _pairs(source.on, left, right, scope, compiler)
    lacking: Row = (None,) * (1 + max((place.at for place in there.places), default=-1))
    if source.kind in ("semi", "anti"):
        matched = {at for at, _ in pairs}
        return here, [row for at, row in enumerate(left[1]) if (at in matched) == (source.kind == "semi")]
    found = [(*left[1][at], *right[1][to]) for at, to in pairs]
    if source.kind in ("left", "full"):
        matched = {at for at, _ in pairs}
        found += [(*row, *lacking) for at, row in enumerate(left[1]) if at not in matched]
    if source.kind in ("right", "full"):
        matched = {to for _, to in pairs}
        found += [(*(None,) * width, *row) for to, row in enumerate(right[1]) if to not in matched]
    return scope, found


def _using(source: Joined, left: Side, right: Side, compiler: Callable[[Scope], Any]) -> Side:
    """A join on columns of one name, which is then found once, as the left one."""
    names = list(source.using or ())
    if not names:  # natural
        names = [place.name for place in left[0].places if not place.hidden and right[0].column(place.name)]
    if source.kind not in ("inner", "left", "semi", "anti") or not names:
        raise Unsupported(f"a {source.kind} join by names")
    shared = {name.casefold() for name in names}
    tests: list[Node] = []
    for name in names:
        sides = (left[0].column(name), right[0].column(name))
        if sides[0] is None or sides[1] is None:
            raise Untyped(f"the column {name}")
        tests.append(Op("=", tuple(Name((side.table, side.name)) for side in sides if side)))
    plain = Joined(source.kind, source.left, source.right, Op("and", tuple(tests)) if len(tests) > 1 else tests[0])
    scope, rows = joined(plain, left, right, compiler)
    width = len(left[0].places)
    places = [
        replace(place, hidden=place.hidden or (at >= width and place.name.casefold() in shared))
        for at, place in enumerate(scope.places)
    ]
    return Scope(tuple(places), scope.inputs), rows


def _pairs(
    on: Node | None, left: Side, right: Side, scope: Scope, compiler: Callable[[Scope], Any]
) -> list[tuple[int, int]]:
    """The places of the rows that the condition joins."""
    if on is None:
        return [(at, to) for at in range(len(left[1])) for to in range(len(right[1]))]
    test = condition(compiler(scope).term(on)).run
    keys = [each for part in _clauses(on) if (each := _keys(part, left[0], right[0], compiler))]
    partners: dict[Any, list[int]] = {}
    for to, row in enumerate(right[1]):
        values = [run(row) for _, run in keys]
        if None not in values:
            partners.setdefault(key_of(values), []).append(to)
    found: list[tuple[int, int]] = []
    for at, row in enumerate(left[1]):
        values = [run(row) for run, _ in keys]
        for to in [] if None in values else partners.get(key_of(values), []):
            if test((*row, *right[1][to])) is True:
                found.append((at, to))
    return found


def _clauses(node: Node) -> list[Node]:
    if isinstance(node, Op) and node.name == "and":
        return [clause for part in node.operands for clause in _clauses(part)]
    return [node]


def _keys(node: Node, left: Scope, right: Scope, compiler: Callable[[Scope], Any]) -> Any:
    """For a clause `a = b` with a side in each part, what computes the two; None for another clause."""
    if not isinstance(node, Op) or node.name != "=" or not all(isinstance(each, Name) for each in node.operands):
        return None
    for one, other in (node.operands, node.operands[::-1]):
        try:
            if left.column(one.parts[-1]) and right.column(one.parts[-1]) and len(one.parts) == 1:  # type: ignore[attr-defined]
                continue
            return tuple(term.run for term in comparable((compiler(left).term(one), compiler(right).term(other))))
        except Untyped:
            continue
    return None
