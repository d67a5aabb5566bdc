"""Calls of functions: the function table is the only authority on what may be called, and how."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from sqlglot import exp

from interlock.ir.diagnostics import joined, nearest
from interlock.ir.expressions.arithmetic import PRINTABLE
from interlock.ir.expressions.constants import pattern_trouble
from interlock.ir.expressions.dialects import RENAMED
from interlock.ir.expressions.functions import FUNCTIONS
from interlock.ir.expressions.functions.signatures import CLASSES, Function, Signature
from interlock.ir.expressions.nodes import Call, Name, Node
from interlock.ir.expressions.problems import Problem, clearest, mended
from interlock.ir.expressions.promotion import TIMESTAMP, VARCHAR, join_all
from interlock.ir.expressions.refusals import REFUSED
from interlock.ir.expressions.typed import NONE, Typed, call_tree
from interlock.ir.types import Type, TypeTextError, parse_type

DATE_PARTS = frozenset(
    "year month day quarter week decade century millennium isoyear dayofyear doy dayofweek dow isodow weekday".split()
)
CLOCK_PARTS = frozenset("hour minute second millisecond microsecond epoch".split())
FIELD_OF = {"doy": "dayofyear", "dow": "dayofweek", "weekday": "dayofweek"}
TRUNCATIONS = frozenset(
    "year month day quarter week hour minute second decade century millennium millisecond microsecond isoyear".split()
)


class Binder(Protocol):
    """What binding a call needs of the walk that it is a part of."""

    text: str

    def bind_all(self, nodes: tuple[Node, ...]) -> list[Typed] | None: ...
    def report(self, problem: Problem) -> None: ...
    def written(self, node: Node) -> str: ...
    def mend(self, node: Node, new: str) -> str: ...
    def reads(self, part: Typed, kind: Type) -> bool: ...
    def fits(self, part: Typed, kind: Type) -> Typed | None: ...
    def shared(self, part: Typed, kind: Type) -> Typed: ...


@dataclass(frozen=True)
class Misfit:
    """Why a signature does not take the arguments: the argument, and what was wanted there."""

    index: int
    wanted: str
    why: str = ""


def bind_call(binder: Binder, node: Call) -> Typed | None:
    """The call with its type, or None after its problems are reported."""
    function = FUNCTIONS.get(node.name.lower())
    if function is None:
        binder.bind_all(node.arguments) if node.name.lower() not in REFUSED else None
        return binder.report(unknown(binder.text, node.name, node.start, node.end, node.name_end))
    if (bare := _bare_part(binder, node, function)) is not None:
        return binder.report(bare)
    arguments = binder.bind_all(node.arguments)
    if arguments is None:
        return None
    forms = [form for form in function.forms if form.accepts_count(len(arguments))]
    if not forms:
        return binder.report(_wrong_count(node, function, len(arguments)))
    misfits: list[tuple[Signature, Misfit]] = []
    for form in forms:
        fitted = _Match(binder, form).run(arguments)
        if isinstance(fitted, Misfit):
            misfits.append((form, fitted))
        else:
            return _result(node, function, *fitted)
    return binder.report(_misfit(binder, node, function, misfits, arguments))


def unknown(text: str, name: str, start: int, end: int, name_end: int) -> Problem:
    """The problem of a function that is not in the table, or refused by name."""
    refused = REFUSED.get(name.lower())
    if refused and refused[0] != "unknown-function":
        reason, why, help = refused
        return Problem(reason, f"`{name}` is not allowed: {why}", start, end, "not allowed", help=help)
    near, help = meant(name, FUNCTIONS)
    message = f"there is no function `{name}`"
    best = RENAMED.get(name.lower()) or clearest(name, near)
    replacement = mended(text, start, name_end, best) if best else None
    return Problem("unknown-function", message, start, name_end, "not a function", near, replacement, False, (), help)


def meant(name: str, known: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which known functions a name that is none may stand for, and what to write instead."""
    name = name.lower()
    if name in RENAMED:
        return (RENAMED[name],), (f"it is called `{RENAMED[name]}` here",)
    if name in REFUSED:
        return (), REFUSED[name][2]
    return tuple(nearest(name, known)), ()


