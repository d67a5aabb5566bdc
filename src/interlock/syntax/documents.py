"""Documents: a text, the plain data it says, and where each value of it stands.

>>> document = read_document("nodes:\\n  - {id: a}\\n")
>>> document.value
{'nodes': [{'id': 'a'}]}
>>> document.position(document.marks["/nodes/0/id"].start)
(2, 10)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from interlock.ir.diagnostics import Diagnostic, unescape_pointer
from interlock.syntax.findings import Findings, Stop
from interlock.syntax.from_json import read_json
from interlock.syntax.from_yaml import read_yaml
from interlock.syntax.inside import offsets_inside
from interlock.syntax.marks import Lines, Mark, Marks
from interlock.syntax.rules.control_character import control_character
from interlock.syntax.rules.not_utf8 import not_utf8
from interlock.syntax.rules.too_large import too_long
from interlock.syntax.rules.unreadable import unreadable

Format = Literal["yaml", "json"]
LARGEST = 4 * 2**20
"""The most bytes of text that are read."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_YAML_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")
_BINARY = {
    b"PK\x03\x04": "a ZIP archive (or an Office file)",
    b"%PDF": "a PDF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
    b"SQLite format 3\x00": "an SQLite database",
    b"\x7fELF": "a program",
}


@dataclass(frozen=True, eq=False)
class Document:
    """What was read. `value` is None where nothing could be read; `diagnostics` then say why.

    Offsets count characters of `text`, which holds no byte order mark. In a place whose pointer is empty and
    whose span is set, the span counts characters of the whole text: so a finding can stand anywhere in it.
    """

    name: str
    text: str
    value: Any
    marks: Marks
    format: Format
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether there is a value to go on with, even if parts of it were refused."""
        return self.marks.root is not None

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.text)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character of the text."""
        return self.lines.position(offset)

    def inside(self, pointer: str, start: int, end: int) -> tuple[int, int] | None:
        """Where characters `start` to `end` of the string at `pointer` stand in the text, if that can be told."""
        mark: Mark | None = self.marks.get(pointer)
        value = self._value_at(pointer)
        if mark is None or not isinstance(value, str):
            return None
        offsets = offsets_inside(self.text, mark, value)
        if offsets is None:
            return None
        start = max(0, min(start, len(value)))
        end = max(start, min(end, len(value)))
        last = offsets[end - 1] + 1 if end > start else offsets[start]
        # An escape such as \u00e9 is several characters of text, which only the next character's offset tells.
        whole = offsets[end] if end > start and offsets[end] > last and self._escaped(offsets[end - 1]) else last
        return offsets[start], whole

    def _escaped(self, offset: int) -> bool:
        return self.text[offset] in "\\'"

    def _value_at(self, pointer: str) -> Any:
        value = self.value
        for part in pointer.split("/")[1:]:
            part = unescape_pointer(part)
            value = value[int(part)] if isinstance(value, list) else value[part] if isinstance(value, dict) else None
        return value


def read_document(text: str | bytes, name: str = "plan", format: Format | None = None) -> Document:
    """Read YAML or JSON; never raises on bad input.

    JSON is read where `format` or the ending of `name` says so, and without either where the text starts with `{"`.
    """
    findings = Findings()
    decoded = ""
    chosen: Format = format or _format_of(name, "")
    tree = None
    try:
        decoded = _decoded(text)
        chosen = format or _format_of(name, decoded)
        _refuse_unreadable(decoded, chosen)
        tree = (read_json if chosen == "json" else read_yaml)(decoded, findings)
    except Stop as stop:
        if isinstance(text, bytes) and not decoded:
            decoded = text[:LARGEST].decode("utf-8", "replace")
        findings.kept.append(stop.diagnostic)
    if tree is None:
        return Document(name, decoded, None, Marks(None), chosen, findings.all())
    return Document(name, decoded, tree.value, Marks(tree.mark), chosen, findings.all())


def _format_of(name: str, text: str) -> Format:
    ending = name.lower().rpartition(".")[2]
    if ending in ("yaml", "yml"):
        return "yaml"
    return "json" if ending == "json" or re.match(r"[ \t\r\n]*\{[ \t\r\n]*[\"}]", text) else "yaml"


def _decoded(text: str | bytes) -> str:
    """The text, without a byte order mark; raises Stop for what is too long, binary or not UTF-8."""
    size = len(text) if isinstance(text, bytes) or len(text) > LARGEST else len(text.encode("utf-8", "replace"))
    if size > LARGEST:
        raise Stop(too_long(size, LARGEST))
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    if text.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise Stop(not_utf8("the plan is UTF-32 text", "UTF-32"))
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Stop(not_utf8("the plan is UTF-16 text", "UTF-16"))
    for magic, what in _BINARY.items():
        if text.startswith(magic):
            raise Stop(unreadable(f"the file is {what}, not a plan", end=0, help=("a plan is a YAML or JSON text",)))
    head = text[:1000]
    if len(head) > 3 and head[1::2].count(0) > len(head) * 0.35 and 0 not in head[0::2]:
        raise Stop(not_utf8("the plan is UTF-16 text", "UTF-16LE"))
    if len(head) > 3 and head[0::2].count(0) > len(head) * 0.35 and 0 not in head[1::2]:
        raise Stop(not_utf8("the plan is UTF-16 text", "UTF-16BE"))
    if 0 in text:
        raise Stop(unreadable("the file is binary, not a plan", end=0, help=("a plan is a YAML or JSON text",)))
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        offset = len(text[: error.start].decode("utf-8-sig"))
        found = f"the byte 0x{text[error.start]:02x} is not UTF-8"
        raise Stop(not_utf8(f"{found}; the plan may be Windows-1252 or Latin-1", "WINDOWS-1252", offset)) from None


def _refuse_unreadable(text: str, format: Format) -> None:
    found = _CONTROL.search(text) or (_YAML_BREAKS.search(text) if format == "yaml" else None)
    if found:
        raise Stop(control_character(found.start(), found.group()))
    fence = re.match(r"\s*(```|~~~)", text)
    if fence:
        help = "leave out the lines that start with ```, and all text around them"
        raise Stop(
            unreadable("the plan is wrapped in a Markdown code fence", fence.start(1), fence.end(1), help=(help,))
        )
