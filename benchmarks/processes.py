"""Measure whole processes: wall time, CPU time and peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TIMED = str(Path(__file__).with_name("timed.py"))


@dataclass(frozen=True)
class Used:
    """What a process took: seconds, and bytes at its peak."""

    wall: float
    cpu: float
    rss: int


def environment(folder: Path, *, bytecode: bool = True) -> dict[str, str]:
    """An environment in which Python keeps its bytecode in `folder`, as an installed program does, or keeps none."""
    found = {
        key: value for key, value in os.environ.items() if key not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
    }
    if bytecode:
        return {**found, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    return {**found, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(folder / "no-bytecode")}


def measure(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> Used:
    """Run a command in `folder` and measure it; raises RuntimeError if it fails."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", TIMED, *command],
        cwd=folder,
        env=dict(env),
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout) if done.returncode == 0 else {"code": done.returncode}
    if found["code"] != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {found['code']}: {done.stderr.strip()[-2000:]}")
    return Used(found["wall"], found["cpu"], found["rss"])