def _bare_part(binder: Binder, node: Call, function: Function) -> Problem | None:
    """The problem of `date_trunc(month, d)`: a part of a date without quotes."""
    parts = [i for i, parameter in enumerate(function.forms[0].parameters) if parameter.kind in ("part", "clockpart")]
    part = node.arguments[parts[0]] if parts and len(node.arguments) > parts[0] else None
    if not isinstance(part, Name) or part.parts[0].lower().rstrip("s") not in DATE_PARTS | CLOCK_PARTS:
        return None
    word = part.parts[0].lower()
    message = f"the part of a date is written in quotes: `'{word}'`"
    replacement = binder.mend(part, f"'{word}'")
    return Problem("wrong-type", message, part.start, part.end, "in quotes", replacement=replacement, safe=True)


class _Match:
    """One attempt to call one signature with given arguments."""

    def __init__(self, binder: Binder, form: Signature) -> None:
        self.binder, self.form = binder, form
        self.bound: dict[str, Type] = {}
        self.literally = False

    def run(self, arguments: list[Typed]) -> tuple[list[Typed], Type] | Misfit:
        arguments = self.bind_variables(arguments)
        kinds = [self.form.parameter(index).kind for index in range(len(arguments))]
        options = [argument.text or "" for argument, kind in zip(arguments, kinds, strict=True) if kind == "flags"]
        self.literally = any("l" in each for each in options)
        fitted: list[Typed] = []
        for index, argument in enumerate(arguments):
            found = self.fit(argument, self.form.parameter(index).kind)
            if found is None or isinstance(found, str):
                kind = self.form.parameter(index).kind
                index = self.odd_one(arguments) if kind == "T" and "T" not in self.bound else index
                return Misfit(index, kind, found or "")
            fitted.append(found)
        timeless = self.form.text.partition("(part ")[2].startswith("clockpart") and fitted[0].text not in CLOCK_PARTS
        if timeless and any(each.type.name == "time" for each in fitted):
            return Misfit(0, "clockpart", f"a time has no {fitted[0].text}")
        result = self.concrete(self.form.result)
        if result is None or result.is_null:
            return Misfit(0, "any", "the call is always null: give the null a type, as in `cast(null as double)`")
        return fitted, result

    def odd_one(self, arguments: list[Typed]) -> int:
        """The first argument written as `T` that has no type in common with those before it."""
        places = [i for i in range(len(arguments)) if self.form.parameter(i).kind == "T"]
        for count in range(1, len(places) + 1):
            if join_all(arguments[i].pair for i in places[:count]) is None:
                return places[count - 1]
        return places[0]

    def bind_variables(self, arguments: list[Typed]) -> list[Typed]:
        """Settle what `T`, `K` and `V` stand for, and bring the arguments written as `T` to it."""
        found = list(arguments)
        for variable in ("T", "K", "V"):
            plain = [i for i in range(len(found)) if self.form.parameter(i).kind == variable]
            seeds: list[tuple[Type, int | None]] = []
            for i, argument in enumerate(found):
                inner = _inside(argument.type, self.form.parameter(i).kind, variable)
                if inner is not None and i not in plain:
                    seeds.append((inner, None))
            settled = [found[i] for i in plain]
            kinds = [kind for kind, _ in seeds] + [part.type for part in settled if part.text is None]
            for spot, i in enumerate(plain):
                target = next((kind for kind in kinds if self.binder.reads(found[i], kind)), None)
                if target:
                    found[i] = settled[spot] = found[i].cast(target)
            added = (
                bool(seeds) and self.form.result == f"{variable}[]"
            )  # an item of a list, where a literal is an integer
            pairs = [*seeds, *((part.type, None if added else part.literal) for part in settled)]
            kind = join_all(pairs)
            if not pairs or kind is None:
                continue
            self.bound[variable] = kind
            for i in plain:
                found[i] = self.binder.shared(found[i], kind)
        return found

    def fit(self, argument: Typed, kind: str) -> Typed | str | None:
        """The argument as the parameter takes it; None or a reason when it does not fit."""
        if kind in _TEXT_CLASSES:
            return self.fit_literal(argument, kind)
        if kind in CLASSES and kind.isalpha() and kind.islower():
            return self.fit_class(argument, kind)
        if kind == "number[]" and argument.type.name == "list":
            return argument if argument.type.element and argument.type.element.is_numeric else None
        target = self.concrete(kind)
        if target is None:
            return None
        if argument.type == target:
            return argument
        if "T" in kind or kind in ("K", "V"):
            return self.binder.fits(argument, target) if argument.type.is_null or kind != "T" else None
        return self.binder.fits(argument, target)

    def fit_class(self, argument: Typed, kind: str) -> Typed | str | None:
        found = argument.type
        if kind == "any":
            return argument
        if found.is_null:
            default = {"text": VARCHAR, "number": Type("double"), "integers": Type("bigint")}.get(kind, TIMESTAMP)
            return argument.cast(default)
        if kind == "text":
            printable = found.is_text or found.is_numeric or found.name in PRINTABLE
            return argument.cast(VARCHAR) if printable else None
        if kind == "number":
            return argument if found.is_numeric else None
        if kind == "integers":
            return argument if found.is_integer else None
        if kind == "group":
            return argument if argument.literal in range(10) else f"it must be {CLASSES[kind]}"
        if kind == "constant":
            return argument if argument.literal is not None else "it must be a whole number, written out"
        names = {"moment": (), "clock": ("time",), "span": ("time", "interval")}[kind]
        if argument.text is not None:
            name = next((n for n in ("date", "timestamp", *names) if self.binder.reads(argument, Type(n))), None)
            return argument.cast(Type(name)) if name else None
        if found.name in ("timestamp_s", "timestamp_ms", "timestamp_ns"):
            return argument.cast(TIMESTAMP)
        return argument if found.name in ("date", "timestamp", *names) else None

    def fit_literal(self, argument: Typed, kind: str) -> Typed | str | None:
        if argument.text is None:
            return f"it must be {CLASSES[kind]}"
        if kind == "part" and argument.text.lower().rstrip("s") not in TRUNCATIONS | DATE_PARTS:
            return f"`{argument.text}` is not a part of a date: {joined(sorted(TRUNCATIONS | DATE_PARTS), 'or')}"
        if kind == "clockpart" and argument.text.lower().rstrip("s") not in CLOCK_PARTS | DATE_PARTS:
            return f"`{argument.text}` is not a part of a date or time"
        if kind in ("part", "clockpart"):
            plain = argument.text.lower().rstrip("s")
            return replace(argument, text=plain, tree=exp.Literal.string(plain))
        if kind == "flags" and not re.fullmatch(r"[cilmnpsg]*", argument.text):
            return f"`{argument.text}` are not options of a regular expression"
        if kind == "pattern" and not self.literally:
            return _bad_pattern(argument.text) or argument
        if kind == "format":
            return _bad_format(argument.text) or argument
        return argument

    def concrete(self, kind: str) -> Type | None:
        """The type that a word of the signature stands for in this call."""
        base, lists = kind.removesuffix("[][]").removesuffix("[]"), kind.count("[]")
        if base in ("T", "K", "V"):
            found = self.bound.get(base)
        else:
            try:
                found = parse_type(base)
            except TypeTextError:
                return None
        for _ in range(lists):
            found = found and Type("list", element=found)
        return found


