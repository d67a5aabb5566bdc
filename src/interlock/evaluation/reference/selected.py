"""Expressions of a query: besides what any expression holds, aggregates, windows, aliases and queries."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from interlock.evaluation.frames import Row, Stops, Unsupported
from interlock.evaluation.reference.aggregates import aggregate
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.expressions import Compiler, Place, Scope, member
from interlock.evaluation.reference.parser import Literal, Name, Node
from interlock.evaluation.reference.select_parser import Aggregated, Inner, Key, Over, Query, Select
from interlock.evaluation.reference.terms import MayStop, Term, Untyped, condition
from interlock.evaluation.reference.values import key_of, sort_key
from interlock.evaluation.reference.windows import window

SPREADS = frozenset("stddev stddev_samp stddev_pop variance var_samp var_pop".split())
RANKED = frozenset(
    "row_number ntile lag lead first_value last_value nth_value first last any_value list array_agg string_agg".split()
)
"""Functions whose value depends on the order of rows that tie: the columns that are read break those ties."""


def one_zero(values: Sequence[Any]) -> None:
    """Make sure that values do not hold both zeros: which of them a group or a minimum shows, is open."""
    signs = {math.copysign(1.0, value) for value in values if isinstance(value, float) and value == 0}
    if len(signs) > 1:
        raise Unsupported("both zeros in one group")


def calls_in(node: Any) -> list[Aggregated]:
    """The outermost calls of aggregates and window functions in a tree, not those of queries inside of it."""
    if isinstance(node, Aggregated):
        return [node]
    return [call for part in _parts(node) for call in calls_in(part)]


def looks_elsewhere(node: Any) -> bool:
    """Whether a query stands in a tree, for a value or a list."""
    return isinstance(node, Inner) or any(looks_elsewhere(part) for part in _parts(node))


def aggregates_in(node: Any) -> list[Aggregated]:
    """The calls of aggregates that make groups: those without a window, and those inside of windows."""
    if isinstance(node, Aggregated):
        inside = [call for part in _parts(node) for call in aggregates_in(part)]
        return [node] if node.over is None else inside
    return [call for part in _parts(node) for call in aggregates_in(part)]


def _parts(node: Any) -> Iterator[Any]:
    if isinstance(node, Query):
        return
    if isinstance(node, tuple):
        yield from node
    elif is_dataclass(node) and isinstance(node, (Node, Key, Over)):
        yield from (getattr(node, each.name) for each in fields(node))


class QueryCompiler(Compiler):
    """Compiles the expressions of one SELECT over its rows; `known` says where parts that are computed already lie."""

    def __init__(
        self,
        scope: Scope,
        inner: Callable[[Inner, QueryCompiler], Term],
        aliases: Mapping[str, Node] | None = None,
        known: Mapping[Node, Place] | None = None,
        closed: bool = False,
        ties: Sequence[Place] | None = None,
    ) -> None:
        super().__init__(scope)
        self.inner, self.aliases, self.known, self.closed = inner, dict(aliases or {}), dict(known or {}), closed
        self.ties = list(scope.places if ties is None else ties)

    def resolved(self, node: Any) -> Any:
        """A tree with its names exchanged for the places of columns, and aliases for what they mean."""
        if isinstance(node, Name):
            return self.resolved_name(node)
        if isinstance(node, Query):
            return node
        if isinstance(node, tuple):
            return tuple(self.resolved(part) for part in node)
        if is_dataclass(node) and isinstance(node, (Node, Key, Over)):
            return replace(node, **{each.name: self.resolved(getattr(node, each.name)) for each in fields(node)})
        return node

    def resolved_name(self, node: Name) -> Node:
        first, *rest = node.parts
        if first == "#":
            return node
        table = first if rest and self.scope.has_table(first) else None
        place = self.scope.column(rest[0] if table else first, table)
        if place is not None:
            return Name(("#", str(place.at), *(rest[1:] if table else rest)))
        alias = self.aliases.get(first.casefold())
        if alias is None or rest:
            raise Untyped(f"the column {'.'.join(node.parts)}")
        return replace_compiler(self, first).resolved(alias)

    def term(self, node: Node) -> Term:
        node = self.resolved(node)
        return self.placed(node)

    def placed(self, node: Node) -> Term:
        place = self.known.get(node)
        if place is not None:
            at = place.at
            return Term(place.type, lambda row: row[at])
        if isinstance(node, Inner):
            return self.inner(node, self)
        if isinstance(node, Aggregated):
            raise Unsupported(f"`{node.name}` where it cannot stand")
        if isinstance(node, Name) and self.closed:
            raise Untyped("a column that is neither grouped nor aggregated")
        return super().term(node)

    def name(self, parts: Sequence[str]) -> Term:
        place = next(place for place in self.scope.places if place.at == int(parts[1]))
        at = place.at
        found = Term(place.type, lambda row: row[at])
        for part in parts[2:]:
            found = member(found, part)
        return found

    # windows

    def with_windows(
        self, nodes: Sequence[Node], named: Mapping[str, Over], rows: list[Row]
    ) -> tuple[QueryCompiler, list[Row]]:
        """The compiler and the rows with the values of all windows at their ends."""
        compiler, wanted = self, dict.fromkeys(call for node in nodes for call in calls_in(self.resolved(node)))
        for call in wanted:
            if call in self.known:
                continue
            if call.over is None:
                raise Unsupported("an aggregate among windows")
            kind, values = self.windowed(call, named, rows)
            width = len(rows[0]) if rows else 1_000_000 + len(compiler.known)
            place = Place("", "#window", kind, width)
            compiler = QueryCompiler(
                self.scope, self.inner, self.aliases, {**compiler.known, call: place}, self.closed, self.ties
            )
            rows = [(*row, value) for row, value in zip(rows, values, strict=True)]
        return compiler, rows

    def windowed(self, call: Aggregated, named: Mapping[str, Over], rows: list[Row]) -> tuple[Any, list[Any]]:
        over = call.over if isinstance(call.over, Over) else self.resolved(named[str(call.over)])
        if call.distinct or call.order or call.where:
            raise Unsupported("a window over chosen rows")
        terms = [self.placed(argument) for argument in call.arguments]
        parts = [self.placed(node).run for node in over.partition]
        groups: dict[Any, list[int]] = {}
        for at, row in enumerate(rows):
            groups.setdefault(key_of([run(row) for run in parts]), []).append(at)
        settles = bool(over.order) and (call.name in RANKED or (over.bounds is not None and over.bounds.unit == "rows"))
        found: list[Any] = [None] * len(rows)
        if call.name in SPREADS or (call.name in ("avg", "mean") and terms[0].type.is_float):
            raise Unsupported(f"`{call.name}` over a window")
        kind = window(call.name, [(term.type, []) for term in terms], [], over.bounds)[0]
        for places in groups.values():
            ordered, peers = self.ordered([rows[at] for at in places], over.order, settles)
            chosen = [rows[places[at]] for at in ordered]
            arguments = [(term.type, [term.run(row) for row in chosen]) for term in terms]
            if len(terms) > 2:  # lag and lead with a default
                arguments[2] = (terms[0].type, [cast(v, terms[2].type, terms[0].type) for v in arguments[2][1]])
            if call.name in ("min", "max"):
                one_zero(arguments[0][1])
            values = window(call.name, arguments, peers, over.bounds)[1]
            for at, value in zip(ordered, values, strict=True):
                found[places[at]] = value
        return kind, found

    def ordered(self, rows: Sequence[Row], order: Sequence[Key], settle: bool) -> tuple[list[int], list[Any]]:
        """The places of rows in an order, and for each a key that is equal for rows that it holds equal."""
        runs = [self.placed(key.node).run for key in order]
        sides = [sort_key(descending=key.descending, nulls_first=key.nulls_first) for key in order]
        last = sort_key()
        tied = [place.at for place in self.ties] if settle else []
        keys = [[run(row) for run in runs] for row in rows]
        more = [[row[at] for at in tied] for row in rows]
        places = sorted(
            range(len(rows)),
            key=lambda at: [side(v) for side, v in zip(sides, keys[at], strict=True)] + [last(v) for v in more[at]],
        )
        return places, [key_of(keys[at]) for at in places]

    def aggregated(self, call: Aggregated, rows: Sequence[Row]) -> tuple[Any, Any]:
        """An aggregate over the rows of a group."""
        if call.where is not None:
            test = condition(self.placed(call.where)).run
            passed = [test(row) is True for row in rows]
            self.left_out(call, [row for row, passes in zip(rows, passed, strict=True) if not passes])
            rows = [row for row, passes in zip(rows, passed, strict=True) if passes]
        if call.order:
            rows = [rows[at] for at in self.ordered(rows, call.order, True)[0]]
        terms = [self.placed(argument) for argument in call.arguments]
        arguments = [(term.type, [term.run(row) for row in rows]) for term in terms]
        if call.distinct and call.name in ("sum", "avg", "mean", *SPREADS) and terms[0].type.is_float:
            raise Unsupported(f"`{call.name}` of distinct floats")
        if call.name in ("min", "max", "mode", "quantile_disc", "quantile") or call.distinct:
            one_zero(arguments[0][1] if arguments else ())
        if not rows and len(arguments) > 1:
            arguments = arguments[:1] + [(term.type, []) for term in terms[1:]]
        return aggregate(call.name, arguments, len(rows), distinct=call.distinct)

    def left_out(self, call: Aggregated, rows: Sequence[Row]) -> None:
        """Look at the rows that FILTER leaves out: whether what an aggregate is given is computed for them, is open."""
        for argument in call.arguments:
            run = self.placed(argument).run
            try:
                for row in rows:
                    run(row)
            except Stops as stop:
                raise MayStop(stop.reason) from stop


def replace_compiler(compiler: QueryCompiler, alias: str) -> QueryCompiler:
    """The same compiler without an alias, which may not mean itself."""
    rest = {name: node for name, node in compiler.aliases.items() if name != alias.casefold()}
    return QueryCompiler(compiler.scope, compiler.inner, rest, compiler.known, compiler.closed, compiler.ties)


class Grouping:
    """The groups of one SELECT."""

    def __init__(self, compiler: QueryCompiler, select: Select, items: Sequence[tuple[Node, str | None]]) -> None:
        self.compiler, self.select, self.items = compiler, select, items

    def keys(self) -> list[Node]:
        resolve = self.compiler.resolved
        if self.select.by_all:
            nodes = [resolve(node) for node, _ in self.items]
            return [node for node in nodes if not aggregates_in(node) and not calls_in(node)]
        found: list[Node] = []
        for node in self.select.groups or ():
            if isinstance(node, Literal) and node.kind == "number" and node.value.isdigit():
                node = self.items[int(node.value) - 1][0]
            found.append(resolve(node))
        return found

    def run(self, rows: Sequence[Row]) -> tuple[QueryCompiler, list[Row]]:
        """The compiler over groups, and a row for each: its keys, then the values of every aggregate."""
        compiler = self.compiler
        keys = self.keys()
        terms = [compiler.placed(key) for key in keys]
        groups: dict[Any, tuple[list[Any], list[Row]]] = {}
        computed = [[term.run(row) for term in terms] for row in rows]
        for column in zip(*computed, strict=True):
            one_zero(column)
        for row, values in zip(rows, computed, strict=True):
            groups.setdefault(key_of(values), (values, []))[1].append(row)
        if not groups and not keys and self.select.groups is None:
            groups[()] = ([], [])
        nodes = [node for node, _ in self.items] + [
            n for n in (self.select.having, self.select.qualify) if n is not None
        ]
        calls = list(dict.fromkeys(call for node in nodes for call in aggregates_in(compiler.resolved(node))))
        known = {
            key: Place("", f"#{at}", term.type, at) for at, (key, term) in enumerate(zip(keys, terms, strict=True))
        }
        for call in calls:
            known[call] = Place("", f"#{len(known)}", compiler.aggregated(call, [])[0], len(keys) + calls.index(call))
        found: list[Row] = []
        for values, members in groups.values():
            found.append((*values, *(compiler.aggregated(call, members)[1] for call in calls)))
        ties = [known[key] for key in keys]
        over = QueryCompiler(compiler.scope, compiler.inner, compiler.aliases, known, True, ties)
        return over, found
