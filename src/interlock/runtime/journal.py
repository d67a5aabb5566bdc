"""The journal: an append-only, hash-chained log of events in SQLite, with the plans and artifacts that they name.

    with Journal.open(root) as journal:
        journal.append(run, "run_started", attempt=1)     # on disk when it returns
        status = journal.status(run)                      # a fold of the run's events

Every event holds the hash of its predecessor, over the whole store, so that a changed, removed or moved event is found
by `verify`. The table `runs` only repeats what the events say, so that runs can be listed without reading them all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from interlock.ir.artifact import Artifact
from interlock.ir.plan import canonical_json
from interlock.runtime.chain import Fault, chain_faults, event_hash, faults, read_event, text_digest
from interlock.runtime.events import STATUS_AFTER, Event, RunStatus, fold
from interlock.runtime.locks import is_running
from interlock.runtime.run_ids import new_run_id, sure_run_id
from interlock.runtime.store import JOURNAL, JournalError, folder_of, make_folder, refuse_links, trouble

SCHEMA = 1
"""The version of the tables (`PRAGMA user_version`)."""

WAIT = 10.0
"""Seconds to wait for another process that writes."""

_TABLES = """
CREATE TABLE events (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, run TEXT NOT NULL, kind TEXT NOT NULL,
                     data TEXT NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL);
CREATE INDEX events_of_run ON events (run, seq);
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL);
CREATE TABLE runs (run TEXT PRIMARY KEY, seq INTEGER NOT NULL, status TEXT NOT NULL, name TEXT NOT NULL,
                   plan TEXT NOT NULL, artifact TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
                   seconds REAL, code TEXT);
CREATE INDEX runs_by_seq ON runs (seq);
CREATE INDEX runs_by_plan ON runs (plan, seq);
CREATE TABLE plans (digest TEXT PRIMARY KEY, document TEXT NOT NULL, name TEXT NOT NULL, first_seen TEXT NOT NULL);
CREATE TABLE artifacts (digest TEXT PRIMARY KEY, entry TEXT NOT NULL, manifest TEXT NOT NULL, files TEXT NOT NULL,
                        first_seen TEXT NOT NULL);
