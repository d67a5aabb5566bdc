"""Good plans, and ways to spoil them.

The good plans are those that the rule tests hold to be without any finding, each in a project with its own files.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import literate
import yaml
from hypothesis import strategies as st

from interlock.api import Checked, Project
from interlock.syntax.documents import read_document

SPEC = Path(__file__).parent.parent / "spec"

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@dataclass(frozen=True)
class Good:
    """A plan without any finding, as plain data, and the project that it belongs to."""

    name: str
    text: str
    value: dict[str, Any]
    project: Project

    def __repr__(self) -> str:
        return self.name

    def check(self, value: Any) -> Checked:
        """Check another plan in this project."""
        return self.project.check_text(json.dumps(value), "plan.json")


@cache
def good_plans() -> tuple[Good, ...]:
    """The plans of tests/spec that are `# ok`."""
    projects: dict[str, Project] = {}
    found = []
    for path in sorted(SPEC.glob("*.md")):
        for case in literate.read(path):
            if not case.ok or not isinstance(case.plan, str):
                continue
            files = json.dumps(case.files, sort_keys=True)
            if files not in projects:
                projects[files] = Project.at(_laid_out(case.files))
            value = read_document(case.plan, case.name).value
            if len(case.plan) < 3000:
                found.append(Good(f"{path.stem}:{case.line}", case.plan, value, projects[files]))
    return tuple(found)


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []


def _laid_out(files: dict[str, str]) -> Path:
    folder = tempfile.TemporaryDirectory(prefix="interlock-")
    _FOLDERS.append(folder)  # removed when the process ends
    root = Path(folder.name).resolve()
    for name, text in {"interlock.toml": "", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def pointers(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value below `value`, itself left out."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in members:
        yield (*path, key)
        yield from pointers(each, (*path, key))


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    """The value at a path."""
    for key in path:
        value = value[key]
    return value


def typos(text: str) -> list[str]:
    """Slips of the pen: a letter left out, two swapped, one doubled."""
    found = []
    for index in range(len(text)):
        found.append(text[:index] + text[index + 1 :])
        found.append(text[:index] + text[index : index + 2][::-1] + text[index + 2 :])
        found.append(text[: index + 1] + text[index:])
    return sorted({each for each in found if each != text})


@st.composite
def spoiled(draw: st.DrawFn, most: int = 3) -> tuple[Good, Any]:
    """A good plan with up to `most` changes made at random."""
    good = draw(st.sampled_from(good_plans()))
    value = copy.deepcopy(good.value)
    for _ in range(draw(st.integers(1, most))):
        value = draw(changed(value))
    return good, value


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """The plan with one change: a value lost, replaced, moved or doubled, or a key or a text misspelt."""
    paths = list(pointers(value))
    if not paths:
        return draw(JSON)
    value = copy.deepcopy(value)
    path = draw(st.sampled_from(paths))
    holder, key, old = at(value, path[:-1]), path[-1], at(value, path)
    how = draw(st.sampled_from(["lose", "any", "other", "twice", "key", "typo", "typo"]))
    if how == "lose":
        del holder[key]
    elif how == "any":
        holder[key] = draw(JSON)
    elif how == "other":
        holder[key] = copy.deepcopy(at(value, draw(st.sampled_from(paths))))
    elif how == "twice" and isinstance(holder, list):
        holder.insert(draw(st.integers(0, len(holder))), copy.deepcopy(old))
    elif how == "key" and isinstance(holder, dict):
        new = draw(st.sampled_from([*typos(str(key)), "id", "name", ""]))
        items = [(new if each == key else each, inner) for each, inner in holder.items()]
        holder.clear()
        holder.update(items)
    elif isinstance(old, str) and old:
        holder[key] = draw(st.sampled_from([*typos(old), old.upper(), old + " ", f'"{old}"', old * 2]))
    return value


def misspelt(good: Good) -> Iterator[Any]:
    """The plan with each of its keys and texts misspelt once."""
    for path in pointers(good.value):
        holder, key, old = at(good.value, path[:-1]), path[-1], at(good.value, path)
        for what in (key, old):
            wrong = typos(what) if isinstance(what, str) else []
            if not wrong:
                continue
            value = copy.deepcopy(good.value)
            inner = at(value, path[:-1])
            new = wrong[len(wrong) // 2]
            if what is key and isinstance(holder, dict):
                items = [(new if each == key else each, below) for each, below in inner.items()]
                inner.clear()
                inner.update(items)
            else:
                inner[key] = new
            yield value


def as_yaml(value: Any) -> str:
    """Plain data as YAML, in a layout unlike our own."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=False, width=70, indent=3)


def told(checked: Checked) -> list[tuple[str, str, str, str]]:
    """What was found, without where it stands in the text."""
    return [(each.code, each.severity, each.at.pointer, each.message) for each in checked.diagnostics]
