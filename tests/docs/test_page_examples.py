"""Every fenced block of a written page is run, or says why it is not.

A page is a session in an empty folder of its own, its blocks run in order:

- `file=NAME` after the language: the block is written to that file;
- `console`: each line that starts with `$ ` is run, and must print what follows it. In what is expected `…` stands for
  anything within a line, and a line with `…` alone for any number of lines. The block ends with exit code 0, or with
  the one that `exit=N` after the language says;
- `python`: the block is run as a program and must not fail;
- any other block needs `<!-- not run: reason -->` before it.

With `--write-goldens` what a command prints is written into the page where it differs, times and digests as `…`; read the
difference before you commit it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

BIN = Path(sys.executable).parent


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "FORCE_COLOR")}
    return kept | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "PYTHONUTF8": "1",
    }


def commands(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with what it is expected to print."""
    command, expected = "", []
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, "\n".join(expected)
            command, expected = line[2:], []
        else:
            expected.append(line)
    yield command, "\n".join(expected)


def matches(expected: str, found: str) -> bool:
    pattern = ""
    for line in expected.rstrip().splitlines():
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.rstrip().split("…")) + r"[ \t]*\n"
    return re.fullmatch(pattern, found.rstrip() + "\n" if found.strip() else "") is not None


def run(command: str, folder: Path) -> tuple[int, str, Path]:
    """Run a command in a folder: its exit code, what it printed, and the folder it ended in."""
    place = folder / ".place"
    script = f"{command}\ncode=$?\npwd > '{place}'\nexit $code\n"
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip
    after = Path(place.read_text().strip()) if place.exists() else folder
    place.unlink(missing_ok=True)
    return done.returncode, done.stdout.decode(), after


VARYING = (
    (r"sha256:[0-9a-f]{12,64}…?", "sha256:…"),
    (r"\b\d{6}-\d{6}-[2-9a-z]{3}\b", "…"),  # run ids
    (r"\b20\d\d-\d\d-\d\d \d\d:\d\d(?::\d\d)?\b", "…"),
    (r"(?m)^(done in) [\d.]+ s", r"\1 … s"),
    (r"(?m)^(step .*rows) +ms$", r"\1  …"),
    (r"(?m)^(\S+ +\S+@\d+ +(?:[\d,]+|in the next)?) +[\d,]+\.\d( +reused)?$", r"\1  …\2"),
    (r"(?m)^(\S+ +\S+@\d+ +[\d,]+ rows) +[\d.]+ s", r"\1  … s"),
)
"""What differs from run to run, and what stands for it in a page."""


def steady(found: str) -> str:
    for pattern, instead in VARYING:
        found = re.sub(pattern, instead, found)
    return "\n".join(line.rstrip() for line in found.rstrip().splitlines())


def play(blocks: list[Any], folder: Path, write: bool = False) -> dict[int, str]:
    """Run the blocks of a page, in order, in a folder. With `write`, the new texts of blocks by their lines."""
    changed: dict[int, str] = {}
    for block in blocks:
        if block.not_run:
            continue
        if "file" in block.attributes:
            target = folder / block.attributes["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            folder, text = play_console(block, folder, write)
            if text != block.text:
                changed[block.line] = text
        elif block.language == "python":
            done = subprocess.run(
                [sys.executable, "-c", block.text], cwd=folder, env=environment(), capture_output=True, timeout=120
            )
            assert done.returncode == 0, f"{block}: {done.stderr.decode()}"
        else:
            raise AssertionError(
                f"{block}: a block of `{block.language}` is neither run nor marked `<!-- not run: reason -->`"
            )
    return changed


def play_console(block: Any, folder: Path, write: bool) -> tuple[Path, str]:
    """Run the commands of a block: the folder it ends in, and the block as it should be."""
    code, lines = 0, []
    for command, expected in commands(block.text):
        assert command, f"{block}: a console block starts with `$ ` and a command"
        code, found, folder = run(command, folder)
        same = matches(expected, found)
        assert same or write, f"{block}: `{command}` printed\n\n{found}\nand not\n\n{expected}"
        lines += [f"$ {command}", *(expected if same else steady(found.replace(str(folder), "…"))).splitlines()]
    assert code == int(block.attributes.get("exit", 0)), f"{block}: ended with exit code {code}"
    return folder, "".join(f"{line}\n" for line in lines)


def rewrite(page: Path, changed: dict[int, str], blocks: list[Any]) -> None:
    """Put new texts into a page, from its end to its beginning."""
    lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
    for block in reversed(blocks):
        if block.line in changed:
            lines[block.line : block.line + block.text.count("\n")] = [changed[block.line]]
    page.write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def sessions(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Path, Future[dict[int, str]]]]:
    """The pages that are to be tested, several played at a time: they mostly wait for their commands."""
    here = [item for item in request.session.items if item.path == request.path and hasattr(item, "callspec")]
    pages = [item.callspec.params["written_page"] for item in here if "written_page" in item.callspec.params]
    blocks_of, write = request.getfixturevalue("blocks_of"), request.config.getoption("--write-goldens")
    with ThreadPoolExecutor(4) as pool:
        yield {page: pool.submit(play, blocks_of(page), tmp_path_factory.mktemp("page"), write) for page in pages}


def test_blocks_do_what_the_page_says(
    written_page: Path, sessions: dict[Path, Future[dict[int, str]]], blocks_of: Callable[[Path], list[Any]]
) -> None:
    changed = sessions[written_page].result()
    if changed:
        rewrite(written_page, changed, blocks_of(written_page))


def test_the_wildcard() -> None:
    assert matches("a …  ms\n…\nend", "a 1.25  ms\nb\nc\nend\n")
    assert matches("a\n…\nend", "a\nend\n")
    assert not matches("a …", "b c\n")
    assert not matches("", "something\n")
    assert matches("", "")
