"""Showing diagnostics: in full with the source, in one line each, and as JSON.

Text of the plan reaches the terminal only with its control characters spelled out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from interlock.ir.diagnostics import Diagnostic, Place
from interlock.syntax.documents import Document
from interlock.syntax.excerpt import Marked, excerpt
from interlock.syntax.locating import Located, locate
from interlock.syntax.words import visible

_COLORS = {"error": "1;31", "warning": "1;33", "info": "1;36", "rule": "1;34", "bold": "1"}


def full(diagnostics: Iterable[Diagnostic], document: Document | None = None, color: bool = False) -> str:
    """Every diagnostic with the lines it is about, a blank line between two; empty text for none."""
    return "\n".join(_full(found, document, _Paint(color)) for found in diagnostics)


def concise(diagnostics: Iterable[Diagnostic], document: Document | None = None) -> str:
    """One line each: `file:line:column: error[CODE] message (fix: …)`."""
    return "".join(f"{_concise(found, document)}\n" for found in diagnostics)


def as_json(diagnostics: Iterable[Diagnostic], document: Document | None = None) -> list[dict[str, Any]]:
    """Plain data, for programs."""
    return [_as_json(found, document) for found in diagnostics]


class _Paint:
    """Colors, where they are wanted."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, kind: str, text: str) -> str:
        return f"\x1b[{_COLORS[kind]}m{text}\x1b[0m" if self.on and text else text


def _full(found: Diagnostic, document: Document | None, paint: _Paint) -> str:
    head = paint(found.severity, f"{found.severity}[{found.code}]") + paint("bold", f": {visible(found.message)}")
    places = [(found.at, found.label, True), *((place, label, False) for place, label in found.also)]
    marked = [Marked(locate(place, document), label, first) for place, label, first in places] if document else []
    # A finding about an empty file has no line to show.
    shown = [mark for mark in marked if document and document.text.strip()]
    gutter = len(str(max((mark.at.line for mark in shown), default=0))) if shown else 1
    lines = [head, paint("rule", f"{' ' * gutter}-->") + f" {_where(found.at, document)}"]
    if document and shown:
        colors = {"main": found.severity}
        lines.extend(excerpt(document, shown, gutter, lambda kind, text: paint(colors.get(kind, "rule"), text)))
    start = paint("rule", f"{' ' * gutter} =")
    for kind, text in _remarks(found):
        # Further lines of a remark stand under its first, so that none can pass for a line of ours.
        first, *rest = text.split("\n")
        lines.append(f"{start} {paint('bold', f'{kind}:')} {visible(first)}")
        lines.extend(f"{' ' * (gutter + len(kind) + 5)}{visible(line)}" for line in rest)
    return "\n".join(lines) + "\n"


def _remarks(found: Diagnostic) -> list[tuple[str, str]]:
    fix = [(f"fix ({'safe' if found.fix.safe else 'suggested'})", found.fix.title)] if found.fix else []
    notes = [("note", note) for note in found.notes]
    return [*notes, *fix, *(("help", help) for help in found.help), ("more", f"interlock explain {found.code}")]


def _where(place: Place, document: Document | None) -> str:
    """`file:line:column  (node `id`, /pointer)`."""
    parts = [f"node `{place.node}`"] if place.node else []
    if place.pointer:
        parts.append(place.pointer)
    about = visible(", ".join(parts))
    if document is None:
        return about or "the plan"
    at = locate(place, document)
    return f"{visible(document.name)}:{at.line}:{at.column}" + (f"  ({about})" if about else "")


def _concise(found: Diagnostic, document: Document | None) -> str:
    if document:
        at = locate(found.at, document)
        start = f"{document.name}:{at.line}:{at.column}: "
    else:
        start = f"{found.at.pointer}: " if found.at.pointer else ""
    mend = f" (fix: {found.fix.title})" if found.fix else f" (help: {found.help[0]})" if found.help else ""
    return visible(f"{start}{found.severity}[{found.code}] {found.message}{mend}")


def _as_json(found: Diagnostic, document: Document | None) -> dict[str, Any]:
    fix = found.fix
    return {
        "code": found.code,
        "name": found.name,
        "severity": found.severity,
        "message": found.message,
        "at": _place_json(found.at, document),
        "label": found.label,
        "also": [{**_place_json(place, document), "label": label} for place, label in found.also],
        "notes": list(found.notes),
        "help": list(found.help),
        "fix": {"title": fix.title, "patch": [dict(step) for step in fix.patch], "safe": fix.safe} if fix else None,
        "data": dict(found.data),
    }


def _place_json(place: Place, document: Document | None) -> dict[str, Any]:
    found: dict[str, Any] = {"pointer": place.pointer, "node": place.node}
    if document is None:
        return found
    at: Located = locate(place, document)
    end = {"end_line": at.end_line, "end_column": at.end_column}
    return found | {"file": document.name, "line": at.line, "column": at.column} | end


__all__ = ["Located", "as_json", "concise", "full", "locate"]
