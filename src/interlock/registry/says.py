"""Phrases: how a node type is said in English, as the small templates that `says=[…]` of `@node` holds.

A phrase is made of words and of
- `{where}`: the value of a parameter, or an input (a port) by its name; `{path:csv|tsv}` takes only such files,
  and `{by:descending}` names a form that the parameter's kind has;
- `{how=left}`: says nothing, and sets a parameter;
- `(keep|take)`: one of these; `[only]`: may be left out;
- a letter case or an ending (`keep`, `keeps`, `keeping`) that does not matter, and articles, which may stand anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml


class PhraseError(ValueError):
    """A text that is no phrase; the message says what is wrong."""


@dataclass(frozen=True)
class Word:
    """A word or a sign, in lower case."""

    text: str


@dataclass(frozen=True)
class Slot:
    """The value of a parameter or an input. `form` says more: endings of a file, or a form of the kind."""

    name: str
    form: str = ""


@dataclass(frozen=True)
class Sets:
    """A parameter set to a value that the phrase implies. `written` is the value as the phrase writes it."""

    name: str
    written: str

    @property
    def value(self) -> Any:
        return yaml.safe_load(self.written)


@dataclass(frozen=True)
class Series:
    """Elements one after another."""

    parts: tuple[Element, ...]


@dataclass(frozen=True)
class Choice:
    """One of several; an empty series among them means that it may be left out."""

    options: tuple[Element, ...]


Element = Word | Slot | Sets | Series | Choice

_TOKEN = re.compile(
    r"\{((?:[^{}]|\{[^{}]*\})*)\}|([\[\](|)])|([A-Za-z0-9][A-Za-z0-9_'-]*|->|=>|[^\sA-Za-z0-9{}\[\](|)])"
)
_SLOT = re.compile(r"([A-Za-z_]\w*)(?::([\w|.-]+)|=(.+))?")


@lru_cache(maxsize=4096)
def parse_phrase(text: str) -> Series:
    """The elements of a phrase; raises PhraseError.

    >>> parse_phrase("keep [only] rows where {where}").parts[-1]
    Slot(name='where', form='')
    """
    tokens: list[tuple[str, str]] = []
    at = 0
    for match in _TOKEN.finditer(text):
        if text[at : match.start()].strip():
            raise PhraseError(f"`{text}`: `{text[at : match.start()].strip()}` cannot be read")
        at = match.end()
        kind = "slot" if match[1] is not None else "sign" if match[2] else "word"
        tokens.append((kind, match[match.lastindex or 0]))
    if text[at:].strip() or not tokens:
        raise PhraseError(f"`{text}`: `{text[at:].strip()}` cannot be read")
    found, rest = _series(tokens, 0, text)
    if rest < len(tokens):
        raise PhraseError(f"`{text}`: `{tokens[rest][1]}` closes nothing")
    return found


def _series(tokens: list[tuple[str, str]], at: int, text: str) -> tuple[Series, int]:
    parts: list[Element] = []
    while at < len(tokens):
        kind, value = tokens[at]
        if kind == "sign" and value in "|)]":
            break
        if kind == "slot":
            parts.append(_slot(value, text))
            at += 1
        elif kind == "word":
            parts.append(Word(value.lower()))
            at += 1
        else:
            options, at = _options(tokens, at + 1, ")" if value == "(" else "]", text)
            parts.append(Choice((*options, Series(())) if value == "[" else options))
    return Series(tuple(parts)), at


def _options(tokens: list[tuple[str, str]], at: int, closing: str, text: str) -> tuple[tuple[Series, ...], int]:
    options: list[Series] = []
    while True:
        option, at = _series(tokens, at, text)
        options.append(option)
        if at >= len(tokens) or tokens[at][1] not in ("|", closing):
            raise PhraseError(f"`{text}`: a bracket is not closed")
        if tokens[at][1] == closing:
            return tuple(options), at + 1
        at += 1


def _slot(value: str, text: str) -> Slot | Sets:
    match = _SLOT.fullmatch(value.strip())
    if match is None:
        raise PhraseError(
            f"`{text}`: `{{{value}}}` is neither a slot such as {{where}} nor a setting such as {{how=left}}"
        )
    name, form, setting = match.groups()
    return Sets(name, setting) if setting is not None else Slot(name, form or "")


def walk(element: Element) -> Iterator[Element]:
    """The element and everything in it."""
    yield element
    inner = element.parts if isinstance(element, Series) else element.options if isinstance(element, Choice) else ()
    for each in inner:
        yield from walk(each)
