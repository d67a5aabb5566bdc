"""A run input's default is not of its type, or its type cannot be given on a command line.

inputs: {since: {type: date, default: yesterday}}       # refused
inputs: {since: {type: date, default: 2024-01-31}}
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.compiler.check.rules import bad_type
from interlock.gates.inputs import InputValueError, coerce
from interlock.ir.diagnostics import Diagnostic, rule
from interlock.ir.types import Type, TypeTextError, parse_type

RULE = rule("IL221", "bad-input-default", __doc__)

GIVEABLE = frozenset({"boolean", "varchar", "decimal", "date", "time", "timestamp", "timestamptz"})


def check(context: Context) -> Iterator[Diagnostic]:
    """Read the type of every run input, and its default as that type."""
    for given in context.plan.inputs:
        try:
            kind = parse_type(given.type)
        except TypeTextError as error:
            context.inputs[given.name] = Type("null")
            yield bad_type.found(given.at.child("type"), given.type, error)
            continue
        context.inputs[given.name] = kind
        if not (kind.is_integer or kind.is_float or kind.name in GIVEABLE):
            context.inputs[given.name] = Type("null")  # so that its uses are not reported, too
            yield RULE.found(
                given.at.child("type"),
                f"a run input cannot be of type {kind}",
                label="not a type that a value can be typed in",
                help=["use a number, varchar, boolean, date, time or timestamp"],
            )
        elif given.has_default and given.default is None:
            yield RULE.found(
                given.at.child("default"),
                f"the default of `:{given.name}` is null, which every comparison with it would be, too",
                label="no value",
                help=["leave the default out, so that every run must give a value"],
                expected=str(kind),
                found=None,
            )
        elif given.has_default:
            try:
                coerce(given.default, kind)
            except InputValueError as error:
                yield RULE.found(
                    given.at.child("default"),
                    f"the default of `:{given.name}`: {error}",
                    label=f"not of type {kind}",
                    expected=str(kind),
                    found=str(given.default),
                )
