"""Tokens: a text in words, numbers, dates, quoted texts, code in backticks, file names and signs, with their places."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["word", "number", "date", "quote", "code", "path", "sign", "bullet"]


@dataclass(frozen=True, slots=True)
class Token:
    """A token at `text[start:end]`. `word` is what it says, folded for words; `raw` is what stands there.

    A quote's `raw` is what stands between the marks. `spaced` tells whether white space comes before it.
    """

    kind: Kind
    word: str
    raw: str
    start: int
    end: int
    spaced: bool = True

    @property
    def value(self) -> Any:
        """What a number or a text in double quotes says as JSON; raises ValueError where it is none."""
        return json.loads(f'"{self.raw}"' if self.kind == "quote" else self.raw)


_PATTERN = re.compile(
    r"""
      (?P<code>`[^`\n]*`)
    | (?P<double>"(?:[^"\\\n]|\\.)*")
    | (?P<curly>“[^”\n]*”|«[^»\n]*»|‘[^’\n]*’)
    | (?P<single>(?<![\w])'[^'\n]*'(?!\w))
    | (?P<path>(?:[\w~.-]*/)*[\w-][\w.-]*\.(?P<ending>[A-Za-z][A-Za-z0-9]{0,7})\b)
    | (?P<date>\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?(?![\w-]))
    | (?P<number>(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?)(?:[eE][+-]?\d+)?(?:%|[kKmM]\b)?(?![\w]))
    | (?P<word>:?[^\W_][\w]*(?:[-'’][\w]+)*|_\w*)
    | (?P<sign>->|=>|→|>>|>=|<=|!=|<>|==|≥|≤|≠|\|\||\*\*|\S)
    """,
    re.VERBOSE,
)
_BULLET = re.compile(
    r"[ \t]*(?:[-*•–·]|\(?\d{1,3}[.)]|\(?[a-z][.)]|step\s+\d{1,3}\s*[:.)-]?|#{1,4})(?=[ \t])", re.IGNORECASE
)


def tokenise(text: str, endings: Collection[str]) -> tuple[Token, ...]:
    """The tokens of a text; a file name is known by its ending. A bullet or a number that starts a line is a bullet.

    >>> [(each.kind, each.word) for each in tokenise("1. Read a.csv, keep x > 5.", {"csv"})][:4]
    [('bullet', '1.'), ('word', 'read'), ('path', 'a.csv'), ('sign', ',')]
    """
    found: list[Token] = []
    at, line = 0, True
    while at < len(text):
        if text[at].isspace():
            line = line or text[at] == "\n"
            at += 1
            continue
        bullet = _BULLET.match(text, at) if line else None
        line = False
        if bullet:
            found.append(Token("bullet", bullet[0].strip().lower(), bullet[0], at, bullet.end()))
            at = bullet.end()
            continue
        token = _token(text, at, endings)
        found.append(token)
        at = token.end
    return tuple(found)


def _token(text: str, at: int, endings: Collection[str]) -> Token:
    spaced = at == 0 or text[at - 1].isspace()
    match = _PATTERN.match(text, at)
    if match is not None and match["path"] and match["ending"].lower() not in endings:
        match = _without_path(text, at)
    if match is None:
        return Token("sign", text[at], text[at], at, at + 1, spaced)
    for group, kind in _KINDS:
        raw = match[group]
        if raw is not None:
            inner = raw[1:-1] if group in ("code", "double", "curly", "single") else raw
            word = "->" if inner in _ARROWS else inner.casefold().replace("’", "'")
            return Token(kind, word, inner, at, match.end(), spaced)
    raise AssertionError("a token is of one kind")


_ARROWS = frozenset({"->", "=>", "→", "|", ">>", "»"})
"""Signs that lead from one step to the next; they read as `->`."""
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("code", "code"), ("double", "quote"), ("curly", "quote"), ("single", "quote"), ("path", "path"), ("date", "date"),
    ("number", "number"), ("word", "word"), ("sign", "sign"),
)  # fmt: skip
_NO_PATH = re.compile(re.sub(r"\| \(\?P<path>.*\n", "| (?P<path>(?!))\n", _PATTERN.pattern), re.VERBOSE)


def _without_path(text: str, at: int) -> re.Match[str] | None:
    """What stands there when it is no file name: `descending.Then` is a word, a full stop and a word."""
    return _NO_PATH.match(text, at)
