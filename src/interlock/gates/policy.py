"""The policy: what a plan may read, write and call, how much of it, and what a person must approve first.

The default policy allows files below the project folder, and nothing else. A project changes it in
`interlock.toml` under `[policy]`.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from interlock.ir.effects import Touch
from interlock.ir.plan import canonical_json
from interlock.registry.node import EFFECTS, Effect


@dataclass(frozen=True)
class Policy:
    """Allowed globs for reading and writing, relative to `root`, allowed effects, limits, and what needs approval.

    `databases` and `models` are globs, too: of the database files that node types for databases may open (besides
    `read` and `write`), and of the language models that may be called. The four limits hold for each file by itself:
    rows, and bytes. `approve` holds effects (`writes`), or effects on some paths (`writes out/public/**`).
    A pattern that names files (`out/**`, not `**`) also allows what a plan else leaves alone: hidden files and folders,
    and files to write that do not end as files of data do.
    `protected` files are the project's own code and plans: whatever the globs say, no plan writes them.
    """

    root: Path
    read: tuple[str, ...] = ("**",)
    write: tuple[str, ...] = ("**",)
    databases: tuple[str, ...] = ("**",)
    effects: tuple[Effect, ...] = ("reads", "writes")
    models: tuple[str, ...] = ()
    max_read_rows: int | None = None
    max_read_bytes: int | None = None
    max_write_rows: int | None = None
    max_write_bytes: int | None = None
    approve: tuple[str, ...] = ()
    protected: tuple[Path, ...] = ()

    @cached_property
    def digest(self) -> str:
        """`sha256:` and the hex digest of what the policy says; where the project lies does not change it."""
        return "sha256:" + hashlib.sha256(canonical_json(self.as_dict()).encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """The settings as plain data; lists in a fixed order, for their order means nothing."""
        lists = ("read", "write", "databases", "effects", "models", "approve")
        limits = ("max_read_rows", "max_read_bytes", "max_write_rows", "max_write_bytes")
        return {name: sorted(set(getattr(self, name))) for name in lists} | {
            name: getattr(self, name) for name in limits
        }

    def refusal(self, path: str, effect: Effect, endings: tuple[str, ...] = ()) -> str | None:
        """Why a plan may not read or write `path`, or None if it may. Looks at links, never at contents.

        `endings` are those that may be written where no pattern names the file; without them, any will do.
        """
        shape = _shape(path)
        if shape:
            return shape
        real, spellings = self._located(path)
        if not spellings:
            return "it leads outside the project folder through a link"
        allowed = self.write if effect == "writes" else self.read
        for each in spellings:
            if not any(_matches(each, pattern) for pattern in allowed):
                return f"the policy allows only {_listed(allowed)}"
            reason = _belongs(each, effect)
            if reason:
                return reason
            if not any(_matches(each, pattern) for pattern in allowed if pattern not in EVERYTHING):
                reason = _unnamed(each, effect, endings)
                if reason:
                    return f"the policy does not name it, and {reason}"
        if effect == "writes" and real in {os.path.realpath(each) for each in self.protected}:
            return "it is a file of the project itself: its code, or this plan"
        return None

    def database_refusal(self, path: str) -> str | None:
        """Why the file at `path`, which `refusal` allows, may not be opened as a database, or None if it may."""
        _, spellings = self._located(path)
        if all(any(_matches(each, pattern) for pattern in self.databases) for each in spellings):
            return None
        return f"the policy allows only {_listed(self.databases)} as databases"

    def model_refusal(self, model: str) -> str | None:
        """Why the language model of that name may not be called, or None if it may."""
        if any(fnmatch.fnmatchcase(model, pattern) for pattern in self.models):
            return None
        return f"the policy allows only {_listed(self.models)}" if self.models else "the policy allows no model"

    def touch_refusal(self, touch: Touch) -> str | None:
        """Why a plan may not have this effect, or None if it may: for programs that were compiled under another policy."""
        if touch.effect not in self.effects:
            return f"the policy does not allow the effect `{touch.effect}`"
        if touch.effect in ("reads", "writes") and touch.path:
            reason = self.refusal(touch.path, touch.effect)
            return reason or (self.database_refusal(touch.path) if touch.database else None)
        return self.model_refusal(touch.model) if touch.model else None

    def to_approve(self, touches: Iterable[Touch]) -> tuple[Touch, ...]:
        """Those of a plan's touches that a person must approve before they happen."""
        return tuple(each for each in touches if any(_asks_for(rule, each, self) for rule in self.approve))

    def _located(self, path: str) -> tuple[str, tuple[str, ...]]:
        """The real path, and the path in the project as written and where links lead; none of a path outside."""
        root = os.path.realpath(self.root)
        normal = PurePosixPath(path).as_posix()
        real = os.path.realpath(os.path.join(root, normal))
        if real != root and not real.startswith(root + os.sep):
            return real, ()
        inside = PurePosixPath(os.path.relpath(real, root)).as_posix()
        return real, tuple(dict.fromkeys((normal, inside)))


