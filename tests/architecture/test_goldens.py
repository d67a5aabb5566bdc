"""The comparison with golden files: it fails on any difference, and writes only when asked to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Golden = Callable[[Path, str], None]


@pytest.fixture
def asked_to_write(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Callable[[bool], None]:
    """Set --write-goldens, whatever the command line says."""
    return lambda asked: monkeypatch.setattr(request.config.option, "write_goldens", asked)


def test_a_difference_fails_and_writes_nothing(
    golden: Golden, asked_to_write: Callable[[bool], None], tmp_path: Path
) -> None:
    asked_to_write(False)
    path = tmp_path / "program.py"
    with pytest.raises(AssertionError, match="does not exist"):
        golden(path, "one\n")
    path.write_bytes(b"one\r\n")
    with pytest.raises(AssertionError, match="differs from"):
        golden(path, "one\n")
    assert path.read_bytes() == b"one\r\n"


def test_writing_makes_the_comparison_hold(
    golden: Golden, asked_to_write: Callable[[bool], None], tmp_path: Path
) -> None:
    path = tmp_path / "python" / "program.py"
    asked_to_write(True)
    golden(path, "één\n")
    asked_to_write(False)
    golden(path, "één\n")
