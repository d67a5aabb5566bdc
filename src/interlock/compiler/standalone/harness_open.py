"""The harness, fifth part: what a run does before its first step. Below the line of dashes it is carried verbatim.

The names above it stand for what the module itself defines.
"""

from __future__ import annotations

import glob
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import duckdb

from interlock.compiler.standalone.harness_record import Recorder
from interlock.compiler.standalone.harness_sinks import Sinks
from interlock.compiler.standalone.harness_values import (
    RunFailed,
    _changes,
    _json,
    _literal,
    _plain,
    _quoted,
    _shown_change,
    _size,
)

INPUTS: dict[str, dict[str, Any]] = {}
MACROS: dict[str, str] = {}
STEPS: list[dict[str, Any]] = []

# ---------------------------------------------------------------------------------------------------------------------


SMALL = 32 * 1024 * 1024  # bytes of input up to which every step is run by itself, so that each can be counted


class Opened:
    """A run before its first step: a private in-memory database, the values of its inputs, and sources as expected."""

    def __init__(
        self,
        root: str,
        on_event: Callable[[dict[str, Any]], None] | None,
        stepwise: bool | None,
        recorder: Recorder | None,
    ) -> None:
        self.root = os.path.abspath(root)
        self.on_event = on_event
        self.recorder = recorder or Recorder()
        self.steps = {step["id"]: self._located(step) for step in STEPS}
        self.stored: set[str] = set()
        self.sinks = Sinks(self.root, self.recorder, self.event, self.attempt)
        self.spared: dict[str, Mapping[str, Any]] = {}
        self.loads: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.costs: dict[str, float] = {}
        # what a sink that must not be repeated needs to be finished, even if its sources are gone by then
        finish = [step for step in STEPS if step["kind"] == "writes" and step["repeat"] != "replace"]
        asked = [step for step in STEPS if step.get("asks")]  # people answer for the rows that they were shown
        self.wanted = {name for step in (*finish, *asked) for name in step["reads"]} if self.recorder.run else set()
        self.report: list[dict[str, Any]] = []
        self.previews: list[dict[str, Any]] = []
        self.spill = self.recorder.scratch or tempfile.mkdtemp(prefix="interlock-")
        self.stepwise = self._inputs_are_small() if stepwise is None else stepwise

    def _located(self, step: dict[str, Any]) -> dict[str, Any]:
        """The step reading its file by the file's full path, whatever folder the process runs in."""
        source = step.get("source")
        if not source or not source.get("literal"):
            return step
        full = _literal(glob.escape(os.path.join(self.root, source["path"])))
        checks = [{**check, "sql": check["sql"].replace(source["literal"], full)} for check in step["checks"]]
        return {**step, "sql": step["sql"].replace(source["literal"], full, 1), "checks": checks}

    def _inputs_are_small(self) -> bool:
        sizes = [
            _size(os.path.join(self.root, step["source"]["path"]))
            for step in STEPS
            if step.get("source") and step["source"]["path"]
        ]
        return all(size is not None for size in sizes) and sum(size or 0 for size in sizes) <= SMALL

    def connect(self, threads: int | None, memory: str | None) -> None:
        """Open the database: order kept, clocks in UTC, nothing installed, large results spilled to a private folder."""
        config: dict[str, Any] = {"autoinstall_known_extensions": "false", "temp_directory": self.spill}
        if threads is not None:
            config["threads"] = max(1, min(threads, 256))
        if memory:
            config["memory_limit"] = memory
        try:
            self.connection = duckdb.connect(":memory:", config=config)
        except duckdb.Error as error:
            raise RunFailed(
                "IL906", f"the run cannot start: {_plain(error)}", help="memory is given as 2GB or 500MB"
            ) from error
        self.connection.execute("SET preserve_insertion_order = true; SET enable_progress_bar = false")
        self.unwanted: list[str] = []
        if any("double" in kind or "float" in kind for step in STEPS for _, kind in step.get("columns", ())):
            self.unwanted.append("top_n_window_elimination")  # it carries rows in a form in which -0.0 becomes 0.0
        if any("split_part" in (step.get("sql") or "").lower() for step in STEPS):
            self.unwanted.append("statistics_propagation")  # it fails where it finds that the text is always null
        self.leave_out(self.unwanted)
        self.settings = ["SET TimeZone = 'UTC'"]
        self.connection.execute(self.settings[0])
        for statement in MACROS.values():
            self.connection.execute(statement)
        self.event("connected", connection=self.connection)

    def leave_out(self, optimisers: Iterable[str]) -> None:
        """Run what follows without these optimisers of the engine."""
        self.connection.execute(f"SET disabled_optimizers = '{','.join(optimisers)}'")

    def event(self, kind: str, **data: Any) -> None:
        if self.on_event is not None:
            self.on_event({"event": kind, **data})

    def attempt(self, doing: str, name: str, work: Callable[[dict[str, Any]], Any], given: dict[str, Any]) -> Any:
        """Do a part of a step: `check` its source, `run` it, or `commit` what it wrote."""
        return work(given)

    def set_inputs(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Give every run input its value, of its type; text is read as that type."""
        unknown = sorted(set(given) - set(INPUTS))
        if unknown:
            known = ", ".join(INPUTS) or "none"
            raise RunFailed("IL906", f"there is no run input `{unknown[0]}`", help=f"the inputs are: {known}")
        values: dict[str, Any] = {}
        for name, declared in INPUTS.items():
            if name not in given and "default" not in declared:
                raise RunFailed(
                    "IL906",
                    f"the run input `{name}` ({declared['type']}) has no value",
                    help=f"give it with --input {name}=VALUE",
                )
            value = given.get(name, declared.get("default"))
            if value is None:
                raise RunFailed(
                    "IL906", f"the run input `{name}` is null", help=f"give a value of type {declared['type']}"
                )
            if (
                re.search("int", declared["type"])
                and isinstance(value, str | float)
                and value != 0
                and not re.fullmatch(r"\s*[+-]?\d+\s*", str(value))
            ):
                raise RunFailed(
                    "IL906",
                    f"the run input `{name}` must be of type {declared['type']}, not {value!r}",
                    help="give a whole number",
                )
            try:
                self.settings.append(f"SET VARIABLE {_quoted(name)} = CAST({_literal(value)} AS {declared['type']})")
                self.connection.execute(self.settings[-1])
            except duckdb.Error as error:
                raise RunFailed(
                    "IL906",
                    f"the run input `{name}` must be of type {declared['type']}, not {value!r}",
                    help=_plain(error),
                ) from error
            values[name] = value
        self.event("inputs_set", inputs={name: _json(value) for name, value in values.items()}, stepwise=self.stepwise)
        return values

    def settle(self) -> None:
        """Decide what is left to do: of what an earlier attempt completed, only what a later step needs is taken up."""
        needed: set[str] = set()
        for step in reversed(list(self.steps.values())):
            name, done = step["id"], self.recorder.complete(step["id"])
            if done and (self.sinks.taken_up(step, done) if step["kind"] in ("copy", "writes") else name not in needed):
                self.spared[name] = done
                continue
            file = self.recorder.stored(name) if done else None
            if file:
                self.loads[name] = file
                continue
            needed.update(step["reads"], *(check["reads"] for check in step["checks"]))

    def check_sources(self) -> None:
        """Look at the header and a sample of every source again: it must still be what the plan was checked against."""
        for step in self.steps.values():
            if step["id"] in self.spared or step["id"] in self.loads:
                continue
            self.attempt("check", step["id"], self.check_source, step)

    def check_source(self, step: dict[str, Any]) -> None:
        self._compare_source(step)
        paths = [step["source"]["path"]] if step.get("source") else []
        if step["kind"] == "rows":
            paths += [step["arguments"][name] for name in step["paths"]]
        for path in dict.fromkeys(paths):
            if path:
                self.event("source_checked", step=step["id"], path=path, bytes=_size(self.path(path)))

    def _compare_source(self, step: dict[str, Any]) -> None:
        source = step.get("source")
        if not source or source.get("describe") is None:
            return
        arguments = {
            **source["arguments"],
            **{name: self.path(source["arguments"][name]) for name in source["paths"]},
        }
        name = source["path"] or step["id"]
        if source["path"] and os.path.exists(self.path(name)) and not os.path.isfile(self.path(name)):
            raise RunFailed("IL902", f"`{name}` is not an ordinary file", step["id"])
        try:
            columns, _ = source["describe"](self.connection, **arguments)
        except FileNotFoundError as error:
            raise RunFailed(
                "IL902", f"`{name}` does not exist", step["id"], "put the file there, or change the plan"
            ) from error
        except (ValueError, OSError, duckdb.Error) as error:
            reason = _plain(error).replace(self.root + os.sep, "")
            raise RunFailed("IL902", f"`{name}` cannot be read: {reason}", step["id"]) from error
        changes = _changes(source["columns"], columns)
        if changes and not (all(change[0] == "type" for change in changes) and self._still_reads(step)):
            lines = [_shown_change(change) for change in changes]
            raise RunFailed(
                "IL901", f"`{name}` has changed since the plan was checked: {'; '.join(lines)}", step["id"],
                "check the plan again against the file as it is now, and look at what the change does to it",
                changes=[list(change) for change in changes],
            )  # fmt: skip

    def _still_reads(self, step: dict[str, Any]) -> bool:
        """Whether a sample of the source still reads as the pinned types, although it looks like others."""
        if step["kind"] != "select":
            return False
        try:
            found = self.connection.execute(f"DESCRIBE {step['sql']}").fetchall()
            pinned = self.connection.execute(
                "DESCRIBE SELECT " + ", ".join(f"CAST(NULL AS {kind})" for _, kind in step["columns"])
            ).fetchall()
            if [row[1] for row in found] != [row[1] for row in pinned]:
                return False
            self.connection.execute(f"SELECT count(COLUMNS(*)) FROM (SELECT * FROM ({step['sql']}) LIMIT 20000)")
        except duckdb.Error:
            return False
        return True

    def path(self, relative: str) -> str:
        return os.path.join(self.root, relative)
