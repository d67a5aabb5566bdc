"""Building plain data and its marks side by side, without recursion and within limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from interlock.ir.diagnostics import escape_pointer
from interlock.syntax.findings import Findings, Stop
from interlock.syntax.marks import Mark, Style
from interlock.syntax.rules.duplicate_key import duplicate_key
from interlock.syntax.rules.too_large import key_too_long, too_deep, too_many_values

DEEPEST = 100
MOST_VALUES = 200_000
LONGEST_KEY = 1_000


@dataclass(slots=True)
class _Frame:
    """A collection that is still open. `key` is the member being read; `wanted` is false for a repeated one."""

    value: dict[str, Any] | list[Any]
    start: int
    style: Style
    marks: dict[str, Mark] = field(default_factory=dict)
    elements: list[Mark] = field(default_factory=list)
    key: str | None = None
    key_span: tuple[int, int] = (0, 0)
    wanted: bool = True
    end: int = 0


class Tree:
    """Takes what a reader meets, in order, and ends with `value` and `mark`. Of two equal keys the first is kept."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.frames: list[_Frame] = []
        self.count = 0
        self.value: Any = None
        self.mark: Mark | None = None

    @property
    def wants_key(self) -> bool:
        """Whether the next thing must be a key (or the end of a mapping)."""
        return bool(self.frames) and isinstance(self.frames[-1].value, dict) and self.frames[-1].key is None

    @property
    def in_list(self) -> bool:
        return bool(self.frames) and isinstance(self.frames[-1].value, list)

    def pointer(self) -> str:
        """The pointer of the value that is about to be read."""
        parts: list[str | int] = []
        for frame in self.frames:
            parts.append(len(frame.value) if isinstance(frame.value, list) else frame.key or "")
        return "".join(f"/{escape_pointer(part)}" for part in parts)

    def open(self, value: dict[str, Any] | list[Any], start: int, style: Style) -> None:
        """A collection begins."""
        self._counted(start)
        if len(self.frames) >= DEEPEST:
            raise Stop(too_deep(start, DEEPEST))
        self.frames.append(_Frame(value, start, style))

    def key(self, text: str, start: int, end: int, wanted: bool = True) -> None:
        """A key was read; `wanted=False` reads its value and drops it."""
        if len(text) > LONGEST_KEY:
            raise Stop(key_too_long(start, end, LONGEST_KEY))
        frame = self.frames[-1]
        frame.key, frame.key_span, frame.wanted = text, (start, end), wanted
        if text in frame.marks:
            frame.wanted = False
            first = frame.marks[text].key or (frame.start, frame.start + 1)
            self.findings.add(duplicate_key, text, (start, end), first)

    def scalar(self, value: Any, start: int, end: int, style: Style) -> None:
        """A text, number, boolean or null was read."""
        self._counted(start)
        self._attach(value, start, end, style, None)

    def close(self, end: int) -> None:
        """The innermost collection ends. A block collection ends where its last value does, not at the next line."""
        frame = self.frames.pop()
        if frame.style == "block":
            end = max(frame.end, frame.start)
        children = frame.elements if isinstance(frame.value, list) else frame.marks
        self._attach(frame.value, frame.start, end, frame.style, children)

    def _counted(self, start: int) -> None:
        self.count += 1
        if self.count > MOST_VALUES:
            raise Stop(too_many_values(start, MOST_VALUES))

    def _attach(
        self, value: Any, start: int, end: int, style: Style, children: dict[str, Mark] | list[Mark] | None
    ) -> None:
        if not self.frames:
            self.value, self.mark = value, Mark(start, end, style, None, children)
            return
        frame = self.frames[-1]
        frame.end = max(frame.end, end, frame.key_span[1])
        if isinstance(frame.value, list):
            frame.value.append(value)
            frame.elements.append(Mark(start, end, style, None, children))
            return
        if frame.key is not None and frame.wanted:
            frame.value[frame.key] = value
            frame.marks[frame.key] = Mark(start, end, style, frame.key_span, children)
        frame.key = None
