"""The project's store: the folder `.interlock/`, which belongs to Interlock alone.

    .interlock/
      .gitignore                     so that nothing of it is committed
      journal.db                     events, plans, artifacts (SQLite, WAL): see `journal`
      checkpoints/<sha256>.parquet   results of steps, named by the digest of their bytes
      locks/<run>.lock               held by the process that executes a run
      scratch/<run>/                 what a run spills to disk while it lasts

No plan can read or write in it: the policy refuses every path with a part `.interlock`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

FOLDER = ".interlock"
JOURNAL = "journal.db"
CHECKPOINTS = "checkpoints"
LOCKS = "locks"
SCRATCH = "scratch"


class JournalError(Exception):
    """The store cannot be used. `code` is IL910 (it cannot be read or written now) or IL915 (it is damaged)."""

    def __init__(self, message: str, help: str = "", code: str = "IL910") -> None:
        super().__init__(message)
        self.code, self.message, self.help = code, message, help


def folder_of(root: Path) -> Path:
    """Where the store of the project in `root` lies, whether or not there is one."""
    return Path(root) / FOLDER


def refuse_links(folder: Path) -> None:
    """Raises JournalError (IL915) if a part of the store is a link: what is written there would land elsewhere."""
    for name in ("", CHECKPOINTS, LOCKS, SCRATCH, JOURNAL, ".gitignore"):
        path = folder / name
        if path.is_symlink():
            raise JournalError(f"{path} is a link: the store is not used", "put a folder or a file there", "IL915")


def make_folder(root: Path) -> Path:
    """The store's folder, made if it is missing; raises JournalError if that cannot be done."""
    folder = folder_of(root)
    ignore = folder / ".gitignore"
    refuse_links(folder)
    try:
        for each in (folder, folder / CHECKPOINTS, folder / LOCKS, folder / SCRATCH):
            each.mkdir(exist_ok=True)
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise JournalError(
            f"the journal cannot be written: {error.filename or folder}: {error.strerror or error}",
            "make the project folder writable, or run without a journal (--no-journal)",
        ) from error
    return folder


def trouble(error: sqlite3.Error) -> JournalError:
    """What the database's complaint means to whoever runs a plan."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return JournalError("the journal is locked by another program", "wait until it is done, then go on")
    if "full" in text or "disk I/O" in text:
        return JournalError(f"the journal cannot be written: {text}", "make room on the disk, then go on")
    if "readonly" in text or "unable to open" in text:
        return JournalError(f"the journal cannot be written: {text}", "make the project folder writable, then go on")
    if isinstance(error, sqlite3.DatabaseError) and ("malformed" in text or "not a database" in text):
        return JournalError(f"the journal is damaged: {text}", "restore .interlock/journal.db from a copy", "IL915")
    return JournalError(f"the journal cannot be used: {text}")
