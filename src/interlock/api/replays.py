"""Replay: execute the program of a run again, beside the project, and compare every step with what it gave then.

The sources are today's; nothing of the project is written. What the program writes goes into a scratch folder, which is
removed afterwards.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from interlock.api.project import Project
from interlock.runtime.checkpoints import checkpoint_path, fault_of
from interlock.runtime.durable import versions
from interlock.runtime.events import RunStatus, StepStatus
from interlock.runtime.execute import RunFailed, execute
from interlock.runtime.fingerprints import fingerprint
from interlock.runtime.journal import Journal
from interlock.runtime.recording import Listener
from interlock.runtime.row_differences import RowDifference, lines_differ, rows_differ
from interlock.runtime.store import SCRATCH, JournalError

Outcome = Literal["identical", "different", "not compared", "not reached"]


@dataclass(frozen=True)
class SourceChange:
    """A source that is not what the run read; `after` is None if it is gone."""

    path: str
    before: str
    after: str | None


@dataclass(frozen=True)
class StepComparison:
    """One step then and now. A step that is a part of the next one has no digest, and is not compared by itself."""

    step: str
    type: str
    outcome: Outcome
    rows_before: int | None = None
    rows_after: int | None = None
    digest_before: str | None = None
    digest_after: str | None = None


@dataclass(frozen=True)
class Replay:
    """How a replay came out. `first` is the first step that differs, `how` what is known of the difference there."""

    run: str
    identical: bool
    steps: tuple[StepComparison, ...]
    first: StepComparison | None = None
    how: RowDifference | None = None
    sources: tuple[SourceChange, ...] = ()
    engines: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    failure: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The replay as plain data."""
        return asdict(self)


class _Again:
    """The recorder of a replay: results are digested, and kept where those of the first run were; nothing is taken up."""

    digests = True
    run = "replay"

    def __init__(self, status: RunStatus, scratch: Path) -> None:
        self.status, self.folder = status, scratch
        self.scratch = str(scratch / "spill")
        self.finished: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, Path] = {}

    def answer(self, step: str) -> Mapping[str, Any] | None:
        given = [each for each in self.status.pauses if each["kind"] == "run_answered" and each["step"] == step]
        return given[-1]["answer"] if given else None

    def complete(self, step: str) -> None:
        return None

    def stored(self, step: str) -> None:
        return None

    def planned(self, step: str) -> None:
        return None

    def room(self, step: Mapping[str, Any], cost: float, rows: int, wanted: bool) -> str | None:
        before = self.status.steps.get(step["id"])
        if before is None or not before.checkpoint:
            return None
        self.kept[step["id"]] = self.folder / f"{len(self.kept)}.parquet"
        return str(self.kept[step["id"]])

    def keep(self, step: str, path: str) -> dict[str, Any]:
        return {}

    def hear(self, event: dict[str, Any]) -> None:
        if event["event"] == "step_finished":
            self.finished[event["step"]] = event


def replay(project: Project, text: str, listener: Listener | None = None) -> Replay:
    """Execute the program of a run again over today's sources, and compare. Raises JournalError."""
    with Journal.open(project.root, create=False) as journal:
        journal.trust()
        run = journal.find_run(text)
        status = journal.status(run)
        artifact = journal.artifact(status.artifact)
        if not any(step.complete for step in status.steps.values()):
            raise JournalError(
                f"the run {run} is {status.status}: no step of it was completed, so there is nothing to compare"
            )
        outward = [touch for touch in status.touches if touch["effect"] in ("network", "model")]
        if outward:
            what = ", ".join(f"`{touch['node']}` ({touch['effect']})" for touch in outward)
            raise JournalError(
                f"a replay of {run} would act on the world outside: {what}", "only what stays inside is replayed"
            )
        reads = [read["path"] for read in artifact.manifest["reads"]]
        reads += [touch["path"] for touch in status.touches if touch["effect"] == "reads" and touch.get("path")]
        with _beside(journal.folder, project.root, reads) as scratch:
            recorder = _Again(status, scratch)

            def hear(event: dict[str, Any]) -> None:
                recorder.hear(event)
                if listener is not None:
                    listener(event)

            failure = None
            settings = status.settings
            try:
                execute(
                    artifact, scratch / "project", status.inputs, hear, threads=settings.get("threads"),
                    memory=settings.get("memory"), stepwise=status.stepwise, recorder=recorder,
                )  # fmt: skip
            except RunFailed as error:
                if error.code == "IL909":
                    raise
                failure = error.as_dict()
            return _compared(journal, status, recorder, project.root, failure)


