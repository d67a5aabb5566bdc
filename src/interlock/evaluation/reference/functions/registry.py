"""How a row of a function table is written, and how a call finds the form of a function that its arguments fit.

A form is written `varchar bigint -> varchar`: the kinds of the arguments, `...` behind one that repeats, and the result.
Kinds are types, or the words that the documentation lists: `text`, `number`, `moment`, `T`, `T[]` and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from interlock.evaluation.reference.kinds import BIGINT, DOUBLE, STAMPS, TIMESTAMP, VARCHAR, join_all, list_of
from interlock.evaluation.reference.terms import PRINTED, Term, Untyped, constant, fits, reads, strict, to
from interlock.ir.types import Type, parse_type

WRITTEN_OUT = ("part", "clockpart", "pattern", "format", "flags", "literal")
"""Kinds of arguments that are text literals."""
CLASSES = ("text", "number", "integers", "moment", "clock", "span", "group", "constant")
CLOCK_PARTS = frozenset("hour minute second millisecond microsecond epoch".split())


@dataclass(frozen=True)
class Function:
    """One function. `build` makes its term of the fitted arguments and the type of the result."""

    names: tuple[str, ...]
    forms: tuple[str, ...]
    build: Callable[[Sequence[Term], Type], Term]
    result: Callable[[Sequence[Term]], Type] | None = None


def plain(
    names: str, forms: str, compute: Callable[..., Any], result: Callable[[Sequence[Term]], Type] | None = None
) -> Function:
    """A function that is null when any argument is; `compute` takes the values."""
    return Function(tuple(names.split()), _forms(forms), lambda terms, kind: strict(kind, compute, *terms), result)


def typed(
    names: str,
    forms: str,
    make: Callable[[Sequence[Type], Type], Callable[..., Any]],
    result: Callable[[Sequence[Term]], Type] | None = None,
) -> Function:
    """Like `plain`, but what computes is made for the types of the arguments and of the result."""

    def build(terms: Sequence[Term], kind: Type) -> Term:
        return strict(kind, make([term.type for term in terms], kind), *terms)

    return Function(tuple(names.split()), _forms(forms), build, result)


def null_aware(names: str, forms: str, compute: Callable[..., Any]) -> Function:
    """A function that is given nulls too."""

    def build(terms: Sequence[Term], kind: Type) -> Term:
        runs = [term.run for term in terms]
        return Term(kind, lambda row: compute(*(run(row) for run in runs)))

    return Function(tuple(names.split()), _forms(forms), build)


def built(names: str, forms: str, build: Callable[[Sequence[Term], Type], Term]) -> Function:
    """A function that decides itself which arguments it computes."""
    return Function(tuple(names.split()), _forms(forms), build)


def _forms(forms: str) -> tuple[str, ...]:
    return tuple(form.strip() for form in forms.split(";"))


def call(function: Function, terms: Sequence[Term]) -> Term:
    """A call of a function, by the first of its forms that takes the arguments."""
    for form in function.forms:
        kinds, _, result = form.partition("->")
        found = _Form(kinds.split(), result.strip()).fit(terms)
        if found is not None:
            parts, kind = found
            return function.build(parts, function.result(parts) if function.result else kind)
    shown = ", ".join(str(term.type) for term in terms)
    raise Untyped(f"{function.names[0]}({shown})")


class _Form:
    """One form of a function."""

    def __init__(self, kinds: list[str], result: str) -> None:
        self.kinds, self.result = [kind.removesuffix("...") for kind in kinds], result
        self.repeats = bool(kinds) and kinds[-1].endswith("...")
        self.item: Type | None = None

    def fit(self, terms: Sequence[Term]) -> tuple[list[Term], Type] | None:
        if len(terms) < len(self.kinds) - self.repeats or (len(terms) > len(self.kinds) and not self.repeats):
            return None
        kinds = [self.kinds[min(i, len(self.kinds) - 1)] for i in range(len(terms))]
        arguments = self.share(list(terms), kinds)
        found: list[Term] = []
        for term, kind in zip(arguments, kinds, strict=True):
            fitted = self.fitted(term, kind)
            if fitted is None:
                return None
            found.append(fitted)
        timed = any(term.type.name == "time" for term in found)
        if timed and kinds[0] == "clockpart" and found[0].text not in CLOCK_PARTS:
            return None
        result = self.type_of(self.result)
        return None if result is None or result.is_null else (found, result)

    def share(self, terms: list[Term], kinds: list[str]) -> list[Term]:
        """Settle what `T` is, and bring the arguments written `T` to it."""
        places = [i for i, kind in enumerate(kinds) if kind == "T"]
        seeds = [inner for term, kind in zip(terms, kinds, strict=True) if (inner := _inside(term.type, kind))]
        known = seeds + [terms[i].type for i in places if terms[i].text is None]
        for i in places:
            kind = next((kind for kind in known if reads(terms[i], kind)), None)
            if kind:
                terms[i] = to(terms[i], kind)
        added = bool(seeds) and self.result == "T[]"
        pairs: list[tuple[Type, int | None]] = [(kind, None) for kind in seeds]
        pairs += [(terms[i].type, None if added else terms[i].literal) for i in places]
        self.item = join_all(pairs) if pairs else None
        if self.item is not None:
            for i in places:
                terms[i] = to(terms[i], self.item)
        return terms

    def type_of(self, kind: str) -> Type | None:
        base, lists = kind.replace("[]", ""), kind.count("[]")
        found = self.item if base == "T" else parse_type(base)
        for _ in range(lists):
            found = found and list_of(found)
        return found

    def fitted(self, term: Term, kind: str) -> Term | None:
        if kind in WRITTEN_OUT:
            if term.text is None:
                return None
            text = term.text.lower().rstrip("s") if kind in ("part", "clockpart") else term.text
            return constant(text, VARCHAR, None, text)
        if kind in CLASSES:
            return _classed(term, kind)
        if kind == "number[]":
            return term if term.type.element and term.type.element.is_numeric else None
        target = self.type_of(kind)
        if target is None:
            return None
        return term if term.type == target else fits(term, target) if kind != "T" or term.type.is_null else None


def _inside(kind: Type, form: str) -> Type | None:
    """What stands where a form says `T`, inside of an argument that is a list."""
    if form == "T[]":
        return kind.element
    return kind.element.element if form == "T[][]" and kind.element else None


def _classed(term: Term, kind: str) -> Term | None:
    found = term.type
    if found.is_null:
        return constant(None, {"text": VARCHAR, "number": DOUBLE, "integers": BIGINT}.get(kind, TIMESTAMP))
    if kind == "text":
        return to(term, VARCHAR) if found.is_text or found.is_numeric or found.name in PRINTED else None
    if kind == "number":
        return replace(term, text=None) if found.is_numeric else None
    if kind == "integers":
        return term if found.is_integer else None
    if kind in ("group", "constant"):
        return term if term.literal is not None else None
    names = ("date", "timestamp", *{"moment": (), "clock": ("time",), "span": ("time", "interval")}[kind])
    if term.text is not None:
        name = next((name for name in names if reads(term, Type(name))), None)
        return to(term, Type(name)) if name else None
    if found.name in STAMPS[1:]:
        return to(term, TIMESTAMP)
    return term if found.name in names else None
