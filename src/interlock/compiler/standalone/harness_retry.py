"""The harness, for plans with retries. Below the line of dashes it is carried verbatim, into programs that have one."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import sys
import time
from collections.abc import Callable
from typing import Any

import duckdb

from interlock.compiler.standalone.harness_run import Run
from interlock.compiler.standalone.harness_sinks import Sinks
from interlock.compiler.standalone.harness_values import RunFailed, _plain, _quoted

# ---------------------------------------------------------------------------------------------------------------------


class PatientRun(Run):
    """A run that tries a step again where the plan says so, after failures that may pass by themselves."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.retries: dict[str, int] = {}
        self.sinks = PatientSinks(self)
        # a sink that is written again while it commits is given the same rows, whatever became of their sources
        again = [step for step in self.steps.values() if step.get("waits") and step["kind"] == "writes"]
        self.wanted |= {name for step in again for name in step["reads"] if step["repeat"] != "replace"}

    def attempt(self, doing: str, name: str, work: Callable[[dict[str, Any]], Any], given: dict[str, Any]) -> Any:
        """Do a part of a step, if need be as often as the plan allows; what fails for good has its tries counted."""
        tries: dict[str, int] = {}
        shown = len(self.previews)
        while True:
            try:
                return work(given)
            except (RunFailed, OSError) as error:
                step = self.steps[self.guilty(name, error)]
                if not step.get("waits") or not _may_pass(error):
                    raise
                failed = error if isinstance(error, RunFailed) else self.refused(error, step["id"])
                tried = tries[step["id"]] = tries.get(step["id"], 0) + 1
                if tried > len(step["waits"]):
                    more = {**failed.data, "tries": tried}
                    message = f"{failed.message} (tried {tried} times)"
                    raise RunFailed(failed.code, message, failed.step, failed.help, **more) from error
            self.undo(doing, name)
            del self.previews[shown:]
            self.retries[step["id"]] = self.retries.get(step["id"], 0) + 1
            self.wait(step, failed, tried)

    def refused(self, error: OSError, name: str) -> RunFailed:
        message = f"{error.filename or 'a file'}: {error.strerror or error}".replace(self.root + os.sep, "")
        return RunFailed("IL908", message, name)

    def guilty(self, name: str, error: BaseException) -> str:
        """The step that failed: `name`, or one that is part of its statement and reads the file that the engine names."""
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, duckdb.IOException):
            cause = cause.__cause__
        told, waiting = str(cause or ""), [name]
        while waiting:
            step = self.steps[waiting.pop()]
            path = (step.get("source") or {}).get("path")
            full = self.path(path) if path else ""
            if full and any(f"{each}{quote}" in told for each in (full, glob.escape(full)) for quote in "\"'"):
                return step["id"]
            waiting += [each for each in step["reads"] if each not in self.stored]
        return name

    def undo(self, doing: str, name: str) -> None:
        """Leave nothing half-done of a step before it is tried again."""
        if doing == "run":
            for table in (name, f"{name} to write"):
                self.connection.execute(f"DROP TABLE IF EXISTS {_quoted(table)}")
            self.stored.discard(name)
        self.sinks.undo(doing, name)

    def wait(self, step: dict[str, Any], failed: RunFailed, tried: int) -> None:
        """Wait, a fifth of a second at a time: whoever hears of it can stop the run."""
        seconds = step["waits"][tried - 1]
        self.event(
            "step_retried", step=step["id"], type=step["type"], attempt=tried + 1, attempts=len(step["waits"]) + 1,
            code=failed.code, message=failed.message, wait_seconds=seconds,
        )  # fmt: skip
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))
            self.event("waiting", step=step["id"], seconds=round(left, 3))

    def close(self) -> None:
        for entry in self.report:
            if entry["step"] in self.retries:
                entry["retries"] = self.retries[entry["step"]]
        super().close()

    @staticmethod
    def aloud(event: dict[str, Any]) -> None:
        """Say on the command line that a step is tried again."""
        if event["event"] == "step_retried":
            again = f"attempt {event['attempt']} of {event['attempts']} in {event['wait_seconds']:g} s"
            print(f"{event['message']}\n  {again}", file=sys.stderr, flush=True)


class PatientSinks(Sinks):
    """Sinks that can be written again: from the beginning, or, once everything is staged, for their commit alone."""

    def __init__(self, run: PatientRun) -> None:
        super().__init__(run.root, run.recorder, run.event, run.attempt)
        self.run = run

    def mark(self, step: dict[str, Any]) -> str:
        """A commit that failed may have succeeded, its answer lost: so even a run that is not durable leaves a mark."""
        name = self.recorder.run or (os.path.basename(self.run.spill) if step.get("waits") else "")
        return f"{name}/{step['id']}" if name else ""

    def folder(self, step: dict[str, Any], target: str, empty: bool = False) -> str:
        """The same in every try: what a sink with a mark left there may tell it that it is done."""
        return self.folders.get(step["id"]) or super().folder(step, target, empty)

    def finish(self, step: dict[str, Any]) -> None:
        if not any(each is step for _, each in self.writers):
            try:
                self.write(step, self.run.rows_of(step["reads"][0]), self.run.arguments(step))
            except duckdb.Error as error:
                reason = f"`{step['path']}` cannot be written: {_plain(error)}"
                raise RunFailed("IL908", reason, step["id"]) from error
        super().finish(step)

    def undo(self, doing: str, name: str) -> None:
        """Stop the step's function, if it is one; take away what it staged, unless only its commit is tried again."""
        for writer, _ in [each for each in self.writers if each[1]["id"] == name]:
            with contextlib.suppress(Exception):
                writer.close()
        self.writers = [each for each in self.writers if each[1]["id"] != name]
        if doing != "run":
            return
        for each in [each for each in self.staged if each["step"] == name]:
            self.staged.remove(each)
            with contextlib.suppress(OSError):
                os.unlink(each["temporary"])
        if name in self.folders and self.run.steps[name].get("repeat") != "marked":
            shutil.rmtree(self.folders.pop(name), ignore_errors=True)


def _may_pass(error: BaseException | None) -> bool:
    """Whether a failure may pass by itself: the operating system refused something, or a database was busy."""
    while error is not None:
        if isinstance(error, duckdb.Error):
            return isinstance(error, duckdb.IOException)
        if isinstance(error, OSError):
            return True
        if any(each.__name__ == "OperationalError" for each in type(error).__mro__):
            return getattr(error, "sqlite_errorcode", 0) & 255 != 1  # 1: a mistake in the statement
        error = error.__cause__
    return False


Runner = PatientRun
