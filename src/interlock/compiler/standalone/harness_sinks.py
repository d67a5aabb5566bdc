"""The harness, second part: sinks. Everything below the line of dashes is carried into the module verbatim."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from interlock.compiler.standalone.harness_values import Rows, RunFailed, _said

# ---------------------------------------------------------------------------------------------------------------------


class Sinks:
    """What a run writes: staged beside its targets, and put in place all at once when everything has succeeded."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.staged: list[tuple[str, str]] = []
        self.writers: list[tuple[Any, dict[str, Any]]] = []
        self.made_folders: list[str] = []
        self.committed: list[str] = []

    def stage(self, relative: str) -> str:
        """A file beside the one to write, to be renamed to it when everything else has succeeded."""
        target = self.prepare(relative)
        handle, temporary = tempfile.mkstemp(
            prefix=f".{os.path.basename(target)[:100]}.", suffix=".part", dir=os.path.dirname(target)
        )
        os.close(handle)
        self.staged.append((temporary, target))
        return temporary

    def prepare(self, relative: str) -> str:
        """See that a file can be written, and make the folders that it needs, noting them; its full path."""
        target = os.path.realpath(os.path.join(self.root, relative))
        if os.path.exists(target) and not os.path.isfile(target):
            raise RunFailed("IL908", f"`{relative}` cannot be written: it is not an ordinary file")
        if os.path.exists(target) and not os.access(target, os.W_OK):
            raise RunFailed("IL908", f"`{relative}` cannot be written: permission denied")
        missing = []
        folder = os.path.dirname(target)
        while folder and not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            reason = "a part of its path is a file, not a folder"
            raise RunFailed("IL908", f"`{relative}` cannot be written: {reason}") from error
        self.made_folders += missing
        return target

    def write(self, step: dict[str, Any], rows: Rows, arguments: dict[str, Any]) -> int:
        """Run a Python sink up to its `yield`: all is written, nothing is visible yet. The number of rows."""
        self.prepare(step["path"])
        counted = _Counted(rows)
        try:
            writer = step["call"](counted, **arguments)
            self.writers.append((writer, step))
            next(writer)
        except StopIteration:
            raise RunFailed("IL907", f"`{step['id']}` ended without its `yield`", step["id"]) from None
        except (duckdb.Error, RunFailed):
            raise
        except (Exception, SystemExit) as error:
            raise RunFailed("IL908", f"`{step['path']}` cannot be written: {_said(error)}", step["id"]) from error
        return counted.count

    def commit(self) -> None:
        """Put everything in place: databases commit, then files take their names."""
        for writer, step in self.writers:
            try:
                next(writer)
            except StopIteration:
                self.committed.append(step["path"])
            except (Exception, SystemExit) as error:
                reason = f"`{step['path']}` cannot be written: {_said(error)}"
                raise RunFailed("IL908", reason, step["id"], committed=self.committed) from error
        for temporary, target in self.staged:
            relative = os.path.relpath(target, self.root)
            try:
                mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else 0o666 & ~_umask()
                os.chmod(temporary, mode)
                os.replace(temporary, target)
            except OSError as error:
                reason = f"`{relative}` cannot be written: {error.strerror or error}"
                raise RunFailed("IL908", reason, committed=self.committed) from error
            self.committed.append(relative)
        self.staged = []
        self.made_folders = []

    def close(self) -> None:
        """Leave nothing behind that was not committed."""
        for writer, _ in self.writers:
            with contextlib.suppress(Exception):
                writer.close()
        for temporary, _ in self.staged:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        for folder in self.made_folders:
            with contextlib.suppress(OSError):
                os.rmdir(folder)


class _Counted:
    """Rows, counted as they pass."""

    def __init__(self, rows: Rows) -> None:
        self.columns, self._rows, self.count = rows.columns, rows, 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self._rows:
            self.count += 1
            yield row


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