def approval_problem(rule: str) -> str | None:
    """What is wrong with an entry of `approve`, or None.

    >>> approval_problem("writes out/public/**"), approval_problem("writs")
    (None, 'the effects are reads, writes, network, model, human')
    """
    effect, _, glob = rule.partition(" ")
    if effect not in EFFECTS:
        return f"the effects are {', '.join(EFFECTS)}"
    if glob.strip() and effect not in ("reads", "writes"):
        return f"only `reads` and `writes` go with a pattern of files, not `{effect}`"
    return None


def _asks_for(rule: str, touch: Touch, policy: Policy) -> bool:
    effect, _, glob = rule.partition(" ")
    if touch.effect != effect:
        return False
    if not glob.strip() or not touch.path:
        return True
    _, spellings = policy._located(touch.path)
    return not spellings or any(_matches(each, glob.strip()) for each in spellings)


def _listed(patterns: Iterable[str]) -> str:
    return " and ".join(f"`{pattern}`" for pattern in patterns) or "no files"


EVERYTHING = ("**", "**/*", "*")
"""Patterns that name no file in particular."""
DATA = tuple(
    f"{ending}{zipped}"
    for ending in (
        ".csv",
        ".tsv",
        ".txt",
        ".tab",
        ".psv",
        ".dat",
        ".data",
        ".out",
        ".log",
        ".json",
        ".jsonl",
        ".ndjson",
        ".geojson",
        ".parquet",
        ".pq",
        ".xlsx",
        ".db",
        ".db3",
        ".sqlite",
        ".sqlite3",
    )
    for zipped in ("", ".gz")
)
"""What files of data end in: what any node type may write, besides the endings that it says."""
SHOWN = 6
"""Of the endings that are allowed, so many are told."""
CODE = (".py", ".pyc", ".pyd", ".pth", ".so", ".plan.yaml", ".plan.yml", ".plan.json")
"""Endings of files that a later command would load as code or as a plan; data never goes into them."""

OBEYED = (
    "constraints*.txt", "cmakelists.txt", "conanfile.txt", "entry_points.txt", "package.json", "package-lock.json",
    "composer.json", "deno.json", "tsconfig*.json", "*.dist-info", "*.egg-info", "node_modules", "requirements",
)  # fmt: skip
"""Files that end as data does, and folders of such, by which installers, builds and interpreters go."""


def _belongs(path: str, effect: Effect) -> str | None:
    """Whom a file belongs to that plans leave alone, or None."""
    parts = [part.casefold() for part in PurePosixPath(path).parts]
    if any(part in (".git", ".interlock") for part in parts):
        return "it is in a folder that belongs to a tool (.git, .interlock)"
    if effect == "writes" and parts and parts[-1] == "interlock.toml":
        return "it would be a project's configuration"
    if effect == "writes" and parts and fnmatch.fnmatchcase(parts[-1], "*requirements*.txt"):
        return "it would be a list of packages to install"
    if effect == "writes" and parts and parts[-1].endswith(CODE):
        return f"a plan writes data, and `{PurePosixPath(path).suffix}` files are loaded as code or as plans"
    return None


def _unnamed(path: str, effect: Effect, endings: tuple[str, ...]) -> str | None:
    """Why a plan leaves a file alone that no pattern names, or None. Tools run and obey files by their names."""
    parts = PurePosixPath(path).parts
    hidden = next((part for part in parts if part.startswith(".")), None)
    if hidden is not None:
        return f"`{hidden}` is hidden: tools and people keep settings and secrets in such files and folders"
    obeyed = (part for part in parts if any(fnmatch.fnmatchcase(part.casefold(), each) for each in OBEYED))
    if effect == "writes" and (name := next(obeyed, None)) is not None:
        return f"`{name}` would be obeyed by an installer or a build"
    if effect == "writes" and parts and endings and not parts[-1].casefold().endswith(endings):
        shown = list(dict.fromkeys(each for each in endings if not each.endswith(".gz")))
        told = ", ".join(shown[:SHOWN]) + (" and the like" if len(shown) > SHOWN else "")
        return f"such a file could be run or obeyed by a tool; written are files that end in {told}"
    return None


def _shape(path: str) -> str | None:
    if not path.strip():
        return "it is empty"
    if re.search(r"[\x00-\x1f\x7f]", path):
        return "it contains control characters"
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path):
        return "it begins like a URL or a drive; paths are plain files of the project"
    if path.startswith("~"):
        return "it starts in a home folder"
    if PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute() or PureWindowsPath(path).drive:
        return "it is absolute; paths are relative to the project folder"
    if "\\" in path:
        return "it contains a backslash; write `/` between folders"
    if ".." in PurePosixPath(path).parts:
        return "it contains `..`, which leads outside the project folder"
    if len(path.encode()) > 1000 or any(len(part.encode()) > 255 for part in PurePosixPath(path).parts):
        return "it is longer than a file system allows"
    return None


def _matches(path: str, pattern: str) -> bool:
    if pattern in ("**", "**/*"):
        return True
    if pattern.endswith("/**"):
        return path.startswith(pattern[:-2])
    return fnmatch.fnmatchcase(path, pattern)
