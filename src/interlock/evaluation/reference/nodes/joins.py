"""Joins: two tables brought together by equal keys, or by the nearest earlier or later time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from interlock.evaluation.frames import Frame, Row, Stops, Unsupported
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.nodes.calls import Call, Node, known, rank_of
from interlock.evaluation.reference.terms import Untyped
from interlock.evaluation.reference.values import key_of
from interlock.ir.common_types import common_type
from interlock.ir.types import Type

Pair = tuple[int, int]
"""The places of two columns that are compared, in left and in right."""


def _pair(call: Call, written: Any) -> Pair:
    """A pair as plans write it: one name, or `{left: …, right: …}`."""
    names = {"left": written, "right": written} if isinstance(written, str) else written
    return call.inputs["left"].index(names["left"]), call.inputs["right"].index(names["right"])


def _keys(call: Call, pairs: Sequence[Pair]) -> tuple[list[Any], list[Any]]:
    """For each row of left and of right what its key is equal by; None for a key with a null.

    A value that has no place in the common type stays as it is: it equals none of the other side.
    """
    left, right = call.inputs["left"], call.inputs["right"]
    kinds = [_common(left.types[one], right.types[other]) for one, other in pairs]

    def key(row: Row, table: Frame, places: Sequence[int]) -> Any:
        cells = [row[place] for place in places]
        if any(cell is None for cell in cells):
            return None
        return key_of(
            [_sought(cell, table.types[at], kind) for cell, at, kind in zip(cells, places, kinds, strict=True)]
        )

    ones, others = [one for one, _ in pairs], [other for _, other in pairs]
    return [key(row, left, ones) for row in left.rows], [key(row, right, others) for row in right.rows]


def _common(one: Type, other: Type) -> Type:
    kind = common_type(one, other)
    if kind is None:
        raise Untyped(f"{one} and {other} are never equal")
    return kind


def _as(value: Any, kind: Type, wanted: Type) -> Any:
    """A value in the type in which keys are compared; whole numbers are compared as they are."""
    if kind == wanted or value is None or (kind.is_integer and wanted.is_integer):
        return value
    return cast(value, kind, wanted)


def _sought(value: Any, kind: Type, wanted: Type) -> Any:
    """A value in the type in which keys are compared, or as it is where it has no place there."""
    try:
        return _as(value, kind, wanted)
    except Stops:
        if kind.element:
            raise
        return value


def _same_name(call: Call, pairs: Sequence[Pair]) -> dict[int, int]:
    """The pairs of columns that have one name, so that it comes once."""
    left, right = call.inputs["left"].names, call.inputs["right"].names
    return {one: other for one, other in pairs if left[one].casefold() == right[other].casefold()}


def _right_columns(call: Call, dropped: Sequence[int]) -> list[tuple[int, str]]:
    """The columns of right that the result has, and their names."""
    taken = {name.casefold() for name in call.inputs["left"].names}
    suffix = call.get("suffix", "_right")
    return [
        (place, name + suffix if name.casefold() in taken else name)
        for place, name in enumerate(call.inputs["right"].names)
        if place not in dropped
    ]


def _once(keys: Sequence[Any], side: str) -> None:
    present = [key for key in keys if key is not None]
    if len(set(present)) < len(present):
        raise Stops(f"a key occurs twice in {side}")


def join_tables(call: Call) -> Frame:
    """The rows of left and right that agree in the keys, in the order of left, then of right."""
    left, right, how = call.inputs["left"], call.inputs["right"], call.params["how"]
    pairs = [_pair(call, each) for each in call.params["on"]]
    ones, others = _keys(call, pairs)
    one, _, other = call.get("expect", "many-to-many").partition("-to-")
    if one == "one":
        _once(ones, "left")
    if other == "one":
        _once(others, "right")
    matches: dict[Any, list[int]] = {}
    for place, key in enumerate(others):
        if key is not None:
            matches.setdefault(key, []).append(place)
    if how in ("semi", "anti"):
        rows = [row for row, key in zip(left.rows, ones, strict=True) if (key in matches) == (how == "semi")]
        return left.with_rows(rows)
    shared = _same_name(call, pairs)
    chosen = _right_columns(call, list(shared.values()))
    rows = []
    for row, key in zip(left.rows, ones, strict=True):
        found = matches.get(key, []) if key is not None else []
        rows += [(*row, *(right.rows[place][at] for at, _ in chosen)) for place in found]
        if not found and how in ("left", "full"):
            rows.append((*row, *(None for _ in chosen)))
    kinds = list(left.types)
    if how in ("right", "full"):
        for one_place, other_place in shared.items():
            kinds[one_place] = _common(left.types[one_place], right.types[other_place])
        rows = [
            (
                *(_as_kind(cell, old, new) for cell, old, new in zip(row, left.types, kinds, strict=False)),
                *row[len(kinds) :],
            )
            for row in rows
        ]
        met = set(ones)
        for place, key in enumerate(others):
            if key is None or key not in met:
                rows.append((*_only_right(right, place, kinds, shared), *(right.rows[place][at] for at, _ in chosen)))
    columns = [*zip(left.names, kinds, strict=True), *((name, right.types[at]) for at, name in chosen)]
    return Frame(tuple(columns), tuple(rows))


def _as_kind(value: Any, old: Type, new: Type) -> Any:
    return value if old == new else cast(value, old, new)


def _only_right(right: Frame, place: int, kinds: Sequence[Type], shared: Mapping[int, int]) -> Row:
    """The columns of left for a row of right without a match: nulls, but for the keys with one name."""
    return tuple(
        _as_kind(right.rows[place][shared[at]], right.types[shared[at]], kind) if at in shared else None
        for at, kind in enumerate(kinds)
    )


def asof_join(call: Call) -> Frame:
    """Each row of left with the one row of right whose time is nearest in the wanted direction."""
    left, right = call.inputs["left"], call.inputs["right"]
    here, there = _pair(call, call.params["time"])
    kind = _common(left.types[here], right.types[there])
    pairs = [_pair(call, each) for each in call.get("by", [])]
    ones, others = _keys(call, pairs)
    rank = rank_of(kind)
    times: dict[Any, list[tuple[Any, int]]] = {}
    for place, key in enumerate(others):
        time = _as(right.rows[place][there], right.types[there], kind)
        if key is not None and time is not None:
            times.setdefault(key, []).append((time, place))
    choose = _chooser(call, kind, rank)
    chosen = _right_columns(call, list(_same_name(call, pairs).values()))
    rows = []
    for row, key in zip(left.rows, ones, strict=True):
        time = _as(row[here], left.types[here], kind)
        found = choose(time, times.get(key, [])) if key is not None and time is not None else None
        if found is not None:
            rows.append((*row, *(right.rows[found][at] for at, _ in chosen)))
        elif call.get("how", "left") == "left":
            rows.append((*row, *(None for _ in chosen)))
    columns = [*left.columns, *((name, known(right.types[at])) for at, name in chosen)]
    return Frame(tuple(columns), tuple(rows))


def _chooser(
    call: Call, kind: Type, rank: Callable[[Any], Any]
) -> Callable[[Any, Sequence[tuple[Any, int]]], int | None]:
    """Which row of right belongs to a time of left: its place, or None."""
    direction, tolerance = call.get("direction", "backward"), call.get("tolerance")

    def choose(time: Any, candidates: Sequence[tuple[Any, int]]) -> int | None:
        now = rank(time)
        before = [(rank(each), place, each) for each, place in candidates if not rank(each) > now]
        after = [(rank(each), place, each) for each, place in candidates if not rank(each) < now]
        sides = []
        if direction != "forward" and before:
            latest = max(before, key=lambda each: each[0])[0]
            sides.append([each for each in before if not each[0] < latest][-1])
        if direction != "backward" and after:
            earliest = min(after, key=lambda each: each[0])[0]
            sides.append([each for each in after if not each[0] > earliest][-1])
        if not sides:
            return None
        gaps = [_gap(time, each[2], kind) for each in sides]
        nearest = 1 if len(gaps) == 2 and gaps[1] < gaps[0] else 0
        if tolerance is not None and not gaps[nearest] <= tolerance:
            return None
        return sides[nearest][1]

    return choose


def _gap(one: Any, other: Any, kind: Type) -> Any:
    """How far apart two times are: seconds, days, or the difference of the numbers."""
    if kind.is_float:
        return abs(one - other)
    if kind.is_numeric:
        return abs(Fraction(one) - Fraction(other))
    apart = abs(one - other) if isinstance(one, date) and isinstance(other, date) else None
    if apart is None:
        raise Unsupported("how far away an infinite date is")
    micros = (apart.days * 86_400 + apart.seconds) * 1_000_000 + apart.microseconds
    return Fraction(micros, 1_000_000) if kind.name != "date" else apart.days


NODES: dict[str, Node] = {"join_tables": join_tables, "asof_join": asof_join}
