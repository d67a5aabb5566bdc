"""Named plans and their versions: a fold of the journal's `plan_saved` events.

A version is a plan, by its digest, and the artifact that it was compiled to. It never changes: what runs under
`name@2` next year is the program that was saved. Versions count from 1 in the order of their events; saving again what
the newest version already holds makes none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from interlock.ir.diagnostics import joined, nearest
from interlock.ir.effects import Touch
from interlock.runtime.events import Event
from interlock.runtime.journal import Journal
from interlock.runtime.store import JournalError

SAVED = "plan_saved"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
"""What a plan may be called: no `@` and no `/`, which would mean a version and a file."""


@dataclass(frozen=True)
class SavedPlan:
    """One version of a named plan. `plan`, `artifact` and `account` are digests; `account` is empty if none was given.

    `touches` are the effects that the plan has, as they were when it was saved; `file` is where it was read from.
    """

    name: str
    version: int
    plan: str
    artifact: str
    saved_at: str
    task: str = ""
    account: str = ""
    file: str = ""
    note: str = ""
    touches: tuple[Touch, ...] = ()

    @property
    def reference(self) -> str:
        """`name@version`."""
        return f"{self.name}@{self.version}"

    def as_dict(self) -> dict[str, Any]:
        """The version as plain data."""
        return {**vars(self), "touches": [each.as_dict() for each in self.touches]}


def saved_plans(journal: Journal, name: str | None = None) -> list[SavedPlan]:
    """Every version, or those of one name, in the order in which they were saved."""
    return fold_saved(event for event in journal.events("", kinds=[SAVED]) if name in (None, event.data["name"]))


def fold_saved(events: Iterable[Event]) -> list[SavedPlan]:
    """The versions that `plan_saved` events add up to."""
    newest: dict[str, SavedPlan] = {}
    found: list[SavedPlan] = []
    for event in events:
        before = newest.get(event.data["name"])
        if before is not None and (before.plan, before.artifact) == (event.data["plan"], event.data["artifact"]):
            continue
        each = _version(event, 1 if before is None else before.version + 1)
        newest[each.name] = each
        found.append(each)
    return found


def _version(event: Event, number: int) -> SavedPlan:
    data: Mapping[str, Any] = event.data
    return SavedPlan(
        data["name"],
        number,
        data["plan"],
        data["artifact"],
        event.at,
        data.get("task", ""),
        data.get("account", ""),
        data.get("file", ""),
        data.get("note", ""),
        tuple(Touch.read(each) for each in data.get("touches", ())),
    )


def find_saved(journal: Journal, text: str) -> SavedPlan:
    """The version that `text` means: `name` (the newest), `name@2`, or `name@sha256:…` (the beginning of a digest).

    Raises JournalError with what there is instead.
    """
    name, _, wanted = text.partition("@")
    versions = saved_plans(journal, name)
    if not versions:
        known = dict.fromkeys(each.name for each in saved_plans(journal))
        close = nearest(name, known, 3)
        help = f"saved plans with such names: {joined(close)}" if close else "`interlock plans list` lists them"
        raise JournalError(f"no plan is saved under the name `{name}`", help)
    if not wanted:
        return versions[-1]
    if re.fullmatch(r"\d+", wanted):
        found = [each for each in versions if each.version == int(wanted)]
    elif re.fullmatch(r"(?:sha256:)?[0-9a-f]{4,64}", wanted):
        digest = "sha256:" + wanted.removeprefix("sha256:")
        found = [each for each in versions if each.plan.startswith(digest) or each.artifact.startswith(digest)]
    else:
        raise JournalError(f"`{wanted}` is no version", f"write a number ({name}@1) or a digest ({name}@sha256:…)")
    if not found:
        raise JournalError(
            f"`{name}` has no version `{wanted}`",
            f"it has {joined([str(each.version) for each in versions[-10:]])}; `interlock plans list {name}` tells more",
        )
    return found[-1]


def save_plan(
    journal: Journal,
    name: str,
    plan: str,
    artifact: str,
    *,
    task: str = "",
    account: Any = None,
    file: str = "",
    note: str = "",
    touches: Iterable[Touch] = (),
) -> SavedPlan:
    """Save a version of a plan whose document and artifact the journal keeps already; raises JournalError.

    `account` is any JSON value: how the plan came to be, as its planner tells it.
    """
    if not NAME.fullmatch(name):
        raise JournalError(
            f"`{name}` cannot be the name of a plan", "use letters, digits, `_`, `-` and `.`: sales_summary"
        )
    kept = journal.keep(json.dumps(account, ensure_ascii=False).encode()) if account is not None else ""
    before = saved_plans(journal, name)
    if before and (before[-1].plan, before[-1].artifact) == (plan, artifact):
        return before[-1]
    told = [each.as_dict() for each in sorted(touches)]
    event = journal.append(
        "", SAVED, name=name, plan=plan, artifact=artifact, task=task, account=kept, file=file, note=note,
        touches=told,
    )  # fmt: skip
    # counted afterwards, so that two processes that save at once get two versions
    return next(
        each for each in reversed(saved_plans(journal, name)) if (each.plan, each.artifact) == (plan, artifact)
        and each.saved_at <= event.at
    )  # fmt: skip


def account_of(journal: Journal, saved: SavedPlan) -> Any:
    """The planning account that a version came with, or None; raises JournalError if it was changed."""
    return json.loads(journal.kept(saved.account)) if saved.account else None