_TEXT_CLASSES = ("part", "clockpart", "pattern", "format", "flags", "literal")


_MARKS = frozenset("a A b B c d f g G H I j m M n p S u U V w W x X y Y % -d -H -I -j -m -M -S -y".split())
"""The marks of a date format: those that write or read no zone."""


def _bad_format(form: str) -> str | None:
    """What is wrong with a date format; None when nothing is."""
    if not form:
        return "a date format says something: `'%Y-%m-%d'`"
    for mark in re.findall(r"%(-?.?)", form, re.DOTALL):
        if mark in ("z", "Z"):
            return f"`%{mark}` stands for a time zone, and dates and timestamps here have none"
        if mark not in _MARKS:
            return f"`%{mark}` is not a mark of a date format: write `%%` for a percent sign"
    return None


def _bad_pattern(pattern: str) -> str | None:
    """What RE2 cannot read in a pattern; None when nothing known."""
    beyond = re.search(r"\(\?(?:=|!|<=|<!|>|\()|\\[1-9]|(?<!\\)[*+?}]\+", pattern)
    if beyond:
        return f"`{beyond.group()}` is not part of RE2's regular expressions (no look-around, no back-references)"
    trouble = pattern_trouble(pattern)
    return f"the pattern cannot be read: {trouble}" if trouble else None


def _inside(found: Type, kind: str, variable: str) -> Type | None:
    """The part of an argument's type that stands where the parameter's kind says `T`."""
    if kind == f"{variable}[]" and found.name == "list":
        return found.element
    if kind == f"{variable}[][]" and found.name == "list" and found.element and found.element.name == "list":
        return found.element.element
    if kind.startswith("map") and found.name == "map":
        return found.fields[0][1] if variable == "K" else found.fields[1][1]
    return None


