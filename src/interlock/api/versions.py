"""Named plans with immutable versions: `project.plans`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock.api.checked import Checked, Refused
from interlock.api.needs import Compiling
from interlock.compiler.touches import touches
from interlock.ir.artifact import Artifact
from interlock.ir.plan import Plan
from interlock.runtime.journal import Journal, RunLine
from interlock.runtime.store import JOURNAL, JournalError, folder_of
from interlock.runtime.versions import SavedPlan, account_of, find_saved, save_plan, saved_plans
from interlock.syntax.plans import read_plan
from interlock.syntax.write import to_json, to_yaml


@dataclass(frozen=True)
class LogEntry:
    """Something that happened to a named plan: it was saved, approved, rejected, or run. `run` is set of runs."""

    at: str
    what: str
    version: int | None = None
    run: str = ""
    by: str = ""
    note: str = ""


@dataclass(frozen=True)
class Plans:
    """The named plans of a project. Names and versions are looked up as `name`, `name@2` or `name@sha256:…`."""

    project: Compiling

    def save(
        self, plan: str | Path | Checked, name: str = "", *, account: Any = None, note: str = "", file: str = ""
    ) -> SavedPlan:
        """Save a plan file, or a checked plan, as a version under `name` (by default the plan's own).

        What is saved is the pinned plan and the program it compiles to now. Saving again what the newest version holds
        makes none, and gives that. `account` is any JSON value. Raises Refused for a plan that does not pass, OSError,
        and JournalError.
        """
        checked = plan if isinstance(plan, Checked) else self.project.read(plan)
        if checked.proven is None:
            raise Refused(checked)
        file = file or ("" if isinstance(plan, Checked) else str(plan))
        name = name or checked.proven.plan.name or Path(file).name.split(".")[0]
        artifact = self.project.compile(checked.proven, name)
        with Journal.open(self.project.root) as journal:
            journal.keep_plan(checked.proven.digest, checked.proven.plan.document(), name)
            journal.keep_artifact(artifact)
            return save_plan(
                journal, name, checked.proven.digest, artifact.digest, task=checked.proven.plan.task, account=account,
                file=file, note=note, touches=touches(checked.proven),
            )  # fmt: skip

    def list(self, name: str | None = None) -> list[SavedPlan]:
        """Every version, or those of one name, in the order in which they were saved; none without a store."""
        if not self._has_store:
            return []
        with self._reading() as journal:
            return saved_plans(journal, name)

    def find(self, reference: str) -> SavedPlan:
        """The version that a reference means; raises JournalError."""
        with self._reading() as journal:
            return find_saved(journal, reference)

    def document(self, saved: SavedPlan) -> Plan:
        """The plan of a version; raises JournalError if it is missing, or not what its digest says."""
        with self._reading() as journal:
            return kept_plan(journal, saved.plan)

    def artifact(self, saved: SavedPlan) -> Artifact:
        """The program of a version; raises JournalError if it is missing, or not what its digest says."""
        with self._reading() as journal:
            return journal.artifact(saved.artifact)

    def account(self, saved: SavedPlan) -> Any:
        """The planning account that a version came with, or None."""
        with self._reading() as journal:
            return account_of(journal, saved)

    def runs(self, saved: SavedPlan) -> list[RunLine]:
        """The runs of a version's program, the newest first."""
        with self._reading() as journal:
            return [each for each in journal.runs(plan=saved.plan) if each.artifact == saved.artifact]

    def log(self, name: str) -> list[LogEntry]:
        """All that happened to a named plan, in order; raises JournalError if there is none of that name."""
        with self._reading() as journal:
            find_saved(journal, name.partition("@")[0])
            versions = saved_plans(journal, name.partition("@")[0])
            entries = [LogEntry(each.saved_at, "saved", each.version, note=each.note) for each in versions]
            newest = {(each.plan, each.artifact): each.version for each in versions}
            for event in journal.events(kinds=["approved", "rejected"]):
                version = newest.get((event.data.get("plan", ""), event.data.get("artifact", "")))
                if version is not None:
                    by, note = event.data.get("by", ""), event.data.get("note", "")
                    entries.append(LogEntry(event.at, event.kind, version, event.run, by, note))
            for digest in {plan for plan, _ in newest}:
                for line in journal.runs(plan=digest):
                    version = newest.get((line.plan, line.artifact))
                    if version is not None:
                        entries.append(LogEntry(line.created_at, f"run, {line.status}", version, line.run))
        return sorted(entries, key=lambda each: each.at)

    @property
    def _has_store(self) -> bool:
        return (folder_of(self.project.root) / JOURNAL).is_file()

    @contextmanager
    def _reading(self) -> Iterator[Journal]:
        try:
            journal = Journal.open(self.project.root, create=False)
        except JournalError as error:
            if not self._has_store:
                raise JournalError(
                    "no plan is saved in this project", "`interlock plans save PLAN` saves one"
                ) from error
            raise
        with journal:
            yield journal


def kept_plan(journal: Journal, digest: str) -> Plan:
    """The plan with that digest as the journal keeps it; raises JournalError if it is missing or was changed."""
    document = journal.plan(digest)
    if document is None:
        raise JournalError(f"the plan {digest[:19]}… is not in the journal", code="IL915")
    plan = read_plan(json.dumps(document, ensure_ascii=False), digest).plan
    if plan is None or plan.digest != digest:
        raise JournalError(f"the plan {digest[:19]}… was changed in the journal", code="IL915")
    return plan


def promises(plan: Plan) -> list[str]:
    """What the plan's contracts promise, one line a promise."""
    return [
        f"{contract.subject}: {key} {_short(value)}"
        for contract in sorted(plan.contracts, key=lambda each: each.subject)
        for key, value in contract.body.items()
    ]


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str).replace('"', "")


def written(plan: Plan, form: str = "yaml") -> str:
    """A plan as `yaml` or `json` text."""
    return to_json(plan) if form == "json" else to_yaml(plan)
