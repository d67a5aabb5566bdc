"""Decisions in the journal: `approval_requested`, `approved` and `rejected` are events like any other."""

from __future__ import annotations

from collections.abc import Iterable

from interlock.gates.approval import Binding, Decision, Verdict
from interlock.ir.effects import Touch, effects_digest
from interlock.runtime.events import Event
from interlock.runtime.journal import Journal
from interlock.runtime.store import JournalError

REQUESTED = "approval_requested"


def decisions(journal: Journal) -> list[Decision]:
    """Every decision, in order; raises JournalError (IL915) if the journal's chain is not as it was written.

    The whole of it is gone through: a decision that was taken out says nothing by itself.
    """
    journal.trust()
    return [decision_of(event) for event in journal.events(kinds=["approved", "rejected"])]


def decision_of(event: Event) -> Decision:
    """The decision that an event holds."""
    data = event.data
    verdict: Verdict = "approved" if event.kind == "approved" else "rejected"
    return Decision(
        verdict, Binding.read(data), data.get("by", ""), event.at, data.get("note", ""), data.get("name", ""),
        event.run, event.seq, tuple(Touch.read(each) for each in data.get("touches", ())),
    )  # fmt: skip


def bind(plan: str, artifact: str, policy: str, touches: Iterable[Touch]) -> Binding:
    """What an approval of a plan with these touches would be bound to."""
    return Binding(plan, effects_digest(touches), policy, artifact)


def request(
    journal: Journal, run: str, binding: Binding, name: str, touches: Iterable[Touch], of: Iterable[Touch]
) -> Event:
    """Note that a run waits for an approval: of the touches `of`, among all its `touches`."""
    return journal.append(
        run, REQUESTED, **binding.as_dict(), name=name,
        touches=[each.as_dict() for each in sorted(touches)], to_approve=[each.as_dict() for each in sorted(of)],
    )  # fmt: skip


def requested(journal: Journal, run: str) -> tuple[Binding, str, tuple[Touch, ...]]:
    """What a run last asked to have approved: the binding, the plan's name and all its touches.

    Raises JournalError for a run that never asked.
    """
    found = None
    for event in journal.events(run, kinds=[REQUESTED]):
        found = event
    if found is None:
        raise JournalError(f"the run {run} waits for no approval", "`interlock runs` shows which do")
    touches = tuple(Touch.read(each) for each in found.data.get("touches", ()))
    return Binding.read(found.data), found.data.get("name", ""), touches


def decide(
    journal: Journal,
    verdict: Verdict,
    binding: Binding,
    *,
    by: str,
    note: str = "",
    name: str = "",
    touches: Iterable[Touch] = (),
    run: str = "",
) -> Decision:
    """Write a decision down, on disk when this returns, for every run that waits for it; raises JournalError.

    A decision on a `run` that has begun to act says nothing about that run: it is kept for later ones. A run that was
    rejected stays so, unless it is itself the `run` that is approved.
    """
    if not by.strip():
        raise JournalError("a decision needs the name of who makes it", "give it with --by NAME")
    told = [each.as_dict() for each in sorted(touches)]
    data = {**binding.as_dict(), "by": by.strip(), "note": note, "name": name, "touches": told}
    runs = [each for each in _undecided(journal) if each == run or _same_plan(journal, each, binding)]
    if run and journal.status(run).status == "rejected":
        runs.insert(0, run)
    events = journal.append_all([(each, verdict, data) for each in runs or [""]])
    return decision_of(events[0])


def _undecided(journal: Journal) -> list[str]:
    """The runs that wait for a decision, or whose approval may still be taken back: those that have not begun."""
    return [line.run for status in ("waiting", "approved") for line in journal.runs(status=status)]


def _same_plan(journal: Journal, run: str, binding: Binding) -> bool:
    asked = requested(journal, run)[0]
    return (asked.plan, asked.artifact, asked.effects) == (binding.plan, binding.artifact, binding.effects)
