"""Text to tokens, each with its span. Comments, semicolons and exotic quoting are refused here, by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from interlock.ir.expressions.problems import Problem, Refused, mended

LONGEST = 20_000
"""The most characters an expression may have."""

Kind = Literal["name", "quoted", "text", "number", "input", "sign", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind, its value (quotes undone, names as written) and its span."""

    kind: Kind
    value: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Whether this is one of these bare words, in any case."""
        return self.kind == "name" and self.value.lower() in words

    def is_sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.value in signs


_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\f]+)
      | (?P<number>(?:[0-9](?:_?[0-9])*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[^\W\d]\w*)
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<text>'(?:[^']|'')*')
      | (?P<input>:[^\W\d]\w*)
      | (?P<comment>--|/\*)
      | (?P<sign>\*\*|//|\|\||&&|<=>|=<|<=|>=|<>|!=|==|::|->>|->|=>|:=|<<|>>|!~|[-+*/%^=<>()\[\],.{}:!~&|?@\#;$`\\])""",
    re.VERBOSE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufeff\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


def tokenise(text: str) -> list[Token]:
    """The tokens of a text, ending in one of kind `end`; raises Refused at the first thing that is none.

    >>> [token.value for token in tokenise("revenue >= :minimum")]
    ['revenue', '>=', 'minimum', '']
    """
    if len(text) > LONGEST:
        message = f"an expression may have at most {LONGEST:,} characters, and this one has {len(text):,}"
        raise Refused(Problem("too-large", message, 0, len(text)))
    strange = unseen(text)
    if strange:
        raise Refused(strange)
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Refused(_unreadable(text, at))
        kind, value = str(match.lastgroup), match.group()
        if kind != "space":
            found.append(_token(text, kind, value, match.start(), match.end(), found))
        at = match.end()
    found.append(Token("end", "", len(text), len(text)))
    return found


def unseen(text: str) -> Problem | None:
    """The problem of a text that holds a character that cannot be seen; None if it holds none."""
    strange = _CONTROL.search(text)
    if strange is None:
        return None
    message = f"the text holds a character that cannot be seen (U+{ord(strange.group()):04X})"
    return Problem("syntax", message, strange.start(), strange.end(), "remove it")


def _token(text: str, kind: str, value: str, start: int, end: int, before: list[Token]) -> Token:
    touching = before[-1] if before and before[-1].end == start else None
    if kind == "comment":
        help = ("write `- -x` to negate twice",) if value == "--" else ()
        raise Refused(
            Problem("not-allowed", "comments are not allowed in an expression", start, end, "a comment", help=help)
        )
    if kind == "number" and touching and touching.kind == "input":
        raise Refused(Problem("syntax", f"`{value}` is out of place", start, end))
    if kind == "name" and touching and touching.kind == "number":
        message = f"`{touching.value}{value}` is neither a number nor a name"
        raise Refused(Problem("syntax", message, touching.start, end, "a name starts with a letter"))
    if kind in ("text", "quoted") and touching and touching.kind == "name":
        raise Refused(_prefixed(text, touching, value, start, end))
    if kind == "text":
        return Token("text", value[1:-1].replace("''", "'"), start, end)
    if kind == "quoted":
        return Token("quoted", value[1:-1].replace('""', '"'), start, end)
    if kind == "input":
        return Token("input", value[1:], start, end)
    if kind == "number":
        return Token("number", value.replace("_", "").lower(), start, end)
    if kind == "name":
        return Token("name", value, start, end)
    if value in _SIGNS_REFUSED:
        reason, message, help = _SIGNS_REFUSED[value]
        replacement = mended(text, start, end, _MENDS[value]) if value in _MENDS else None
        raise Refused(Problem(reason, message, start, end, help=help, replacement=replacement))
    return Token("sign", value, start, end)


