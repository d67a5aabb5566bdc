"""Joins: bring two tables together by equal keys, or by the nearest earlier or later time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from sqlglot import exp

from interlock.ir.common_types import common_type
from interlock.ir.types import Type
from interlock.registry import comparing, sql
from interlock.registry.kinds import Column, Params, Port, Text
from interlock.registry.node import node
from interlock.registry.packs.quality import repeated
from interlock.registry.phrases import tables as phrases
from interlock.registry.tables import Check, NodeError, Select, Table

_SIDES = {"inner": None, "left": "LEFT", "right": "RIGHT", "full": "FULL"}
_SUFFIX = Text("_right")


class Pair(Params):
    """Columns that must be equal: `customer_id` if both tables have it, or `{left: customer, right: id}`."""

    left: Annotated[Column, Port("left")]
    right: Annotated[Column, Port("right")]

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        """One name as a pair of equal names.

        >>> Pair._from_text("id")
        {'left': 'id', 'right': 'id'}
        """
        return {"left": value, "right": value} if isinstance(value, str) else value

    @property
    def shared(self) -> bool:
        """Whether both columns have one name, so that the result has it once."""
        return self.left.name.casefold() == self.right.name.casefold()


def _joiner_params(params: dict[str, Any]) -> dict[str, Any]:
    """`{on}` or `{left_on, right_on}`, each a name or a list of names, as `{on: [pairs]}`."""

    def listed(value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    found = dict(params)
    if "on" in found:
        found["on"] = listed(found["on"])
    elif (
        isinstance(left := listed(found.get("left_on")), list)
        and isinstance(right := listed(found.get("right_on")), list)
        and len(left) == len(right)
    ):
        del found["left_on"], found["right_on"]
        found["on"] = [{"left": one, "right": other} for one, other in zip(left, right, strict=True)]
    if found.get("how") == "outer":
        found["how"] = "full"
    return found


@node(version=1, says=phrases.JOIN_TABLES, aliases={"Joiner": _joiner_params})
def join_tables(
    left: Table,
    right: Table,
    *,
    on: Annotated[list[Pair], Field(min_length=1)],
    how: Literal["inner", "left", "right", "full", "semi", "anti"],
    suffix: Text = _SUFFIX,
    expect: Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many"] = "many-to-many",
) -> Select:
    """Join the rows of `left` and `right` that agree in all columns of `on`; nulls never match.

    `how` says which rows are kept: `inner` those with a match; `left` also rows of left without one, with nulls for the
    right columns; `right` and `full` accordingly; `semi` the rows of left with a match, each once and without columns of
    right; `anti` those without a match. Rows come in the order of left, matches of one row in the order of right, rows
    of right without a match last.

    `on` lists column names that both tables have, or pairs such as `{left: customer, right: id}`. The result has the
    columns of left, then those of right; a key with one name in both comes once, and where another column of right has
    a name of left it gets `suffix`. `expect: many-to-one` stops the run if a key occurs twice in right, `one-to-many` if
    in left, `one-to-one` if in either, so that rows cannot multiply unnoticed.

    Keys of two types are compared in the one that both fit in: a bigint and a double as double, in which large numbers
    that differ may be equal; `expect` goes by that, too. A key that comes once has, in `right` and `full`, that type,
    and right's value where left has none. A date or timestamp beyond the range of the other's type equals none there;
    in a list, or in a key that comes once in `right` or `full`, it stops the run.

    Example:
        left: [{id: 1, customer: 7}, {id: 2, customer: null}, {id: 3, customer: 8}, {id: 4, customer: 7}]
        right: [{id: 7, name: Ann}, {id: 9, name: Bob}]
        params: {on: [{left: customer, right: id}], how: left, expect: many-to-one}
        gives:
          - {id: 1, customer: 7, id_right: 7, name: Ann}
          - {id: 2, customer: null, id_right: null, name: null}
          - {id: 3, customer: 8, id_right: null, name: null}
          - {id: 4, customer: 7, id_right: 7, name: Ann}

    Example:
        left: [{k: 1, a: x}, {k: 2, a: y}]
        right: [{k: 3, b: u}, {k: 1, b: v}]
        params: {on: [k], how: full}
        gives: [{k: 1, a: x, b: v}, {k: 2, a: y, b: null}, {k: 3, a: null, b: u}]
    """
    matches = sql.all_of(*(_equal(pair, ("on", i)) for i, pair in enumerate(on)))
    checks = _multiplicity(left, right, on, expect)
    place_l, place_r = sql.column(left.position, "left"), sql.column(right.position, "right")
    if how in ("semi", "anti"):
        found: exp.Expr = exp.Exists(
            this=sql.select(sql.literal(1)).from_(sql.table(right.name, "right"), copy=False).where(matches, copy=False)
        )
        tree = sql.select(*(sql.column(name, "left") for name in left.schema.names)).from_(
            left.numbered("left"), copy=False
        )
        tree = tree.where(exp.Not(this=found) if how == "anti" else found, copy=False)
        tree.set("order", sql.order([place_l]))
        return Select(tree, checks, non_null=_certain(left, right, on, how, {}))
    shared = {pair.left.name: pair for pair in on if pair.shared}
    columns: list[exp.Expr] = []
    for name in left.schema.names:
        value: exp.Expr = sql.column(name, "left")
        if name in shared and how in ("right", "full"):
            value = sql.named(_either(shared[name]), name)
        columns.append(value)
    renamed = right_names(left, right, [pair.right.name for pair in shared.values()], suffix)
    columns += [sql.named(sql.column(name, "right"), new) for name, new in renamed.items()]
    tree = sql.select(*columns).from_(left.numbered("left"), copy=False)
    tree.append(
        "joins",
        exp.Join(this=right.numbered("right"), side=_SIDES[how], kind=None if _SIDES[how] else "INNER", on=matches),
    )
    tree.set("order", sql.order([place_l, place_r]))
    keys = tuple(pair.left.name for pair in on) if (how, expect) == ("inner", "one-to-one") else ()
    return Select(tree, checks, keys, _certain(left, right, on, how, renamed))


@node(version=1, says=phrases.ASOF_JOIN)
def asof_join(
    left: Table,
    right: Table,
    *,
    time: Pair,
    by: list[Pair] = [],  # noqa: B006
    direction: Literal["backward", "forward", "nearest"] = "backward",
    tolerance: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None,
    how: Literal["left", "inner"] = "left",
    suffix: Text = _SUFFIX,
) -> Select:
    """Give each row of `left` the one row of `right` whose `time` is nearest: by default the latest that is not later.

    `time` names one column that both tables have, or `{left: …, right: …}`: numbers, dates or timestamps. `backward` takes
    the latest time not after the left one, `forward` the earliest not before it, `nearest` the closer of the two and the
    earlier if they are equally close. Of rows of right with equal times the last one counts. With `by` both rows must
    agree in those columns too, as the keys of join_tables do; nulls never match. A match further away than `tolerance`
    (in seconds for timestamps, in days for dates) does not count. `left` keeps rows without a match, with nulls; `inner`
    drops them. Rows keep the order of left.

    Times of two types are compared in the one that both fit in, as are equal times; a date or timestamp beyond the range
    of the other's type stops the run.

    Example:
        left: [{at: 10, trade: a}, {at: 12, trade: b}, {at: 3, trade: c}]
        right: [{at: 5, price: 1.0}, {at: 12, price: 2.0}, {at: 5, price: 1.5}]
        params: {time: at}
        gives:
          - {at: 10, trade: a, at_right: 5, price: 1.5}
          - {at: 12, trade: b, at_right: 12, price: 2.0}
          - {at: 3, trade: c, at_right: null, price: null}
    """
    kind = common_type(time.left.type, time.right.type)
    if kind is None or not (kind.is_numeric or (kind.is_temporal and kind.name != "time")):
        raise NodeError(
            ("time",),
            f"`{time.left.name}` of the left table is {time.left.type} and `{time.right.name}` of the right is {time.right.type}; "
            "both must be numbers, or both dates or timestamps",
            help=("Cast the column in a step before this one.",),
        )
    equal = [(_equal(pair, ("by", i)), pair) for i, pair in enumerate(by)]
    here = comparing.as_common(sql.column(time.left.name, "left"), time.left.type, kind)
    sides = {"backward": ["before"], "forward": ["after"], "nearest": ["before", "after"]}[direction]
    there = {side: comparing.as_common(sql.column(time.right.name, side), time.right.type, kind) for side in sides}
    chosen, gap = _nearest(here, there, kind)
    match = sql.not_null(chosen(time.right.name))
    if tolerance is not None:
        limit = sql.literal(tolerance * 1_000_000 if kind.name.startswith("timestamp") else tolerance)
        match = exp.LTE(this=gap, expression=limit)

    def value(name: str) -> exp.Expr:
        found = chosen(name)
        return exp.Case(ifs=[exp.If(this=match.copy(), true=found)]) if tolerance is not None else found

    renamed = right_names(left, right, [pair.right.name for pair in by if pair.shared], suffix)
    tree = sql.select(
        *(sql.column(name, "left") for name in left.schema.names),
        *(sql.named(value(name), new) for name, new in renamed.items()),
    ).from_(left.numbered("left"), copy=False)
    for side in sides:
        order = (exp.GTE if side == "before" else exp.LTE)(this=here.copy(), expression=there[side].copy())
        condition = sql.all_of(*(_on_side(each, side) for each, _ in equal), order)
        tree.append(
            "joins",
            exp.Join(
                this=_last_at(right, [*by, time], side),
                method="ASOF",
                side="LEFT",
                on=condition,
            ),
        )
    if how == "inner":
        tree = tree.where(match, copy=False)
    tree.set("order", sql.order([sql.column(left.position, "left")]))
    certain = {each.name for each in left.schema if not each.nullable}
    if how == "inner":
        certain |= {new for name, new in renamed.items() if not right.schema[name].nullable} | {
            pair.left.name for pair in by
        }
        certain |= {time.left.name, renamed.get(time.right.name, time.left.name)}  # a time that `by` names, too
    return Select(tree, non_null=frozenset(certain))


def _last_at(right: Table, pairs: list[Pair], alias: str) -> exp.Subquery:
    """The right table with only the last row of each time, for each combination of `by`, as they are compared."""
    last = sql.window(
        exp.RowNumber(),
        [comparing.grouping(pair.right, pair.left.type) for pair in pairs],
        [sql.ordered(sql.column(right.position), descending=True)],
    )
    tree = right.select_numbered()
    tree.set("qualify", exp.Qualify(this=exp.EQ(this=last, expression=sql.literal(1))))
    return exp.Subquery(this=tree, alias=exp.TableAlias(this=sql.name_of(alias)))


def _on_side(condition: exp.Expr, side: str) -> exp.Expr:
    """The condition with `right` under the name it has in the join."""
    found = condition.copy()
    for column in found.find_all(exp.Column):
        if column.table == "right":
            column.set("table", sql.name_of(side))
    return found


def _nearest(here: exp.Expr, there: dict[str, exp.Expr], kind: Type) -> tuple[Callable[[str], exp.Expr], exp.Expr]:
    """How to take a column of the row that is nearest in time, and how far away that row is."""

    def ahead(later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        if kind.name.startswith("timestamp"):
            later, earlier = sql.call("epoch_us", later), sql.call("epoch_us", earlier)
        elif kind.is_integer:
            later, earlier = sql.cast(later, Type("hugeint")), sql.cast(earlier, Type("hugeint"))
        return exp.Sub(this=later.copy(), expression=earlier.copy())

    gaps = {side: ahead(here, each) if side == "before" else ahead(each, here) for side, each in there.items()}
    if len(gaps) == 1:
        ((side, gap),) = gaps.items()
        return lambda name: sql.column(name, side), gap
    closer = sql.any_of(
        sql.is_null(there["before"].copy()), exp.LT(this=gaps["after"].copy(), expression=gaps["before"].copy())
    )

    def pick(before: exp.Expr, after: exp.Expr) -> exp.Expr:
        assert closer is not None
        return exp.Case(ifs=[exp.If(this=closer.copy(), true=after)], default=before)

    return lambda name: pick(sql.column(name, "before"), sql.column(name, "after")), pick(gaps["before"], gaps["after"])


def _equal(pair: Pair, path: tuple[str | int, ...]) -> exp.Expr:
    """`left = right`, in a type that both fit in; raises NodeError where there is none."""
    one, other = pair.left, pair.right
    found = comparing.equals(one, other, ("left", "right"))
    if found is None:
        raise NodeError(
            path,
            f"`{one.name}` of the left table is {one.type} and `{other.name}` of the right is {other.type}, so they can never be equal",
            help=("Cast one of them to the type of the other in a step before this one.",),
        )
    return found


def _either(pair: Pair) -> exp.Expr:
    """The key of a row that may come of one side only, in the type in which both are compared."""
    common = common_type(pair.left.type, pair.right.type)
    sides = [(pair.left, "left"), (pair.right, "right")]
    values = [
        sql.column(each.name, side)
        if common is None or each.type == common or each.type.is_null
        else sql.cast(sql.column(each.name, side), common)
        for each, side in sides
    ]
    return sql.call("coalesce", *values)


def right_names(left: Table, right: Table, dropped: list[str], suffix: str) -> dict[str, str]:
    """The names that the right table's columns get beside the left table's, without those dropped."""
    taken = {name.casefold() for name in left.schema.names}
    gone = {name.casefold() for name in dropped}
    found: dict[str, str] = {}
    kept = [name for name in right.schema.names if name.casefold() not in gone]
    plain = {name.casefold() for name in kept if name.casefold() not in taken}
    for name in kept:
        new = name if name.casefold() not in taken else name + suffix
        if new != name and (new.casefold() in taken or new.casefold() in plain):
            raise NodeError(
                ("suffix",),
                f"both tables have a column `{name}`, and `{new}` is taken as well",
                help=("Choose another `suffix`, or rename a column in a step before this one.",),
            )
        if new.casefold() in taken:
            raise NodeError(
                ("suffix",), f"both tables have a column `{name}`", help=("Give a `suffix` for the right one.",)
            )
        found[name] = new
    return found


def _certain(left: Table, right: Table, on: list[Pair], how: str, renamed: dict[str, str]) -> frozenset[str]:
    """The result's columns that are never null."""
    found: set[str] = set()
    matched = {pair.left.name for pair in on}, {pair.right.name for pair in on}
    if how in ("inner", "left", "semi", "anti"):
        found |= {
            each.name
            for each in left.schema
            if not each.nullable or (how in ("inner", "semi") and each.name in matched[0])
        }
    if how in ("inner", "right"):
        found |= {
            renamed[each.name]
            for each in right.schema
            if each.name in renamed and (not each.nullable or (how == "inner" and each.name in matched[1]))
        }
    if how in ("right", "full"):
        found |= {
            pair.left.name
            for pair in on
            if pair.shared and not pair.right.nullable and (how == "right" or not pair.left.nullable)
        }
    return frozenset(found)


def _multiplicity(left: Table, right: Table, on: list[Pair], expect: str) -> tuple[Check, ...]:
    """Checks on the inputs that a key, as it is compared, occurs at most once, where the plan expects that."""
    checks = []
    for side, table, pairs, wanted in (
        ("left", left, [(pair.left, pair.right) for pair in on], expect.startswith("one")),
        ("right", right, [(pair.right, pair.left) for pair in on], expect.endswith("one")),
    ):
        if wanted:
            columns = [column for column, _ in pairs]
            names = " + ".join(f"`{column.name}`" for column in columns)
            values = [comparing.grouping(column, other.type) for column, other in pairs]
            checks.append(
                Check(
                    f"the join is {expect}: no two rows of the {side} table have the same {names}",
                    repeated(table.name, columns, values, nulls=False),
                    "multiplicity",
                )
            )
    return tuple(checks)
