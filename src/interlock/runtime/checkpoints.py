"""Results of steps as Parquet files, named by the digest of their bytes: a damaged one is not what its name says."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from interlock.runtime.run_ids import sure_run_id
from interlock.runtime.store import CHECKPOINTS

PARTIAL = ".partial"
"""The ending of a file that is still being written; what is left of one after a crash is swept away."""


def checkpoint_path(folder: Path, digest: str) -> Path:
    """Where the checkpoint `sha256:…` of the store `folder` lies, whether or not it is there."""
    return folder / CHECKPOINTS / f"{digest.removeprefix('sha256:')}.parquet"


def new_file(folder: Path, run: str) -> Path:
    """A path at which a checkpoint can be written, before its digest is known."""
    return folder / CHECKPOINTS / f"{sure_run_id(run)}.{secrets.token_hex(4)}{PARTIAL}"


def keep_file(folder: Path, written: Path) -> tuple[str, int]:
    """Give a written file its name; (digest, bytes). It is on disk when this returns."""
    digest, size = file_digest(written), written.stat().st_size
    target = checkpoint_path(folder, digest)
    with open(written, "rb") as handle:
        os.fsync(handle.fileno())
    os.replace(written, target)
    sync_folder(target.parent)
    return digest, size


def fault_of(folder: Path, digest: str) -> str | None:
    """Why a checkpoint cannot be used (`it is missing`, `its bytes were changed`), or None if it can."""
    path = checkpoint_path(folder, digest)
    try:
        return None if file_digest(path) == digest else "its bytes were changed"
    except FileNotFoundError:
        return "it is missing"
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"


def each_checkpoint(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every checkpoint of a store: digest and file."""
    for path in sorted((folder / CHECKPOINTS).glob("*.parquet")):
        yield f"sha256:{path.stem}", path


def sweep(folder: Path, run: str) -> None:
    """Remove what a killed process of this run left of checkpoints that it was writing."""
    for path in (folder / CHECKPOINTS).glob(f"{sure_run_id(run)}.*{PARTIAL}"):
        with contextlib.suppress(OSError):
            path.unlink()


def file_digest(path: Path) -> str:
    """`sha256:…` of a file's bytes; raises OSError."""
    with open(path, "rb") as handle:
        return "sha256:" + hashlib.file_digest(handle, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk, so that a rename survives a loss of power."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
