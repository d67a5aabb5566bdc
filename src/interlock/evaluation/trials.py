"""One case, put through everything: checked, compiled, run in several ways, and interpreted by the reference.

Every part is done once and only when an oracle asks for it.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import duckdb

from interlock.compiler.checked import CheckedPlan
from interlock.compiler.lower import PASSES, REQUIRED, lower
from interlock.compiler.targets.python import emit
from interlock.evaluation.cases import Case
from interlock.evaluation.fetch import fetch
from interlock.evaluation.frames import Frame, Stops, Unsupported
from interlock.evaluation.reference.plans import interpret
from interlock.ir.artifact import Artifact
from interlock.ir.diagnostics import Diagnostic
from interlock.ir.plan import Plan
from interlock.ir.program import Program
from interlock.registry.registry import Registry
from interlock.runtime.execute import RunFailed, execute
from interlock.syntax.documents import Document


class Checked(Protocol):
    """What checking a text gives."""

    @property
    def document(self) -> Document: ...
    @property
    def plan(self) -> Plan | None: ...
    @property
    def proven(self) -> CheckedPlan | None: ...
    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]: ...


class Subject(Protocol):
    """A project folder in which plans are checked."""

    @property
    def registry(self) -> Registry: ...
    def check_text(self, text: str | bytes, name: str = ...) -> Checked: ...


Opener = Callable[[Path], Subject]
"""Makes a project of a folder."""


@dataclass(frozen=True)
class Ran:
    """What a run did: why it failed, if it did, the files that it wrote, and the results that were looked at."""

    failed: RunFailed | None
    files: Mapping[str, bytes]
    frames: Mapping[str, Frame | Unsupported] = field(default_factory=dict)

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """sha256 of what each file holds; of an SQLite database, of its dump: its bytes depend on SQLite's version."""
        return {name: hashlib.sha256(_held(content)).hexdigest() for name, content in self.files.items()}


class Trial:
    """A case in a project folder of its own."""

    def __init__(self, case: Case, folder: Path, opened: Opener) -> None:
        self.case = case
        self.folder = folder
        self.opened = opened
        case.lay_out(folder)
        (folder / "interlock.toml").touch()
        self.project = opened(folder)
        self.before = _listing(folder)

    @cached_property
    def checked(self) -> Checked:
        """The verdict on the plan."""
        return self.project.check_text(self.case.text, "case.plan.json")

    @property
    def proven(self) -> CheckedPlan:
        """The plan, proven; only for cases that pass."""
        assert self.checked.proven is not None
        return self.checked.proven

    @cached_property
    def artifact(self) -> Artifact:
        """The emitted program, with every pass."""
        return emit(lower(self.proven), "case")

    @cached_property
    def usual(self) -> Ran:
        """A run of the artifact with its steps joined, on two threads."""
        return self.run(self.artifact, threads=2, stepwise=False)

    @cached_property
    def plain(self) -> Ran:
        """A run without optimisation, step by step on one thread, every result looked at."""
        return self.run(self.without(*PASSES), threads=1, stepwise=True, look=True)

    def without(self, *passes: Callable[[Program], Program]) -> Artifact:
        """The artifact with these passes left out, as far as they may be."""
        kept = tuple(each for each in PASSES if each in REQUIRED or each not in passes)
        return emit(lower(self.proven, kept), "case")

    @cached_property
    def reference(self) -> Mapping[str, Frame] | Stops | Unsupported:
        """What every node must give, by the reference; or why the run must stop, or why it cannot be said."""
        try:
            return interpret(self.case)
        except (Stops, Unsupported) as told:
            return told

    def run(self, artifact: Artifact, *, threads: int, stepwise: bool, look: bool = False) -> Ran:
        """Run an artifact and take what it wrote away again."""
        frames: dict[str, Frame | Unsupported] = {}
        connection: duckdb.DuckDBPyConnection | None = None

        def hear(event: dict[str, Any]) -> None:
            nonlocal connection
            if event["event"] == "connected":
                connection = event["connection"]
            elif look and event["event"] == "step_finished" and event.get("path") is None and connection is not None:
                frames[event["step"]] = _looked(connection, event["step"])

        failed = None
        try:
            execute(artifact, self.folder, self.case.inputs, hear, threads=threads, stepwise=stepwise)
        except RunFailed as error:
            failed = error
        written = self.written()
        files = {name: (self.folder / name).read_bytes() for name in written}
        self.take_away(written)
        return Ran(failed, files, frames)

    def written(self) -> list[str]:
        """The files that were not there before, or held something else."""
        return sorted(name for name, digest in _listing(self.folder).items() if self.before.get(name) != digest)

    def take_away(self, written: Collection[str]) -> None:
        """Take away what was written, and put back what was written over."""
        for name in written:
            (self.folder / name).unlink()
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        if self.before.keys() & set(written):
            self.case.lay_out(self.folder)


@contextmanager
def trial_of(case: Case, opened: Opener) -> Iterator[Trial]:
    """A trial in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="interlock-case-") as folder:
        yield Trial(case, Path(folder).resolve(), opened)


def _looked(connection: duckdb.DuckDBPyConnection, step: str) -> Frame | Unsupported:
    try:
        return fetch(connection, step)
    except Unsupported as told:
        return told


def _listing(folder: Path) -> dict[str, str]:
    """The files in a folder and what is below it, with the digests of what they hold."""
    files = (path for path in folder.rglob("*") if not path.is_dir())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _held(content: bytes) -> bytes:
    if not content.startswith(b"SQLite format 3\0"):
        return content
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(content)
        return "\n".join(database.iterdump()).encode()
