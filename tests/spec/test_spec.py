"""The rules, as the Markdown files beside this one tell them. `literate` describes their form.

`pytest tests/spec --write-goldens` writes the snapshots and transcripts again; read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import literate
import pytest

from interlock.api import Checked, Project, rules
from interlock.syntax.locating import locate
from interlock.syntax.render import full

HERE = Path(__file__).parent


CASES = [(path, case) for path in sorted(HERE.glob("*.md")) for case in literate.read(path)]
PLANS = [pytest.param(path, case, id=f"{path.stem}:{case.line}") for path, case in CASES if case.console is None]
TRANSCRIPTS = [
    pytest.param(path, case, id=f"{path.stem}:{case.line}") for path, case in CASES if case.console is not None
]


@pytest.fixture
def writing(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--write-goldens"))


@pytest.mark.parametrize(("path", "case"), PLANS)
def test_plan(path: Path, case: Any, tmp_path: Path, writing: bool) -> None:
    checked = check(case, tmp_path)
    found = sorted(
        literate.Expected(locate(each.at, checked.document).line, each.severity, each.code, each.message)
        for each in checked.diagnostics
    )
    wanted = sorted(case.expected)
    shown = full(checked.diagnostics, checked.document).replace(str(tmp_path.resolve()), "PROJECT").rstrip("\n")
    if case.expected or case.ok:
        missing = [f"- {each} {each.part}" for each in _without(wanted, found)]
        extra = [f"+ {each} {each.part}" for each in _without(found, wanted)]
        assert not missing and not extra, _report(path, case, [*missing, *extra], shown)
        wrong = [
            f"- {want} …{want.part}…\n+ {have} {have.part}"
            for want in wanted
            if not any(have == want and want.part in have.part for have in found)
            for have in found
            if have == want
        ]
        assert not wrong, _report(path, case, wrong, shown)
    assert checked.ok == all(each.severity != "error" for each in found)
    if case.snapshot is not None and writing:
        write_block(path, case, shown)
    elif case.snapshot is not None:
        assert shown.splitlines() == case.snapshot.splitlines()


@pytest.mark.parametrize(("path", "case"), TRANSCRIPTS)
def test_transcript(path: Path, case: Any, tmp_path: Path, writing: bool) -> None:
    lay_out(case, tmp_path)
    told = "\n".join(transcript(case.console, tmp_path))
    if writing:
        write_block(path, case, told)
    else:
        assert told.splitlines() == case.console.splitlines()


@cache
def sections() -> dict[tuple[str, str], tuple[set[str], bool]]:
    """For each section the codes it expects, and whether a plan of it passes or a transcript of it ends well."""
    found: dict[tuple[str, str], tuple[set[str], bool]] = {}
    for path, case in CASES:
        codes, ok = found.get((path.stem, case.section), (set(), False))
        codes = codes | {each.code for each in case.expected}
        if case.console is not None:
            codes |= set(re.findall(r"(?:error|warning|waiting)\[(IL\d{3})\]", case.console))
            done = [
                each
                for each in case.console.split("$ ")
                if each.startswith(("interlock run", "interlock resume", "python"))
            ]
            ok = ok or any("[exit" not in each for each in done)
        found[path.stem, case.section] = (codes, ok or case.ok)
    return found


@pytest.mark.parametrize("code", rules())
def test_every_rule_has_an_error_and_a_near_miss(code: str) -> None:
    assert any(code in codes and ok for codes, ok in sections().values()), (
        f"no section shows {code} together with a plan that just passes"
    )


def test_codes_are_rules() -> None:
    assert {code for codes, _ in sections().values() for code in codes} <= set(rules())


def check(case: Any, root: Path) -> Checked:
    """The case's plan, checked in a project of its own at `root`."""
    lay_out(case, root)
    return Project.at(root).check_text(case.plan, case.name)


def lay_out(case: Any, root: Path) -> None:
    """Write the case's files."""
    for name, text in {"interlock.toml": "", **case.files}.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def transcript(script: str, root: Path) -> Iterator[str]:
    """The transcript again, with what its commands print now. A command that fails leaves every file as it was."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command in (line[2:] for line in script.splitlines() if line.startswith("$ ")):
        before = contents(root)
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=root, env=environment, capture_output=True, text=True, timeout=120
        )
        yield f"$ {command}"
        yield from (_steady(line.rstrip(), root) for line in (done.stdout + done.stderr).splitlines())
        if done.returncode:
            yield f"[exit {done.returncode}]"
            assert contents(root) == before, f"`{command}` failed and changed files"


def contents(root: Path) -> dict[str, bytes]:
    """Every file below a folder, but Python's own and the journal, in which a failed run is written down."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not {"__pycache__", ".interlock"} & {*path.parts}
    }


def write_block(path: Path, case: Any, new: str) -> None:
    """Replace the snapshot or the transcript of a case in its file, where it stands now."""
    index = [each for other, each in CASES if other == path].index(case)
    now = literate.read(path)[index]
    old, line = (now.console, now.line) if now.console is not None else (now.snapshot, now.snapshot_line)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[line : line + len(old.splitlines())] = new.splitlines()
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _steady(line: str, root: Path) -> str:
    """A line without what differs from machine to machine: folders, times and digests."""
    line = line.replace(str(root.resolve()), "PROJECT")
    line = re.sub(r"\b\d+\.\d+ s\b", "0.00 s", line)
    line = re.sub(r"\b\d{6}-\d{6}-[2-9a-z]{3}\b", "RUN", line)
    line = re.sub(r"\b20\d\d-\d\d-\d\d\b", "TODAY", line)
    line = re.sub(r"\bprocess \d+ on \S+(?=\))", "process …", line)
    line = re.sub(r"sha256:[0-9a-f]+…?", "sha256:…", line)
    if re.match(r"(?:  )?\S+ {2,}", line):  # a row of a table: columns are as wide as what is in them
        line = re.sub(r"(?<=\S) {2,}", "  ", re.sub(r" \d[\d,]*\.\d(?=$|  reused$)", " 0.0", line))
    return line


def _without(some: list[Any], others: list[Any]) -> list[Any]:
    """What `some` has beyond `others`, counted."""
    left = list(others)
    return [each for each in some if not (each in left and (left.remove(each) or True))]


def _report(path: Path, case: Any, lines: list[str], shown: str) -> str:
    return "\n".join([f"{path.name}:{case.line} ({case.section})", "- expected, + found:", *lines, "", shown])
