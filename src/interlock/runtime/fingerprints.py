"""What a source file was like when a run read it: size, time of change, and the digest of its bytes.

sha256 reads 1.5 GB a second, several times faster than any reader of rows, so that files are digested as a whole; of one
beyond `LARGE`, only its size and both its ends are.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LARGE = 2 << 30
"""Bytes up to which a file is digested as a whole."""

END = 1 << 20
"""Bytes of each end that are digested of a larger one."""


def fingerprint(path: Path) -> dict[str, Any]:
    """`bytes`, `mtime_ns` and `digest` of a file: `sha256:…`, or `ends:…` of a large one. Raises OSError.

    An SQLite database that is written in WAL mode has its latest rows in a file beside it, which counts as a part of it.
    """
    seen = path.stat()
    found: dict[str, Any] = {"bytes": seen.st_size, "mtime_ns": seen.st_mtime_ns}
    with open(path, "rb") as handle:
        if seen.st_size <= LARGE:
            digest = hashlib.file_digest(handle, "sha256")
        else:
            digest = hashlib.sha256(f"{seen.st_size} ".encode() + handle.read(END))
            handle.seek(-END, os.SEEK_END)
            digest.update(handle.read(END))
    wal = Path(f"{path}-wal")
    if wal.exists() and wal.stat().st_size:
        digest.update(wal.read_bytes())
        found |= {"bytes": seen.st_size + wal.stat().st_size, "mtime_ns": wal.stat().st_mtime_ns}
    return found | {"digest": f"{'sha256' if seen.st_size <= LARGE else 'ends'}:{digest.hexdigest()}"}


def is_as_before(path: Path, before: Mapping[str, Any]) -> bool:
    """Whether a file still is what its fingerprint says; its bytes are read only if its time of change differs."""
    try:
        seen = path.stat()
        same = (seen.st_size, seen.st_mtime_ns) == (before.get("bytes"), before.get("mtime_ns"))
        return same or fingerprint(path)["digest"] == before.get("digest")
    except OSError:
        return False
