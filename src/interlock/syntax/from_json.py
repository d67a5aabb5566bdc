"""JSON into plain data with marks: one pass over the text, no recursion, and a precise word for each mistake."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from interlock.syntax.findings import Findings, Stop
from interlock.syntax.rules.bad_number import bad_number
from interlock.syntax.rules.unreadable import unreadable
from interlock.syntax.scalars import BadNumber, floating, integer
from interlock.syntax.tree import Tree
from interlock.syntax.words import quoted, visible_character

_SPACE = re.compile(r"[ \t\r\n]*")
_CHUNK = re.compile(r'[^"\\\x00-\x1f]*')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?(?![0-9A-Za-z_.+])")
_WORD = re.compile(r"[-+]?[0-9A-Za-z_.$+-]+")
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_CONSTANTS = {"true": True, "false": False, "null": None}
_OTHER_CONSTANTS = {"True": "true", "False": "false", "None": "null", "undefined": "null", "nil": "null"}
_NO_NUMBERS = {"NaN", "Infinity", "-Infinity", "+Infinity", "-NaN", "nan", "inf", "-inf"}


def read_json(text: str, findings: Findings) -> Tree:
    """Read one JSON value; raises Stop where reading cannot go on, and collects what is only refused."""
    scanner = _Scanner(text, findings)
    if scanner.skip() == len(text):
        raise Stop(unreadable("the plan is empty", end=0, help=("a plan has at least a list of `nodes`",)))
    scanner.run()
    return scanner.tree


class _Scanner:
    def __init__(self, text: str, findings: Findings) -> None:
        self.text, self.findings, self.tree, self.at = text, findings, Tree(findings), 0

    def run(self) -> None:
        """Read values and what stands between them until the outermost is complete."""
        while True:
            opened = self.value()
            if opened and not self.closes_at_once():
                continue
            if self.after_value():
                break
        if self.skip() < len(self.text):
            self.stop("there is more text after the end of the plan", help="a JSON file holds one value")

    def skip(self) -> int:
        """Pass over white space (and, with a complaint, comments)."""
        while True:
            self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            sign = self.text[self.at : self.at + 2]
            if sign not in ("//", "/*") and sign[:1] != "#":
                return self.at
            start = self.at
            closing = "*/" if sign == "/*" else "\n"
            end = self.text.find(closing, start + 2)
            self.at = len(self.text) if end < 0 else end + (2 if closing == "*/" else 0)
            help = ("leave the comment out, or write the plan in YAML, where `#` starts one",)
            self.findings.add(unreadable, "JSON has no comments", start, self.at, help=help)

    def value(self) -> bool:
        """Read a value, with its key if it needs one; true if it is a collection that is now open."""
        if self.tree.wants_key:
            self.key()
        start = self.skip()
        sign = self.text[start : start + 1]
        if sign in ("{", "["):
            self.at += 1
            self.tree.open({} if sign == "{" else [], start, "flow")
            return True
        if sign == '"':
            value = self.string()
            self.tree.scalar(value, start, self.at, "json")
        else:
            self.tree.scalar(self.bare(), start, self.at, "plain")
        return False

    def key(self) -> None:
        start = self.skip()
        if self.text[start : start + 1] != '"':
            self.stop_at_key(start)
        text = self.string()
        self.tree.key(text, start, self.at)
        if self.text[self.skip() : self.at + 1] != ":":
            self.stop(f"after the key {quoted(text)} a `:` is missing")
        self.at += 1

    def closes_at_once(self) -> bool:
        """Whether the collection just opened is empty; then it is closed."""
        closing = "]" if self.tree.in_list else "}"
        if self.text[self.skip() : self.at + 1] != closing:
            return False
        self.at += 1
        self.tree.close(self.at)
        return True

    def after_value(self) -> bool:
        """Close what ends here and pass the comma; true when the outermost value is complete."""
        while self.tree.frames:
            closing = "]" if self.tree.in_list else "}"
            what = "list" if closing == "]" else "mapping"
            sign = self.text[self.skip() : self.at + 1]
            if sign == ",":
                comma, self.at = self.at, self.at + 1
                if self.text[self.skip() : self.at + 1] != closing:
                    return False
                help = (f"leave out the `,` before `{closing}`",)
                self.findings.add(unreadable, "a comma stands after the last value", comma, comma + 1, help=help)
            elif sign != closing:
                start = self.tree.frames[-1].start
                found = f"`{visible_character(sign)}`" if sign else "the end of the text"
                message = f"in this {what} a `,` or the closing `{closing}` is missing before {found}"
                raise Stop(unreadable(message, self.at, began=(start, f"the {what} begins here")))
            self.at += 1
            self.tree.close(self.at)
        return True

    def string(self) -> str:
        """Read a text in double quotes."""
        start = self.at
        self.at += 1
        parts: list[str] = []
        while True:
            chunk = _CHUNK.match(self.text, self.at)
            parts.append(chunk.group())  # type: ignore[union-attr]
            self.at = chunk.end()  # type: ignore[union-attr]
            sign = self.text[self.at : self.at + 1]
            if sign == '"':
                self.at += 1
                return "".join(parts)
            if sign == "\\":
                parts.append(self.escape())
            elif sign in ("\n", "\r", ""):
                raise Stop(
                    unreadable(
                        "a text in quotes is not closed on its line",
                        start,
                        self.at,
                        help=('close it with `"`; write a line end inside a text as `\\n`',),
                    )
                )
            else:
                written = {"\t": "\\t"}.get(sign, f"\\u{ord(sign):04x}")
                self.stop(
                    f"a text holds a raw {'tab' if sign == chr(9) else 'control character'}",
                    help=f"write it as `{written}`",
                )

    def escape(self) -> str:
        start = self.at
        sign = self.text[start + 1 : start + 2]
        self.at = start + 2
        if sign in _ESCAPES and sign:
            return _ESCAPES[sign]
        if sign != "u":
            self.stop(
                f"`\\{visible_character(sign) if sign else ''}` is not an escape of JSON", start, start + 2,
                help="write `\\\\` for a backslash",
            )  # fmt: skip
        number = self.hexadecimal(start)
        if 0xD800 <= number < 0xDC00 and self.text.startswith("\\u", self.at):
            self.at += 2
            low = self.hexadecimal(start)
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + (number - 0xD800) * 0x400 + (low - 0xDC00))
        if 0xD800 <= number < 0xE000:
            help = "an emoji and the like take two such escapes, or are written as they are"
            self.stop(f"`\\u{number:04x}` is half a character", start, start + 6, help=help)
        return chr(number)

    def hexadecimal(self, start: int) -> int:
        digits = _HEX.match(self.text, self.at)
        if not digits:
            self.stop("`\\u` needs four hexadecimal digits", start, self.at)
        self.at = digits.end()
        return int(digits.group(), 16)

    def bare(self) -> Any:
        """Read a number, `true`, `false` or `null`."""
        start = self.at
        found = _WORD.match(self.text, start)
        text = found.group() if found else ""
        self.at = start + len(text)
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        number = _NUMBER.match(self.text, start)
        try:
            if number and number.end() == self.at:
                return floating(text) if number.group(1) or number.group(2) else integer(text)
            if text in _NO_NUMBERS:
                raise BadNumber("cannot be used: values are finite")
            if re.fullmatch(r"-?0[0-9]+(\.[0-9]+)?", text):
                raise BadNumber("starts with a zero: without quotes the zero would be lost")
        except BadNumber as error:
            self.findings.add(lambda why: bad_number(self.tree.pointer(), (start, self.at), text, why), str(error))
            return text
        self.at = start
        return self.stop_at_value(start, text)

    def stop_at_value(self, start: int, text: str) -> NoReturn:
        sign = self.text[start : start + 1]
        if not sign:
            began = self.tree.frames[-1].start if self.tree.frames else 0
            raise Stop(
                unreadable("the text ends where a value is missing", max(start - 1, 0), began=(began, "still open"))
            )
        if sign == "'":
            self.stop("texts are in double quotes in JSON, not in single ones", help="write \"…\" instead of '…'")
        if sign in ",]}:":
            self.stop(f"a value is missing before `{sign}`")
        if text in _OTHER_CONSTANTS:
            right = _OTHER_CONSTANTS[text]
            self.stop(f"`{text}` is not a value in JSON", start, start + len(text), help=f"write `{right}`")
        if text:
            help = 'texts are in double quotes: "…"' if text[0].isalpha() else "numbers look like -1, 2.5 or 1e3"
            self.stop(f"{quoted(text)} is not a value in JSON", start, start + len(text), help=help)
        self.stop(f"a value cannot start with `{visible_character(sign)}`", help='texts are in double quotes: "…"')

    def stop_at_key(self, start: int) -> NoReturn:
        sign = self.text[start : start + 1]
        found = _WORD.match(self.text, start)
        if not sign:
            began = self.tree.frames[-1].start
            raise Stop(
                unreadable(
                    "the text ends inside a mapping", max(start - 1, 0), began=(began, "the mapping begins here")
                )
            )
        if sign == "'":
            self.stop("keys are in double quotes in JSON, not in single ones", help="write \"…\" instead of '…'")
        if found:
            word = found.group()
            self.stop(
                f"the key {quoted(word)} is not in double quotes", start, found.end(), help=f'write "{word[:60]}"'
            )
        self.stop(f"a key is missing before `{visible_character(sign)}`")

    def stop(self, message: str, start: int | None = None, end: int | None = None, help: str = "") -> NoReturn:
        start = self.at if start is None else start
        raise Stop(unreadable(message, start, end, help=(help,) if help else ()))
