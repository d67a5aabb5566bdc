"""Keeping a project's store small."""

from __future__ import annotations

from interlock.api.project import Project
from interlock.runtime.garbage import Collection
from interlock.runtime.garbage import collect as collect_in
from interlock.runtime.journal import Journal


def collect(project: Project, days: float | None = 30, most: int | None = None, dry_run: bool = False) -> Collection:
    """Remove kept results of runs that were over more than `days` ago, of others the oldest beyond `most` bytes.

    What a run needs to go on is kept in any case, and so are all events, plans and programs. Raises JournalError.
    """
    Journal.open(project.root, create=False).close()
    with Journal.open(project.root) as journal:
        return collect_in(journal, days, most, dry_run)
