"""The audit log: every event of a project, and whether all of it is as it was written: `project.audit`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interlock.api.needs import Rooted
from interlock.api.versions import kept_plan
from interlock.runtime.chain import Fault
from interlock.runtime.checkpoints import each_checkpoint, fault_of
from interlock.runtime.events import KINDS, Event
from interlock.runtime.journal import Journal
from interlock.runtime.store import JournalError


@dataclass(frozen=True)
class AuditReport:
    """What was verified, and every fault. `head` is the number and the hash of the last event: kept elsewhere, it proves
    later that the journal still holds all of this."""

    events: int
    head: str
    plans: int
    artifacts: int
    checkpoints: int
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        return not self.faults

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {**vars(self), "ok": self.ok, "faults": [vars(each) for each in self.faults]}


@dataclass(frozen=True)
class Audit:
    """The audit log of a project."""

    project: Rooted

    @property
    def kinds(self) -> Mapping[str, str]:
        """The kinds of events there are, and what each says."""
        return KINDS

    def events(self, run: str | None = None, kinds: tuple[str, ...] = (), after: int = 0) -> list[Event]:
        """Events in order: of one run (its id, a part of one, or `last`), or of all; of some kinds; after a number."""
        with Journal.open(self.project.root, create=False) as journal:
            wanted = journal.find_run(run) if run is not None else None
            return list(journal.events(wanted, kinds=kinds or None, after=after))

    def verify(self, head: str | None = None) -> AuditReport:
        """Go through the whole store: every event and its place in the chain, the list of runs, plans, artifacts and
        checkpoints. `head` (`NUMBER:HASH`, from an earlier report) must still be in the chain. Raises JournalError."""
        with Journal.open(self.project.root, create=False) as journal:
            found = journal.verify()
            plans = [digest for (digest,) in journal.rows("SELECT digest FROM plans ORDER BY digest")]
            for digest in plans:
                try:
                    kept_plan(journal, str(digest))
                except JournalError as error:
                    found.append(Fault(error.message))
                except ValueError as error:
                    found.append(Fault(f"the plan {str(digest)[:19]}… cannot be read: {error}"))
            checkpoints = 0
            for digest, path in each_checkpoint(journal.folder):
                checkpoints += 1
                fault = fault_of(journal.folder, digest)
                if fault:
                    found.append(Fault(f"checkpoint {path.name}: {fault}"))
            if head is not None:
                found += _still_there(journal, head)
            (artifacts,) = journal.rows("SELECT count(*) FROM artifacts")[0]
            (events,) = journal.rows("SELECT count(*) FROM events")[0]
            last = journal.rows("SELECT seq, hex(hash) FROM events ORDER BY seq DESC LIMIT 1") or [(0, "")]
            return AuditReport(
                events, f"{last[0][0]}:{last[0][1].lower()}", len(plans), artifacts, checkpoints, tuple(found)
            )


def _still_there(journal: Journal, head: str) -> Iterator[Fault]:
    number, sign, digest = head.partition(":")
    if not sign or not number.isdigit():
        raise JournalError(
            f"`{head}` is no head", "it is a number, a colon and a hash, as `interlock audit verify` prints it"
        )
    if int(number) == 0:
        return
    rows = journal.rows("SELECT hash FROM events WHERE seq = ?", [int(number)])
    if not rows:
        yield Fault(f"event {number}, which was there, is missing: the journal was cut off or replaced", int(number))
    elif rows[0][0].hex() != digest.lower():
        yield Fault(f"event {number} is not the one that was there: the journal was written anew", int(number))
