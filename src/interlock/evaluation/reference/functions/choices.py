"""Functions that choose between values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from interlock.evaluation.reference.functions.registry import Function, built, null_aware
from interlock.evaluation.reference.terms import Term
from interlock.evaluation.reference.values import compare
from interlock.ir.types import Type


def _coalesce(terms: Sequence[Term], kind: Type) -> Term:
    def run(row: Any) -> Any:
        for term in terms:
            value = term.run(row)
            if value is not None:
                return value
        return None

    return Term(kind, run)


def _if(terms: Sequence[Term], kind: Type) -> Term:
    condition, then, otherwise = (term.run for term in terms)
    return Term(kind, lambda row: then(row) if condition(row) else otherwise(row))


def _nullif(value: Any, other: Any) -> Any:
    return None if value is not None and other is not None and compare(value, other) == 0 else value


def _extreme(sign: int) -> Any:
    def choose(*values: Any) -> Any:
        known = [value for value in values if value is not None]
        return reduce(lambda a, b: b if sign * compare(b, a) > 0 else a, known) if known else None

    return choose


CHOICES: tuple[Function, ...] = (
    built("coalesce ifnull nvl", "T T... -> T", _coalesce),
    null_aware("nullif", "T T -> T", _nullif),
    built("if iff iif", "boolean T T -> T", _if),
    null_aware("greatest", "T T... -> T", _extreme(1)),
    null_aware("least", "T T... -> T", _extreme(-1)),
)
"""Every function that chooses between values."""
