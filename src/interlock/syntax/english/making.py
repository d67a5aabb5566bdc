"""What is made of columns: expressions, new names, types, fills, replaced values, and the pairs that a join compares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from interlock.ir.types import Column, Schema, TypeTextError, parse_type, quote_name
from interlock.syntax.english.comparing import EMPTY
from interlock.syntax.english.conditions import admitted, sql_ends
from interlock.syntax.english.lists import new_name, several
from interlock.syntax.english.scene import Scene
from interlock.syntax.english.values import number_text, scalar_at

_SIGNS = frozenset({"+", "-", "*", "/", "(", "||", "**", "%"})
_OPERATORS = (
    ("plus", "+"), ("added to", "+"), ("minus", "-"), ("less", "-"), ("times", "*"), ("multiplied by", "*"), ("multiplied with", "*"),
    ("x", "*"), ("divided by", "/"), ("over", "/"), ("+", "+"), ("-", "-"), ("*", "*"), ("/", "/"), ("×", "*"), ("÷", "/"),
)  # fmt: skip
_TO = (("to",), ("into",), ("as",), ("->",), ("→",), ("=>",), ("becomes",), ("to", "be"), ("by",), ("with",))
_TYPES = {"number": "double", "numbers": "double", "whole number": "bigint", "whole numbers": "bigint", "integers": "bigint", "integer": "bigint",
          "int": "bigint", "texts": "varchar", "text": "varchar", "string": "varchar", "strings": "varchar", "float": "double", "floats": "double",
          "dates": "date", "datetime": "timestamp", "booleans": "boolean", "bool": "boolean", "doubles": "double"}  # fmt: skip


def expression(scene: Scene, at: int, schema: Schema | None) -> Iterator[tuple[int, str]]:
    """An expression: in backticks, as SQL over the columns, or in words: `price times quantity`."""
    token = scene.token(at)
    if token is None:
        return
    if token.kind == "code":
        if schema is None or admitted(token.raw, schema):
            yield at + 1, token.raw
        return
    if schema is None:
        return
    found: dict[int, str] = {}
    for end, text in _words(scene, at, schema):
        found.setdefault(end, text)
    for end in sql_ends(scene, at, _SIGNS, frozenset({"case"})):
        text = scene.world.text[token.start : scene.tokens[end - 1].end]
        if end not in found and re.search(r"\w\s*\(", text) and admitted(text, schema):
            found[end] = text
    for end, text in found.items():
        if admitted(text, schema):
            yield end, text


def _words(scene: Scene, at: int, schema: Schema) -> Iterator[tuple[int, str]]:
    """Operands of one kind of operation: `a plus b plus c`; more than one kind only where the signs are SQL's own."""

    def more(end: int, text: str, used: set[str]) -> Iterator[tuple[int, str]]:
        if used:
            yield end, text
        for phrase, sign in _OPERATORS:
            words = phrase.split()
            if not scene.says(end, *words):
                continue
            plain = phrase == sign
            if used and not plain and {*used, sign} - {"+", "-"} and {*used, sign} - {"*"}:
                continue
            for last, other in _operand(scene, end + len(words), schema):
                yield from more(last, f"{text} {sign} {other}", {*used, sign})

    for end, text in _operand(scene, at, schema):
        yield from more(end, text, set())
    for opening, joints, sign in (
        ("product of", ("and",), "*"), ("sum of", ("and",), "+"), ("difference between", ("and",), "-"), ("difference of", ("and",), "-"),
        ("ratio of", ("to", "and"), "/"), ("multiplying", ("by", "with", "and"), "*"), ("adding", ("and", "to"), "+"), ("dividing", ("by",), "/"),
        ("multiply", ("by", "with", "and"), "*"), ("divide", ("by",), "/"), ("add", ("and",), "+"),
    ):  # fmt: skip
        start = at + 1 if scene.word(at) in ("the", "a", "by") else at
        words = opening.split()
        if scene.says(start, *words):
            for end, one in _operand(scene, start + len(words), schema):
                if scene.word(end) in joints:
                    for last, other in _operand(scene, end + 1, schema):
                        yield last, f"{one} {sign} {other}"


def _operand(scene: Scene, at: int, schema: Schema) -> Iterator[tuple[int, str]]:
    token = scene.token(at)
    if token is None:
        return
    if scene.word(at) == "(":
        for end, text in _words(scene, at + 1, schema):
            if scene.word(end) == ")":
                yield end + 1, f"({text})"
        return
    if token.kind == "number" and (text := number_text(token)) is not None:
        yield at + 1, text
    for end, column in scene.column(at, schema):
        yield end, quote_name(column.name)


