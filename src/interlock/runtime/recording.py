"""The recorder of a durable run: writes down what the run tells, and answers what it asks from what was written before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from interlock.runtime.checkpoints import checkpoint_path, fault_of, keep_file, new_file
from interlock.runtime.events import RunStatus
from interlock.runtime.execute import RunFailed
from interlock.runtime.fingerprints import fingerprint, is_as_before
from interlock.runtime.journal import Journal

Listener = Callable[[dict[str, Any]], None]

DEAR = 0.25
"""Seconds that a result takes to make from which on it may pay to keep it."""

SPEED = 50_000_000
"""Bytes a second at which results are kept, taking a value for eight bytes: measured 40 to 200 million."""

NOT_TOLD = frozenset({"connected", "check_passed", "waiting"})
"""Events of a run that are not written down; titles of checks that held are in `step_finished`."""


class Cancellation:
    """Lets another thread stop a run: at once if a statement is running, else before the next step."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._connection: duckdb.DuckDBPyConnection | None = None

    def cancel(self) -> None:
        """Stop the run; it ends with RunFailed (IL909) and can be resumed."""
        self._asked.set()
        if self._connection is not None:
            self._connection.interrupt()

    def hear(self, event: Mapping[str, Any]) -> None:
        """What the run does; raises KeyboardInterrupt once `cancel` was called."""
        if event["event"] == "connected":
            self._connection = event["connection"]
        if self._asked.is_set() and event["event"] not in ("sink_committing", "sink_committed"):
            raise KeyboardInterrupt


class Recording:
    """The recorder of one attempt at a run (the emitted module's `Recorder` says what each method is for)."""

    digests = True

    def __init__(
        self, journal: Journal, status: RunStatus, root: Path, scratch: Path, listener: Listener | None
    ) -> None:
        self.journal, self.status, self.root, self.listener = journal, status, root, listener
        self.run, self.scratch = status.run, str(scratch)
        self.mode = status.settings.get("checkpoint", "auto")
        self.same_engine = status.versions.get("duckdb") == duckdb.__version__
        self.read: dict[str, dict[str, Any]] = {}
        self.waiting: list[tuple[str, str, Mapping[str, Any]]] = []
        self.relied_on = False

    # ---- what the run asks

    def complete(self, step: str) -> Mapping[str, Any] | None:
        found = self.status.steps.get(step)
        if found is None or not found.complete:
            return None
        told = {name: getattr(found, name) for name in ("step", "type", "rows", "bytes", "seconds", "fused", "path",
                "staged", "checkpoint", "preview")}  # fmt: skip
        return {**told, "digest": found.digest if self.same_engine else None}

    def stored(self, step: str) -> str | None:
        digest = self.status.steps[step].checkpoint
        if digest is None:
            return None
        fault = fault_of(self.journal.folder, digest)
        if fault is None:
            return str(checkpoint_path(self.journal.folder, digest))
        self.journal.append(self.run, "checkpoint_damaged", step=step, checkpoint=digest, reason=fault)
        return None

    def room(self, step: Mapping[str, Any], cost: float, rows: int, wanted: bool) -> str | None:
        if self.mode == "none":
            return None
        price = rows * len(step["columns"]) * 8 / SPEED
        pays = step["keep"] and cost >= DEAR and cost >= price
        return str(new_file(self.journal.folder, self.run)) if wanted or pays or self.mode == "every" else None

    def keep(self, step: str, path: str) -> dict[str, Any]:
        digest, size = keep_file(self.journal.folder, Path(path))
        return {"checkpoint": digest, "checkpoint_bytes": size}

    def answer(self, step: str) -> Mapping[str, Any] | None:
        given = [each for each in self.status.pauses if each["kind"] == "run_answered" and each["step"] == step]
        return given[-1]["answer"] if given else None

    def planned(self, step: str) -> Mapping[str, Any] | None:
        found = self.status.committing.get(step)
        if found and self.status.repeats.get(step) == "skip":
            return {**found, "committed": True}
        return found

    # ---- what the run tells

    def hear(self, event: dict[str, Any]) -> None:
        """Write an event down, on disk where something that follows relies on it, and pass it on."""
        kind = event["event"]
        data = {
            name: value
            for name, value in event.items()
            if name != "event" and value is not None and value is not False and value != []
        }
        if kind == "source_checked":
            data |= self._source(event)
        if kind == "commit_planned":
            self._check_unchanged()
        if kind == "sink_committing" and event["how"] != "ask":
            pass  # to begin it twice does no harm
        elif kind not in NOT_TOLD:
            relied_on = kind == "commit_planned" or "checkpoint" in data or "staged" in data or data.get("how") == "ask"
            relied_on = relied_on or (kind == "sink_committed" and event["how"] == "marked")
            self.waiting.append((self.run, kind, data))
            self.relied_on = self.relied_on or relied_on
            # a step's end is written down with what comes next, which is at once, unless that may be a file's new name
            if kind != "step_finished" or (relied_on and self.status.commit_planned):
                self.flush()
        if self.listener is not None:
            self.listener(event)

    def flush(self) -> None:
        """Write down what waits."""
        self.journal.append_all(self.waiting, self.relied_on)
        self.waiting, self.relied_on = [], False

    def end(self, kind: str, **data: Any) -> None:
        """Write down how the attempt ended, with what waits; it is on disk when this returns."""
        self.waiting.append((self.run, kind, data))
        self.relied_on = True
        self.flush()

    def _source(self, event: Mapping[str, Any]) -> dict[str, Any]:
        path = event["path"]
        found = self.read[path] = fingerprint(self.root / path)
        for before in self.status.sources.values():
            if (before["step"], before["path"]) == (event["step"], path) and before.get("digest") != found["digest"]:
                raise _changed(event["step"], path, "since the run began")
        return found

    def _check_unchanged(self) -> None:
        """Nothing is put in place if a source changed while it was read: the result would belong to no state of it."""
        for path, found in self.read.items():
            if not is_as_before(self.root / path, found):
                raise _changed(None, path, "while the run read it")


def _changed(step: str | None, path: str, when: str) -> RunFailed:
    return RunFailed(
        "IL912", f"`{path}` has changed {when}", step,
        "start a new run, which reads it as it is now; or put the file back as it was, and resume this one", {"path": path},
    )  # fmt: skip
