"""Writing plans down: YAML for people, JSON for programs. What is written reads back to a plan of the same digest.

>>> from interlock.syntax.plans import read_plan
>>> plan = read_plan('{"nodes": [{"id": "sales", "type": "read_csv@1", "params": {"path": "yes"}}]}').plan
>>> print(to_yaml(plan), end="")
interlock: 1
nodes:
  - {id: sales, type: read_csv@1, params: {path: "yes"}}
edges: []
"""

from __future__ import annotations

import json
import re
from typing import Any

from interlock.ir.plan import Plan
from interlock.syntax.scalars import BadNumber, word

WIDTH = 120
"""Collections that fit in so many columns stand on one line."""

_PLAIN = re.compile(r"[A-Za-z0-9_./](?:[\w ./@+()<>=*%$;-]*[\w./@+()<>=*%$;])?")
_OLD_YAML = re.compile(
    r"(?:y|n|yes|no|on|off)|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[-+0-9_.,eExXo:]+|0b[01_]+|=|<<", re.I
)
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?")
_UNSEEN = re.compile(
    "[^\n\t\x20-\x7e\xa0-\u200a\u2010-\u2027\u202f-\u205f\u2070-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that readers refuse, or that would hide from a reviewer what a text says: they are written as escapes."""
_ALIGNED = 24
"""Ids and types up to this long are padded, so that a list of nodes reads as a table."""


def to_json(plan: Plan) -> str:
    """The plan as indented JSON, ending in a line end."""
    text = json.dumps(_plain(plan.document()), indent=2, ensure_ascii=False, allow_nan=False)
    return _UNSEEN.sub(_escaped, text) + "\n"


def to_yaml(plan: Plan) -> str:
    """The plan as YAML: a node or an edge on one line where it fits, texts quoted only where they must be."""
    document = _plain(plan.document())
    lines: list[str] = []
    for key, value in document.items():
        if key in ("nodes", "edges") and value:
            lines.append(f"{key}:")
            lines.extend(_rows(value))
        elif key in ("inputs", "contracts"):
            lines.append(f"{key}:")
            for name, member in value.items():
                lines.extend(_member(name, member, 2))
        else:
            lines.extend(_member(key, value, 0))
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> Any:
    """The value as the canonical form sees it: text keys, lists, and text for anything that JSON has no word for."""
    if isinstance(value, dict):
        return {_key(key): _plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(element) for element in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    return json.dumps(key) if key is None or isinstance(key, (bool, int, float)) else str(key)


def _rows(items: list[dict[str, Any]]) -> list[str]:
    """The nodes or the edges of a plan, aligned like a table where they stand on one line each."""
    single = [len(_row(item, {})) <= WIDTH and not _wants_lines(item) for item in items]
    widths: dict[str, int] = {}
    for item in (item for item, alone in zip(items, single, strict=True) if alone):
        for key in list(item)[:-1]:
            written = len(_scalar(item[key], flow=True)) if isinstance(item[key], str) else 0
            if written <= _ALIGNED:
                widths[key] = max(widths.get(key, 0), written)
    lines: list[str] = []
    for item, alone in zip(items, single, strict=True):
        row = _row(item, widths)
        lines.extend([row if len(row) <= WIDTH else _row(item, {})] if alone else _item(item, 2))
    return lines


def _row(item: dict[str, Any], widths: dict[str, int]) -> str:
    parts = [f"{_text(key, flow=True)}: {_flow(value)}" for key, value in item.items()]
    padded = [
        f"{part}, ".ljust(len(_text(key, flow=True)) + 4 + widths.get(key, 0))
        for key, part in zip(item, parts[:-1], strict=False)
    ]
    return "  - {" + "".join([*padded, parts[-1]]) + "}"


def _member(key: str, value: Any, indent: int) -> list[str]:
    """A member of a block mapping."""
    return _after(f"{' ' * indent}{_text(key, flow=False)}:", value, indent)


def _item(value: Any, indent: int) -> list[str]:
    """An element of a block list."""
    start = f"{' ' * indent}-"
    if isinstance(value, (dict, list)) and value and not _fits(start, value):
        below = _block(value, indent + 2)
        return [f"{start} {below[0][indent + 2 :]}", *below[1:]]
    return _after(start, value, indent)


def _after(start: str, value: Any, indent: int) -> list[str]:
    """The value behind its key or dash: on the same line if it fits, else in lines of its own below."""
    if isinstance(value, str) and _is_literal(value):
        chomp = "" if value.endswith("\n") else "-"
        body = value.removesuffix("\n").split("\n")
        return [f"{start} |{chomp}", *(f"{' ' * (indent + 2)}{line}" if line else "" for line in body)]
    if not isinstance(value, (dict, list)):
        return [f"{start} {_scalar(value, flow=False)}"]
    if _fits(start, value):
        return [f"{start} {_flow(value)}"]
    return [start, *_block(value, indent + 2)]


def _block(value: dict[str, Any] | list[Any], indent: int) -> list[str]:
    if isinstance(value, dict):
        return [line for key, member in value.items() for line in _member(key, member, indent)]
    return [line for element in value for line in _item(element, indent)]


def _fits(start: str, value: Any) -> bool:
    return not value or (not _wants_lines(value) and len(start) + 1 + len(_flow(value)) <= WIDTH)


def _wants_lines(value: Any) -> bool:
    """Whether a text of several lines is in there, which only block style shows well."""
    if isinstance(value, str):
        return _is_literal(value)
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_wants_lines(member) for member in members)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key, flow=True)}: {_flow(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(element) for element in value) + "]"
    return _scalar(value, flow=True)


def _scalar(value: Any, flow: bool) -> str:
    return _text(value, flow) if isinstance(value, str) else json.dumps(value, allow_nan=False)


def _text(text: str, flow: bool) -> str:
    """A text on one line: bare if every reader takes it for text, else in quotes."""
    if _is_bare(text if flow else text.replace(",", "")) and (flow or not text.startswith(",")):
        return text
    if '"' in text and "'" not in text and "\n" not in text and "\t" not in text and not _UNSEEN.search(text):
        return f"'{text}'"
    escaped = json.dumps(text, ensure_ascii=False)
    return _UNSEEN.sub(_escaped, escaped)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"


def _is_bare(text: str) -> bool:
    if not _PLAIN.fullmatch(text) or _OLD_YAML.fullmatch(text) or _DATE.match(text) or _UNSEEN.search(text):
        return False
    try:
        return isinstance(word(text), str)
    except BadNumber:
        return False


def _is_literal(text: str) -> bool:
    """Whether a text of several lines reads well, and reads back the same, as a `|` block."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    return (
        len(lines) > 1
        and bool(lines[0][:1].strip())
        and bool(lines[-1].strip())
        and all(not line or line.strip(" \t") for line in lines)
        and not _UNSEEN.search(text)
    )
