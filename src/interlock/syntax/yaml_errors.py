"""What libyaml complains of, in plain words and at the place that matters."""

from __future__ import annotations

from typing import Any

import yaml

from interlock.ir.diagnostics import Diagnostic
from interlock.syntax.rules.unreadable import unreadable
from interlock.syntax.words import quoted, visible_character

_QUOTE = 'a text with `: `, `#`, `{`, `[`, `*`, `&` or `@` in it goes in double quotes: "…"'
_INDENT = "lines of one mapping or list start in the same column; members of a value start further right"
_CLOSE = "every `[`, `{`, `'` and `\"` needs its partner"

# Part of libyaml's sentence, our sentence, our help. The first that fits is used.
_KNOWN = [
    ("mapping values are not allowed", "a `:` stands where no key can be", _QUOTE),
    ("while scanning a simple key", "this line is neither `key: value` nor part of the value above it", _QUOTE),
    ("found unexpected end of stream", "a text in quotes is never closed", _CLOSE),
    ("found unexpected document indicator", "a text in quotes is still open at the end of the document", _CLOSE),
    ("found unknown escape character", "this backslash does not start an escape", 'write `\\\\` for a backslash, or use single quotes'),
    ("invalid Unicode character escape", "this escape is no character", "write the character itself"),
    ("expected hexdecimal number", "this escape needs hexadecimal digits", "write the character itself"),
    ("did not find expected hexdecimal", "this escape needs hexadecimal digits", "write the character itself"),
    ("while parsing a flow sequence", "in this list a `,` or the closing `]` is missing", _CLOSE),
    ("while parsing a flow mapping", "in this mapping a `,` or the closing `}` is missing", _CLOSE),
    ("while parsing a flow node", "a value is missing here", _CLOSE),
    ("did not find expected node content", "a value is missing here", _QUOTE),
    ("while parsing a block mapping", "this line does not fit the mapping it stands in", _INDENT),
    ("while parsing a block collection", "this line does not fit the list it stands in", _INDENT),
    ("block sequence entries are not allowed", "a list cannot start here", "put the first `- ` on a line of its own"),
    ("block collection", "this line does not fit the list it stands in", _INDENT),
    ("did not find expected <document start>", "the plan has ended above this line", _INDENT),
    ("found a tab character", "a tab is used to indent this line; YAML takes spaces", "replace the tab with spaces"),
    ("undefined tag handle", "a text cannot start with `!` unless it is in quotes", _QUOTE),
    ("while scanning an alias", "a text cannot start with `*` unless it is in quotes", _QUOTE),
    ("while scanning an anchor", "a text cannot start with `&` unless it is in quotes", _QUOTE),
    ("while scanning a tag", "a text cannot start with `!` unless it is in quotes", _QUOTE),
    ("while scanning a block scalar", "the first line of a `|` or `>` text is not understood", "write `|` alone and the text on the lines below, indented"),
    ("while scanning a directive", "a text cannot start with `%` unless it is in quotes", _QUOTE),
]  # fmt: skip


def in_plain_words(error: yaml.YAMLError, text: str) -> Diagnostic:
    """A diagnostic for an error of the YAML reader."""
    mark: Any = getattr(error, "problem_mark", None)
    began: Any = getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    context = str(getattr(error, "context", None) or "")
    offset = min(mark.index if mark else 0, max(len(text) - 1, 0))
    message, help = _sentence(f"{context}; {problem}", text, offset)
    start = None
    if began and began.index < offset and ("flow" in context or "quoted" in context):
        start = (began.index, "it begins here")
    return unreadable(message, offset, help=(help,), began=start)


def _sentence(problem: str, text: str, offset: int) -> tuple[str, str]:
    if "cannot start any token" in problem:
        character = text[offset : offset + 1]
        if character == "\t":
            return "a tab is used to indent this line; YAML takes spaces", "replace the tab with spaces"
        return f"a text cannot start with `{visible_character(character)}` unless it is in quotes", _QUOTE
    for part, message, help in _KNOWN:
        if part in problem:
            return message, help
    return f"the YAML cannot be read: {quoted(problem.strip('; '))}", _QUOTE
