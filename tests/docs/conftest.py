"""Pages of the documentation, cut into the pieces that tests look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATED = frozenset({"nodes.md", "diagnostics.md", "expressions.md", "cli.md", "mistakes.md"})


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its attributes (`file=plan.yaml`), its text, and why it is not run, if it is not."""

    page: str
    line: int
    language: str
    attributes: dict[str, str]
    text: str
    not_run: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^`\n]*)\n(?P<text>.*?)^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL)
_NOT_RUN = re.compile(r"<!-- not run: (?P<why>[^>]+?) -->\s*\Z")


def _blocks(path: Path) -> Iterator[Block]:
    whole = path.read_text(encoding="utf-8")
    for match in _FENCE.finditer(whole):
        language, *rest = match["info"].split() or [""]
        attributes = dict(each.partition("=")[::2] for each in rest)
        before = _NOT_RUN.search(whole[: match.start()])
        line = whole.count("\n", 0, match.start()) + 1
        yield Block(
            str(path.relative_to(ROOT)), line, language, attributes, match["text"], before["why"] if before else ""
        )


def _written() -> list[Path]:
    """README, CONTRIBUTING and the pages that people wrote."""
    pages = [path for path in sorted((ROOT / "docs").rglob("*.md")) if path.name not in GENERATED]
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *pages]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "written_page" in metafunc.fixturenames:
        metafunc.parametrize("written_page", _written(), ids=lambda path: str(path.relative_to(ROOT)))
    if "any_page" in metafunc.fixturenames:
        pages = [*_written(), *(ROOT / "docs" / name for name in sorted(GENERATED))]
        metafunc.parametrize("any_page", pages, ids=lambda path: str(path.relative_to(ROOT)))


@pytest.fixture(scope="session")
def blocks_of() -> object:
    """The fenced blocks of a page."""
    return lambda path: list(_blocks(path))


@pytest.fixture
def docs() -> Path:
    return ROOT / "docs"
