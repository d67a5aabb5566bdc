"""One process at a time executes a run. The operating system lets go of the lock when a process dies, however it dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from interlock.runtime.run_ids import is_run_id, sure_run_id
from interlock.runtime.store import LOCKS, JournalError


class RunBusy(Exception):
    """Another process executes the run; `holder` says which, as far as it is known."""

    def __init__(self, run: str, holder: str) -> None:
        super().__init__(f"run {run} is being executed by another process" + (f" ({holder})" if holder else ""))
        self.run, self.holder = run, holder


@contextlib.contextmanager
def run_lock(folder: Path, run: str) -> Iterator[None]:
    """Hold the lock of a run in the store `folder`; raises RunBusy at once if another process holds it."""
    path = folder / LOCKS / f"{sure_run_id(run)}.lock"
    handle = _acquire(path, run)
    try:
        os.truncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()}".encode())
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(handle)


def is_running(folder: Path, run: str) -> bool:
    """Whether a process executes the run at this moment."""
    if not is_run_id(run):
        return False
    try:
        handle = os.open(folder / LOCKS / f"{run}.lock", os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _acquire(path: Path, run: str) -> int:
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        except OSError as error:
            if path.is_symlink():
                raise JournalError(f"{path} is a link: the run is not locked by it", "remove it", "IL915") from error
            raise JournalError(
                f"the run cannot be locked: {path}: {error.strerror or error}", "make the project folder writable"
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(handle, 200).decode(errors="replace")
            os.close(handle)
            raise RunBusy(run, holder) from None
        # whoever held it before may have removed the file between our opening and our locking it
        with contextlib.suppress(OSError):
            if os.fstat(handle).st_ino == os.stat(path).st_ino:
                return handle
        os.close(handle)