def makes(scene: Scene, at: int, schema: Schema | None, form: str = "") -> Iterator[tuple[int, dict[str, str]]]:
    """New columns: `total as price * quantity`, `total = price times quantity`, and the other way round.

    With the form `bare`, where no verb says that something is computed, only `total = …` and `… into a new column`.
    """
    bare = form == "bare"

    def item(start: int) -> Iterator[tuple[int, tuple[str, str]]]:
        for end, name in new_name(scene, start):
            for words in ("as", "=", "equal to", ", which is", "which is", "that is", ", computed as", "computed as", "calculated as", "defined as", ":", "being", "that equals",
                          ", equal to", "by", "to", "with", ", calculated as", "which equals", "for", "from", ":=", "as the", "to be", "is", "with value", "that contains", "containing", "with the",
                          "as being", "which should be", "( =", "holding", "set to", "to hold", "given by", "obtained by", "computed by", "calculated by", "for the", "equals"):  # fmt: skip
                split = words.split()
                if scene.says(end, *split) and (not bare or words in ("=", ":=")):
                    for last, text in expression(scene, end + len(split), schema):
                        yield last, (name, text)
        for end, text in expression(scene, start, schema):
            for words in ("as", "into", "as column", "into a column called", "as a column called", "called", "and call it", "named", "and name it", "in a column called", "in a new column called",
                          "into a new column called", "as a new column called", "in a column named", "as new column", "into column", "into a column named"):  # fmt: skip
                split = words.split()
                if scene.says(end, *split) and (not bare or "column" in words):
                    for last, name in new_name(scene, end + len(split)):
                        yield last, (name, text)

    for end, pairs in several(scene, at, item):
        if len({name.casefold() for name, _ in pairs}) == len(pairs):
            yield end, dict(pairs)


def renames(scene: Scene, at: int, schema: Schema | None) -> Iterator[tuple[int, dict[str, str]]]:
    """Old and new names: `qty to quantity`, `qty as quantity`."""

    def item(start: int) -> Iterator[tuple[int, tuple[str, str]]]:
        for end, column in scene.column(start, schema):
            for words in _TO:
                if scene.says(end, *words) and words not in (("by",), ("with",)):
                    for last, name in new_name(scene, end + len(words)):
                        yield last, (column.name, name)

    for end, pairs in several(scene, at, item):
        if len({old for old, _ in pairs}) == len(pairs):
            yield end, dict(pairs)


def types(scene: Scene, at: int, schema: Schema | None) -> Iterator[tuple[int, dict[str, str]]]:
    """Columns and types: `price to double`, `id and age to whole numbers`."""

    def column(start: int) -> Iterator[tuple[int, str]]:
        for end, found in scene.column(start, schema):
            yield end, found.name

    def item(start: int) -> Iterator[tuple[int, list[tuple[str, str]]]]:
        for end, names in several(scene, start, column):
            for words in _TO[:4]:
                if scene.says(end, *words):
                    for last, kind in type_name(scene, end + len(words)):
                        yield last, [(name, kind) for name in names]

    for end, groups in several(scene, at, item):
        pairs = [pair for group in groups for pair in group]
        if len({name for name, _ in pairs}) == len(pairs):
            yield end, dict(pairs)


def type_name(scene: Scene, at: int) -> Iterator[tuple[int, str]]:
    """A type: a SQL type, or a plain word for one."""
    token = scene.token(at)
    if token is not None and token.kind == "code":
        yield at + 1, token.raw
        return
    start = at + 1 if scene.word(at) in ("a", "an", "the", "type") else at
    for count in (2, 1):
        words = " ".join(scene.word(start + index) for index in range(count))
        if words in _TYPES:
            yield start + count, _TYPES[words]
            return
    try:
        if scene.word(start).isalpha():
            yield start + 1, str(parse_type(scene.word(start)))
    except TypeTextError:
        return


def fills(scene: Scene, at: int, schema: Schema | None, form: str = "") -> Iterator[tuple[int, dict[str, Any]]]:
    """Values for nulls: `0 in amount`; with the form `with`, `amount with 0`."""

    def item(start: int) -> Iterator[tuple[int, list[tuple[str, Any]]]]:
        if form == "lacking":
            yield from _lacking(scene, start, schema)
            return
        if form in ("with", "with_blank"):
            for end, columns in several(scene, start, lambda place: scene.column(place, schema)):
                if form == "with_blank" and any(column.type.is_text for column in columns):
                    continue
                for joint in (
                    "with",
                    "by",
                    "to",
                    "as",
                    "=",
                    "values with",
                    "being",
                    "->",
                    "value as",
                    "are regarded as",
                    "count as",
                    "counts as",
                    "means",
                    "as being",
                ):
                    words = joint.split()
                    if scene.says(end, *words):
                        for last, value in _for_all(scene, end + len(words), columns):
                            yield last, [(column.name, value) for column in columns]
            return
        for column in schema or ():
            for end, value in scalar_at(scene, start, column.type):
                for joint in ("in", "for"):
                    if scene.word(end) == joint:
                        for last, found in scene.column(end + 1, schema):
                            if found.name == column.name:
                                yield last, [(column.name, value)]

    for end, groups in several(scene, at, item):
        pairs = [pair for group in groups for pair in group]
        if len({name for name, _ in pairs}) == len(pairs):
            yield end, dict(pairs)


