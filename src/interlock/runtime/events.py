"""The events of a run, and the status that they fold to.

An event is never changed: what is known about a run is what its events, read in order, say. `KINDS` is the vocabulary;
an event of a kind that this release does not know is kept and passed over, so that newer journals stay readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.runtime.store import JournalError

KINDS: dict[str, str] = {
    "run_created": "a run exists: `plan` and `artifact` (digests), `name`, `file`, `inputs` as given, `touches` (its "
    "effects), `settings` (checkpoint, threads, memory, stepwise), `origin` ({} or e.g. {fork_of, from}), `versions` (interlock, duckdb, python)",
    "run_started": "a process begins or goes on with the run: `attempt` (from 1), `pid`, `host`, `versions`",
    "inputs_set": "the run inputs have their typed values: `inputs`; `stepwise`: whether every step is run by itself",
    "source_checked": "a source is as the plan knows it: `step`, `path`, `bytes`, `mtime_ns`, `digest` (sha256 of the file)",
    "step_started": "`step`, `type`",
    "step_finished": "`step`, `type`, `rows`, `bytes`, `digest` (of the rows), `seconds`, `fused`, `checks` (titles that "
    "held); of sinks `path`, `staged` ({path, digest}); of stored results `checkpoint` (digest of the file) and "
    "`checkpoint_bytes`; of previews `preview` ({columns, rows, total})",
    "step_reused": "the result of a complete step was taken from its checkpoint: `step`, `checkpoint`",
    "step_retried": "a step failed, and is tried again after a wait: `step`, `type`, `attempt` (the one to come, from 2) of "
    "`attempts`, `code` and `message` of the failure, `wait_seconds`",
    "checkpoint_damaged": "a checkpoint is missing or its bytes are not those that were stored: `step`, `checkpoint`, `reason`",
    "commit_planned": "everything is written beside its target, and from here on the run is finished, never undone: "
    "`sinks` ([{step, path, how, staged, digest, bytes, rows}])",
    "sink_committing": "a sink that cannot be repeated begins to commit: `step`, `path`",
    "sink_committed": "what a sink wrote is in place: `step`, `path`",
    "sink_repeat_allowed": "someone said that a sink may be repeated, or that it is done: `step`, `choice` (repeat, skip)",
    "run_finished": "`outputs` ([{path, step, rows, bytes, digest}]), `seconds`",
    "run_failed": "`code`, `message`, `step`, `help`, `data`",
    "run_stopped": "Ctrl-C or a cancellation: `code`, `message`, `step`",
    "run_paused": "the run waits for an answer: `code`, `message`, `step`, `help`, and as `data` what the question is",
    "run_answered": "the answer came: `step`, `answer`, `by`",
    "approval_requested": "the run waits for an approval bound to `plan`, `effects`, `policy`, `artifact` (digests): "
    "`name`, `touches` (all effects), `to_approve`",
    "approved": "`by`, `note`, `name`, `touches`, and what it is bound to: `plan`, `effects`, `policy`, `artifact`",
    "rejected": "the same",
    "artifact_kept": "an artifact was kept, of no run: `artifact`, `manifest` (digests)",
    "store_collected": "kept results were removed, of no run: `checkpoints` (digests), `bytes`",
    "plan_saved": "a version of a named plan, of no run: `name`, `plan`, `artifact`, `account` (digests), `task`, `file`, "
    "`note`, `touches`",
}
"""What each kind of event says, with the keys of its data."""

NEEDED: dict[str, tuple[str, ...]] = {
    "inputs_set": ("inputs",),
    "source_checked": ("step", "path"),
    "step_started": ("step",),
    "step_finished": ("step",),
    "step_reused": ("step",),
    "step_retried": ("step",),
    "checkpoint_damaged": ("step",),
    "commit_planned": ("sinks",),
    "sink_committing": ("step",),
    "sink_committed": ("step",),
    "sink_repeat_allowed": ("step", "choice"),
    "run_paused": ("step",),
    "run_answered": ("step", "answer"),
    "plan_saved": ("name", "plan", "artifact"),
}
"""The keys without which an event of a kind cannot be read."""

STATUS_AFTER: dict[str, str] = {
    "run_created": "created",
    "run_started": "running",
    "run_finished": "finished",
    "run_failed": "failed",
    "run_stopped": "stopped",
    "run_paused": "paused",
    "run_answered": "answered",
    "approval_requested": "waiting",
    "approved": "approved",
    "rejected": "rejected",
}
"""The status of a run after an event; events of other kinds leave it as it is.

