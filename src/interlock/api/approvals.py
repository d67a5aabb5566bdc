"""Review before effect: what a plan would do, whether somebody approved exactly that, and their decisions."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from interlock.api.checked import Checked, Refused
from interlock.api.needs import Compiling
from interlock.api.sentences import sentences
from interlock.api.versions import kept_plan, promises, written
from interlock.compiler.touches import touches as touches_of
from interlock.gates.approval import Binding, Decision, Standing, Verdict, standing
from interlock.gates.policy import Policy
from interlock.ir.difference import difference
from interlock.ir.effects import Touch
from interlock.runtime.approvals import bind, decide, decisions, request, requested
from interlock.runtime.execute import RunFailed
from interlock.runtime.journal import Journal
from interlock.runtime.store import JournalError, folder_of
from interlock.runtime.versions import find_saved


class ApprovalNeeded(Exception):
    """A run stopped before any effect: it waits for an approval. `review` says of what; `run` goes on with `resume`."""

    code = "IL941"

    def __init__(self, run: str, review: Review) -> None:
        verb = "was rejected" if review.standing.rejected else "waits for an approval"
        super().__init__(f"the run {run} {verb}")
        self.run, self.review = run, review


@dataclass(frozen=True)
class Review:
    """What somebody who approves a plan has to know, and what the approval would be bound to.

    `text` is the plan, in the form `form`. `sentences` say what differs since `standing.earlier`, the last approved
    version, and `changes` are the lines of the text that do; `gained` and `lost` are effects that differ. `contracts`
    are what the plan promises. `inputs` are the values of the run that waits, if it is one; an approval is not bound to
    them.
    """

    name: str
    binding: Binding
    touches: tuple[Touch, ...]
    to_approve: tuple[Touch, ...]
    standing: Standing
    form: str
    text: str
    contracts: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    gained: tuple[Touch, ...] = ()
    lost: tuple[Touch, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the plan may run: nothing of it needs approval, or all of it is approved."""
        return not self.to_approve or self.standing.approved

    def as_dict(self) -> dict[str, Any]:
        """The review as plain data."""
        return {
            "name": self.name,
            **self.binding.as_dict(),
            "status": "approved" if self.standing.approved else "rejected" if self.standing.rejected else "waiting",
            "decision": self.standing.decision.as_dict() if self.standing.decision else None,
            "touches": [each.as_dict() for each in self.touches],
            "to_approve": [each.as_dict() for each in self.to_approve],
            "contracts": list(self.contracts),
            "form": self.form,
            "text": self.text,
            "since": self.standing.earlier.as_dict() if self.standing.earlier else None,
            "changed": list(self.standing.changed),
            "sentences": list(self.sentences),
            "changes": list(self.changes),
            "gained": [each.as_dict() for each in self.gained],
            "lost": [each.as_dict() for each in self.lost],
            "inputs": dict(self.inputs),
        }


@dataclass(frozen=True)
class Approvals:
    """The decisions of a project: `project.approvals`. A target is a plan file, a saved plan (`name@2`) or a run."""

    project: Compiling

    def review(self, target: str | Path | Checked) -> Review:
        """What approving a target means. Raises Refused, OSError or JournalError."""
        with Journal.open(self.project.root) as journal:
            return self._review(journal, target)[0]

    def needed(self, checked: Checked) -> tuple[Touch, ...]:
        """The effects of a plan that the policy asks an approval for, whether or not there is one. Raises Refused."""
        if checked.proven is None:
            raise Refused(checked)
        return self.project.policy.to_approve(touches_of(checked.proven))

    def approve(self, target: str | Path | Checked, *, by: str, note: str = "") -> Decision:
        """Approve exactly what `review` shows; runs that wait for it may then go on."""
        return self._decide("approved", target, by, note)

    def reject(self, target: str | Path | Checked, *, by: str, note: str = "") -> Decision:
        """Reject exactly what `review` shows: runs that wait for it end, and an earlier approval of it no longer holds."""
        return self._decide("rejected", target, by, note)

    def list(self) -> list[Decision]:
        """Every decision, in order; none without a store."""
        if not folder_of(self.project.root).is_dir():
            return []
        with Journal.open(self.project.root, create=False) as journal:
            return decisions(journal)

    def _decide(self, verdict: Verdict, target: str | Path | Checked, by: str, note: str) -> Decision:
        with Journal.open(self.project.root) as journal:
            journal.trust()
            review, run = self._review(journal, target)
            return decide(
                journal, verdict, review.binding, by=by, note=note, name=review.name, touches=review.touches, run=run
            )

    def _review(self, journal: Journal, target: str | Path | Checked) -> tuple[Review, str]:
        """The review of a target, and the run that it is about, if it is one."""
        policy = self.project.policy
        if isinstance(target, Checked) or Path(target).is_file():
            checked = target if isinstance(target, Checked) else self.project.read(target)
            if checked.proven is None:
                raise Refused(checked)
            name = checked.proven.plan.name or Path(checked.document.name).name.split(".")[0]
            artifact = self.project.compile(checked.proven, name)
            journal.keep_plan(checked.proven.digest, checked.proven.plan.document(), name)
            journal.keep_artifact(artifact)
            touches = touches_of(checked.proven)
            return review(journal, policy, name, checked.proven.digest, artifact.digest, touches), ""
        run = _run_meant(journal, str(target))
        if run:
            binding, name, touches = requested(journal, run)
            found = review(journal, policy, name, binding.plan, binding.artifact, touches)
            return replace(found, inputs=journal.status(run).inputs), run
        saved = find_saved(journal, str(target))
        return review(journal, policy, saved.name, saved.plan, saved.artifact, saved.touches), ""