def _lacking(scene: Scene, at: int, schema: Schema | None) -> Iterator[tuple[int, list[tuple[str, Any]]]]:
    """`fee null = 0`, `the fine is empty, put 0`, `there is no fee put zero`."""
    for opening in ("there is no", "there's no", "there are no"):
        words = opening.split()
        if scene.says(at, *words):
            for end, column in scene.column(at + len(words), schema):
                yield from _put(scene, end, column)
    for end, column in scene.column(at, schema):
        start = end + 1 if scene.word(end) in ("is", "are") else end
        if scene.word(start) in ("null", "missing") or (scene.word(start) in EMPTY and not column.type.is_text):
            yield from _put(scene, start + 1, column)


def _put(scene: Scene, at: int, column: Column) -> Iterator[tuple[int, list[tuple[str, Any]]]]:
    for joint in (
        "=",
        "->",
        "put",
        ", put",
        "write",
        ", write",
        "please put",
        ", please put",
        "please to put",
        "use",
        ", use",
    ):
        words = joint.replace(",", ", ").split()
        if scene.says(at, *words):
            for end, value in scalar_at(scene, at + len(words), column.type):
                yield end, [(column.name, value)]


def _for_all(scene: Scene, at: int, columns: list[Column]) -> Iterator[tuple[int, Any]]:
    """A value that every one of these columns can hold."""
    for end, value in scalar_at(scene, at, columns[0].type):
        if all((end, value) in list(scalar_at(scene, at, each.type)) for each in columns[1:]):
            yield end, value


def mapping(scene: Scene, at: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Old and new values, the old ones quoted: `"A" with "active"`."""

    def quoted(start: int) -> Iterator[tuple[int, str]]:
        token = scene.token(start)
        if token is not None and token.kind == "quote" and "\\" not in token.raw:
            yield start + 1, token.raw

    def item(start: int) -> Iterator[tuple[int, tuple[str, Any]]]:
        for end, old in quoted(start):
            if scene.word(end) in ("with", "by", "to", "->", "→", "as", "into"):
                for last, new in quoted(end + 1):
                    yield last, (old, new)

    for end, pairs in several(scene, at, item):
        if len({old for old, _ in pairs}) == len(pairs):
            yield end, dict(pairs)


def pairs(
    scene: Scene, at: int, left: Schema | None, right: Schema | None, stems: tuple[str, str]
) -> Iterator[tuple[int, list[Any]]]:
    """Columns that must be equal: `customer_id`, which both have, or `customer = id`, `orders.customer = customers.id`."""

    def side(start: int, schema: Schema | None, stem: str) -> Iterator[tuple[int, Column]]:
        if stem and scene.word(start) == stem.casefold():
            for skip in (2 if scene.word(start + 1) in (".", "'s") else 1,):
                yield from scene.column(start + skip, schema)
        yield from scene.column(start, schema)

    def item(start: int) -> Iterator[tuple[int, Any]]:
        for opening in (
            "",
            "their",
            "common column",
            "shared column",
            "matching",
            "equal",
            "same",
            "their common",
            "the shared",
            "the common",
            "their shared",
        ):
            words = opening.split()
            if not scene.says(start, *words):
                continue
            for end, one in side(start + len(words), left, stems[0]):
                other = right.get(one.name) if right is not None else None
                if other is not None:
                    yield end, one.name if other.name == one.name else {"left": one.name, "right": other.name}
                for joint in (
                    "=",
                    "==",
                    "equals",
                    "equal to",
                    "is",
                    "to",
                    "matches",
                    "matching",
                    "is equal to",
                    "being",
                    "against",
                    "and",
                ):
                    split = joint.split()
                    if scene.says(end, *split):
                        for last, two in side(end + len(split), right, stems[1]):
                            if joint != "and" or (
                                left is not None
                                and two.name not in left
                                and right is not None
                                and one.name not in right
                            ):
                                yield last, one.name if one.name == two.name else {"left": one.name, "right": two.name}

    yield from several(scene, at, item)