def _result(node: Call, function: Function, fitted: list[Typed], kind: Type) -> Typed:
    if function.result:
        kind = function.result(fitted)
    tree = call_tree(function.name, *(part.tree for part in fitted))
    if function.name == "date_part":
        # DuckDB types `date_part(part, null)` as double whatever the part is; the function of that part has one type.
        tree = call_tree(FIELD_OF.get(fitted[0].text or "", fitted[0].text or ""), fitted[1].tree)
    strict = [part.strict for part in fitted]
    union = NONE.union(*strict)
    some, every = any(part.nullable for part in fitted), all(part.nullable for part in fitted)
    shared = strict[0].intersection(*strict) if strict else NONE
    match function.nulls:
        case "never":
            return Typed(node, tree, kind, False)
        case "strict" | "maybe":
            return Typed(node, tree, kind, some or function.nulls == "maybe", union, union, union)
        case "all":
            return Typed(node, tree, kind, every, shared, shared, shared)
        case "first":
            return Typed(node, tree, kind, fitted[0].nullable, strict[0], strict[0], strict[0])
        case _:
            nullable = function.name != "if" or any(part.nullable for part in fitted[1:])
            return Typed(node, tree, kind, nullable)


def _wrong_count(node: Call, function: Function, count: int) -> Problem:
    shown = joined([f"`{form}`" for form in function.signatures], "or")
    message = f"`{node.name}` takes {_counts(function.forms)}, and {count} {'is' if count == 1 else 'are'} given"
    return Problem("wrong-arity", message, node.start, node.end, help=(f"it is called as {shown}",))


def _counts(forms: tuple[Signature, ...]) -> str:
    """How many arguments a function takes: `1 or 2 arguments`."""
    least = [len(form.parameters) - form.repeats for form in forms]
    words = [str(count) for count in sorted(set(least))]
    if any(form.repeats for form in forms):
        return f"{min(least)} or more arguments"
    if words == ["0"]:
        return "no arguments"
    return f"{joined(words, 'or')} argument{'' if words == ['1'] else 's'}"


def _misfit(
    binder: Binder, node: Call, function: Function, misfits: list[tuple[Signature, Misfit]], arguments: list[Typed]
) -> Problem:
    form, worst = max(misfits, key=lambda pair: pair[1].index)
    part: Node = node if not arguments else arguments[worst.index].node
    given = arguments[worst.index] if arguments else None
    place = form.parameter(worst.index).name
    wanted = joined(list(dict.fromkeys(_wanted(m.wanted) for _, m in misfits if m.index == worst.index)), "or")
    shown = binder.written(part)
    if worst.wanted == "T" and given and not worst.why:
        others = [str(other.type) for i, other in enumerate(arguments) if i != worst.index and other.type != given.type]
        message = f"the values of `{node.name}` must have one type: `{shown}` is {given.type}, beside {joined(others) or 'others'}"
    elif worst.why:
        message = f"`{place}` of `{node.name}` does not take `{shown}`: {worst.why}"
    else:
        where = f" as `{place}`" if len(form.parameters) > 1 else ""
        message = f"`{node.name}` needs {wanted}{where}, and `{shown}` is {given.type if given else 'missing'}"
    help = [f"it is called as `{form.text}`"]
    replacement = None
    if given and not worst.why and given.type.is_text and given.text is None and worst.wanted in _CASTABLE:
        to = _CASTABLE[worst.wanted]
        help.insert(0, f"cast it: `cast({shown} as {to})`")
    elif (
        given
        and not worst.why
        and worst.wanted == "varchar"
        and (given.type.is_numeric or given.type.name in PRINTABLE)
    ):
        help.insert(0, f"cast it: `cast({shown} as varchar)`")
        inner = binder.text[part.start : part.end]
        replacement = mended(binder.text, part.start, part.end, f"cast({inner} as varchar)")
    elif given and given.type.name == "timestamptz":
        help.insert(0, "a time with a zone depends on the time zone of the session; read the column as `timestamp`")
    return Problem(
        "wrong-type", message, part.start, part.end, f"not {wanted}"[:60], (), replacement, False, (), tuple(help)
    )


_CASTABLE = {
    "number": "double",
    "double": "double",
    "bigint": "bigint",
    "integer": "integer",
    "integers": "bigint",
    "moment": "date",
    "clock": "timestamp",
    "span": "timestamp",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}


_NEEDED = {"varchar": "text", "number": "a number", "double": "a number", "integers": "an integer"}


def _wanted(kind: str) -> str:
    if kind in ("T[]", "T[][]"):
        return "a list"
    if kind in ("T", "K", "V"):
        return "a value of the same type as the others"
    return _NEEDED.get(kind) or CLASSES.get(kind, kind)
