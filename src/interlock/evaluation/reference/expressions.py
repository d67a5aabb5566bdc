"""Expressions, compiled to closures over a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from interlock.evaluation.frames import Row, Unsupported
from interlock.evaluation.reference import casts, numbers
from interlock.evaluation.reference.functions.choices import CHOICES
from interlock.evaluation.reference.functions.dates import DATES
from interlock.evaluation.reference.functions.lists import LISTS
from interlock.evaluation.reference.functions.numbers import NUMBERS
from interlock.evaluation.reference.functions.patterns import PATTERNS
from interlock.evaluation.reference.functions.registry import Function, call
from interlock.evaluation.reference.functions.text import TEXT
from interlock.evaluation.reference.kinds import BOOLEAN, DOUBLE, NULL, VARCHAR, integer_literal
from interlock.evaluation.reference.operators import beside, operate
from interlock.evaluation.reference.parser import Call, Case, Cast, Input, Literal, Member, Name, Node, Op, parse
from interlock.evaluation.reference.terms import Term, Untyped, condition, constant, fits, unified
from interlock.evaluation.reference.values import compare
from interlock.ir.types import Type

FUNCTIONS: dict[str, Function] = {
    name: function
    for family in (TEXT, NUMBERS, DATES, CHOICES, LISTS, PATTERNS)
    for function in family
    for name in function.names
}
"""Every scalar function, by every name."""
Inputs = Mapping[str, tuple[Type, Any]]


@dataclass(frozen=True)
class Compiled:
    """An expression with its type; `evaluate` gives its value for a row.

    It raises Stops where the documented meaning is that the run stops (MayStop, where it is open whether the value is
    computed at all), Unsupported for what is not interpreted.
    """

    type: Type
    evaluate: Callable[[Row], Any]


@dataclass(frozen=True)
class Place:
    """A column in sight: the table it belongs to, its name and type, and its place in a row.

    A `hidden` one is found only with its table named before it.
    """

    table: str
    name: str
    type: Type
    at: int
    hidden: bool = False


@dataclass(frozen=True)
class Scope:
    """The columns and run inputs that an expression may name."""

    places: tuple[Place, ...]
    inputs: Inputs = field(default_factory=dict)

    def column(self, name: str, table: str | None = None) -> Place | None:
        """The column of that name; raises Untyped where several tables have it."""
        found = [
            place
            for place in self.places
            if place.name.casefold() == name.casefold()
            and (table is None or place.table.casefold() == table.casefold())
        ]
        if len(found) > 1 and len({place.table.casefold() for place in found}) == 1:
            raise Unsupported("columns of one name")  # the engine calls the second one by another name
        if len(found) > 1:
            raise Untyped(f"`{name}` is a column of several tables")
        return found[0] if found else None

    def has_table(self, name: str) -> bool:
        return any(place.table.casefold() == name.casefold() for place in self.places)


def compile_expression(
    text: str,
    columns: Sequence[tuple[str, Type]],
    inputs: Inputs | None = None,
    *,
    expect: Type | None = None,
    tables: Mapping[str, Sequence[tuple[str, Type]]] | None = None,
) -> Compiled:
    """The expression over rows of these columns; raises Unsupported where the reference cannot read or type it.

    `expect` is the type that a text literal or null standing alone takes on. With `tables`, rows are the columns of all
    of them, one table after the other, and names may be written `table.column`.
    """
    named = [("", columns)] if tables is None else list(tables.items())
    every = [(table, name, kind) for table, part in named for name, kind in part]
    scope = Scope(tuple(Place(*each, at) for at, each in enumerate(every)), inputs or {})
    term = Compiler(scope).term(parse(text))
    if expect is not None and (fitted := fits(term, expect)) is not None:
        term = fitted
    return Compiled(term.type, term.run)


class Compiler:
    """Trees to terms."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def term(self, node: Node) -> Term:
        match node:
            case Literal():
                return literal(node)
            case Name():
                return self.name(node.parts)
            case Input():
                if node.name not in self.scope.inputs:
                    raise Untyped(f"the input :{node.name}")
                kind, value = self.scope.inputs[node.name]
                return constant(value, kind)
            case Op():
                return operate(node.name, [self.term(each) for each in node.operands])
            case Cast():
                return self.cast(node)
            case Case():
                return self.case(node)
            case Member():
                return member(self.term(node.operand), node.name)
            case Call():
                return self.call(node)
        raise Unsupported(f"{type(node).__name__} in an expression")

    def call(self, node: Call) -> Term:
        function = FUNCTIONS.get(node.name)
        if function is None:
            raise Unsupported(f"the function {node.name}")
        return call(function, [self.term(each) for each in node.arguments])

    def name(self, parts: Sequence[str]) -> Term:
        rest = list(parts)
        place = None
        if len(rest) > 1 and (self.scope.has_table(rest[0]) or self.scope.column(rest[0]) is None):
            place = self.scope.column(rest[1], rest[0] if self.scope.has_table(rest[0]) else None)
            rest = rest[2:] if place else rest
        if place is None:
            place, rest = self.scope.column(rest[0]), rest[1:]
        if place is None:
            raise Untyped(f"the column {'.'.join(parts)}")
        at = place.at
        found = Term(place.type, lambda row: row[at])
        for part in rest:
            found = member(found, part)
        return found

    def cast(self, node: Cast) -> Term:
        operand = self.term(node.operand)
        run, source, to, tentative = operand.run, operand.type, node.to, node.tentative
        if source.is_null:
            return constant(None, to)
        return Term(to, lambda row: casts.cast(run(row), source, to, tentative=tentative))

    def case(self, node: Case) -> Term:
        values = [self.term(then) for _, then in node.whens]
        if node.otherwise is not None:
            values.append(self.term(node.otherwise))
        results = unified(values, "the results of a case")
        tests = [self.test(node.operand, when) for when, _ in node.whens]
        last = results[-1].run if node.otherwise is not None else None
        pairs = [(test, result.run) for test, result in zip(tests, results, strict=False)]

        def run(row: Any) -> Any:
            for test, result in pairs:
                if test(row):
                    return result(row)
            return last(row) if last else None

        return Term(results[0].type, run)

    def test(self, operand: Node | None, when: Node) -> Callable[[Any], Any]:
        if operand is None:
            return condition(self.term(when)).run
        one, other = beside((self.term(operand), self.term(when)))

        def run(row: Any) -> bool:
            left, right = one.run(row), other.run(row)
            return left is not None and right is not None and compare(left, right) == 0

        return run


def member(operand: Term, name: str) -> Term:
    """A field of a struct."""
    found = next((field for field in operand.type.fields if field[0].casefold() == name.casefold()), None)
    if found is None or operand.type.name != "struct":
        raise Untyped(f"the field {name} of {operand.type}")
    key, kind = found
    run = operand.run

    def take(row: Any) -> Any:
        value = run(row)
        return None if value is None else value[key]

    return Term(kind, take)


def literal(node: Literal) -> Term:
    """A literal as a term."""
    kind, value = node.kind, node.value
    if kind == "null":
        return constant(None, NULL)
    if kind == "boolean":
        return constant(value == "true", BOOLEAN)
    if kind == "text":
        return constant(value, VARCHAR, None, value)
    if kind != "number":
        return constant(casts.from_text(value, Type(kind)), Type(kind))
    if "e" in value:
        return constant(float(value), DOUBLE)
    if "." not in value:
        return constant(int(value), integer_literal(int(value)), int(value))
    whole, _, fraction = value.removeprefix("-").partition(".")
    kind_of = Type("decimal", (len(whole.lstrip("0") or "0") + len(fraction), len(fraction)))
    return constant(numbers.decimal(Fraction(value), kind_of), kind_of)
