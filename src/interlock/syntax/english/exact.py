"""Values in printed English: each kind of slot is written in one way, which reads back as the same value.

A reader takes the tokens and a place and gives every `(next place, value)`; a writer gives the words, or None for a
value that it cannot say. `say` and `reads` check each other: what does not read back exactly is not said at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from interlock.ir.plan import canonical_json
from interlock.syntax.english.tokens import Token, tokenise
from interlock.syntax.english.vocabulary import Vocabulary

Reads = Iterator[tuple[int, Any]]
Tokens = Sequence[Token]

FUNCTIONS = {
    "count": "number of values of", "count_distinct": "number of different values of", "sum": "sum of", "mean": "mean of",
    "median": "median of", "min": "minimum of", "max": "maximum of", "std": "standard deviation of", "first": "first",
    "last": "last", "any": "any of", "all": "all of", "list": "list of", "join": "joined texts of",
}  # fmt: skip
LONGEST = 100
"""The most entries that a list in words may have; a longer one is printed as JSON."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*|_[A-Za-z0-9_]*")


class Exact:
    """Writes and reads values in printed English, for one vocabulary."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words

    def say(self, kind: str, value: Any, form: str = "") -> str | None:
        """The value in words, or None where this kind cannot say it exactly."""
        writer = self._writers().get(kind)
        text = writer(value, form) if writer else None
        if text is None:
            return None
        tokens = tokenise(text, self.words.endings)
        found = [each for end, each in self.reads(kind, tokens, 0, form) if end == len(tokens)]
        return text if len(found) == 1 and same(found[0], value) else None

    def reads(self, kind: str, tokens: Tokens, at: int, form: str = "") -> Reads:
        """Every way to read a value of this kind from `at`."""
        reader = self._readers().get(kind)
        return reader(tokens, at, form) if reader else iter(())

    def name(self, text: Any) -> str | None:
        """A name: bare where it is a plain word of its own, else in backticks, or as JSON where those cannot hold it."""
        if not isinstance(text, str):
            return None
        if not text or not text.isprintable() or "`" in text:
            return json.dumps(text)
        plain = _NAME.fullmatch(text) and text.casefold() not in self.words.reserved
        return text if plain else f"`{text}`"

    def read_name(self, tokens: Tokens, at: int, form: str = "") -> Reads:
        """A name."""
        token = tokens[at] if at < len(tokens) else None
        if token is None:
            return
        bare = token.kind == "word" and token.word not in self.words.reserved and _NAME.fullmatch(token.raw)
        if token.raw and (token.kind == "code" or bare):
            yield at + 1, token.raw
        elif token.kind == "quote":
            yield from _read_text(tokens, at)

    def _writers(self) -> dict[str, Callable[[Any, str], str | None]]:
        def name(value: Any, form: str) -> str | None:
            return self.name(value)

        return {
            "Column": name, "NewColumn": name, "Name": name, "Predicate": _code, "Expression": _code, "Query": _code,
            "TypeName": name, "ReadPath": self._path, "WritePath": self._path, "Text": _json_text, "Value": _json_scalar,
            "int": _json_scalar, "float": _json_scalar, "bool": _json_scalar, "Choice": _json_text, "Pair": self._pair,
            "Columns": self._each(self.name), "NewColumns": self._each(self.name), "SortKeys": self._each(self._key),
            "Measures": self._each(self._measure), "Pairs": self._each(lambda value: self._pair(value, "")),
            "Texts": self._each(lambda value: _json_text(value, "")),
            "Values": self._each(lambda value: _json_scalar(value, "")),
            "Predicates": self._each(lambda value: _code(value, "")),
            "Renames": self._pairs("to", self.name), "Types": self._pairs("to", self.name),
            "Makes": self._pairs("as", lambda value: _code(value, "")),
            "Fills": self._fills, "Mapping": self._mapping,
        }  # fmt: skip

    def _readers(self) -> dict[str, Callable[[Tokens, int, str], Reads]]:
        name = self.read_name
        return {
            "Column": name, "NewColumn": name, "Name": name, "Predicate": _read_code, "Expression": _read_code,
            "Query": _read_code, "TypeName": name, "ReadPath": _read_path, "WritePath": _read_path, "Text": _read_text,
            "Value": _read_scalar, "int": _read_scalar, "float": _read_scalar, "bool": _read_scalar, "Choice": _read_text,
            "Pair": self._read_pair, "Columns": _list_of(name), "NewColumns": _list_of(name),
            "SortKeys": _list_of(self._read_key), "Measures": _list_of(self._read_measure), "Pairs": _list_of(self._read_pair),
            "Texts": _list_of(_read_text), "Values": _list_of(_read_scalar), "Predicates": _list_of(_read_code),
            "Renames": _dict_of(name, "to", name), "Types": _dict_of(name, "to", name), "Makes": _dict_of(name, "as", _read_code),
            "Fills": _dict_of(_read_scalar, "in", name, turned=True), "Mapping": _dict_of(_read_text, "with", _read_scalar),
        }  # fmt: skip

    def _each(self, write: Callable[[Any], str | None]) -> Callable[[Any, str], str | None]:
        def written(value: Any, form: str) -> str | None:
            if not isinstance(value, list) or not 0 < len(value) <= LONGEST:
                return None
            return _joined([write(each) for each in value], "or" if form == "or" else "and")

        return written

    def _pairs(self, between: str, write: Callable[[Any], str | None]) -> Callable[[Any, str], str | None]:
        def written(value: Any, form: str) -> str | None:
            if not isinstance(value, dict) or not 0 < len(value) <= LONGEST:
                return None
            parts = [(self.name(key), write(each)) for key, each in value.items()]
            return _joined([f"{key} {between} {each}" if key and each else None for key, each in parts])

        return written

    def _fills(self, value: Any, form: str) -> str | None:
        if not isinstance(value, dict) or not 0 < len(value) <= LONGEST:
            return None
        parts = [(_json_scalar(each, ""), self.name(key)) for key, each in value.items()]
        return _joined([f"{each} in {key}" if key and each else None for each, key in parts])

    def _mapping(self, value: Any, form: str) -> str | None:
        if not isinstance(value, dict) or not 0 < len(value) <= LONGEST:
            return None
        parts = [(_json_text(key, ""), _json_scalar(each, "")) for key, each in value.items()]
        return _joined([f"{key} with {each}" if key and each else None for key, each in parts])

    def _path(self, value: Any, form: str) -> str | None:
        if not isinstance(value, str) or (form and value.rpartition(".")[2].lower() not in form.split("|")):
            return None
        tokens = tokenise(value, self.words.endings)
        return value if len(tokens) == 1 and tokens[0].kind == "path" else json.dumps(value, ensure_ascii=False)

    def _key(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return None
        column, _, direction = value.rpartition(" ")
        if column and direction in ("desc", "asc"):
            name = self.name(column)
            return name and f"{name} {'de' if direction == 'desc' else 'a'}scending"
        return self.name(value)

    def _read_key(self, tokens: Tokens, at: int, form: str = "") -> Reads:
        for end, name in self.read_name(tokens, at):
            word = tokens[end].word if end < len(tokens) and tokens[end].kind == "word" else ""
            if word in ("ascending", "descending"):
                yield end + 1, f"{name} {'desc' if word == 'descending' else 'asc'}"
            yield end, name

    def _pair(self, value: Any, form: str = "") -> str | None:
        if isinstance(value, str):
            return self.name(value)
        if not isinstance(value, dict) or list(value) != ["left", "right"]:
            return None
        left, right = self.name(value["left"]), self.name(value["right"])
        return f"{left} = {right}" if left and right else None

    def _read_pair(self, tokens: Tokens, at: int, form: str = "") -> Reads:
        for end, left in self.read_name(tokens, at):
            yield end, left
            if _is(tokens, end, "="):
                for last, right in self.read_name(tokens, end + 1):
                    yield last, {"left": left, "right": right}

    def _measure(self, value: Any) -> str | None:
        if not isinstance(value, dict) or list(value)[:2] != ["name", "function"]:
            return None
        name, function = self.name(value["name"]), value["function"]
        if not name or function not in FUNCTIONS:
            return None
        rest = {key: each for key, each in value.items() if key not in ("name", "function", "where")}
        if not rest and function == "count":
            said: str | None = "number of rows"
        elif list(rest) == ["column"]:
            column = self.name(rest["column"])
            said = column and f"{FUNCTIONS[function]} {column}"
        elif list(rest) == ["expression"]:
            code = _code(rest["expression"], "")
            said = code and f"{FUNCTIONS[function]} the expression {code}"
        else:
            return None
        where = _code(value["where"], "") if "where" in value else ""
        return None if said is None or where is None else f"{name} as the {said}" + (f" where {where}" if where else "")

    def _read_measure(self, tokens: Tokens, at: int, form: str = "") -> Reads:
        for end, name in self.read_name(tokens, at):
            if not _is(tokens, end, "as", "the"):
                continue
            for last, found in self._read_function(tokens, end + 2):
                measure = {"name": name, **found}
                yield last, measure
                if _is(tokens, last, "where"):
                    for final, where in _read_code(tokens, last + 1):
                        yield final, {**measure, "where": where}

    def _read_function(self, tokens: Tokens, at: int) -> Reads:
        if _is(tokens, at, "number", "of", "rows"):
            yield at + 3, {"function": "count"}
        for function, words in FUNCTIONS.items():
            split = words.split()
            if not _is(tokens, at, *split):
                continue
            end = at + len(split)
            for last, column in self.read_name(tokens, end):
                yield last, {"function": function, "column": column}
            if _is(tokens, end, "the", "expression"):
                for last, code in _read_code(tokens, end + 2):
                    yield last, {"function": function, "expression": code}


def same(one: Any, other: Any) -> bool:
    """Whether two values are one and the same in a plan: also in the order of their keys, and in their types."""
    return canonical_json(_ordered(one)) == canonical_json(_ordered(other))


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {"pairs": [[key, _ordered(each)] for key, each in value.items()]}
    return [_ordered(each) for each in value] if isinstance(value, list | tuple) else value


def _joined(parts: list[str | None], last: str = "and") -> str | None:
    written = [each for each in parts if each]
    if len(written) < len(parts):
        return None
    return written[0] if len(written) == 1 else f"{', '.join(written[:-1])} {last} {written[-1]}"


def _is(tokens: Tokens, at: int, *words: str) -> bool:
    part = tokens[at : at + len(words)]
    return len(part) == len(words) and all(
        token.kind in ("word", "sign") and token.word == word for token, word in zip(part, words, strict=True)
    )


def _list_of(item: Callable[..., Reads]) -> Callable[[Tokens, int, str], Reads]:
    def read(tokens: Tokens, at: int, form: str) -> Reads:
        last = "or" if form == "or" else "and"

        def more(end: int, found: list[Any]) -> Reads:
            yield end, found
            for sign in (",", last):
                if _is(tokens, end, sign):
                    for after, each in item(tokens, end + 1):
                        yield from more(after, [*found, each])

        for end, first in item(tokens, at):
            yield from more(end, [first])

    return read


def _dict_of(
    left: Callable[..., Reads], between: str, right: Callable[..., Reads], *, turned: bool = False
) -> Callable[[Tokens, int, str], Reads]:
    def item(tokens: Tokens, at: int) -> Reads:
        for end, one in left(tokens, at):
            if _is(tokens, end, between):
                for last, other in right(tokens, end + 1):
                    yield last, (other, one) if turned else (one, other)

    def read(tokens: Tokens, at: int, form: str) -> Reads:
        for end, found in _list_of(item)(tokens, at, ""):
            if len({key for key, _ in found}) == len(found):
                yield end, dict(found)

    return read


def _code(value: Any, form: str) -> str | None:
    plain = isinstance(value, str) and value and value.isprintable() and "`" not in value
    return f"`{value}`" if plain else None


def _read_code(tokens: Tokens, at: int, form: str = "") -> Reads:
    if at < len(tokens) and tokens[at].kind == "code" and tokens[at].raw:
        yield at + 1, tokens[at].raw


def _json_text(value: Any, form: str) -> str | None:
    return json.dumps(value, ensure_ascii=not value.isprintable()) if isinstance(value, str) else None


def _json_scalar(value: Any, form: str) -> str | None:
    if isinstance(value, str):
        return _json_text(value, form)
    return json.dumps(value) if value is None or isinstance(value, bool | int | float) else None


def _read_text(tokens: Tokens, at: int, form: str = "") -> Reads:
    if at < len(tokens) and tokens[at].kind == "quote":
        try:
            yield at + 1, tokens[at].value
        except ValueError:
            return


def _read_scalar(tokens: Tokens, at: int, form: str = "") -> Reads:
    yield from _read_text(tokens, at)
    token = tokens[at] if at < len(tokens) else None
    if token is None:
        return
    if token.kind == "word" and token.raw in ("true", "false", "null"):
        yield at + 1, {"true": True, "false": False, "null": None}[token.raw]
    if token.kind == "number":
        try:
            yield at + 1, token.value
        except ValueError:
            return


def _read_path(tokens: Tokens, at: int, form: str = "") -> Reads:
    token = tokens[at] if at < len(tokens) else None
    if token is None or token.kind not in ("path", "quote"):
        return
    found = token.raw if token.kind == "path" else None
    if token.kind == "quote":
        try:
            found = token.value
        except ValueError:
            return
    if found and (not form or found.rpartition(".")[2].lower() in form.split("|")):
        yield at + 1, found
