"""What holds for every module: short, documented, named after what it does, and at home in the checkout."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
TESTS = ROOT / "tests"

LIMIT = 400
LONGER: dict[str, int] = {}
"""Modules that are longer than the limit, with their present length. Entries may shrink and go, never grow or come."""

NAMES_THAT_SAY_NOTHING = {"common", "helper", "helpers", "misc", "util", "utils"}


def modules(*folders: Path) -> Iterator[Path]:
    """The Python files below these folders, in order."""
    for folder in folders:
        yield from sorted(folder.rglob("*.py"))


def complaints_about_length(folder: Path, longer: Mapping[str, int]) -> list[str]:
    """What is wrong with the lengths of the modules in `folder`, where `longer` names the exceptions."""
    found = []
    lengths = {path.relative_to(folder).as_posix(): len(path.read_bytes().splitlines()) for path in modules(folder)}
    for name, lines in lengths.items():
        if lines <= LIMIT:
            continue
        allowed = longer.get(name)
        if allowed is None:
            found.append(f"{name} has {lines} lines, more than {LIMIT}: split it by what it does")
        elif lines > allowed:
            found.append(f"{name} grew from {allowed} to {lines} lines: make it shorter instead")
        elif lines < allowed:
            found.append(f"{name} shrank to {lines} lines: write {lines} instead of {allowed} in LONGER")
    for name in longer:
        if lengths.get(name, 0) <= LIMIT:
            found.append(f"{name} is no longer over {LIMIT} lines: take it out of LONGER")
    return found


def test_modules_stay_short() -> None:
    assert complaints_about_length(SRC, LONGER) == []


@pytest.mark.parametrize(
    ("lines", "longer", "complaint"),
    [
        (400, {}, None),
        (401, {}, "has 401 lines"),
        (450, {"module.py": 450}, None),
        (451, {"module.py": 450}, "grew from 450 to 451"),
        (449, {"module.py": 450}, "shrank to 449"),
        (400, {"module.py": 450}, "no longer over"),
        (0, {"gone.py": 450}, "gone.py is no longer over"),
    ],
)
def test_the_ratchet_turns_one_way(tmp_path: Path, lines: int, longer: dict[str, int], complaint: str | None) -> None:
    (tmp_path / "module.py").write_text("pass\n" * lines)
    found = complaints_about_length(tmp_path, longer)
    assert len(found) == (complaint is not None)
    assert complaint is None or complaint in found[0]


def test_module_names_say_what_is_inside() -> None:
    named = [*modules(SRC), *(path for path in SRC.rglob("*") if path.is_dir())]
    assert [str(path.relative_to(ROOT)) for path in named if path.stem in NAMES_THAT_SAY_NOTHING] == []


def test_every_module_has_a_docstring() -> None:
    without = [path for path in modules(SRC) if not ast.get_docstring(ast.parse(path.read_bytes()))]
    assert [str(path.relative_to(ROOT)) for path in without] == []


def test_nothing_is_imported_from_beside_the_checkout() -> None:
    """Tests may read data that lies beside the checkout, and skip where it is absent; code never comes from there."""
    found = []
    for path in modules(SRC, TESTS):
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            found += [f"{path.relative_to(ROOT)}:{node.lineno}" for name in names if name.split(".")[0] == "shared"]
    assert found == []


def test_the_sources_name_no_path_beside_the_checkout() -> None:
    found = [path for path in modules(SRC) if "../shared" in path.read_text(encoding="utf-8")]
    assert [str(path.relative_to(ROOT)) for path in found] == []
