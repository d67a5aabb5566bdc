"""Admission: text in, a typed expression or every problem of it out."""

from __future__ import annotations

from interlock.ir.expressions.binder import Binder
from interlock.ir.expressions.parser import parse
from interlock.ir.expressions.problems import Problem, Refused
from interlock.ir.expressions.promotion import join
from interlock.ir.expressions.scope import Expression, Scope
from interlock.ir.types import Type


def admit(text: str, scope: Scope, expect: Type | None = None) -> Expression | list[Problem]:
    """The text as a typed expression, or what is wrong with it; never raises.

    `expect` is the type the value must have, or widen to without a change of meaning.

    >>> from interlock.ir.types import schema
    >>> found = admit("revenue > :minimum", Scope({"": schema(revenue="double")}, {"minimum": Type("double")}))
    >>> str(found.type), found.sql
    ('boolean', '"revenue" > CAST(GETVARIABLE(\\'minimum\\') AS DOUBLE)')
    """
    if not isinstance(text, str):
        return [Problem("syntax", "an expression is a text", 0, 0)]
    try:
        return _admit(text, scope, expect)
    except Refused as refused:
        return [refused.problem]
    except RecursionError:
        return [Problem("too-large", "the expression is nested too deeply", 0, len(text))]


def _admit(text: str, scope: Scope, expect: Type | None) -> Expression | list[Problem]:
    node = parse(text)
    binder = Binder(text, scope)
    typed = binder.bind(node)
    if typed is None:
        return binder.problems
    if typed.type.is_null:
        help = ("give it a type: `cast(null as double)`",)
        return [Problem("wrong-type", "the expression is always null", 0, len(text), "always null", help=help)]
    if expect is not None and typed.type != expect and not (wanted := _meets(typed.type, expect)):
        if expect.name == "boolean":
            binder.condition(typed, "a condition is wanted here")
            return binder.problems
        message = f"the expression is {typed.type}, and {expect} is wanted: {wanted or 'cast it'}"
        help = (f"cast it: `cast({binder.written(node)} as {expect})`",)
        return [Problem("wrong-type", message, 0, len(text), f"this is {typed.type}", help=help)]
    typed.tree.sql(dialect="duckdb")  # a tree too deep to print is refused here, not where it runs
    return Expression(
        text, typed.tree, typed.type, typed.nullable, tuple(binder.columns), tuple(binder.inputs), typed.when_true
    )


def _meets(kind: Type, expect: Type) -> bool:
    return expect.name != "boolean" and join(kind, expect) == expect
