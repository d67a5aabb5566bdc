"""Keep the store small: remove kept results that nothing needs any more.

Events, plans, programs and answers are never removed: they are the audit log, and what a run can be replayed from. What
takes room are checkpoints. Those of a run that can still go on are always kept; those of a finished one only make forks
quicker and show the rows that a replay finds different.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from interlock.runtime.checkpoints import PARTIAL, each_checkpoint
from interlock.runtime.journal import Journal
from interlock.runtime.locks import is_running
from interlock.runtime.store import CHECKPOINTS, JOURNAL, SCRATCH, JournalError

OVER = frozenset({"finished", "rejected"})
"""The statuses of runs that will never go on."""

YOUNG = 3600.0
"""Seconds for which what nothing refers to is left alone: a run may be about to refer to it."""


@dataclass(frozen=True)
class Leftover:
    """A file or folder of the store that can go, and why. `digest` is that of a checkpoint."""

    path: str
    bytes: int
    why: str
    digest: str = ""


@dataclass(frozen=True)
class Collection:
    """What was removed, or would be; how much is kept, and how large the journal itself is, in bytes."""

    removed: tuple[Leftover, ...]
    kept: int
    kept_bytes: int
    journal_bytes: int
    dry_run: bool

    @property
    def freed(self) -> int:
        """Bytes that the removed things took."""
        return sum(each.bytes for each in self.removed)

    def as_dict(self) -> dict[str, Any]:
        """The collection as plain data."""
        return {**asdict(self), "freed": self.freed}


def collect(journal: Journal, days: float | None = 30, most: int | None = None, dry_run: bool = False) -> Collection:
    """Remove checkpoints of runs that were over `days` ago, of others the oldest beyond `most` bytes, and leftovers.

    None means no limit. What a run that can go on needs is kept in any case. Raises JournalError.
    """
    folder = journal.folder
    files = dict(each_checkpoint(folder))
    sizes = {digest: path.stat().st_size for digest, path in files.items()}
    needed, last_use = _uses(journal)
    now = dt.datetime.now(dt.UTC)
    leaving: dict[str, str] = {}
    for digest, path in files.items():
        if digest in needed:
            continue
        if digest not in last_use:
            if time.time() - path.stat().st_mtime > YOUNG:
                leaving[digest] = "no run refers to it"
        elif days is not None and now - dt.datetime.fromisoformat(last_use[digest]) > dt.timedelta(days=days):
            leaving[digest] = f"its runs were over more than {days:g} days ago"
    total = sum(size for digest, size in sizes.items() if digest not in leaving)
    for digest in sorted((each for each in files if each in last_use), key=lambda each: last_use[each]):
        if most is not None and total > most and digest not in needed and digest not in leaving:
            leaving[digest] = f"the store would keep more than {most:,} bytes"
            total -= sizes[digest]
    removed = [
        Leftover(str(files[digest].relative_to(folder)), sizes[digest], why, digest) for digest, why in leaving.items()
    ]
    removed += _abandoned(journal)
    if not dry_run and removed:
        _remove(journal, removed)
    kept = [size for digest, size in sizes.items() if digest not in leaving]
    size = sum(path.stat().st_size for path in folder.glob(f"{JOURNAL}*"))
    return Collection(tuple(removed), len(kept), sum(kept), size, dry_run)


def _uses(journal: Journal) -> tuple[set[str], dict[str, str]]:
    """The checkpoints that runs which can go on need, and for the others when the last run that has them was over."""
    lines = {line.run: line for line in journal.runs()}
    needed: set[str] = set()
    last_use: dict[str, str] = {}
    for event in journal.events(kinds=["step_finished", "step_reused"]):
        digest, line = event.data.get("checkpoint"), lines.get(event.run)
        if digest and line is not None:
            if line.status not in OVER:
                needed.add(digest)
            last_use[digest] = max(last_use.get(digest, ""), line.updated_at)
    return needed, last_use


def _abandoned(journal: Journal) -> Iterator[Leftover]:
    """Files and folders of processes that died while they wrote them."""
    for path in [*(journal.folder / CHECKPOINTS).glob(f"*{PARTIAL}"), *(journal.folder / SCRATCH).glob("*")]:
        run = path.name.split(".")[0]
        if not is_running(journal.folder, run) and time.time() - path.stat().st_mtime > YOUNG:
            parts = (
                [path]
                if path.is_file()
                else [each for each in path.rglob("*") if each.is_file() and not each.is_symlink()]
            )
            size = sum(each.stat().st_size for each in parts)
            yield Leftover(str(path.relative_to(journal.folder)), size, "the process that wrote it is gone")


def _remove(journal: Journal, leftovers: list[Leftover]) -> None:
    """Remove them, and write down that it was done; a checkpoint that some run needs after all is found missing there."""
    digests = [each.digest for each in leftovers if each.digest]
    journal.append("", "store_collected", checkpoints=digests, bytes=sum(each.bytes for each in leftovers))
    for each in leftovers:
        path = journal.folder / Path(each.path)
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        except OSError as error:
            raise JournalError(f"{path}: {error.strerror or error}", "make the store writable, then go on") from error
