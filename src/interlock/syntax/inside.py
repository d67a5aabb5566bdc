"""Where the characters of a decoded text stand in the file: quotes, escapes, folded lines and block texts undone.

Each way of writing is decoded once more, noting where each character came from. The answer is only given if what
comes out is the very value that was read, so it is never wrong; at worst there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from interlock.syntax.marks import Mark

_SIMPLE = dict(zip('0abtnvfre "/\\N_LP\t', '\0\a\b\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029\t', strict=True))
_WIDTHS = {"x": 2, "u": 4, "U": 8}


def offsets_inside(text: str, mark: Mark, value: str) -> Sequence[int] | None:
    """For each character of `value`, and its end, the offset in `text`; None if that cannot be told."""
    source = text[mark.start : mark.end]
    if mark.style == "plain" and source == value:
        return range(mark.start, mark.end + 1)
    if mark.style in ("plain", "single", "double", "json"):
        quotes = 0 if mark.style == "plain" else 1
        body = source[quotes : len(source) - quotes]
        found = _flow(body, mark.start + quotes, mark.style)
    elif mark.style in ("literal", "folded"):
        found = _block(text, mark, value)
    else:
        return None
    if found is None or "".join(found[0])[: len(value)] != value or len(found[0]) < len(value):
        return None
    rest = "".join(found[0][len(value) :])
    if rest.strip("\n") or (rest and mark.style not in ("literal", "folded")):
        return None
    offsets = found[1][: len(value)]
    ends = found[1][len(value)] if len(found[1]) > len(value) else found[2]
    return [*offsets, ends]


_Decoded = tuple[list[str], list[int], int]


def _flow(body: str, base: int, style: str) -> _Decoded | None:
    """A plain or quoted text, over several lines or not."""
    characters: list[str] = []
    offsets: list[int] = []
    kept = at = 0  # `kept` characters are safe from the trimming of spaces before a line end
    while at < len(body):
        character, start = body[at], at
        if character in "\r\n":
            while len(characters) > kept and characters[-1] in " \t":
                del characters[-1], offsets[-1]
            breaks, at = _breaks(body, at)
            folded = " " if breaks == 1 else "\n" * (breaks - 1)
            characters.extend(folded)
            offsets.extend([base + start] * len(folded))
            kept = len(characters)
            continue
        decoded, at = character, at + 1
        if style == "single" and body.startswith("''", start):
            at = start + 2
        elif character == "\\" and style in ("double", "json"):
            escape = _escape(body, start)
            if escape is None:
                return None
            decoded, at = escape
        characters.extend(decoded)
        offsets.extend([base + start] * len(decoded))
        if style != "plain" and character == "\\":
            kept = len(characters)
    return characters, offsets, base + len(body)


def _breaks(body: str, at: int) -> tuple[int, int]:
    """The number of line ends from here on, and where the next text starts."""
    count = 0
    while at < len(body) and body[at] in " \t\r\n":
        if body.startswith("\r\n", at):
            at += 1
        count += body[at] in "\r\n"
        at += 1
    return count, at


def _escape(body: str, at: int) -> tuple[str, int] | None:
    """What the escape at `at` stands for, and where it ends."""
    sign = body[at + 1 : at + 2]
    if sign in ("\n", "\r"):
        breaks, after = _breaks(body, at + 1)
        return "\n" * (breaks - 1), after
    if sign in _WIDTHS:
        after = at + 2 + _WIDTHS[sign]
        number = int(body[at + 2 : after], 16)
        if 0xD800 <= number < 0xDC00 and body.startswith("\\u", after):
            low = int(body[after + 2 : after + 6], 16)
            number, after = 0x10000 + (number - 0xD800) * 0x400 + (low - 0xDC00), after + 6
        return chr(number), after
    return (_SIMPLE[sign], at + 2) if sign and sign in _SIMPLE else None


def _block(text: str, mark: Mark, value: str) -> _Decoded | None:
    """A `|` or `>` text: each line with its offset, its indentation taken off, folded where the style folds."""
    header, *lines = list(re.finditer(r"([^\r\n]*)(\r\n|\r|\n|\Z)", text[mark.start : mark.end]))
    bodies = [(found.group(1), mark.start + found.start()) for found in lines]
    while bodies and not bodies[-1][0].strip(" "):
        bodies.pop()
    if not bodies:
        return [*value], [mark.start + header.end()] * len(value), mark.end
    explicit = re.match(r"[|>][-+]?([1-9])", header.group(1))
    indents = [len(body) - len(body.lstrip(" ")) for body, _ in bodies if body.strip(" ")]
    # With an indentation written out it counts from the parent's, which is not known here: the value tells.
    for indent in range(min(indents), -1, -1) if explicit else (indents[0],):
        cut = [(body[indent:], start + min(indent, len(body))) for body, start in bodies]
        found = _folded(cut) if mark.style == "folded" else _literal(cut)
        trailing = len(value) - len(found[0])
        if trailing > 0:
            found[0].extend("\n" * trailing)
            found[1].extend([found[2]] * trailing)
        if "".join(found[0][: len(value)]) == value:
            return found
    return None


def _literal(lines: list[tuple[str, int]]) -> _Decoded:
    characters: list[str] = []
    offsets: list[int] = []
    end = 0
    for body, start in lines:
        end = start + len(body)
        characters.extend([*body, "\n"])
        offsets.extend(range(start, end + 1))
    return characters, offsets, end


def _folded(lines: list[tuple[str, int]]) -> _Decoded:
    characters: list[str] = []
    offsets: list[int] = []
    end = blank = 0
    deeper_before: bool | None = None
    for body, start in lines:
        if not body:
            blank += 1
            continue
        deeper = body[0] in " \t"
        if deeper_before is None:
            joint = "\n" * blank
        elif deeper or deeper_before:
            joint = "\n" * (blank + 1)
        else:
            joint = "\n" * blank if blank else " "
        characters.extend([*joint, *body])
        offsets.extend([*([end] * len(joint)), *range(start, start + len(body))])
        end, blank, deeper_before = start + len(body), 0, deeper
    characters.append("\n")
    offsets.append(end)
    return characters, offsets, end