CREATE TABLE blobs (digest TEXT PRIMARY KEY, body BLOB NOT NULL);
INSERT INTO head VALUES (1, 0, x'0000000000000000000000000000000000000000000000000000000000000000');
"""


@dataclass(frozen=True)
class RunLine:
    """One line of the list of runs; `code` is that of the failure. `status` is `interrupted` where a process died."""

    run: str
    status: str
    name: str
    plan: str
    artifact: str
    created_at: str
    updated_at: str
    seconds: float | None
    code: str | None


class Journal:
    """The journal of one project. Use it from one thread; close it, or use it as a context manager."""

    def __init__(self, folder: Path, database: sqlite3.Connection, writable: bool) -> None:
        self.folder, self.writable = folder, writable
        self._database = database
        self._durable: bool | None = None

    @classmethod
    def open(cls, root: Path, *, create: bool = True) -> Journal:
        """The journal of the project in `root`. Raises JournalError.

        Without `create`, a project that has none is an error, and nothing is written: a store in a folder that cannot be
        written is still read.
        """
        folder = make_folder(root) if create else folder_of(root)
        path = folder / JOURNAL
        refuse_links(folder)
        if not create and not path.is_file():
            raise JournalError(f"there is no journal in {root}", "`interlock run` begins one")
        try:
            database = sqlite3.connect(path, timeout=WAIT, isolation_level=None) if create else _for_reading(path)
        except sqlite3.Error as error:
            raise trouble(error) from error
        try:
            return cls(folder, database, _prepared(database, create))
        except sqlite3.Error as error:
            database.close()
            raise trouble(error) from error
        except BaseException:
            database.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    # ---- events

    def append(self, run: str, kind: str, /, **data: Any) -> Event:
        """Add an event; it is on disk when this returns. `run` is empty for what belongs to no run."""
        return self.append_all([(run, kind, data)])[0]

    def note(self, run: str, kind: str, /, **data: Any) -> Event:
        """Add an event that others see at once, and that is on disk with the next `append`: what may be lost in a crash."""
        return self.append_all([(run, kind, data)], durable=False)[0]

    def append_all(self, events: Iterable[tuple[str, str, Mapping[str, Any]]], durable: bool = True) -> list[Event]:
        """Add events (run, kind, data), all or none."""
        with self._writing(durable) as database:
            seq, head = database.execute("SELECT seq, hash FROM head").fetchone()
            added = []
            for run, kind, data in events:
                seq, at, text = seq + 1, _now(), canonical_json(data)
                digest = event_hash(head, seq, at, run, kind, text)
                database.execute(
                    "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", (seq, at, run, kind, text, head, digest)
                )
                event = Event(seq, at, run, kind, json.loads(text), head.hex(), digest.hex())
                _list(database, event)
                added.append(event)
                head = digest
            database.execute("UPDATE head SET seq = ?, hash = ?", (seq, head))
        return added

    def events(self, run: str | None = None, *, kinds: Iterable[str] | None = None, after: int = 0) -> Iterator[Event]:
        """Events in order: of one run, or of all; of some kinds; those after the event number `after`."""
        where, values = ["seq > ?"], [after]
        if run is not None:
            where, values = [*where, "run = ?"], [*values, run]
        if kinds is not None:
            wanted = list(kinds)
            where, values = [*where, f"kind IN ({', '.join('?' * len(wanted))})"], [*values, *wanted]
        for row in self.rows(f"SELECT * FROM events WHERE {' AND '.join(where)} ORDER BY seq", values):
            yield read_event(row)

    def verify(self) -> list[Fault]:
        """Everything that is not as it was written: events, the list of runs, plans and artifacts. Empty if all is well."""
        with self._unchanging():
            return list(faults(self))

    def trust(self) -> None:
        """Go through the chain of events before something is done that relies on it; raises JournalError (IL915)."""
        with self._unchanging():
            fault = next(chain_faults(self), None)
        if fault is not None:
            help = "`interlock audit verify` tells more; nothing is run or decided on such a journal"
            raise JournalError(f"the journal is not as it was written: {fault.message}", help, "IL915")

    @property
    def head(self) -> tuple[int, str]:
        """The number and the hash of the last event: noted elsewhere, it proves that no event after it was cut off."""
        seq, digest = self.rows("SELECT seq, hash FROM head")[0]
        return seq, digest.hex()

    # ---- runs

    def create_run(self, /, **data: Any) -> str:
        """A new run with the event `run_created`; its id, which sorts by time: `261124-184130-7kq`."""
        while True:
            run = new_run_id()
            if not self.rows("SELECT 1 FROM runs WHERE run = ?", [run]):
                self.append(run, "run_created", **data)
                return run

    def status(self, run: str) -> RunStatus:
        """What the run's events add up to; `running` becomes `interrupted` if no process holds the run's lock."""
        status = fold(self.events(sure_run_id(run)))
        if not status.run:
            raise JournalError(f"there is no run `{run}`", "`interlock runs` lists them")
        if status.status == "running" and not is_running(self.folder, run):
            status.status = "interrupted"
        return status

    def runs(self, limit: int | None = None, *, plan: str | None = None, status: str | None = None) -> list[RunLine]:
        """Runs, the newest first; those of a plan (by digest) or of a status, if given."""
        where, values = ["TRUE"], []
        if plan is not None:
            where, values = [*where, "plan = ?"], [*values, plan]
        if status is not None:
            where, values = [*where, "status = ?"], [*values, "running" if status == "interrupted" else status]
        found: list[RunLine] = []
        columns = "run, status, name, plan, artifact, created_at, updated_at, seconds, code"
        for row in self._database.execute(
            f"SELECT {columns} FROM runs WHERE {' AND '.join(where)} ORDER BY seq DESC", values
        ):
            line = RunLine(*row)
            if line.status == "running" and not is_running(self.folder, line.run):
                line = RunLine(line.run, "interrupted", *row[2:])
            if status in (None, line.status):
                found.append(line)
            if limit is not None and len(found) == limit:
                break
        return found

    def find_run(self, text: str) -> str:
        """The run that `text` means: its id, the beginning or the end of one, or `last`. Raises JournalError."""
        if text == "last":
            found = [row[0] for row in self.rows("SELECT run FROM runs ORDER BY seq DESC LIMIT 1")]
        else:
            found = [row[0] for row in self.rows("SELECT run FROM runs WHERE run = ?", [text])] or [
                row[0]
                for row in self.rows(
                    "SELECT run FROM runs WHERE substr(run, 1, ?1) = ?2 OR substr(run, -?1) = ?2 ORDER BY seq DESC LIMIT 4",
                    [len(text), text],
                )
            ]
        if len(found) == 1:
            return sure_run_id(found[0])
        if found:
            raise JournalError(f"`{text}` may mean {', '.join(found)}", "give more of the run's id")
        raise JournalError(f"there is no run `{text}`", "`interlock runs` lists them")

    # ---- plans, artifacts, and other texts

    def keep_plan(self, digest: str, document: Mapping[str, Any], name: str = "") -> None:
        """Keep a plan's document (`Plan.document()`) under its digest; the first to come stays."""
        text = json.dumps(document, ensure_ascii=False)
        with self._writing() as database:
            database.execute("INSERT OR IGNORE INTO plans VALUES (?, ?, ?, ?)", (digest, text, name, _now()))

    def plan(self, digest: str) -> dict[str, Any] | None:
        """The document of a plan: what `Plan.document()` gave. Its digest is for the reader to compare."""
        rows = self.rows("SELECT document FROM plans WHERE digest = ?", [digest])
        return json.loads(rows[0][0]) if rows else None

    def keep_artifact(self, artifact: Artifact) -> None:
        """Keep an artifact: its manifest, and every file once by its digest."""
        if self.rows("SELECT 1 FROM artifacts WHERE digest = ?", [artifact.digest]):
            return
        files = {name: self.keep(text.encode()) for name, text in artifact.files.items()}
        manifest = canonical_json(artifact.manifest)
        row = (artifact.digest, artifact.entry, manifest, canonical_json(files), _now())
        # the artifact's digest is that of its files alone: this binds the manifest to the chain, and comes first, so that
        # no artifact is ever kept without it
        self.append("", "artifact_kept", artifact=artifact.digest, manifest=text_digest(manifest))
        with self._writing() as database:
            database.execute("INSERT OR IGNORE INTO artifacts VALUES (?, ?, ?, ?, ?)", row)

    def artifact(self, digest: str) -> Artifact:
        """An artifact as it was kept; raises JournalError if it is missing or not what its digest says."""
        rows = self.rows("SELECT entry, manifest, files FROM artifacts WHERE digest = ?", [digest])
        if not rows:
            raise JournalError(f"the artifact {digest[:19]}… is not in the journal", code="IL915")
        entry, manifest, files = rows[0]
        try:
            texts = {name: self.kept(each).decode() for name, each in json.loads(files).items()}
            found = Artifact(entry, texts, json.loads(manifest))
        except (ValueError, TypeError, AttributeError, sqlite3.Error) as error:
            raise JournalError(
                f"the artifact {digest[:19]}… cannot be read from the journal: {error}", code="IL915"
            ) from error
        if found.digest != digest:
            raise JournalError(f"the artifact {digest[:19]}… was changed in the journal: it is not run", code="IL915")
        if text_digest(manifest) not in self._manifests(digest):
            message = f"the manifest of the artifact {digest[:19]}… was changed in the journal: it is not run"
            raise JournalError(message, code="IL915")
        return found

    def _manifests(self, artifact: str) -> set[str]:
        """The digests of the manifests that an artifact was kept with, as the chain says."""
        found = self.rows(
            "SELECT * FROM events WHERE run = '' AND kind = 'artifact_kept' AND instr(data, ?) > 0", [artifact]
        )
        told = [read_event(row).data for row in found]
        return {str(each.get("manifest")) for each in told if each.get("artifact") == artifact}

    def keep(self, body: bytes) -> str:
        """Keep bytes once; their digest, `sha256:…`."""
        digest = "sha256:" + hashlib.sha256(body).hexdigest()
        with self._writing() as database:
            database.execute("INSERT OR IGNORE INTO blobs VALUES (?, ?)", (digest, zlib.compress(body)))
        return digest

    def kept(self, digest: str) -> bytes:
        """The bytes with that digest; raises JournalError if they are missing or changed."""
        rows = self.rows("SELECT body FROM blobs WHERE digest = ?", [digest])
        try:
            body = zlib.decompress(rows[0][0]) if rows else b""
        except zlib.error:
            body = b""
        if not rows or "sha256:" + hashlib.sha256(body).hexdigest() != digest:
            reason = "was changed in" if rows else "is not in"
            raise JournalError(f"what has the digest {digest[:19]}… {reason} the journal", code="IL915")
        return body

    # ---- the database

    def rows(self, statement: str, values: Iterable[Any] = ()) -> list[Any]:
        """The rows that a statement gives; raises JournalError."""
        try:
            return self._database.execute(statement, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise trouble(error) from error

    @contextmanager
    def _unchanging(self) -> Iterator[None]:
        """Several statements that see one and the same state, whatever other processes write meanwhile."""
        self.rows("BEGIN")
        try:
            yield
        finally:
            if self._database.in_transaction:
                self._database.execute("COMMIT")

    @contextmanager
    def _writing(self, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction, which waits for other writers."""
        if not self.writable:
            raise JournalError("the journal was opened for reading only")
        try:
            if durable is not self._durable:
                self._database.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                self._durable = durable
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            finally:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise trouble(error) from error


def _for_reading(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing; where even the files of the WAL cannot be made, the database as it stands."""
    name = f"file:{quote(str(path.resolve()))}?mode=ro"
    database = sqlite3.connect(name, uri=True, timeout=WAIT, isolation_level=None)
    try:
        database.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        database.close()
        return sqlite3.connect(f"{name}&immutable=1", uri=True, isolation_level=None)
    return database


def _prepared(database: sqlite3.Connection, writable: bool) -> bool:
    """See that the tables are there, and of a version that this release reads; whether they may be written."""
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA:
        raise JournalError("the journal was written by a newer Interlock", "use that version, or a newer one")
    if not writable and version == 0:
        raise JournalError("the journal is only being made", "try again")
    if not writable:
        return False
    if version == SCHEMA:
        return True
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("BEGIN IMMEDIATE")
    try:
        if database.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in _TABLES.strip().split(";\n"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {SCHEMA}")
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")
    return True


def _list(database: sqlite3.Connection, event: Event) -> None:
    """Bring the list of runs in line with an event."""
    status, data = STATUS_AFTER.get(event.kind), event.data
    if status is None or not event.run:
        return
    if event.kind == "run_created":
        row = (event.run, event.seq, status, data.get("name", ""), data.get("plan", ""), data.get("artifact", ""))
        database.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)", (*row, event.at, event.at))
        return
    database.execute(
        "UPDATE runs SET status = ?, updated_at = ?, seconds = ?, code = ? WHERE run = ?",
        (status, event.at, data.get("seconds"), data.get("code"), event.run),
    )


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
