"""Conditions as people say them, read into SQL only where that is provably what they say.

`revenue is over 100`, `status is paid or shipped`, `signup date in 2024`, `email is not missing and age at least 18`.
Every condition made here is admitted against the columns before it counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.ir.expressions.admission import admit
from interlock.ir.expressions.scope import Expression, Scope
from interlock.ir.types import Column, Schema, Type, quote_name
from interlock.syntax.english.comparing import (
    AFTER_VALUE,
    COMPARISONS,
    EMPTY,
    MOMENTS,
    NOT,
    NOT_NULL,
    NULL,
    VERBS,
)
from interlock.syntax.english.scene import Scene
from interlock.syntax.english.spans import dated, literal_type
from interlock.syntax.english.values import after, moment_at, number_text, quoted, text_at

Found = Iterator[tuple[int, str]]
_LONGEST = 60
"""The most tokens that a condition written as SQL is looked for in."""
_SIGNS = frozenset({"=", "==", "<", ">", "<=", ">=", "!=", "<>", "(", "+", "*", "/", "||"})
_SQL = frozenset({"like", "ilike", "between", "is", "in"})


def condition(scene: Scene, at: int, schema: Schema | None, form: str = "") -> Found:
    """Every condition from `at` on: (next place, SQL). With the form `not`, it is what rows are dropped by."""
    token = scene.token(at)
    if token is None:
        return
    if token.kind == "code":
        if schema is None or admitted(token.raw, schema, Type("boolean")):
            yield at + 1, token.raw
        return
    if schema is None:
        return
    found: dict[int, dict[str, None]] = {}
    missing = form == "not" and scene.word(at) in ("missing", "a", "an")  # drop_nulls says that
    for end, text in _chain(scene, at, schema) if not missing else ():
        if admitted(text, schema, Type("boolean")):
            found.setdefault(end, {})[text] = None
    for end in sql_ends(scene, at, _SIGNS, _SQL):
        text = scene.world.text[token.start : scene.tokens[end - 1].end]
        if end not in found and admitted(text, schema, Type("boolean")):
            found[end] = {text: None}
    for end, texts in found.items():
        for text in texts:
            yield end, text


def negated(text: str) -> str:
    """The condition of the rows that are left when those with `text` are dropped."""
    if text.endswith(" is null") and " and " not in text and " or " not in text:
        return text.removesuffix("null") + "not null"
    return f"({text}) is not true"


def admitted(text: str, schema: Schema, expect: Type | None = None) -> bool:
    """Whether the expression reads these columns and has the wanted type."""
    return isinstance(admit(text, Scope({"": schema}), expect), Expression)


def sql_ends(scene: Scene, at: int, signs: frozenset[str], words: frozenset[str]) -> Iterator[int]:
    """Places where an expression written as SQL may end: it holds a sign or a word that only SQL has there."""
    holds = False
    for end in range(at + 1, min(len(scene.tokens), at + _LONGEST) + 1):
        last = scene.tokens[end - 1]
        if last.kind in ("bullet", "path", "code") or (last.kind == "sign" and last.raw in ".;:"):
            return
        holds = holds or (last.kind == "sign" and last.raw in signs) or (last.kind == "word" and last.word in words)
        if holds and not (last.kind == "sign" and last.raw == ","):
            yield end


def _chain(scene: Scene, at: int, schema: Schema) -> Found:
    """Conditions joined by `and`, or by `or`: both at once can be read in two ways, so they need brackets."""

    def more(end: int, parts: list[str], word: str) -> Found:
        yield end, parts[0] if len(parts) == 1 else f" {word or 'and'} ".join(parts)
        for start, joint in _joints(scene, end):
            if joint and word and joint != word:
                continue
            for last, text in _atom(scene, start, schema):
                yield from more(last, [*parts, text], joint or word)

    for end, text in _atom(scene, at, schema):
        yield from more(end, [text], "")


def _joints(scene: Scene, at: int) -> Iterator[tuple[int, str]]:
    """`and`, `or`, or a comma, which leaves open which of the two it stands for."""
    start = at + 1 if scene.word(at) == "," else at
    word = {"and": "and", "&": "and", "but": "and", "or": "or", "also": "and"}.get(scene.word(start))
    if word:
        start += 1
        yield start, word
        if scene.word(start) in ("where", "with", "whose", "if", "also", "that", "the", "which"):
            yield start + 1, word
    elif start > at:
        yield start, ""


def _atom(scene: Scene, at: int, schema: Schema) -> Found:
    if scene.word(at) == "(":
        for end, text in _chain(scene, at + 1, schema):
            if scene.word(end) == ")":
                yield end + 1, f"({text})"
        return
    for start in (at, at + 1) if scene.word(at) == "not" else (at,):
        for end, column in scene.column(start, schema):
            if column.type.name == "boolean":
                yield end, quote_name(column.name) if start == at else f"not {quote_name(column.name)}"
    for end, column in scene.column(at, schema):
        yield from _tails(scene, end, column, schema)
    yield from _turned(scene, at, schema)
    yield from _placed(scene, at, schema)
    yield from _having(scene, at, schema)
    yield from dated(scene, at, schema)


def _placed(scene: Scene, at: int, schema: Schema) -> Found:
    """`in the East region`, `from the Sales department`: a value before its column."""
    if scene.word(at) not in ("in", "from", "of", "within") or scene.word(at + 1) != "the":
        return
    for end, text in text_at(scene, at + 2):
        for last, column in scene.column(end, schema):
            if column.type.is_text and scene.word(end) not in ("the", "a", "an"):
                yield last, f"{quote_name(column.name)} = {quoted(text)}"


def _having(scene: Scene, at: int, schema: Schema) -> Found:
    """`without an email`, `with no phone`; `with an email` only of texts and dates, as a number may be 0."""
    for words, null in (
        ("without", True), ("no", True), ("with no", True), ("lacking", True), ("missing", True), ("have no", True), ("has no", True),
        ("a", False), ("an", False), ("with a", False), ("with an", False), ("have a", False), ("have an", False), ("has a", False), ("has an", False),
    ):  # fmt: skip
        split = words.split()
        if not scene.says(at, *split):
            continue
        start = at + len(split)
        start = start + 1 if null and scene.word(start) in ("a", "an", "any") else start
        for end, column in scene.column(start, schema):
            kind = column.type
            if null or kind.is_text or kind.is_temporal:
                yield end, f"{quote_name(column.name)} is {'null' if null else 'not null'}"


def _turned(scene: Scene, at: int, schema: Schema) -> Found:
    """`more than 10 units`: the comparison before the column."""
    for end, sign in _said(scene, at, COMPARISONS):
        token = scene.token(end)
        text = number_text(token) if token is not None else None
        if text is None or sign in ("=", "<>"):
            continue
        starts = [end + 1, *([end + 2] if scene.word(end + 1) in ("of", "in") else [])]
        for start in starts:
            for last, column in scene.column(start, schema):
                if column.type.is_numeric:
                    yield last, f"{quote_name(column.name)} {sign} {text}"


def _tails(scene: Scene, at: int, column: Column, schema: Schema) -> Found:
    """What is said of a column, and more of it: `over 20 and under 30`."""
    for end, text in _tail(scene, at, column, schema):
        yield end, text
        for start, joint in _joints(scene, end):
            if joint and scene.word(end) != ",":
                for last, other in _tail(scene, start, column, schema, again=True):
                    yield last, f"{text} {joint} {other}" if joint == "and" else f"({text} or {other})"


def _tail(scene: Scene, at: int, column: Column, schema: Schema, again: bool = False) -> Found:
    name = quote_name(column.name)
    verbs = [
        (at, False),
        *((end, False) for end in _any(scene, at, VERBS)),
        *((end, True) for end in _any(scene, at, NOT)),
    ]
    for start, no in verbs:
        bare = start == at
        if not again:
            for end in _any(scene, start, NULL) if not bare else ():
                yield end, f"{name} is not null" if no else f"{name} is null"
            if not column.type.is_text and not bare:
                for end in _any(scene, start, EMPTY):
                    yield end, f"{name} is not null" if no else f"{name} is null"
            if not no:
                for end in _any(scene, start, NOT_NULL):
                    yield end, f"{name} is not null"
        for end, text in _compared(scene, start, column, schema, bare=bare, again=again):
            yield end, _turned_not(text, name) if no else text


_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _turned_not(text: str, name: str) -> str:
    """`a = 1` as `a <> 1`, `a in (…)` as `a not in (…)`: what is not so, in the words of SQL."""
    sign, _, rest = text.removeprefix(f"{name} ").partition(" ")
    if text.startswith(f"{name} ") and sign in _OPPOSITE and (sign in ("=", "<>") or " and " not in rest):
        return f"{name} {_OPPOSITE[sign]} {rest}"
    return f"{name} not {sign} {rest}" if text.startswith(f"{name} in (") else f"not ({text})"


def _compared(scene: Scene, at: int, column: Column, schema: Schema, *, bare: bool, again: bool) -> Found:
    """A comparison with a value, without the verb before it."""
    name, kind = quote_name(column.name), column.type
    signs = list(_said(scene, at, COMPARISONS))
    if kind.is_temporal:
        signs += _said(scene, at, MOMENTS)
        yield from _in_time(scene, at, column)
    for end, sign in signs:
        if kind.is_text and sign not in ("=", "<>"):
            continue
        for last, value in _value(scene, end, column, schema, sign):
            yield last, f"{name} {sign} {value}"
    if not again:
        for end, value in _value(scene, at, column, schema, "="):
            yield end, f"{name} = {value}"
            for last, sign in _said(scene, end, AFTER_VALUE):
                if kind.is_numeric:
                    yield last, f"{name} {sign} {value}"
    yield from _between(scene, at, column, schema)
    if not again:
        yield from _one_of(scene, at, column, schema)
    if kind.is_text:
        yield from _parts(scene, at, name)


def _value(scene: Scene, at: int, column: Column, schema: Schema, sign: str) -> Found:
    """A value that fits the column, as SQL writes it."""
    kind = column.type
    token = scene.token(at)
    if token is None:
        return
    if kind.is_numeric:
        text = number_text(token)
        if text is not None:
            yield at + 1, text
    elif kind.name == "boolean":
        if token.word in ("true", "false", "yes", "no"):
            yield at + 1, {"yes": "true", "no": "false"}.get(token.word, token.word)
    elif kind.is_text:
        for end, text in text_at(scene, at):
            yield end, quoted(text)
    elif kind.is_temporal:
        yield from _moment(scene, at, kind, sign)
    if kind.is_numeric or kind.is_temporal:
        for end, other in scene.column(at, schema):
            if other.name != column.name and (
                (kind.is_numeric and other.type.is_numeric) or other.type.name == kind.name
            ):
                yield end, quote_name(other.name)


def _moment(scene: Scene, at: int, kind: Type, sign: str) -> Found:
    token = scene.token(at)
    if token is not None and token.kind == "date" and len(token.raw) > 10 and kind.name != "date":
        yield at + 1, f"{kind.name} {quoted(token.raw.replace('T', ' '))}"
    for end, day, span in moment_at(scene, at):
        if span == "day" and kind.name == "date":
            yield end, f"date '{day}'"
        elif sign in ("<", ">="):
            yield end, f"{literal_type(kind)} '{day}'"
        elif span != "day" and sign == ">":
            continue


def _in_time(scene: Scene, at: int, column: Column) -> Found:
    """`in 2024`, `in March 2024`, `on 2024-01-31`, `after 2023`, whatever the precision of the column."""
    name, kind = quote_name(column.name), column.type
    word = scene.word(at)
    if kind.name == "time":
        return
    literal = literal_type(kind)
    for end, day, span in moment_at(scene, at + 1):
        if (word == "in" and span != "day") or (word == "on" and span == "day" and kind.name != "date"):
            yield end, f"{name} >= {literal} '{day}' and {name} < {literal} '{after(day, span)}'"
        if word == "after" and span != "day":
            yield end, f"{name} >= {literal} '{after(day, span)}'"
        if word in ("until", "through") and span != "day":
            yield end, f"{name} < {literal} '{after(day, span)}'"


def _between(scene: Scene, at: int, column: Column, schema: Schema) -> Found:
    """`between 5 and 10`, both included; not of moments, where it would leave open whether the last day counts."""
    openings: list[tuple[int, tuple[str, ...]]] = [(at + 1, ("and",))] if scene.word(at) == "between" else []
    if scene.word(at) == "from":
        openings.append((at + 1, ("to", "through", "until")))
    if not (column.type.is_numeric or column.type.name == "date"):
        return
    for start, joints in openings:
        for end, low in _value(scene, start, column, schema, "between"):
            if scene.word(end) in joints:
                for last, high in _value(scene, end + 1, column, schema, "between"):
                    yield last, f"{quote_name(column.name)} between {low} and {high}"


def _one_of(scene: Scene, at: int, column: Column, schema: Schema) -> Found:
    """`paid or shipped`, `one of a, b and c`, `in (1, 2)`, `either a or b`, `neither a nor b`."""
    name = quote_name(column.name)
    if column.type.is_temporal or column.type.name == "boolean":
        return
    start, last_word = at, "or"
    for words, joint in (
        ("one of", "and or"), ("any of", "and or"), ("in", "and or"), ("among", "and or"), ("either", "or"), ("one of these :", "and or"),
    ):  # fmt: skip
        split = words.split()
        if scene.says(at, *split):
            start, last_word = at + len(split), joint
    listed = start > at
    bracket = scene.word(start) in ("(", "[")
    neither = scene.word(at) == "neither"
    if neither:
        start, last_word = at + 1, "nor"

    def more(end: int, values: list[str]) -> Iterator[tuple[int, list[str], bool]]:
        for after_comma in [end + 1] if scene.word(end) == "," else []:
            for final, value in _value(scene, after_comma, column, schema, "in"):
                yield final, [*values, value], False
                yield from more(final, [*values, value])
        joint = end + 1 if scene.word(end) == "," else end
        if scene.word(joint) in last_word.split():
            for final, value in _value(scene, joint + 1, column, schema, "in"):
                yield final, [*values, value], True
                if scene.word(final) == scene.word(joint):
                    yield from more(final, [*values, value])

    for end, first in _value(scene, start + bracket, column, schema, "in"):
        found = [(end, [first], True), *more(end, [first])] if listed else list(more(end, [first]))
        for last, values, closed in found:
            if any("," in each for each in values if not each.startswith("'")) or not (closed or bracket or listed):
                continue
            if bracket and scene.word(last) not in (")", "]"):
                continue
            yield last + bracket, f"{name} {'not ' if neither else ''}in ({', '.join(values)})"


def _parts(scene: Scene, at: int, name: str) -> Found:
    """What a text begins with, ends with or holds."""
    for phrases, function, no in (
        (
            ("starts with", "begins with", "starting with", "beginning with", "start with", "begin with"),
            "starts_with",
            False,
        ),
        (("ends with", "ending with", "end with", "ending in", "ends in"), "ends_with", False),
        (("contains", "containing", "contain", "includes", "including", "include"), "contains", False),
        (("does not start with", "doesn't start with", "not starting with", "do not start with"), "starts_with", True),
        (("does not end with", "doesn't end with", "not ending with", "do not end with"), "ends_with", True),
        (("does not contain", "doesn't contain", "not containing", "do not contain"), "contains", True),
    ):
        for end in _any(scene, at, phrases):
            starts = [end, *([end + 2] if scene.says(end, "the", "text") else [])]
            for start in starts:
                for last, text in text_at(scene, start):
                    yield last, f"{'not ' if no else ''}{function}({name}, {quoted(text)})"


def _said(scene: Scene, at: int, phrases: tuple[tuple[str, str], ...]) -> Iterator[tuple[int, str]]:
    """Every phrase that stands there, with what it means; of two where one begins the other, both."""
    for phrase, sign in phrases:
        words = phrase.split()
        if scene.says(at, *words):
            yield at + len(words), sign


def _any(scene: Scene, at: int, phrases: tuple[str, ...]) -> Iterator[int]:
    for phrase in phrases:
        words = phrase.split()
        if scene.says(at, *words):
            yield at + len(words)