def _run_meant(journal: Journal, text: str) -> str:
    """The run that a text means, or nothing where it means a saved plan."""
    if "@" in text:
        return ""
    try:
        return journal.find_run(text)
    except JournalError as error:
        if error.code == "IL915":
            raise
        try:
            find_saved(journal, text)
        except JournalError:
            raise JournalError(
                f"`{text}` is no plan file, no run and no saved plan",
                "`interlock runs` and `interlock plans list` show what there is",
            ) from None
        return ""


def review(
    journal: Journal,
    policy: Policy,
    name: str,
    plan: str,
    artifact: str,
    touches: Iterable[Touch],
) -> Review:
    """The review of a plan and an artifact that the journal keeps, under the policy as it is now."""
    touches = tuple(sorted(touches))
    binding = bind(plan, artifact, policy.digest, touches)
    stands = standing(binding, decisions(journal), name)
    document = kept_plan(journal, plan)
    text = written(document)
    told: list[str] = []
    changes: list[str] = []
    before: tuple[Touch, ...] = touches
    if stands.earlier is not None:
        before = stands.earlier.touches
        old = kept_plan(journal, stands.earlier.binding.plan)
        told = list(sentences(difference(old, document)))
        changes = [
            line for line in difflib.unified_diff(written(old).splitlines(), text.splitlines(), lineterm="", n=0)
            if not line.startswith(("---", "+++", "@@"))
        ]  # fmt: skip
    return Review(
        name, binding, touches, policy.to_approve(touches), stands, "yaml", text, tuple(promises(document)), tuple(told), tuple(changes),
        tuple(each for each in touches if each not in before), tuple(each for each in before if each not in touches),
    )  # fmt: skip


def pass_gate(
    journal: Journal, policy: Policy, run: str, name: str, plan: str, artifact: str, touches: Iterable[Touch]
) -> None:
    """Let a run go on only if the policy allows all its effects, and somebody approved those that need it.

    Raises RunFailed (IL942), or ApprovalNeeded after noting in the journal that the run waits.
    """
    touches = tuple(touches)
    for touch in touches:
        reason = policy.touch_refusal(touch)
        if reason:
            message = f"`{touch.node}` {touch}, which is no longer allowed: {reason}"
            help = "ask whoever owns `interlock.toml`, or change the plan"
            failed = RunFailed("IL942", message, touch.node, help, {"found": touch.as_dict(), "run": run})
            journal.append(run, "run_failed", code=failed.code, message=message, step=touch.node, help=help, data={})
            raise failed
    if not policy.to_approve(touches):
        return
    found = review(journal, policy, name, plan, artifact, touches)
    status = journal.status(run)
    if found.holds and status.status == "rejected":
        raise JournalError(
            f"the run {run} was rejected, and what was approved since is another run or the plan",
            f"start a new run, or approve this one by its id: interlock approve {run} --by NAME",
        )
    if found.holds:
        return
    if status.status not in ("waiting", "rejected") or requested(journal, run)[0] != found.binding:
        request(journal, run, found.binding, name, touches, found.to_approve)
    raise ApprovalNeeded(run, replace(found, inputs=status.inputs))
