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


def make_folder(root: Path) -> Path:
    """The store's folder, made if it is missing; raises JournalError if that cannot be done."""
    folder = folder_of(root)
    ignore = folder / ".gitignore"
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
