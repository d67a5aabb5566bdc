"""The harness, fourth part: sinks. Everything below the line of dashes is carried into the module verbatim."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import duckdb

from interlock.compiler.standalone.harness_record import Recorder, Staging
from interlock.compiler.standalone.harness_values import Rows, RunFailed, _digest, _own_fault, _said, _size

# ---------------------------------------------------------------------------------------------------------------------


class Sinks:
    """What a run writes: staged beside its targets, and put in place all at once when everything has succeeded.

    In a durable run what is staged is named after the run. Once `commit_planned` was told, the run is finished, never
    undone: what is staged then stays until it is in place, if need be by a later process.
    """

    def __init__(self, root: str, recorder: Recorder, tell: Callable[..., None], attempt: Callable[..., None]) -> None:
        self.root, self.recorder, self.tell, self.attempt = root, recorder, tell, attempt
        self.staged: list[dict[str, Any]] = []
        self.writers: list[tuple[Any, dict[str, Any]]] = []
        self.folders: dict[str, str] = {}
        self.made_folders: list[str] = []
        self.committed: list[str] = []
        self.planned = False

    def stage(self, step: dict[str, Any]) -> str:
        """A file beside the one to write, to be renamed to it when everything else has succeeded."""
        target = self.prepare(step["path"])
        beside, name = os.path.dirname(target), f".{os.path.basename(target)[:20]}."
        if self.recorder.run:
            temporary = os.path.join(beside, f"{name}{self.recorder.run}.part")
            open(temporary, "wb").close()
        else:
            handle, temporary = tempfile.mkstemp(prefix=name, suffix=".part", dir=beside)
            os.close(handle)
        self.staged.append({"step": step["id"], "path": step["path"], "temporary": temporary, "target": target})
        return temporary

    def prepare(self, relative: str) -> str:
        """See that a file can be written, and make the folders that it needs, noting them; its full path."""
        target = os.path.realpath(os.path.join(self.root, relative))
        if os.path.exists(target) and not os.path.isfile(target):
            raise RunFailed("IL908", f"`{relative}` cannot be written: it is not an ordinary file")
        if os.path.exists(target) and not os.access(target, os.W_OK):
            raise RunFailed("IL908", f"`{relative}` cannot be written: permission denied") from PermissionError(target)
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
        target = self.prepare(step["path"])
        counted = _Counted(rows)
        staged = ""
        try:
            if step["repeat"] == "replace":
                staged = os.path.join(self.folder(step, target, empty=True), os.path.basename(target))
                arguments = {**arguments, step["to"]: staged}
            if step["staging"]:
                arguments = {**arguments, "staging": Staging(self.folder(step, target), self.mark(step))}
            writer = step["call"](counted, **arguments)
            if staged:
                next(writer)
                for _ in writer:
                    pass
                self.staged.append({"step": step["id"], "path": step["path"], "temporary": staged, "target": target})
                self.sealed(step)
            else:
                self.writers.append((writer, step))
                next(writer)
        except StopIteration:
            raise RunFailed("IL907", f"`{step['id']}` ended without its `yield`", step["id"]) from None
        except (duckdb.Error, RunFailed):
            raise
        except (Exception, SystemExit) as error:
            reason = _said(error, step["call"]).replace(staged or target, step["path"])
            told = f"`{step['path']}` cannot be written: {reason}"
            raise RunFailed("IL908", told, step["id"], **_own_fault(error, step)) from error
        return counted.count

    def mark(self, step: dict[str, Any]) -> str:
        return f"{self.recorder.run}/{step['id']}" if self.recorder.run else ""

    def folder(self, step: dict[str, Any], target: str, empty: bool = False) -> str:
        """A folder of the step's own beside its target; in a durable run the same in every attempt."""
        beside, name = os.path.dirname(target), f".{os.path.basename(target)[:20]}."
        if not self.recorder.run:
            self.folders[step["id"]] = tempfile.mkdtemp(prefix=name, suffix=".partial", dir=beside)
            return self.folders[step["id"]]
        found = self.folders[step["id"]] = self._folder_of(step, target)
        if empty:
            shutil.rmtree(found, ignore_errors=True)
        os.makedirs(found, exist_ok=True)
        return found

    def _folder_of(self, step: dict[str, Any], target: str) -> str:
        name = f".{os.path.basename(target)[:20]}.{self.recorder.run}.{step['id']}.partial"
        return os.path.join(os.path.dirname(target), name)

    def sealed(self, step: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Force what the step staged to disk: its size, and what to tell of it."""
        found = self.staged[-1]
        with open(found["temporary"], "rb+") as handle:
            os.fsync(handle.fileno())
        found["bytes"] = os.path.getsize(found["temporary"])
        if self.recorder.digests:
            found["digest"] = _digest(found["temporary"])
        return found["bytes"], {"path": os.path.relpath(found["temporary"], self.root), "digest": found.get("digest")}

    def taken_up(self, step: dict[str, Any], done: Mapping[str, Any]) -> bool:
        """Whether what an earlier attempt wrote for a complete sink is still there, or in place already."""
        planned = self.recorder.planned(step["id"])
        self.planned = self.planned or planned is not None
        target = os.path.realpath(os.path.join(self.root, step["path"]))
        staged = done.get("staged")
        if step["kind"] == "writes":
            self.folders[step["id"]] = self._folder_of(step, target)
        if planned and planned["committed"]:
            if step.get("repeat") == "marked":
                self._forget(step, target)
        elif not staged or not staged["digest"]:
            return False
        else:
            temporary = os.path.join(self.root, staged["path"])
            if _digest(temporary) == staged["digest"]:
                self.staged.append({"step": step["id"], "path": step["path"], "temporary": temporary, "target": target,
                                    "bytes": _size(temporary), "digest": staged["digest"]})  # fmt: skip
                return True
            if not planned or _digest(target) != staged["digest"]:
                return False
        self.committed.append(step["path"])
        return True

    def _forget(self, step: dict[str, Any], target: str) -> None:
        arguments = {**step["arguments"], step["to"]: target}
        staging = Staging(self.folder(step, target), self.mark(step), done=True)
        with contextlib.suppress(Exception):
            for _ in step["call"](Rows([], []), **arguments, staging=staging):
                pass

    def commit(self) -> None:
        """Put everything in place: databases commit, then files take their names. A failure tells what is in place."""
        try:
            self._commit()
        except RunFailed as error:
            error.data["committed"] = self.committed
            raise

    def _commit(self) -> None:
        if self.recorder.run and not self.planned and (self.writers or self.staged):
            self.tell("commit_planned", sinks=self._intentions())
        self.planned = True
        for _, step in list(self.writers):
            self.tell("sink_committing", step=step["id"], path=step["path"], how=step["repeat"])
            self.attempt("commit", step["id"], self.finish, step)
            self.committed.append(step["path"])
            self.tell("sink_committed", step=step["id"], path=step["path"], how=step["repeat"])
        for each in self.staged:
            self.attempt("commit", each["step"], self.rename, each)
            self.committed.append(each["path"])
            self.tell("sink_committed", step=each["step"], path=each["path"], how="replace")
        for writer, _ in self.writers:
            with contextlib.suppress(Exception):
                next(writer, None)
        self.made_folders = []

    def finish(self, step: dict[str, Any]) -> None:
        """Let a Python sink go on from its `yield`."""
        try:
            next(next(writer for writer, each in self.writers if each is step), None)
        except (Exception, SystemExit) as error:
            reason = f"`{step['path']}` cannot be written: {_said(error, step['call'])}"
            raise RunFailed("IL908", reason, step["id"]) from error

    def rename(self, each: dict[str, Any]) -> None:
        """Let a staged file take its name."""
        temporary, target = each["temporary"], each["target"]
        try:
            mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else 0o666 & ~_umask()
            os.chmod(temporary, mode)
            os.replace(temporary, target)
            if self.recorder.run:
                _sync_folder(os.path.dirname(target))
        except OSError as error:
            reason = f"`{each['path']}` cannot be written: {error.strerror or error}"
            raise RunFailed("IL908", reason, each["step"]) from error

    def _intentions(self) -> list[dict[str, Any]]:
        written = [
            {"step": step["id"], "path": step["path"], "how": step["repeat"], "staged": None, "digest": None}
            for _, step in self.writers
        ]
        return written + [
            {"step": each["step"], "path": each["path"], "how": "replace", "digest": each.get("digest"),
             "staged": os.path.relpath(each["temporary"], self.root)}
            for each in self.staged
        ]  # fmt: skip

    def known(self, path: str) -> tuple[str | None, int | None]:
        """Digest and size of a file in place, read again only if they are not known."""
        for each in self.staged:
            if each["path"] == path and each.get("digest"):
                return each["digest"], each["bytes"]
        full = os.path.join(self.root, path)
        return _digest(full), _size(full)

    def close(self) -> None:
        """Leave nothing behind that was not committed, nor is going to be."""
        for writer, step in self.writers:
            with contextlib.suppress(Exception):
                if step["path"] in self.committed and not self.recorder.run:
                    next(writer, None)  # nobody will ask for its mark
                writer.close()
        waiting = [each for each in self.staged if each["path"] not in self.committed]
        waiting_steps = {each["step"] for each in waiting} | {
            step["id"] for _, step in self.writers if step["path"] not in self.committed
        }
        keep = self.planned and bool(self.recorder.run)
        for step, folder in self.folders.items():
            if not (keep and step in waiting_steps):
                shutil.rmtree(folder, ignore_errors=True)
        if keep:
            return
        for each in waiting:
            with contextlib.suppress(OSError):
                os.unlink(each["temporary"])
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


def _sync_folder(folder: str) -> None:
    """Have the names in a folder on disk."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
