"""The harness as text: the last part of every emitted Python module."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import ModuleType

from interlock.compiler.standalone import (
    harness_ahead,
    harness_asks,
    harness_main,
    harness_open,
    harness_record,
    harness_retry,
    harness_run,
    harness_sinks,
    harness_values,
)

PARTS: tuple[ModuleType, ...] = (
    harness_values,
    harness_record,
    harness_asks,
    harness_sinks,
    harness_open,
    harness_run,
    harness_retry,
    harness_ahead,
    harness_main,
)
RULER = "# " + "-" * 117
"""Everything below this line of a part is carried."""

IMPORTS = (
    "import argparse",
    "import contextlib",
    "import glob",
    "import hashlib",
    "import json",
    "import os",
    "import re",
    "import shutil",
    "import signal",
    "import socket",
    "import sys",
    "import tempfile",
    "import threading",
    "import time",
    "from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence",
    "from typing import Any",
    "import duckdb",
)
"""What the parts import, together."""


@lru_cache(maxsize=4)
def harness_text(retries: bool, ahead: bool) -> str:
    """The parts, one after the other, each from its line of dashes on: retries and calls ahead only where there are any."""
    left_out = {None if retries else harness_retry, None if ahead else harness_ahead}
    parts = [part for part in PARTS if part not in left_out]
    texts = [Path(str(part.__file__)).read_text(encoding="utf-8") for part in parts]
    bodies = [text[text.index(RULER) + len(RULER) :].strip("\n") for text in texts]
    return "\n\n\n".join([f"{RULER}\n{bodies[0]}", *bodies[1:]])
