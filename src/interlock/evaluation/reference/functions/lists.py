"""Functions on lists. Places count from 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cmp_to_key, reduce
from typing import Any

from interlock.evaluation.reference import numbers
from interlock.evaluation.reference.casts import to_text
from interlock.evaluation.reference.functions.registry import Function, built, null_aware, plain, typed
from interlock.evaluation.reference.kinds import DOUBLE, HUGEINT
from interlock.evaluation.reference.terms import Term
from interlock.evaluation.reference.values import compare, group_key, same
from interlock.ir.types import Type


def _item(items: list[Any], place: int) -> Any:
    at = place - 1 if place > 0 else len(items) + place
    return items[at] if place and 0 <= at < len(items) else None


def _holds(items: list[Any], item: Any) -> bool:
    return any(one is not None and compare(one, item) == 0 for one in items)


def _position(items: list[Any] | None, item: Any) -> int | None:
    return next((i for i, one in enumerate(items or [], 1) if same(one, item)), None)


def _slice(items: list[Any] | None, first: int | None, last: int | None) -> list[Any] | None:
    if items is None or first is None or last is None:
        return None
    begin = first - 1 if first > 0 else len(items) + first if first < 0 else 0
    end = last if last >= 0 else len(items) + last + 1
    return items[max(begin, 0) : max(end, 0)]


def _sorted(items: list[Any], sign: int = 1) -> list[Any]:
    known = sorted((item for item in items if item is not None), key=cmp_to_key(lambda a, b: sign * compare(a, b)))
    return known + [None] * (len(items) - len(known))


def _extreme(sign: int) -> Callable[[list[Any]], Any]:
    """The smallest (1) or largest (-1) item; of several zeros, the last."""

    def choose(items: list[Any]) -> Any:
        known = [item for item in items if item is not None]
        return reduce(lambda a, b: b if sign * compare(b, a) <= 0 else a, known) if known else None

    return choose


def _joined(terms: Sequence[Term], kind: Type) -> Term:
    item = terms[0].type.element
    assert item is not None

    def join(items: list[Any] | None, separator: str | None) -> str | None:
        if items is None or separator is None:
            return None
        texts = [to_text(one, item) for one in items if one is not None]
        return None if items and not texts else separator.join(texts)

    return Term(kind, lambda row: join(terms[0].run(row), terms[1].run(row)))


def _summed(terms: Sequence[Term]) -> Type:
    item = terms[0].type.element or DOUBLE
    if item.is_integer:
        return HUGEINT
    return Type("decimal", (38, item.precision[1])) if item.precision else DOUBLE


def _sum(kinds: Sequence[Type], result: Type) -> Callable[[list[Any]], Any]:
    def add(items: list[Any]) -> Any:
        known = [item for item in items if item is not None]
        if not known:
            return None
        if result == DOUBLE:
            return _in_turn(known)
        return (
            numbers.integer(sum(known), HUGEINT)
            if result == HUGEINT
            else numbers.decimal(sum(map(numbers.Fraction, known)), result)
        )

    return add


def _in_turn(values: Sequence[float]) -> float:
    """A sum of floats in their order."""
    total = 0.0
    for value in values:
        total += value
    return total


def _mean(kinds: Sequence[Type], result: Type) -> Callable[[list[Any]], Any]:
    item = kinds[0].element or DOUBLE

    def mean(items: list[Any]) -> Any:
        known = [one for one in items if one is not None]
        if not known:
            return None
        if item.is_float:
            return _in_turn(known) / len(known)
        total = sum(int(one.scaleb(item.precision[1], numbers.EXACT)) if item.precision else one for one in known)
        numbers.integer(total, HUGEINT, "a sum")
        return float(total) / (len(known) * 10.0 ** (item.precision[1] if item.precision else 0))

    return mean


LISTS: tuple[Function, ...] = (
    plain("list_contains list_has array_contains array_has", "T[] T -> boolean", _holds),
    plain(
        "list_has_any array_has_any",
        "T[] T[] -> boolean",
        lambda one, other: any(_holds(one, item) for item in other if item is not None),
    ),
    plain(
        "list_has_all array_has_all",
        "T[] T[] -> boolean",
        lambda one, other: all(item is None or _holds(one, item) for item in other),
    ),
    plain("list_extract list_element element_at", "T[] bigint -> T", _item),
    null_aware("list_position list_indexof array_position array_indexof", "T[] T -> integer", _position),
    null_aware("list_slice array_slice", "T[] bigint bigint -> T[]", _slice),
    plain("list_sort array_sort", "T[] -> T[]", _sorted),
    plain("list_reverse_sort array_reverse_sort", "T[] -> T[]", lambda items: _sorted(items, -1)),
    plain("list_reverse array_reverse", "T[] -> T[]", lambda items: items[::-1]),
    plain(
        "list_unique array_unique",
        "T[] -> ubigint",
        lambda items: len({group_key(one) for one in items if one is not None}),
    ),
    null_aware("list_append array_append array_push_back", "T[] T -> T[]", lambda items, item: [*(items or []), item]),
    null_aware("list_prepend array_prepend", "T T[] -> T[]", lambda item, items: [item, *(items or [])]),
    null_aware(
        "list_concat list_cat array_concat array_cat",
        "T[] T[] -> T[]",
        lambda one, other: [*(one or []), *(other or [])],
    ),
    plain("flatten", "T[][] -> T[]", lambda lists: [item for items in lists for item in items or []]),
    built("array_to_string list_to_string array_join", "T[] literal -> varchar", _joined),
    plain("list_min array_min", "T[] -> T", _extreme(1)),
    plain("list_max array_max", "T[] -> T", _extreme(-1)),
    typed("list_sum", "number[] -> double", _sum, _summed),
    typed("list_avg list_mean", "number[] -> double", _mean),
)
"""Every function on lists."""