A run whose status is `running` while no process holds its lock was interrupted: see `Journal.status`.
"""

RESUMABLE = frozenset({"created", "interrupted", "failed", "stopped", "paused", "answered", "approved"})
"""The statuses from which a run can go on (a paused one asks again)."""


@dataclass(frozen=True)
class Event:
    """One event. `seq` counts from 1 over the whole store; `hash` covers this event and, through `previous`, all before it.

    `at` is UTC in ISO form with microseconds; `run` is empty for events that belong to no run.
    """

    seq: int
    at: str
    run: str
    kind: str
    data: Mapping[str, Any]
    previous: str
    hash: str

    def as_dict(self) -> dict[str, Any]:
        """The event as plain data."""
        return {"seq": self.seq, "at": self.at, "run": self.run, "kind": self.kind, "data": dict(self.data),
                "previous": self.previous, "hash": self.hash}  # fmt: skip


@dataclass
class StepStatus:
    """What is known about one step of a run. `state` is running, finished or failed; a step not yet begun has none.

    `digest` is that of the rows, `checkpoint` that of the Parquet file that holds them, if they were stored. `complete` says
    that some attempt finished it, whatever became of it in a later one. `attempts`
    counts how often the step was begun, over all resumptions; `retries` how often it was tried again, as its plan says, in
    the last attempt at the run. Times are UTC, `seconds` those of the last attempt.
    """

    step: str
    type: str = ""
    state: str = "running"
    started_at: str = ""
    finished_at: str = ""
    rows: int | None = None
    bytes: int | None = None
    digest: str | None = None
    seconds: float | None = None
    fused: bool = False
    path: str | None = None
    staged: Mapping[str, Any] | None = None
    checkpoint: str | None = None
    checkpoint_bytes: int | None = None
    checks: tuple[str, ...] = ()
    preview: Mapping[str, Any] | None = None
    attempts: int = 0
    reused: int = 0
    retries: int = 0
    complete: bool = False


@dataclass
class RunStatus:
    """What the events of a run add up to.

    `status` is created, waiting, approved, rejected, running, interrupted, paused, answered, stopped, failed or
    finished. `steps` come in the order in which they were first begun. `sources` are by
    step (by step and path, where a step reads several files). `committing` holds the sinks of the planned
    commit by step, each with `committed`; `approvals` the data of approval events with `kind` and `at`.
    """

    run: str
    status: str = "created"
    name: str = ""
    file: str = ""
    plan: str = ""
    artifact: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    touches: tuple[Mapping[str, Any], ...] = ()
    origin: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, Any] = field(default_factory=dict)
    created_at: str = ""
    started_at: str = ""
    ended_at: str = ""
    updated_at: str = ""
    attempts: int = 0
    stepwise: bool | None = None
    steps: dict[str, StepStatus] = field(default_factory=dict)
    sources: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    committing: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeats: dict[str, str] = field(default_factory=dict)
    outputs: tuple[Mapping[str, Any], ...] = ()
    seconds: float | None = None
    failure: Mapping[str, Any] | None = None
    approvals: list[Mapping[str, Any]] = field(default_factory=list)
    pauses: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def resumable(self) -> bool:
        return self.status in RESUMABLE

    @property
    def commit_planned(self) -> bool:
        """Whether the run has passed the point from which it is only finished, never undone."""
        return bool(self.committing)


def fold(events: Iterable[Event]) -> RunStatus:
    """The status of one run; the events must all be of that run, in order. Raises JournalError (IL915).

    >>> fold([Event(1, "2026-01-01T00:00:00.000000Z", "r", "run_created", {"plan": "sha256:ab"}, "", "")]).status
    'created'
    """
    status = RunStatus("")
    for event in events:
        status.run = status.run or event.run
        status.updated_at = event.at
        status.status = STATUS_AFTER.get(event.kind, status.status)
        apply = _APPLY.get(event.kind)
        if apply is not None:
            try:
                apply(status, event)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                message = f"event {event.seq} ({event.kind}) cannot be read from the journal"
                raise JournalError(message, "`interlock audit verify` tells more", "IL915") from error
    return status


def _created(status: RunStatus, event: Event) -> None:
    data = event.data
    status.created_at = event.at
    status.name, status.file = data.get("name", ""), data.get("file", "")
    status.plan, status.artifact = data.get("plan", ""), data.get("artifact", "")
    status.inputs, status.settings = data.get("inputs", {}), data.get("settings", {})
    status.touches = tuple(data.get("touches", ()))
    status.origin, status.versions = data.get("origin", {}), data.get("versions", {})


def _started(status: RunStatus, event: Event) -> None:
    status.started_at = status.started_at or event.at
    status.ended_at = ""
    status.attempts = event.data.get("attempt", status.attempts + 1)
    status.versions = event.data.get("versions", status.versions)
    status.failure = None
    for step in status.steps.values():
        step.retries = 0


def _step(status: RunStatus, event: Event) -> StepStatus:
    name = event.data["step"]
    return status.steps.setdefault(name, StepStatus(name))


def _step_started(status: RunStatus, event: Event) -> None:
    step = _step(status, event)
    step.type = event.data.get("type", step.type)
    step.state, step.started_at, step.finished_at = "running", event.at, ""
    step.attempts += 1


def _step_finished(status: RunStatus, event: Event) -> None:
    step, data = _step(status, event), event.data
    step.state, step.finished_at, step.complete = "finished", event.at, True
    step.type = data.get("type", step.type)
    for name in ("rows", "bytes", "digest", "seconds", "path", "staged", "preview", "checkpoint", "checkpoint_bytes"):
        setattr(step, name, data.get(name))
    step.fused = bool(data.get("fused"))
    step.checks = tuple(data.get("checks", ()))


def _step_reused(status: RunStatus, event: Event) -> None:
    _step(status, event).reused += 1


def _step_retried(status: RunStatus, event: Event) -> None:
    step = _step(status, event)
    step.type = event.data.get("type", step.type)
    step.retries += 1


def _checkpoint_damaged(status: RunStatus, event: Event) -> None:
    step = _step(status, event)
    step.checkpoint = step.checkpoint_bytes = None


def _commit_planned(status: RunStatus, event: Event) -> None:
    status.committing = {each["step"]: {**each, "committed": False} for each in event.data["sinks"]}


def _sink(word: str) -> Any:
    def apply(status: RunStatus, event: Event) -> None:
        status.committing.setdefault(event.data["step"], {**event.data, "committed": False})[word] = True
        if word == "committing":
            status.repeats.pop(event.data["step"], None)

    return apply


def _repeat_allowed(status: RunStatus, event: Event) -> None:
    status.repeats[event.data["step"]] = event.data["choice"]


def _finished(status: RunStatus, event: Event) -> None:
    status.ended_at = event.at
    status.outputs = tuple(event.data.get("outputs", ()))
    status.seconds = event.data.get("seconds")


def _failed(status: RunStatus, event: Event) -> None:
    status.ended_at = event.at
    status.failure = dict(event.data)
    for step in status.steps.values():
        if step.state == "running":
            step.state = "failed"


def _source(status: RunStatus, event: Event) -> None:
    step, path = event.data["step"], event.data["path"]
    first = status.sources.get(step, event.data)["path"]
    status.sources[step if path == first else f"{step} {path}"] = dict(event.data)


def _inputs(status: RunStatus, event: Event) -> None:
    status.inputs, status.stepwise = event.data["inputs"], event.data.get("stepwise", status.stepwise)


def _approval(status: RunStatus, event: Event) -> None:
    status.approvals.append({"kind": event.kind, "at": event.at, **event.data})


def _pause(status: RunStatus, event: Event) -> None:
    status.pauses.append({"kind": event.kind, "at": event.at, **event.data})


_APPLY: dict[str, Any] = {
    "run_created": _created,
    "run_started": _started,
    "inputs_set": _inputs,
    "source_checked": _source,
    "step_started": _step_started,
    "step_finished": _step_finished,
    "step_reused": _step_reused,
    "step_retried": _step_retried,
    "checkpoint_damaged": _checkpoint_damaged,
    "commit_planned": _commit_planned,
    "sink_committing": _sink("committing"),
    "sink_committed": _sink("committed"),
    "sink_repeat_allowed": _repeat_allowed,
    "run_finished": _finished,
    "run_failed": _failed,
    "run_stopped": _failed,
    "run_paused": _pause,
    "run_answered": _pause,
    "approval_requested": _approval,
    "approved": _approval,
    "rejected": _approval,
}
