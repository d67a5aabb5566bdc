"""What all tests share: one terminal, one way for Hypothesis to search, and comparison with golden files."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# Who starts the tests in the background ignores Ctrl-C for them and for every program that they start and stop with it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Emitted programs lie in golden/<target>/; they are compared and run, never collected.
collect_ignore_glob = ["golden/*/*"]

# The same output on every machine: no colours, one width.
os.environ.update(COLUMNS="120", NO_COLOR="1", TERM="dumb")
for name in ("FORCE_COLOR", "PY_COLORS", "CLICOLOR_FORCE"):
    os.environ.pop(name, None)

# A busy machine is not a failure, so no deadline. Under CI the examples are the same on every run.
settings.register_profile("interlock", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("interlock")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-goldens", action="store_true", help="write the golden files instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with the golden file at a path, byte for byte; with --write-goldens, write the file."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--write-goldens"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            return
        assert path.is_file(), f"{path} does not exist; `make goldens` writes it"
        assert text == path.read_bytes().decode(), f"differs from {path}; if it should, `make goldens` writes it again"

    return compare