@contextmanager
def _beside(folder: Path, root: Path, reads: list[str]) -> Iterator[Path]:
    """A scratch folder with a project folder in it that has the sources, and nothing else."""
    scratch = folder / SCRATCH / f"replay-{secrets.token_hex(4)}"
    try:
        (scratch / "spill").mkdir(parents=True)
        for path in dict.fromkeys(reads):
            if Path(path).is_absolute() or ".." in Path(path).parts:
                help = "`interlock audit verify` tells more; nothing was replayed"
                raise JournalError(f"the journal names a source outside the project: `{path}`", help, "IL915")
            link = scratch / "project" / path
            link.parent.mkdir(parents=True, exist_ok=True)
            if (root / path).exists():
                link.symlink_to((root / path).resolve())
        (scratch / "project").mkdir(exist_ok=True)
        yield scratch
    except OSError as error:
        raise JournalError(f"{error.filename or 'the store'}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _compared(journal: Journal, status: RunStatus, again: _Again, root: Path, failure: Any) -> Replay:
    engines = {
        name: (str(status.versions.get(name)), now)
        for name, now in versions().items()
        if status.versions.get(name) != now
    }
    same_engine = "duckdb" not in engines
    steps = tuple(
        _step(each, again.finished.get(each.step), same_engine) for each in status.steps.values() if each.complete
    )
    first = next((each for each in steps if each.outcome == "different"), None)
    how = _how(journal, status, again, root, first) if first is not None else None
    identical = first is None and failure is None and all(each.outcome != "not reached" for each in steps)
    sources = tuple(_sources(status, root))
    return Replay(status.run, identical, steps, first, how, sources, engines, failure)


def _step(before: StepStatus, after: Mapping[str, Any] | None, same_engine: bool) -> StepComparison:
    known = (before.step, before.type)
    if after is None:
        return StepComparison(*known, "not reached", before.rows)
    one, other = before.digest if same_engine else None, after.get("digest") if same_engine else None
    if before.staged and after.get("staged"):
        one, other = before.staged.get("digest"), after["staged"].get("digest")
    counts = (before.rows, after.get("rows"))
    outcome: Outcome = "not compared"
    if one and other:
        outcome = "identical" if one == other else "different"
    elif None not in counts and counts[0] != counts[1]:
        outcome = "different"
    return StepComparison(*known, outcome, *counts, one, other)


def _sources(status: RunStatus, root: Path) -> Iterator[SourceChange]:
    for path, before in {each["path"]: each["digest"] for each in status.sources.values()}.items():
        try:
            now = fingerprint(root / path)["digest"]
        except OSError:
            now = None
        if now != before:
            yield SourceChange(path, before, now)


def _how(journal: Journal, status: RunStatus, again: _Again, root: Path, first: StepComparison) -> RowDifference | None:
    """What differs in the first step that does: from its kept rows, or of a sink from the file that is still in place."""
    before = status.steps[first.step]
    if before.checkpoint and first.step in again.kept and fault_of(journal.folder, before.checkpoint) is None:
        return rows_differ(checkpoint_path(journal.folder, before.checkpoint), again.kept[first.step])
    if before.path and before.staged:
        old, new = root / before.path, again.folder / "project" / before.path
        try:
            if fingerprint(old)["digest"] == before.staged.get("digest"):
                return lines_differ(old, new)
        except OSError:
            return None
    return None
