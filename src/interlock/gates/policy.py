"""The policy: which files a plan may read and write, and which effects it may have.

The default policy allows files below the project folder, and nothing else. A project changes it in
`interlock.toml` under `[policy]`.
"""

from __future__ import annotations

import fnmatch
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from interlock.registry.node import Effect


@dataclass(frozen=True)
class Policy:
    """Allowed globs for reading and writing, relative to `root`, and allowed effects.

    `protected` files are the project's own code and plans: whatever the globs say, no plan writes them.
    """

    root: Path
    read: tuple[str, ...] = ("**",)
    write: tuple[str, ...] = ("**",)
    effects: tuple[Effect, ...] = ("reads", "writes")
    protected: tuple[Path, ...] = ()

    def refusal(self, path: str, effect: Effect) -> str | None:
        """Why a plan may not read or write `path`, or None if it may. Looks at links, never at contents."""
        shape = _shape(path)
        if shape:
            return shape
        root = os.path.realpath(self.root)
        normal = PurePosixPath(path).as_posix()
        real = os.path.realpath(os.path.join(root, normal))
        if real != root and not real.startswith(root + os.sep):
            return "it leads outside the project folder through a link"
        inside = PurePosixPath(os.path.relpath(real, root)).as_posix()
        allowed = self.write if effect == "writes" else self.read
        for each in dict.fromkeys((normal, inside)):  # as written, and where links lead to
            if not any(_matches(each, pattern) for pattern in allowed):
                return f"the policy allows only {' and '.join(f'`{pattern}`' for pattern in allowed) or 'no files'}"
            reason = _belongs(each, effect)
            if reason:
                return reason
        if effect == "writes" and real in {os.path.realpath(each) for each in self.protected}:
            return "it is a file of the project itself: its code, or this plan"
        return None


CODE = (".py", ".pyc", ".pyd", ".pth", ".so", ".plan.yaml", ".plan.yml", ".plan.json")
"""Endings of files that a later command would load as code or as a plan; data never goes into them."""


def _belongs(path: str, effect: Effect) -> str | None:
    """Whom a file belongs to that plans leave alone, or None."""
    parts = [part.casefold() for part in PurePosixPath(path).parts]
    if any(part in (".git", ".interlock") for part in parts):
        return "it is in a folder that belongs to a tool (.git, .interlock)"
    if effect == "writes" and parts and parts[-1] == "interlock.toml":
        return "it would be a project's configuration"
    if effect == "writes" and parts and parts[-1].endswith(CODE):
        return f"a plan writes data, and `{PurePosixPath(path).suffix}` files are loaded as code or as plans"
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
