"""Functions that match text against regular expressions, in the dialect of RE2."""

from __future__ import annotations

from interlock.ir.expressions.functions.signatures import Function, Nulls

_NULL = "cast(null as varchar)"


def _pattern(
    name: str,
    signatures: tuple[str, ...] | str,
    doc: str,
    edges: str,
    *examples: tuple[str, str],
    nulls: Nulls = "strict",
    aliases: tuple[str, ...] = (),
) -> Function:
    forms = (signatures,) if isinstance(signatures, str) else signatures
    return Function(name, "text", forms, nulls, doc, edges, examples, aliases)


PATTERNS: tuple[Function, ...] = (
    _pattern(
        "regexp_escape",
        "regexp_escape(text varchar) -> varchar",
        "The text as a regular expression that matches exactly it.",
        "Empty text stays empty.",
        ("regexp_escape('a.b')", r"'a\.b'"),
        (f"regexp_escape({_NULL})", _NULL),
    ),
    _pattern(
        "regexp_matches",
        (
            "regexp_matches(text varchar, pattern pattern) -> boolean",
            "regexp_matches(text varchar, pattern pattern, options flags) -> boolean",
        ),
        "Whether a pattern fits some part of a text.",
        "Patterns are RE2's: no look-around, no back-references. Option `i` ignores case.",
        ("regexp_matches('hello', 'l+')", "true"),
        ("regexp_matches('hello', '^l')", "false"),
        ("regexp_matches('HELLO', 'l+', 'i')", "true"),
        (f"regexp_matches({_NULL}, 'a')", "cast(null as boolean)"),
        aliases=("regexp_like", "regexp_contains"),
    ),
    _pattern(
        "regexp_full_match",
        (
            "regexp_full_match(text varchar, pattern pattern) -> boolean",
            "regexp_full_match(text varchar, pattern pattern, options flags) -> boolean",
        ),
        "Whether a pattern fits the whole of a text.",
        "Patterns are RE2's.",
        ("regexp_full_match('123', '[0-9]+')", "true"),
        ("regexp_full_match('123a', '[0-9]+')", "false"),
        (f"regexp_full_match({_NULL}, 'a')", "cast(null as boolean)"),
    ),
    _pattern(
        "regexp_replace",
        (
            "regexp_replace(text varchar, pattern pattern, new varchar) -> varchar",
            "regexp_replace(text varchar, pattern pattern, new varchar, options flags) -> varchar",
        ),
        "The text with the first match of a pattern replaced; with option `g`, every match.",
        r"No match: the text as it is. `\1` in the new text stands for the first group.",
        ("regexp_replace('a1b2', '[0-9]', '#')", "'a#b2'"),
        ("regexp_replace('a1b2', '[0-9]', '#', 'g')", "'a#b#'"),
        (f"regexp_replace({_NULL}, 'a', 'b')", _NULL),
    ),
    _pattern(
        "regexp_extract",
        (
            "regexp_extract(text varchar, pattern pattern) -> varchar",
            "regexp_extract(text varchar, pattern pattern, group group) -> varchar",
        ),
        "The first match of a pattern, or one group of it.",
        "No match, or a group beyond those of the pattern: empty text, not null.",
        ("regexp_extract('order 42', '[0-9]+')", "'42'"),
        ("regexp_extract('a=1', '([a-z])=([0-9])', 2)", "'1'"),
        ("regexp_extract('abc', '[0-9]+')", "''"),
        (f"regexp_extract({_NULL}, 'a')", _NULL),
        nulls="maybe",
    ),
    _pattern(
        "regexp_extract_all",
        (
            "regexp_extract_all(text varchar, pattern pattern) -> varchar[]",
            "regexp_extract_all(text varchar, pattern pattern, group group) -> varchar[]",
        ),
        "Every match of a pattern, or of one group of it, as a list.",
        "No match: an empty list. A group beyond those of the pattern stops the run where there is a match.",
        ("regexp_extract_all('a1b22', '[0-9]+')", "['1', '22']"),
        ("length(regexp_extract_all('abc', '[0-9]+'))", "0"),
        (f"regexp_extract_all({_NULL}, 'a')", "cast(null as varchar[])"),
        nulls="maybe",
    ),
    _pattern(
        "string_split_regex",
        "string_split_regex(text varchar, pattern pattern) -> varchar[]",
        "The pieces of a text that is split wherever a pattern fits, as a list.",
        "No match: a list of the whole text.",
        ("string_split_regex('a1b22c', '[0-9]+')", "['a', 'b', 'c']"),
        (f"string_split_regex({_NULL}, 'a')", "cast(null as varchar[])"),
        aliases=("regexp_split_to_array", "regexp_split", "str_split_regex"),
        nulls="maybe",
    ),
)
"""Every function on patterns."""
