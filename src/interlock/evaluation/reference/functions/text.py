"""Functions on text. Lengths and places count Unicode characters unless a row says bytes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from interlock.evaluation.frames import Stops, Unsupported
from interlock.evaluation.reference.functions.registry import Function, null_aware, plain
from interlock.evaluation.reference.values import compare

LONGEST = 1_000_000
"""The most characters that the reference builds."""
FARTHEST = 4294967295
"""The places and counts of characters that a text may be asked for."""


def part(text: str, start: int, count: int | None = None) -> str:
    """At most `count` characters of a text from a place on; place 0 stands before the first, negative ones count from the end.

    A negative count takes the characters before the place.
    """
    if abs(start) > FARTHEST + (start < 0) or (count is not None and abs(count) > FARTHEST + (count < 0)):
        raise Stops("a part of a text too far away")
    begin = start - 1 if start >= 0 else len(text) + start
    end = len(text) if count is None else begin + count
    return text[max(min(begin, end), 0) : max(begin, end, 0)]


def left(text: str, count: int) -> str:
    if count > FARTHEST:
        raise Stops("more characters than a text may have")
    return text[:count] if count >= 0 else text[: max(0, len(text) + count)]


def right(text: str, count: int) -> str:
    return text[max(0, len(text) - count) :] if count >= 0 else text[min(len(text), -count) :]


def upper(text: str) -> str:
    """Capitals, character by character: one that would become several takes its single capital, or stays."""
    return "".join(_single(c, c.upper(), c.title()) for c in text)


def lower(text: str) -> str:
    return "".join(_single(c, c.lower(), c.lower()[0]) for c in text)


def _single(character: str, changed: str, other: str) -> str:
    if len(changed) == 1:
        return changed
    return "ẞ" if character == "ß" else other if len(other) == 1 else character


folded = lower
"""A text as `ilike` compares it."""


SPACES = "".join(filter(lambda each: unicodedata.category(each) == "Zs", map(chr, range(0x3001))))
"""Spaces of every width: what `trim` takes away without being told."""


def _strip(side: str) -> Callable[..., str]:
    def strip(text: str, characters: str = SPACES) -> str:
        return getattr(text, side)(characters) if characters else text

    return strip


def translate(text: str, old: str, new: str) -> str:
    partners: dict[str, str] = {}
    for i, character in enumerate(old):
        partners.setdefault(character, new[i] if i < len(new) else "")
    return "".join(partners.get(character, character) for character in text)


def reverse(text: str) -> str:
    if any(
        unicodedata.category(c) in ("Mn", "Mc", "Me", "Cf") or ord(c) > 0x1F000 or 0x1100 <= ord(c) < 0x1200
        for c in text
    ):
        raise Unsupported("reverse of characters that combine")
    if "\r\n" in text and not text.isascii():
        raise Unsupported("reverse of characters that combine")
    return text[::-1]


def repeat(text: str, count: int) -> str:
    if len(text.encode()) * count > FARTHEST:
        raise Stops("a text too long")
    _buildable(len(text) * count)
    return text * max(count, 0)


def _buildable(length: int) -> None:
    if length > LONGEST:
        raise Unsupported("a text of millions of characters")


def _pad(before: bool) -> Callable[[str, int, str], str]:
    def pad(text: str, length: int, fill: str) -> str:
        missing = length - len(text)
        if missing <= 0:
            return text[: max(length, 0)]
        if not fill:
            raise Stops("nothing to fill a text up with")
        _buildable(missing)
        filling = (fill * (missing // len(fill) + 1))[:missing]
        return filling + text if before else text + filling

    return pad


def overlay(text: str, new: str, start: int, count: int) -> str:
    width = len(new) if count < 0 else count
    return text[: max(start - 1, 0)] + new + text[max(start - 1 + width, 0) :]


def strip_accents(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) not in ("Mn", "Mc", "Me"))
    return unicodedata.normalize("NFC", bare)


def character(number: int) -> str:
    if not 0 <= number <= 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        raise Stops(f"{number} is no character")
    return chr(number)


def url_decode(text: str) -> str:
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise Stops("a URL that is no UTF-8") from None


def split(text: str, separator: str) -> list[str]:
    return text.split(separator) if separator else list(text) or [""]


def pieces(text: str | None, separator: str | None) -> list[str] | None:
    """A text split at a separator; a separator that is null splits nothing."""
    if text is None:
        return None
    return [text] if separator is None else split(text, separator)


def split_part(text: str, separator: str, place: int) -> str:
    found = split(text, separator)
    at = place - 1 if place > 0 else len(found) + place
    return found[at] if place and 0 <= at < len(found) else ""


def levenshtein(one: str, other: str) -> int:
    """How many bytes must be put in, taken out or exchanged."""
    before = list(range(len(other.encode()) + 1))
    for i, left_byte in enumerate(one.encode(), 1):
        row = [i]
        for j, right_byte in enumerate(other.encode(), 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (left_byte != right_byte)))
        before = row
    return before[-1]


def jaccard(one: str, other: str) -> float:
    if not one or not other:
        raise Stops("jaccard of an empty text")
    a, b = set(one.encode()), set(other.encode())
    return len(a & b) / len(a | b)


def jaro_winkler(one: str, other: str) -> float:
    a, b = one.encode(), other.encode()
    if not a or not b:
        return 0.0
    reach = max(max(len(a), len(b)) // 2 - 1, 0)
    taken: list[int] = []
    matched: list[int] = []
    for i, byte in enumerate(a):
        for j in range(max(0, i - reach), min(len(b), i + reach + 1)):
            if b[j] == byte and j not in taken:
                taken.append(j)
                matched.append(byte)
                break
    if not taken:
        return 0.0
    swaps = sum(byte != b[j] for byte, j in zip(matched, sorted(taken), strict=True)) // 2
    count = len(taken)
    alike = count / len(a)
    alike += count / len(b)
    alike += (count - swaps) / count
    alike /= 3.0
    prefix = 0
    while prefix < min(4, len(a), len(b)) and a[prefix] == b[prefix]:
        prefix += 1
    return alike + prefix * 0.1 * (1.0 - alike) if alike > 0.7 else alike


def concat_ws(separator: str | None, *values: str | None) -> str | None:
    return None if separator is None else separator.join(value for value in values if value is not None)


def _contains(whole: Any, item: Any) -> bool:
    if isinstance(whole, str):
        return item in whole
    return any(one is not None and compare(one, item) == 0 for one in whole)


TEXT: tuple[Function, ...] = (
    plain(
        "length len char_length character_length array_length array_size list_length cardinality",
        "varchar -> bigint; T[] -> bigint",
        len,
    ),
    plain("strlen octet_length byte_length", "varchar -> bigint", lambda text: len(text.encode())),
    plain("strpos instr position", "varchar varchar -> bigint", lambda text, piece: text.find(piece) + 1),
    plain("ascii ord unicode", "varchar -> integer", lambda text: ord(text[0]) if text else 0),
    plain("levenshtein editdist3", "varchar varchar -> bigint", levenshtein),
    plain("jaccard", "varchar varchar -> double", jaccard),
    plain("jaro_winkler_similarity", "varchar varchar -> double", jaro_winkler),
    plain("lower lcase lowercase to_lower tolower", "varchar -> varchar", lower),
    plain("upper ucase uppercase to_upper toupper", "varchar -> varchar", upper),
    plain("trim btrim", "varchar -> varchar; varchar varchar -> varchar", _strip("strip")),
    plain("ltrim", "varchar -> varchar; varchar varchar -> varchar", _strip("lstrip")),
    plain("rtrim", "varchar -> varchar; varchar varchar -> varchar", _strip("rstrip")),
    plain(
        "replace",
        "varchar varchar varchar -> varchar",
        lambda text, old, new: text.replace(old, new) if old else text,
    ),
    plain("translate", "varchar varchar varchar -> varchar", translate),
    plain("reverse", "varchar -> varchar", reverse),
    plain("repeat replicate", "varchar bigint -> varchar", repeat),
    plain("lpad", "varchar integer varchar -> varchar", _pad(True)),
    plain("rpad", "varchar integer varchar -> varchar", _pad(False)),
    plain("overlay", "varchar varchar bigint bigint -> varchar", overlay),
    plain("strip_accents", "varchar -> varchar", strip_accents),
    plain("nfc_normalize", "varchar -> varchar", lambda text: unicodedata.normalize("NFC", text)),
    plain("chr char", "integer -> varchar", character),
    plain("md5", "varchar -> varchar", lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()),
    plain("sha256", "varchar -> varchar", lambda text: hashlib.sha256(text.encode()).hexdigest()),
    plain("url_encode", "varchar -> varchar", lambda text: quote(text, safe="")),
    plain("url_decode", "varchar -> varchar", url_decode),
    plain("substring substr mid", "varchar bigint -> varchar; varchar bigint bigint -> varchar", part),
    plain("left", "varchar bigint -> varchar", left),
    plain("right", "varchar bigint -> varchar", right),
    plain("split_part", "varchar varchar bigint -> varchar", split_part),
    null_aware("string_split str_split split string_to_array", "varchar varchar -> varchar[]", pieces),
    null_aware("concat", "text... -> varchar", lambda *values: "".join(v for v in values if v is not None)),
    null_aware("concat_ws", "varchar text... -> varchar", concat_ws),
    plain("starts_with startswith prefix", "varchar varchar -> boolean", lambda text, piece: text.startswith(piece)),
    plain("ends_with endswith suffix", "varchar varchar -> boolean", lambda text, piece: text.endswith(piece)),
    plain("contains", "varchar varchar -> boolean; T[] T -> boolean", _contains),
    plain("regexp_escape", "varchar -> varchar", lambda text: re.sub(r"([^\w]|[^\x00-\x7f])", _escaped, text)),
)
"""Every function on text."""


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if not character.isascii():
        return character
    return "\\x00" if character == "\0" else "\\" + character
