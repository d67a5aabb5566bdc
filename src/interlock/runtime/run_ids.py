"""Ids of runs. They become names of files, so one that was read from the journal is looked at before it is used."""

from __future__ import annotations

import datetime as dt
import re
import secrets

from interlock.runtime.store import JournalError

_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
_SHAPE = re.compile(rf"[0-9]{{6}}-[0-9]{{6}}-[{_LETTERS}]{{3}}")


def new_run_id() -> str:
    """An id that sorts by time: `261124-184130-7kq`."""
    now = dt.datetime.now(dt.UTC)
    place = now.microsecond * len(_LETTERS) // 1_000_000
    return f"{now:%y%m%d-%H%M%S}-{_LETTERS[place]}" + "".join(secrets.choice(_LETTERS) for _ in range(2))


def is_run_id(run: object) -> bool:
    """Whether this is the id of a run, and so nothing that leads out of the store as a path."""
    return isinstance(run, str) and _SHAPE.fullmatch(run) is not None


def sure_run_id(run: str) -> str:
    """The id itself; raises JournalError (IL915) if it is none."""
    if not is_run_id(run):
        raise JournalError(
            f"the journal names a run {run!r}, which is no id of a run", "`interlock audit verify` tells more", "IL915"
        )
    return run