_MENDS = {"&&": "and", "!": "not ", "=<": "<=", "<=>": "is not distinct from"}
_SIGNS_REFUSED = {
    "=<": ("syntax", "`=<` is not an operator", ("write `<=`",)),
    ";": ("not-allowed", "an expression is one value: `;` is not allowed", ()),
    "$": (
        "not-allowed",
        "`$` is not allowed in an expression",
        ("write text in single quotes, and a run input as `:name`",),
    ),
    "?": (
        "not-allowed",
        "`?` is not allowed in an expression",
        ("a run input is written `:name`", "a choice is written `if(condition, a, b)`"),
    ),
    "{": ("not-allowed", "`{…}` is not allowed in an expression", ("lists are written `[1, 2]`",)),
    "}": ("not-allowed", "`{…}` is not allowed in an expression", ("lists are written `[1, 2]`",)),
    "`": (
        "syntax",
        "backquotes are not allowed in an expression",
        ('a column name is quoted with double quotes: `"name"`',),
    ),
    "\\": ("syntax", "`\\` is not allowed outside text", ()),
    "&&": ("syntax", "`&&` is not an operator here", ("write `and`",)),
    "!": ("syntax", "`!` is not an operator here", ("write `not`",)),
    "->": ("not-allowed", "`->` (lambdas and JSON arrows) is not allowed in an expression", ()),
    "->>": ("not-allowed", "`->>` (JSON arrows) is not allowed in an expression", ()),
    "=>": ("syntax", "`=>` is not an operator here", ("write `>=` to compare; arguments are given by position",)),
    ":=": ("not-allowed", "named arguments are not allowed in an expression", ("give arguments by position",)),
    "<=>": ("syntax", "`<=>` is not an operator here", ("write `is not distinct from`",)),
    "^": (
        "not-allowed",
        "`^` is not allowed: it means power in SQL and exclusive or in Python",
        ("write `**` for a power",),
    ),
    "~": (
        "not-allowed",
        "`~` is not allowed in an expression",
        ("write `regexp_matches(text, pattern)`, or `regexp_full_match` for the whole text",),
    ),
    "!~": (
        "not-allowed",
        "`!~` is not allowed in an expression",
        ("write `not regexp_matches(text, pattern)`, or `not regexp_full_match` for the whole text",),
    ),
    "&": ("not-allowed", "bitwise operators are not allowed in an expression", ("to combine conditions, write `and`",)),
    "|": ("not-allowed", "bitwise operators are not allowed in an expression", ("to combine conditions, write `or`",)),
    "<<": ("not-allowed", "bitwise operators are not allowed in an expression", ()),
    ">>": ("not-allowed", "bitwise operators are not allowed in an expression", ()),
    "@": ("not-allowed", "`@` is not allowed in an expression", ("write `abs(x)` for an absolute value",)),
    "#": ("not-allowed", "`#` is not allowed in an expression", ()),
}


def _prefixed(text: str, name: Token, value: str, start: int, end: int) -> Problem:
    message = f"`{name.value}{value[0]}…{value[0]}` is not text in SQL: text is written in plain single quotes"
    help: tuple[str, ...] = ("join text with `||`: `'total: ' || name`",) if name.value.lower() == "f" else ()
    replacement = None
    if len(name.value) == 1 and name.value.lower() in "rbue" and "\\" not in value:
        replacement = mended(text, name.start, end, "'" + value[1:-1].replace("'", "''").replace("''''", "''") + "'")
    return Problem("not-allowed", message, name.start, end, "remove the prefix", replacement=replacement, help=help)


def _unreadable(text: str, at: int) -> Problem:
    character = text[at]
    if character in "'\"":
        return Problem("syntax", f"the quote `{character}` is never closed", at, len(text), "opened here")
    if character in "‘’“”":
        return Problem(
            "syntax", f"`{character}` is a curly quote", at, at + 1, help=("text is written in straight single quotes",)
        )
    return Problem("syntax", f"`{character}` is not allowed in an expression", at, at + 1)
