"""Durable runs: begin one, go on with it, list them. Each is an event log in the project's journal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock.api.approvals import pass_gate
from interlock.api.checked import Checked, Refused
from interlock.api.needs import Compiling
from interlock.compiler.touches import touches as touches_of
from interlock.ir.artifact import Artifact
from interlock.ir.effects import Touch
from interlock.runtime.durable import CHECKPOINTS, advance, report_of, versions
from interlock.runtime.events import RunStatus
from interlock.runtime.execute import Report
from interlock.runtime.journal import Journal, RunLine
from interlock.runtime.limits import limited
from interlock.runtime.recording import Cancellation, Listener
from interlock.runtime.store import folder_of
from interlock.runtime.versions import SavedPlan


@dataclass(frozen=True)
class Runs:
    """The durable runs of a project: `project.runs`. A run is meant by its id, a part of it, or `last`."""

    project: Compiling

    def start(
        self,
        plan: str | Path | Checked | SavedPlan,
        inputs: Mapping[str, Any] | None = None,
        on_event: Listener | None = None,
        *,
        checkpoint: str = "auto",
        threads: int | None = None,
        memory: str | None = None,
        stepwise: bool | None = None,
        artifact: Artifact | None = None,
        cancellation: Cancellation | None = None,
    ) -> Report:
        """Check, compile and run a plan, with a record of everything, so that it can be resumed wherever it stops.

        Of a saved plan (`project.plans.find("name@2")`), what runs is the program that was saved.

        Raises Refused, ApprovalNeeded, RunFailed (whose `data["run"]` names the run), or JournalError before there is one.
        """
        run = self.create(
            plan, inputs, checkpoint=checkpoint, threads=threads, memory=memory, stepwise=stepwise, artifact=artifact
        )
        with Journal.open(self.project.root) as journal:
            return self._go_on(journal, run, on_event, cancellation=cancellation)

    def create(
        self,
        plan: str | Path | Checked | SavedPlan,
        inputs: Mapping[str, Any] | None = None,
        *,
        checkpoint: str = "auto",
        threads: int | None = None,
        memory: str | None = None,
        stepwise: bool | None = None,
        artifact: Artifact | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> str:
        """A run that is ready to begin, pinned to the program that the plan compiles to now; its id. Nothing is executed.

        `artifact` is that program, if it is compiled already.
        """
        if checkpoint not in CHECKPOINTS:
            raise ValueError(f"checkpoint is one of {', '.join(CHECKPOINTS)}, not {checkpoint!r}")
        settings = {"checkpoint": checkpoint, "threads": threads, "memory": memory, "stepwise": stepwise}
        with Journal.open(self.project.root) as journal:
            if isinstance(plan, SavedPlan):
                journal.trust()
            pinned = plan if isinstance(plan, SavedPlan) else self._keep(journal, plan, artifact)
            journal.artifact(pinned.artifact)  # raises JournalError if it is not what was saved
            version = {"version": plan.reference} if isinstance(plan, SavedPlan) else {}
            return journal.create_run(
                plan=pinned.plan, artifact=pinned.artifact, name=pinned.name, file=pinned.file, inputs=dict(inputs or {}),
                touches=[each.as_dict() for each in sorted(pinned.touches)],
                settings={key: value for key, value in settings.items() if value is not None},
                origin={**version, **(origin or {})}, versions=versions(),
            )  # fmt: skip

    def _keep(self, journal: Journal, plan: str | Path | Checked, artifact: Artifact | None) -> SavedPlan:
        """What a plan compiles to now, kept in the journal: a version without a number."""
        checked = plan if isinstance(plan, Checked) else self.project.read(plan)
        if checked.proven is None:
            raise Refused(checked)
        file = checked.document.name
        name = checked.proven.plan.name or Path(file).name.split(".")[0]
        artifact = artifact or self.project.compile(checked.proven, name)
        journal.keep_plan(checked.proven.digest, checked.proven.plan.document(), name)
        journal.keep_artifact(artifact)
        touches = touches_of(checked.proven)
        return SavedPlan(name, 0, checked.proven.digest, artifact.digest, "", file=file, touches=touches)

    def resume(
        self,
        run: str,
        on_event: Listener | None = None,
        *,
        repeat: Iterable[str] = (),
        skip: Iterable[str] = (),
        cancellation: Cancellation | None = None,
    ) -> Report:
        """Go on with a run from its last complete step; of a finished one, its report.

        `repeat` and `skip` answer for sinks that cannot tell whether they committed before the run was interrupted.
        Raises ApprovalNeeded, RunFailed or JournalError.
        """
        with Journal.open(self.project.root) as journal:
            journal.trust()
            run = journal.find_run(run)
            return self._go_on(journal, run, on_event, repeat=repeat, skip=skip, cancellation=cancellation)

    def _go_on(
        self,
        journal: Journal,
        run: str,
        on_event: Listener | None,
        *,
        repeat: Iterable[str] = (),
        skip: Iterable[str] = (),
        cancellation: Cancellation | None = None,
    ) -> Report:
        """Execute a run that has only been made, or whose events have been gone through."""
        status = journal.status(run)
        if status.status not in ("finished", "running") and not status.commit_planned:
            touches = [Touch.read(each) for each in status.touches]
            pass_gate(journal, self.project.policy, run, status.name, status.plan, status.artifact, touches)
        listener = limited(self.project.policy, on_event)
        return advance(journal, run, self.project.root, listener, repeat=repeat, skip=skip, cancellation=cancellation)

    async def start_async(
        self, plan: str | Path | Checked | SavedPlan, inputs: Mapping[str, Any] | None = None, **options: Any
    ) -> Report:
        """`start` in a thread of its own; cancelling the task stops the run, which can then be resumed."""
        run = await asyncio.to_thread(lambda: self.create(plan, inputs, **options))
        return await self.resume_async(run)

    async def resume_async(self, run: str, on_event: Listener | None = None, **options: Any) -> Report:
        """`resume` in a thread of its own; cancelling the task stops the run, which can then be resumed."""
        cancellation = Cancellation()
        work = asyncio.ensure_future(
            asyncio.to_thread(lambda: self.resume(run, on_event, cancellation=cancellation, **options))
        )
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            cancellation.cancel()
            await asyncio.wait([work])
            work.exception()
            raise

    def list(self, limit: int | None = None, *, status: str | None = None, plan: str | None = None) -> list[RunLine]:
        """The runs, the newest first; none in a project without a store."""
        if not folder_of(self.project.root).is_dir():
            return []
        with Journal.open(self.project.root, create=False) as journal:
            return journal.runs(limit, status=status, plan=plan)

    def status(self, run: str) -> RunStatus:
        """All that is known about a run; raises JournalError."""
        with Journal.open(self.project.root, create=False) as journal:
            return journal.status(journal.find_run(run))

    def report(self, run: str) -> Report:
        """The report of a run, as far as it came; raises JournalError."""
        return report_of(self.status(run))
