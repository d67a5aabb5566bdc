"""Tasks that differ only in a date, a number or a file: when the plan of one is, provably, the plan of the other.

A task is cut into a template and its literals. A plan is carried over to other literals only where each literal that
changed stands at exactly one place in the task and at exactly one place in the plan, as a value of its own, and nothing
else in the plan is spelled with it: no name, no id, no part of another value. A small number could stand in a plan by
chance (`round(x, 2)`), so it is never carried over. Whether the result is a plan that passes is for the checks to say.

>>> cut("Sales over 250 since 2024-01-31, from data/sales.csv").template
'Sales over {number} since {date}, from {file}'
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from interlock.ir.diagnostics import escape_pointer, unescape_pointer

Kind = Literal["file", "date", "number", "text"]
SMALL = 13
"""Whole numbers below this may stand in a plan by chance."""
_LITERALS = re.compile(
    r"(?P<file>(?<![\w./-])[\w-][\w./-]*\.(?:csv|tsv|txt|json|jsonl|ndjson|parquet|xlsx|xls|xlsb|ods|db|sqlite|sqlite3)\b)"
    r"|(?P<date>(?<![\w-])\d{4}-\d\d-\d\d(?![\w-]))"
    r"|(?P<number>(?<![\w.,:/-])\d+(?:\.\d+)?(?![\w%]|[.,:/-]\d))"
    r"|(?P<text>'[^'\n]{1,80}'|\"[^\"\n]{1,80}\")"
)


@dataclass(frozen=True)
class Value:
    """A literal of a task: what it is, and its text without quotes."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Cut:
    """A task cut in two: its words with a mark for each literal, and the literals in order."""

    template: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Change:
    """A literal of a plan that was replaced: where, and by what."""

    pointer: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.old} → {self.new} at {self.pointer}"


def cut(task: str) -> Cut:
    """The task as a template and its literals."""
    values: list[Value] = []

    def mark(match: re.Match[str]) -> str:
        kind: Any = match.lastgroup
        text = match.group()
        values.append(Value(kind, text[1:-1] if kind == "text" else text))
        return f"{{{kind}}}"

    return Cut(_LITERALS.sub(mark, " ".join(task.split())), tuple(values))


def carried_over(
    document: Mapping[str, Any], old: tuple[Value, ...], new: tuple[Value, ...]
) -> tuple[dict[str, Any], tuple[Change, ...]] | None:
    """The plan's document for other literals with what was replaced, or None where it is not provably the same plan."""
    changed = [(before, after) for before, after in zip(old, new, strict=True) if before != after]
    whole = {key: value for key, value in document.items() if key not in ("task", "name")}
    changes = []
    for before, after in changed:
        if sum(each.text == before.text for each in old) != 1 or sum(each.text == after.text for each in new) != 1:
            return None
        if before.kind == "number" and ("." in before.text) != ("." in after.text):
            return None
        if before.kind == "number" and "." not in before.text and min(int(before.text), int(after.text)) < SMALL:
            return None
        places = list(_places(whole, before, ""))
        if len(places) != 1 or json.dumps(whole, ensure_ascii=False).count(before.text) != 1:
            return None
        changes.append((places[0], before, after))
    for pointer, before, after in changes:
        whole = _replaced(whole, pointer, before, after)
    return whole, tuple(Change(pointer, before.text, after.text) for pointer, before, after in changes)


def _places(value: Any, sought: Value, pointer: str) -> list[str]:
    """The pointers of values that are the literal, or of texts that hold it as a word of its own."""
    if isinstance(value, Mapping):
        inner = ((f"{pointer}/{escape_pointer(key)}", each) for key, each in value.items())
        return [place for where, each in inner for place in _places(each, sought, where)]
    if isinstance(value, list | tuple):
        return [place for index, each in enumerate(value) for place in _places(each, sought, f"{pointer}/{index}")]
    if isinstance(value, str):
        return [pointer] if value == sought.text or _within(sought).search(value) else []
    is_number = sought.kind == "number" and isinstance(value, int | float) and not isinstance(value, bool)
    return [pointer] if is_number and json.dumps(value) == sought.text else []


def _within(sought: Value) -> re.Pattern[str]:
    """The literal inside an expression: a number that stands alone, a text or a date between quotes."""
    text = re.escape(sought.text)
    return re.compile(
        rf"(?<![\w.'\"]){text}(?![\w.'\"])" if sought.kind == "number" else rf"(?<=')(?<!''){text}(?='(?!'))"
    )


def _replaced(value: Any, pointer: str, before: Value, after: Value) -> Any:
    if not pointer:
        if not isinstance(value, str):
            return json.loads(after.text)
        if value == before.text:
            return after.text
        quoted = after.text.replace("'", "''")
        return _within(before).sub(lambda _: quoted, value)
    head, slash, rest = pointer[1:].partition("/")
    below = f"{slash}{rest}"
    if isinstance(value, Mapping):
        key = unescape_pointer(head)
        return {name: _replaced(each, below, before, after) if name == key else each for name, each in value.items()}
    return [_replaced(each, below, before, after) if str(index) == head else each for index, each in enumerate(value)]
