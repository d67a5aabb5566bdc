"""Plans that were made before, by what they were made from. They lie in `.interlock/plans.db` of the project.

A plan is found by its task, the schemas of the catalog, the required outputs, the policy and this version of Interlock.
It is good only while every node type that it uses is what it was: where one has changed, exactly the plans that use it
are planned again. Nothing that is found is trusted: it is checked like any other plan.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock import __version__
from interlock.ir.catalog import Catalog
from interlock.ir.plan import Plan, canonical_json
from interlock.planning.literals import Cut, Value, cut
from interlock.planning.task import Task
from interlock.registry.registry import Registry

FOLDER, FILE = ".interlock", "plans.db"
LAYOUT = 1
MOST_RECORDS = 500
"""Records of plannings that are kept; the oldest go first."""

_TABLES = """
CREATE TABLE IF NOT EXISTS plans (
    key TEXT PRIMARY KEY, alike TEXT NOT NULL, task TEXT NOT NULL, literals TEXT NOT NULL, plan TEXT NOT NULL,
    digest TEXT NOT NULL, node_types TEXT NOT NULL, planner TEXT NOT NULL, account TEXT NOT NULL,
    made_at TEXT NOT NULL DEFAULT (datetime('now')), used INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS plans_alike ON plans (alike);
CREATE TABLE IF NOT EXISTS plannings (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT (datetime('now')), task TEXT NOT NULL, ok INTEGER NOT NULL,
    record TEXT NOT NULL
);
"""


class CacheError(Exception):
    """The file of plans cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Entry:
    """A plan that was kept."""

    key: str
    task: str
    literals: tuple[Value, ...]
    plan: dict[str, Any]
    digest: str
    node_types: Mapping[str, str]
    planner: str
    account: Mapping[str, Any]
    made_at: str
    used: int

    def as_dict(self) -> dict[str, Any]:
        """What `interlock cache list` tells."""
        return {
            "key": self.key[:12], "task": self.task, "plan": self.digest, "planner": self.planner,
            "node_types": sorted(self.node_types), "made_at": self.made_at, "used": self.used,
            "account": dict(self.account),
        }  # fmt: skip


@dataclass(frozen=True)
class Cache:
    """The plans of one project. Methods raise CacheError where the file is not one of ours or is damaged."""

    root: Path

    @property
    def path(self) -> Path:
        return self.root / FOLDER / FILE

    def exactly(self, task: Task) -> Entry | None:
        """The plan that was made for this task over these schemas."""
        found = self._entries("WHERE key = ?", [key_of(task)])
        return found[0] if found else None

    def alike(self, task: Task) -> list[Entry]:
        """Plans made by a model for tasks that differ from this one only in literals, newest first."""
        found = self._entries("WHERE alike = ? ORDER BY made_at DESC, rowid DESC LIMIT 20", [alike_of(task)])
        return [each for each in found if each.planner != "english"]

    def seen(self, text: str) -> bool:
        """Whether this very text has been planned before, over whatever data."""
        return bool(self._entries("WHERE task = ? LIMIT 1", [" ".join(text.split())]))

    def keep(self, task: Task, plan: Plan, registry: Registry, planner: str, account: Mapping[str, Any]) -> None:
        """Keep a plan that passed. It must be pinned."""
        row = (
            key_of(task),
            alike_of(task),
            " ".join(task.text.split()),
            json.dumps([[each.kind, each.text] for each in cut(task.text).values], ensure_ascii=False),
            json.dumps(plan.document(), ensure_ascii=False, default=str),
            plan.digest,
            json.dumps(node_digests(plan, registry)),
            planner,
            json.dumps(dict(account)),
        )
        with self._open() as database:
            database.execute(
                "INSERT OR REPLACE INTO plans (key, alike, task, literals, plan, digest, node_types, planner, account) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )

    def count_use(self, entry: Entry) -> None:
        with self._open() as database:
            database.execute("UPDATE plans SET used = used + 1 WHERE key = ?", [entry.key])

    def record(self, task: str, ok: bool, record: Mapping[str, Any]) -> None:
        """Keep what happened in one planning: every attempt, what it cost, who did it."""
        with self._open() as database:
            text = json.dumps(dict(record), ensure_ascii=False, default=str)
            database.execute("INSERT INTO plannings (task, ok, record) VALUES (?, ?, ?)", [task, ok, text])
            database.execute("DELETE FROM plannings WHERE id <= (SELECT max(id) FROM plannings) - ?", [MOST_RECORDS])

    def entries(self) -> list[Entry]:
        """Every plan that is kept, newest first."""
        return self._entries("ORDER BY made_at DESC, rowid DESC", [])

    def plannings(self) -> int:
        """How many plannings are on record."""
        if not self.path.exists():
            return 0
        with self._open() as database:
            return int(database.execute("SELECT count(*) FROM plannings").fetchone()[0])

    def clear(self) -> int:
        """Forget every plan and every record; how many plans there were. A damaged file is removed as a whole."""
        if not self.path.exists():
            return 0
        try:
            count = len(self.entries())
        except CacheError:
            count = 0
        for suffix in ("", "-wal", "-shm", "-journal"):
            self.path.with_name(FILE + suffix).unlink(missing_ok=True)
        return count

    def _entries(self, where: str, values: Sequence[Any]) -> list[Entry]:
        if not self.path.exists():
            return []
        columns = "key, task, literals, plan, digest, node_types, planner, account, made_at, used"
        with self._open() as database:
            rows = database.execute(f"SELECT {columns} FROM plans {where}", values).fetchall()
        return [
            Entry(
                key, task, tuple(Value(*each) for each in json.loads(literals)), json.loads(plan), digest,
                json.loads(node_types), planner, json.loads(account), made_at, used,
            )
            for key, task, literals, plan, digest, node_types, planner, account, made_at, used in rows
        ]  # fmt: skip

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(exist_ok=True)
            ignored = self.path.parent / ".gitignore"
            if not ignored.exists():
                ignored.write_text("*\n", encoding="utf-8")
            with contextlib.closing(sqlite3.connect(self.path, timeout=10)) as database, database:
                layout = database.execute("PRAGMA user_version").fetchone()[0]
                if layout not in (0, LAYOUT):
                    raise CacheError(
                        f"{self.path}: made by another version of Interlock; `interlock cache clear` makes room"
                    )
                database.executescript(_TABLES)
                database.execute(f"PRAGMA user_version = {LAYOUT}")
                yield database
        except (sqlite3.Error, OSError) as error:
            raise CacheError(f"{self.path}: {error}; `interlock cache clear` removes it") from error


def changed_types(entry: Entry, registry: Registry) -> list[str]:
    """The node types of a kept plan that are no longer what they were, or are gone."""
    return [reference for reference, digest in entry.node_types.items() if _digest(reference, registry) != digest]


def node_digests(plan: Plan, registry: Registry) -> dict[str, str]:
    """The digests of the node types that a pinned plan uses."""
    return {node.reference: _digest(node.reference, registry) for node in plan.nodes}


def _digest(reference: str, registry: Registry) -> str:
    name, _, version = reference.partition("@")
    found = registry.find(name, int(version) if version else None)
    return found.type.digest if found and not found.adapters else ""


def key_of(task: Task) -> str:
    """What a plan is found by: the task's words, the catalog's schemas, the required outputs and the policy."""
    return _sha(" ".join(task.text.split()), _schemas(task.catalog), _demands(task))


def alike_of(task: Task) -> str:
    """The same for every task that differs only in literals. Files that are named in it count by their schemas alone."""
    parts: Cut = cut(task.text)
    marks = {value.text: f"{{file {index}}}" for index, value in enumerate(parts.values) if value.kind == "file"}
    named = [each for each in task.catalog if each.path in marks]
    schemas = _schemas(Catalog(tuple(named or task.catalog)), marks)
    return _sha(parts.template, schemas, _demands(task, marks))


def _schemas(catalog: Catalog, marks: Mapping[str, str] | None = None) -> list[Any]:
    names = marks or {}
    return sorted(
        [
            names.get(each.path, each.path), each.inside, each.reader,
            [[column.name, str(column.type), column.nullable] for column in each.columns],
        ]
        for each in catalog
    )  # fmt: skip


def _demands(task: Task, marks: Mapping[str, str] | None = None) -> list[Any]:
    names = marks or {}
    required = [[names.get(each.path, each.path), list(each.columns)] for each in task.required]
    return [required, list(task.policy), __version__]


def _sha(*parts: Any) -> str:
    return hashlib.sha256(canonical_json(list(parts)).encode()).hexdigest()
