"""Comparisons of a query whose two sides do not compare, and conditions that are none, where their types are known: the
engine would cast a side for every row, and stop the run at the first value that is none, or test what was not meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from interlock.ir.expressions.binder import Binder
from interlock.ir.expressions.nodes import Node
from interlock.ir.expressions.problems import Problem
from interlock.ir.expressions.promotion import MOMENTS
from interlock.ir.expressions.query_places import Places
from interlock.ir.expressions.query_types import QueryTypes
from interlock.ir.expressions.scope import Scope
from interlock.ir.expressions.typed import Typed
from interlock.ir.types import Schema, Type

_SIGNS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}


def check_types(text: str, tree: exp.Expr, tables: Mapping[str, Schema]) -> list[Problem]:
    """What is wrong with the comparisons and conditions of a query."""
    walk = _Compares(text, QueryTypes(tables))
    for node in tree.walk():
        for part, why in _conditions(node):
            walk.condition(part, why)
        if isinstance(node, exp.Join):
            walk.using(node)
        elif parts := list(_compared(node)):
            walk.comparison(node, parts)
    return walk.binder.problems


def _compared(node: exp.Expr) -> Iterator[exp.Expr]:
    """The parts that a node compares with one another: the first with each of the rest."""
    match node:
        case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.NullSafeEQ() | exp.NullSafeNEQ():
            yield from (node.this, node.expression)
        case exp.Between():
            yield from (node.this, node.args["low"], node.args["high"])
        case exp.In():
            query = node.args.get("query")
            given = query.unnest().expressions if isinstance(query, exp.Subquery) else []
            yield from (node.this, *node.expressions, *(each.unalias() for each in given[:1]))
        case exp.Anonymous() if str(node.this).lower() == "nullif" and len(node.expressions) == 2:
            yield from node.expressions
        case exp.Case() if node.this is not None:
            yield from (node.this, *(branch.this for branch in node.args["ifs"]))
        case _:
            return


def _conditions(node: exp.Expr) -> Iterator[tuple[exp.Expr, str]]:
    """The parts of a node that must be conditions and do not look like one, and why."""
    parts: list[tuple[exp.Expr | None, str]] = []
    match node:
        case exp.Where() | exp.Having() | exp.Qualify():
            parts = [(node.this, f"`{node.key}` needs a condition")]
        case exp.Join():
            parts = [(node.args.get("on"), "`on` needs a condition")]
        case exp.And() | exp.Or():
            parts = [(each, f"`{node.key}` needs a condition on both sides") for each in (node.this, node.expression)]
        case exp.Not():
            parts = [(node.this, "`not` needs a condition")]
        case exp.Anonymous() if str(node.this).lower() == "if":
            parts = [(each, "`if` needs a condition") for each in node.expressions[:1]]
        case exp.If() if isinstance(node.parent, exp.Case) and node.parent.this is None:
            parts = [(node.this, "`when` needs a condition")]
        case _:
            pass
    known = (exp.Connector, exp.Not, exp.Predicate, exp.Boolean)
    yield from ((part, why) for part, why in parts if part is not None and not isinstance(part.unnest(), known))


class _Compares:
    """One walk over a query. Problems are reported by the binder of scalar expressions, in its words."""

    def __init__(self, text: str, types: QueryTypes) -> None:
        self.types, self.places = types, Places(text)
        self.binder = Binder(text, Scope({}))

    def comparison(self, node: exp.Expr, parts: list[exp.Expr]) -> None:
        placed = self.placed(parts)
        if placed is None:
            return
        whole = Node(min(start for start, _ in placed), max(end for _, end in placed))
        first = self.types.typed(parts[0], placed[0])
        if first is None:
            return
        for part, place in zip(parts[1:], placed[1:], strict=True):
            other = self.types.typed(part, place)
            if other is not None:
                self.judge(first, other, whole, _SIGNS.get(type(node), ""))

    def condition(self, part: exp.Expr, why: str) -> None:
        """Report a part that is no condition."""
        place = self.places.of(part)
        found = self.types.typed(part, place) if place is not None else None
        if found is not None:
            self.binder.condition(found, why)

    def placed(self, parts: list[exp.Expr]) -> list[tuple[int, int]] | None:
        """Where the parts stand; `true`, `false` and `null` are looked for behind the part before them."""
        found: list[tuple[int, int]] = []
        for part in parts:
            place = self.places.of(part)
            if place is None and isinstance(part, exp.Boolean | exp.Null) and found:
                place = self.places.word(part.sql(), found[-1][1])
            if place is None:
                return None
            found.append(place)
        return found

    def judge(self, left: Typed, right: Typed, whole: Node, sign: str) -> None:
        """Report two sides that do not compare."""
        if left.type.is_null or right.type.is_null:
            if sign and not (left.type.is_null and right.type.is_null):
                self.binder.comparable(left, [right], whole, sign)
            return
        families = _family(left.type), _family(right.type)
        if None in families:
            return
        for one, other in ((left, right), (right, left)):
            if one.text is not None and _family(other.type) in _TIMES:
                kind = Type("timestamp") if other.type.name in MOMENTS[1:] else other.type
                if not self.binder.reads(one, kind):
                    self.binder.not_written(one, other.type)
                return
        if families[0] != families[1]:
            self.binder.comparable(left, [right], whole, sign)

    def using(self, join: exp.Join) -> None:
        """Report a column of USING whose types on the two sides do not compare."""
        select = join.parent
        names = join.args.get("using") or []
        if not isinstance(select, exp.Select) or not names:
            return
        joined = {name for name, _ in self.types.relation(join.this)}
        sources = self.types.sources(select)
        at = min(i for i, (name, _) in enumerate(sources) if name in joined)
        for identifier in names:
            sides = [
                [(name, kind) for name, columns in some for each, kind in columns or [] if each == column]
                for column in [identifier.name.casefold()]
                for some in (sources[:at], sources[at : at + len(joined)])
            ]
            if not all(sides) or any(columns is None for _, columns in sources[: at + len(joined)]):
                continue
            (left, a), (right, b) = sides[0][0], sides[1][0]
            if a is None or b is None or None in (_family(a), _family(b)) or _family(a) == _family(b):
                continue
            name, place = identifier.name, self.places.of(identifier)
            message = f"`{left}.{name}` is {a} and `{right}.{name}` is {b}: they do not compare"
            help = (f"cast one of them: `on cast({left}.{name} as varchar) = cast({right}.{name} as varchar)`",)
            if place is not None:
                self.binder.report(Problem("wrong-type", message, *place, f"{a} and {b}", help=help))


_TIMES = ("moment", "time", "interval")


def _family(kind: Type) -> str | None:
    """What a type compares with, in a query; None where that is left to the engine."""
    if kind.is_numeric:
        return "number"
    if kind.is_text:
        return "text"
    if kind.name in MOMENTS:
        return "moment"
    return kind.name if kind.name in ("boolean", "time", "interval") else None
