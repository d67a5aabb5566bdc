"""Queries: one SELECT over named tables, with parts, joins, groups, windows, set operations and a defined order.

Documented: a query that sorts nothing comes in the order of all its columns, nulls last, unless it only filters and
projects one input, without a query inside; where an order leaves ties, the columns of the result break them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.evaluation.frames import Frame, Row, Stops, Unsupported
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.expressions import Inputs, Place, Scope
from interlock.evaluation.reference.joins import joined
from interlock.evaluation.reference.kinds import join
from interlock.evaluation.reference.parser import Literal, Name, Node, Op
from interlock.evaluation.reference.select_parser import (
    Body,
    Combined,
    Inner,
    Key,
    Named,
    Query,
    Select,
    Source,
    Star,
    parse_query,
)
from interlock.evaluation.reference.selected import (
    Grouping,
    QueryCompiler,
    aggregates_in,
    calls_in,
    looks_elsewhere,
    one_zero,
)
from interlock.evaluation.reference.terms import MayStop, Run, Term, Untyped, comparable, condition
from interlock.evaluation.reference.values import compare, key_of, sort_key
from interlock.ir.types import Type


def run_select(text: str, tables: Mapping[str, Frame], inputs: Inputs | None = None) -> Frame:
    """The result of a query, its columns and rows in order; raises Stops, or Unsupported for what is not interpreted."""
    known = {name.casefold(): frame for name, frame in tables.items()}
    found = Reader(known, inputs or {}).result(parse_query(text))
    if any(name.startswith("#") for name in found.names):
        raise Unsupported("a column of the result without a name")
    return Frame(tuple(zip(_told_apart(found.names), found.types, strict=True)), found.rows)


def _told_apart(names: Sequence[str]) -> list[str]:
    """The names of a result, where a star brings one again: the second `id` is `id_1`."""
    seen: dict[str, int] = {}
    found: list[str] = []
    for name in names:
        number = seen.get(name.casefold(), 0)
        seen[name.casefold()] = number + 1
        found.append(f"{name}_{number}" if number else name)
    if len({name.casefold() for name in found}) < len(found):
        raise Unsupported("columns of one name")
    return found


@dataclass(frozen=True)
class Reader:
    """Runs queries over the tables and parts that are in sight."""

    tables: Mapping[str, Frame]
    inputs: Inputs

    def result(self, query: Query, outermost: bool = True) -> Frame:
        reader = self
        for name, part in query.parts:
            reader = Reader({**reader.tables, name.casefold(): reader.aside(part)}, self.inputs)
        if isinstance(query.body, Select):
            frame, keyed = reader.selected(query.body, query.order)
        else:
            frame = reader.combined(query.body)
            keyed = reader.keyed(frame, query.order)
        if query.order:
            frame = frame.with_rows(_sorted(frame, keyed, query.order))
        elif outermost and (query.parts or not keeps_order(query.body)):
            frame = frame.with_rows(_sorted(frame, [()] * len(frame.rows), ()))
        return frame.with_rows(reader.limited(frame.rows, query))

    def aside(self, query: Query) -> Frame:
        """A query inside of another one; whether what would stop there is computed, is open."""
        try:
            return self.result(query, False)
        except Stops as stop:
            raise MayStop(stop.reason) from stop

    def limited(self, rows: Sequence[Row], query: Query) -> Sequence[Row]:
        start = self.count(query.offset) or 0
        most = self.count(query.limit)
        return rows[start:] if most is None else rows[start : start + most]

    def count(self, node: Node | None) -> int | None:
        if node is None:
            return None
        value = self.compiler(Scope((), self.inputs)).term(node).run(())
        if value is not None and (not isinstance(value, int) or value < 0):
            raise Unsupported("a limit that is no count")
        return value

    def compiler(self, scope: Scope, **more: Any) -> QueryCompiler:
        return QueryCompiler(scope, self.inner, **more)

    # set operations

    def combined(self, body: Body) -> Frame:
        if isinstance(body, Query):
            return self.result(body, False)
        if isinstance(body, Select):
            return self.selected(body, ())[0]
        left, right = self.combined(body.left), self.combined(body.right)
        if len(left.columns) != len(right.columns):
            raise Untyped("a set operation on tables of different widths")
        kinds = [join(a, b) for a, b in zip(left.types, right.types, strict=True)]
        if any(kind is None for kind in kinds):
            raise Unsupported("a set operation on types that share none")
        columns = tuple((name, kind or Type("null")) for name, kind in zip(left.names, kinds, strict=True))
        first, second = (_as(frame, [kind for _, kind in columns]) for frame in (left, right))
        return Frame(columns, tuple(_combine(body, first, second)))

    def keyed(self, frame: Frame, order: Sequence[Key]) -> list[tuple[Any, ...]]:
        """For every row, the values of the keys of an order over its own columns."""
        runs = [self.over_result(frame, key.node) for key in order]
        return [tuple(run(row) for run in runs) for row in frame.rows]

    def over_result(self, frame: Frame, node: Node) -> Run:
        if isinstance(node, Literal) and node.kind == "number" and node.value.isdigit():
            at = int(node.value) - 1
            return lambda row: row[at]
        places = tuple(Place("", name, kind, at) for at, (name, kind) in enumerate(frame.columns))
        return self.compiler(Scope(places, self.inputs)).term(node).run

    # one SELECT

    def selected(self, select: Select, order: Sequence[Key]) -> tuple[Frame, list[tuple[Any, ...]]]:
        """The rows of a SELECT in the order of its source, and the values of the keys of an order for each."""
        scope, rows = self.source(select.source)
        items = [item for each in select.items for item in _expanded(each, scope)]
        names = [alias or _name(node, scope) or f"#{at}" for at, (node, alias) in enumerate(items)]
        aliases = {alias.casefold(): node for node, alias in items if alias}
        compiler = self.compiler(scope, aliases=aliases)
        if select.where is not None:
            test = condition(compiler.term(select.where)).run
            rows = [row for row in rows if test(row) is True]
            self.tested_early(select.source, select.where)
        given = {name.casefold(): node for name, (node, _) in reversed(list(zip(names, items, strict=True)))}
        sorted_by = [_meant(key.node, items, given) for key in order]
        wanted = [node for node, _ in items] + sorted_by + [n for n in (select.having, select.qualify) if n is not None]
        grouped = select.groups is not None or select.by_all or any(aggregates_in(compiler.resolved(n)) for n in wanted)
        if grouped:
            compiler, rows = Grouping(compiler, select, items).run(rows)
        if select.having is not None:
            test = condition(compiler.term(select.having)).run
            rows = [row for row in rows if test(row) is True]
        compiler, rows = compiler.with_windows(wanted, dict(select.windows), rows)
        if select.qualify is not None:
            test = condition(compiler.term(select.qualify)).run
            rows = [row for row in rows if test(row) is True]
        terms = [compiler.term(node) for node, _ in items]
        made = [tuple(term.run(row) for term in terms) for row in rows]
        runs = [compiler.term(node).run for node in sorted_by]
        keyed = [tuple(run(row) for run in runs) for row in rows]
        frame = Frame(tuple(zip(names, (term.type for term in terms), strict=True)), tuple(made))
        if select.distinct:
            for column in zip(*made, strict=True):
                one_zero(column)
            kept = list({key_of(row): at for at, row in reversed(list(enumerate(made)))}.values())[::-1]
            frame, keyed = frame.with_rows([made[at] for at in kept]), [keyed[at] for at in kept]
        return frame, keyed

    def source(self, source: Source | None) -> tuple[Scope, list[Row]]:
        if source is None:
            return Scope((), self.inputs), [()]
        if isinstance(source, Named):
            frame = self.named(source)
            places = tuple(Place(source.alias, name, kind, at) for at, (name, kind) in enumerate(frame.columns))
            return Scope(places, self.inputs), list(frame.rows)
        return joined(source, self.source(source.left), self.source(source.right), self.compiler)

    def tested_early(self, source: Source | None, where: Node) -> None:
        """Test the sides of a join by themselves: the engine may do that, also with rows that the join takes away."""
        if source is None or isinstance(source, Named):
            return
        for side in (source.left, source.right):
            scope, rows = self.source(side)
            for part in _conjuncts(where):
                try:
                    test = condition(self.compiler(scope).term(part)).run
                except (Untyped, Unsupported):  # it looks at both sides
                    continue
                try:
                    for row in rows:
                        test(row)
                except Stops as stop:
                    raise MayStop(stop.reason) from stop
            self.tested_early(side, where)

    def named(self, source: Named) -> Frame:
        if isinstance(source.table, Query):
            return self.aside(source.table)
        if source.table.casefold() not in self.tables:
            raise Untyped(f"the table {source.table}")
        return self.tables[source.table.casefold()]

    # queries inside of expressions

    def inner(self, node: Inner, compiler: QueryCompiler) -> Term:
        """A query inside of an expression; one that looks at the row around it is not interpreted."""
        try:
            frame = self.aside(node.query)
        except Untyped as error:
            raise Unsupported(f"a query that looks outside: {error}") from error
        if node.how == "exists":
            return Term(Type("boolean"), lambda row: bool(frame.rows))
        if len(frame.columns) != 1:
            raise Unsupported("a query of several columns inside of an expression")
        values, kind = [row[0] for row in frame.rows], frame.types[0]
        if node.how == "scalar":
            return Term(kind, lambda row: _only(values))
        assert node.operand is not None
        operand, option = comparable((compiler.term(node.operand), Term(kind, lambda row: None)))
        options = [cast(value, kind, option.type) for value in values]

        def among(row: Any) -> bool | None:
            value = operand.run(row)
            if value is None:
                return None if options else False
            if any(one is not None and compare(one, value) == 0 for one in options):
                return True
            return None if None in options else False

        return Term(Type("boolean"), among)


def _conjuncts(node: Node) -> list[Node]:
    if isinstance(node, Op) and node.name == "and":
        return [part for operand in node.operands for part in _conjuncts(operand)]
    return [node]


def _only(values: Sequence[Any]) -> Any:
    if len(values) > 1:
        raise Stops("a query that is a value gave several rows")
    return values[0] if values else None


def _as(frame: Frame, kinds: Sequence[Type]) -> list[Row]:
    pairs = list(zip(frame.types, kinds, strict=True))
    return [tuple(cast(v, source, to) for v, (source, to) in zip(row, pairs, strict=True)) for row in frame.rows]


def _combine(body: Combined, left: Sequence[Row], right: Sequence[Row]) -> list[Row]:
    if not body.every:
        for column in zip(*(*left, *right), strict=True):
            one_zero(column)
    if body.kind == "union":
        found = [*left, *right]
    else:
        counts: dict[Any, int] = {}
        for row in right:
            counts[key_of(row)] = counts.get(key_of(row), 0) + 1
        found = []
        for row in left:
            known = counts.get(key_of(row), 0)
            if body.every and known:
                counts[key_of(row)] = known - 1
            if bool(known) == (body.kind == "intersect"):
                found.append(row)
    return found if body.every else list({key_of(row): row for row in reversed(found)}.values())[::-1]


def _expanded(item: tuple[Node, str | None], scope: Scope) -> list[tuple[Node, str | None]]:
    node, alias = item
    if not isinstance(node, Star):
        return [(node, alias)]
    places = [p for p in scope.places if node.table is None or p.table.casefold() == node.table.casefold()]
    if not places:
        raise Untyped("a star over nothing")
    if any(place.name.startswith("#") for place in places):
        raise Unsupported("a star over a column without a name")
    return [(Name(("#", str(place.at))), place.name) for place in places if not place.hidden]


def _meant(node: Node, items: Sequence[tuple[Node, str | None]], given: Mapping[str, Node]) -> Node:
    """What a key of an order means: a column of the result by its place or name, or else an expression."""
    if isinstance(node, Literal) and node.kind == "number" and node.value.isdigit():
        if not 1 <= int(node.value) <= len(items):
            raise Untyped("an order by a place beyond the columns")
        return items[int(node.value) - 1][0]
    if isinstance(node, Name) and len(node.parts) == 1:
        return given.get(node.parts[0].casefold(), node)
    return node


def _name(node: Node, scope: Scope) -> str | None:
    """The name that a column of the result has of itself: the spelling of the column that it is."""
    if isinstance(node, Name):
        place = scope.column(node.parts[-1], node.parts[0] if len(node.parts) == 2 else None)
        if place is not None:
            return place.name
    return None


def keeps_order(body: Body) -> bool:
    """Whether a query without an order only filters and projects one input, without a query inside; it keeps that order."""
    if isinstance(body, Query):
        return not body.parts and (bool(body.order) or keeps_order(body.body))
    if not isinstance(body, Select) or body.source is None:
        return isinstance(body, Select)
    if body.groups is not None or body.by_all or body.distinct or body.having or body.qualify or body.windows:
        return False
    if not isinstance(body.source, Named) or any(calls_in(node) or looks_elsewhere(node) for node, _ in body.items):
        return False
    if body.where is not None and looks_elsewhere(body.where):
        return False
    inner = body.source.table
    return not isinstance(inner, Query) or keeps_order(inner)


def _sorted(frame: Frame, keyed: Sequence[tuple[Any, ...]], order: Sequence[Key]) -> list[Row]:
    """The rows by the keys, ties broken by all columns of the result."""
    last = sort_key()
    sides = [sort_key(descending=key.descending, nulls_first=key.nulls_first) for key in order]
    pairs = list(zip(frame.rows, keyed, strict=True))
    pairs.sort(key=lambda pair: ([side(v) for side, v in zip(sides, pair[1], strict=True)], [last(v) for v in pair[0]]))
    return [row for row, _ in pairs]
