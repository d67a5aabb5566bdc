"""Regular expressions: RE2's, as far as Python's read the same way. Classes are of ASCII; what is beyond both is Unsupported."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from interlock.evaluation.frames import Stops, Unsupported
from interlock.evaluation.reference.functions.registry import Function, plain

_COMMON = re.compile(
    r"""(?: [^\\\[\](){}*+?|^$]                              # a character
          | \\p\{L\}                                          # a letter of any script
          | \\[dDwWsSbBnrtfv.\\\[\](){}*+?|^$/"'<>=!@#%&,;:~_ -]   # a class or an escape
          | \[\^?\]?(?:[^\\\[\]&|~-]|\\[dDwWsSnrt.\\\[\]^$*+?(){}|/-]|-(?!-))*\]   # a set
          | \((?:\?:|\?P<\w+>)?(?!\?) | \)
          | [*+?]\??(?![*+?{]) | \{\d{1,3}(?:,\d{0,3})?\}\??(?![*+?{])
          | [|^$]
        )*""",
    re.VERBOSE,
)


@lru_cache(2048)
def pattern(text: str, flags: str = "") -> re.Pattern[str]:
    """A pattern as Python's, reading alike; raises Unsupported where it might not."""
    if set(flags) - set("igscmnpl") or ("s" in flags and set(flags) & set("mnp")) or ("i" in flags and "c" in flags):
        raise Unsupported(f"the options `{flags}` of a regular expression")
    if "l" in flags:
        text = re.escape(text)
    elif given := re.match(r"\(\?([is]+)\)", text):
        text, flags = text[given.end() :], flags + given[1]
    if "i" in flags and not text.isascii():
        raise Unsupported("a regular expression that ignores the case of letters beyond ASCII")
    if "l" not in flags:
        if not _COMMON.fullmatch(text):
            raise Unsupported(f"the regular expression `{text}`")
        text = _respelled(text)
    whole = re.ASCII | (re.IGNORECASE if "i" in flags else 0) | (re.DOTALL if "s" in flags else 0)
    try:
        return re.compile(text, whole)
    except re.error as error:
        raise Stops(f"a bad regular expression: {error}") from None


@lru_cache(1)
def _letters() -> str:
    """The ranges of all letters, as they stand in a set."""
    found: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code))[0] != "L":
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in found)


def _respelled(text: str) -> str:
    """A pattern in which `$` and white space mean in Python what they mean in RE2."""
    parts: list[str] = []
    inside = False
    for piece in re.findall(r"\\p\{L\}|\\.|.", text, re.DOTALL):
        if piece == r"\p{L}":
            piece = f"[{_letters()}]"
        elif piece == "$" and not inside:
            piece = r"\Z"
        elif piece == r"\s":
            piece = r"\t\n\f\r " if inside else r"[\t\n\f\r ]"
        inside = (inside or piece == "[") and piece != "]"
        parts.append(piece)
    return "".join(parts)


def _fit(whole: bool) -> Callable[..., bool]:
    def fit(text: str, written: str, flags: str = "") -> bool:
        found = pattern(written, flags)
        _plain_text(text, found)
        return (found.fullmatch(text) if whole else found.search(text)) is not None

    return fit


def _plain_text(text: str, found: re.Pattern[str]) -> None:
    if found.flags & re.IGNORECASE and not text.isascii():
        raise Unsupported("a regular expression that ignores the case of letters beyond ASCII")


def _replace(text: str, written: str, new: str, flags: str = "") -> str:
    found = pattern(written, flags)
    _plain_text(text, found)
    pieces = re.findall(r"\\(\d)|\\(\\)|(\\)|([^\\]+)", new)
    if any(bad for _, _, bad, _ in pieces):
        raise Unsupported(f"the replacement `{new}`")
    groups = [int(number) for number, *_ in pieces if number]
    if any(number > found.groups for number in groups):
        raise Stops("a replacement asks for a group that is none")

    def fill(match: re.Match[str]) -> str:
        return "".join(
            (match[int(number)] or "") if number else "\\" if slash else text for number, slash, _, text in pieces
        )

    if "g" not in flags:
        return found.sub(fill, text, count=1)
    return _replace_all(found, fill, text)


def _replace_all(found: re.Pattern[str], fill: Callable[[re.Match[str]], str], text: str) -> str:
    """Every match replaced; an empty match right behind another one does not count."""
    parts: list[str] = []
    at, ended = 0, -1
    while at <= len(text):
        match = found.search(text, at)
        if match is None:
            break
        parts.append(text[at : match.start()])
        if match.end() == match.start() == ended:
            pass
        else:
            parts.append(fill(match))
        ended = match.end()
        if match.end() == match.start():
            parts.append(text[match.end() : match.end() + 1])
            at = match.end() + 1
        else:
            at = match.end()
    return "".join([*parts, text[at:]])


def _group(match: re.Match[str], group: int) -> str:
    return (match[group] or "") if group <= match.re.groups else ""


def _extract(text: str, written: str, group: int = 0) -> str:
    match = pattern(written).search(text)
    return _group(match, group) if match else ""


def _extract_all(text: str, written: str, group: int = 0) -> list[str]:
    matches = list(pattern(written).finditer(text))
    if matches and group > matches[0].re.groups:
        raise Stops("a group that the pattern does not have")
    return [_group(match, group) for match in matches]


def _split(text: str, written: str) -> list[str]:
    found = pattern(written)
    if found.match(""):
        raise Unsupported("a split at a pattern that fits nothing")
    pieces: list[str] = []
    at = 0
    for match in found.finditer(text):
        pieces.append(text[at : match.start()])
        at = match.end()
    return [*pieces, text[at:]]


PATTERNS: tuple[Function, ...] = (
    plain(
        "regexp_matches regexp_like regexp_contains",
        "varchar pattern -> boolean; varchar pattern flags -> boolean",
        _fit(False),
    ),
    plain("regexp_full_match", "varchar pattern -> boolean; varchar pattern flags -> boolean", _fit(True)),
    plain(
        "regexp_replace",
        "varchar pattern varchar -> varchar; varchar pattern varchar flags -> varchar",
        _replace,
    ),
    plain("regexp_extract", "varchar pattern -> varchar; varchar pattern group -> varchar", _extract),
    plain("regexp_extract_all", "varchar pattern -> varchar[]; varchar pattern group -> varchar[]", _extract_all),
    plain(
        "string_split_regex regexp_split_to_array regexp_split str_split_regex",
        "varchar pattern -> varchar[]",
        _split,
    ),
)
"""Every function on patterns."""
