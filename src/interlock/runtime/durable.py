"""Execute a run that the journal knows: begin it, or go on with it from its last complete step."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import socket
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from interlock.ir.artifact import Artifact
from interlock.runtime.checkpoints import sweep
from interlock.runtime.events import RESUMABLE, RunStatus
from interlock.runtime.execute import Report, RunFailed, execute
from interlock.runtime.journal import Journal
from interlock.runtime.locks import RunBusy, run_lock
from interlock.runtime.recording import Cancellation, Listener, Recording
from interlock.runtime.run_ids import sure_run_id
from interlock.runtime.store import SCRATCH, JournalError

CHECKPOINTS = ("auto", "none", "every")
"""When results of steps are kept: where it pays, never, or always."""


def versions() -> dict[str, str]:
    """What a run is executed by; with another engine, digests of rows need not be the same."""
    from interlock import __version__

    return {"interlock": __version__, "duckdb": duckdb.__version__, "python": platform.python_version()}


def advance(
    journal: Journal,
    run: str,
    root: Path,
    listener: Listener | None = None,
    *,
    repeat: Iterable[str] = (),
    skip: Iterable[str] = (),
    cancellation: Cancellation | None = None,
) -> Report:
    """Execute a run to its end, from where it is; raises RunFailed, and JournalError for a run that cannot go on.

    `repeat` and `skip` name sinks that were about to commit when the run was interrupted and that cannot tell whether
    they did: they are committed again, or taken for done. A finished run is only reported.
    """
    try:
        with run_lock(journal.folder, run):
            status = journal.status(run)
            if status.status == "finished":
                return report_of(status)
            status.status = "interrupted" if status.status == "running" else status.status
            if status.status not in RESUMABLE:
                raise JournalError(f"the run {run} is {status.status} and cannot go on")
            artifact = journal.artifact(status.artifact)
            _settle_repeats(journal, status, repeat, skip)
            return _attempt(journal, status, artifact, root, listener, cancellation)
    except RunBusy as busy:
        raise RunFailed("IL911", str(busy), None, "wait until it is done", {"run": run}) from busy


def _settle_repeats(journal: Journal, status: RunStatus, repeat: Iterable[str], skip: Iterable[str]) -> None:
    """Have an answer for every sink of which nobody knows whether it committed."""
    open_ones = [
        each["step"]
        for each in status.committing.values()
        if each.get("committing") and not each["committed"] and each["step"] not in status.repeats
    ]
    choices = {**dict.fromkeys(repeat, "repeat"), **dict.fromkeys(skip, "skip")}
    for step, choice in choices.items():
        if step not in open_ones:
            raise JournalError(f"the run {status.run} asks nothing about the step `{step}`", code="IL913")
        journal.append(status.run, "sink_repeat_allowed", step=step, choice=choice)
        status.repeats[step] = choice
    for step in open_ones:
        if step not in status.repeats:
            path = status.committing[step]["path"]
            raise RunFailed(
                "IL913", f"the run was interrupted while `{step}` committed `{path}`; nobody knows whether it did", step,
                f"look at `{path}`, then resume with --repeat {step} to do it again, or --skip {step} if it is done",
                {"run": status.run},
            )  # fmt: skip


def _attempt(
    journal: Journal,
    status: RunStatus,
    artifact: Artifact,
    root: Path,
    listener: Listener | None,
    cancellation: Cancellation | None,
) -> Report:
    run, settings = status.run, status.settings
    scratch = journal.folder / SCRATCH / sure_run_id(run)
    cancellation = cancellation or Cancellation()

    def hear(event: dict[str, Any]) -> None:
        cancellation.hear(event)
        recording.hear(event)

    recording = Recording(journal, status, root, scratch, listener)
    try:
        sweep(journal.folder, run)
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        journal.append(run, "run_started", attempt=status.attempts + 1, pid=os.getpid(), host=socket.gethostname(),
                       versions=versions())  # fmt: skip
        stepwise = True if settings.get("checkpoint") == "every" else status.stepwise
        found = execute(
            artifact, root, status.inputs, hear, threads=settings.get("threads"), memory=settings.get("memory"),
            stepwise=settings.get("stepwise") if stepwise is None else stepwise, recorder=recording,
        )  # fmt: skip
        recording.end("run_finished", outputs=[dict(each) for each in found.outputs], seconds=found.seconds)
    except JournalError as error:
        failed = RunFailed(error.code, error.message, None, error.help, {})
        _note_failure(recording, failed)
        raise failed from error
    except RunFailed as error:
        _note_failure(recording, error)
        raise
    except OSError as error:
        failed = RunFailed("IL910", f"{error.filename or 'the store'}: {error.strerror or error}", None, "", {})
        _note_failure(recording, failed)
        raise failed from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return replace(found, run=run)


def _note_failure(recording: Recording, error: RunFailed) -> None:
    """The failure as an event, if the journal can still be written; else the run counts as interrupted."""
    error.data = {**error.data, "run": recording.run}
    kind = {"IL909": "run_stopped", "IL943": "run_paused"}.get(error.code, "run_failed")
    data = {"code": error.code, "message": error.message, "step": error.step, "help": error.help}
    with contextlib.suppress(JournalError):
        recording.end(kind, **data, data=_plain(error.data))


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if isinstance(value, str | int | list | dict | None)}


def report_of(status: RunStatus) -> Report:
    """The report of a finished run, from its events."""
    steps = tuple(
        {"step": each.step, "type": each.type, "rows": each.rows, "bytes": each.bytes, "seconds": each.seconds,
         "fused": each.fused, **({"path": each.path} if each.path else {}), **({"retries": each.retries} if each.retries else {})}
        for each in status.steps.values()
    )  # fmt: skip
    previews = tuple(each.preview for each in status.steps.values() if each.preview)
    return Report(
        status.artifact, status.plan, status.inputs, steps, status.outputs, previews, status.seconds or 0.0,
        bool(status.stepwise), status.run,
    )  # fmt: skip
