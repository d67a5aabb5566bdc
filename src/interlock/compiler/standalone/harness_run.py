"""The harness, third part: one run. Everything below the line of dashes is carried into the module verbatim.

The names above it stand for what the module itself defines.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import duckdb

from interlock.compiler.standalone.harness_sinks import Sinks
from interlock.compiler.standalone.harness_values import (
    Described,
    Rows,
    RunFailed,
    _advice,
    _batches,
    _broken,
    _changes,
    _for_python,
    _literal,
    _plain,
    _quoted,
    _reworded,
    _said,
    _shown,
    _shown_change,
    _size,
)

INPUTS: dict[str, dict[str, Any]] = {}
MACROS: dict[str, str] = {}
STEPS: list[dict[str, Any]] = []

# ---------------------------------------------------------------------------------------------------------------------


SMALL = 32 * 1024 * 1024  # bytes of input up to which every step is run by itself, so that each can be counted


class Run:
    """One run: a private in-memory database, the results made so far, and the sinks that are not yet in place."""

    def __init__(self, root: str, on_event: Callable[[dict[str, Any]], None] | None, stepwise: bool | None) -> None:
        self.root = os.path.abspath(root)
        self.on_event = on_event
        self.steps = {step["id"]: self._located(step) for step in STEPS}
        self.stored: set[str] = set()
        self.sinks = Sinks(self.root)
        self.report: list[dict[str, Any]] = []
        self.previews: list[dict[str, Any]] = []
        self.spill = tempfile.mkdtemp(prefix="interlock-")
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
        if any("double" in kind or "float" in kind for step in STEPS for _, kind in step.get("columns", ())):
            # it would carry rows in a form in which -0.0 becomes 0.0
            self.connection.execute("SET disabled_optimizers = 'top_n_window_elimination'")
        self.settings = ["SET TimeZone = 'UTC'"]
        self.connection.execute(self.settings[0])
        for statement in MACROS.values():
            self.connection.execute(statement)
        self.event("connected", connection=self.connection)

    def event(self, kind: str, **data: Any) -> None:
        if self.on_event is not None:
            self.on_event({"event": kind, **data})

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
        return values

    def check_sources(self) -> None:
        """Look at the header and a sample of every source again: it must still be what the plan was checked against."""
        for step in self.steps.values():
            source = step.get("source")
            if not source or source.get("describe") is None:
                continue
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
            self.event("source_checked", step=step["id"], path=source["path"], bytes=_size(self.path(name)))

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

    def statement(self, sql: str, reads: Iterable[str]) -> str:
        """`sql` with the results that are not stored as CTEs before it, each after what it reads."""
        needed: list[str] = []

        def visit(name: str) -> None:
            if name in self.stored or name in needed:
                return
            for before in self.steps[name]["reads"]:
                visit(before)
            needed.append(name)

        for name in reads:
            visit(name)
        if not needed:
            return sql
        parts = ",\n".join(f"{_quoted(name)} AS (\n{self.steps[name]['sql']}\n)" for name in needed)
        return f"WITH {parts}\nSELECT * FROM (\n{sql}\n)"

    def run_step(self, step: dict[str, Any]) -> None:
        started = time.perf_counter()
        self.event("step_started", step=step["id"], type=step["type"])
        rows = size = None
        fused = False
        try:
            if step["kind"] == "select":
                fused = not (step["store"] or self.stepwise)
                if not fused:
                    rows = self.store(step)
            elif step["kind"] == "rows":
                rows = self.store_rows(step)
            elif step["kind"] == "copy":
                rows, size = self.copy(step)
            else:
                rows = self.sinks.write(step, self.rows_of(step["reads"][0]), self.arguments(step))
            self.look(step)
        except RuntimeError as error:
            if "interrupt" not in str(error).lower():
                raise
            raise RunFailed(
                "IL909", "the run was stopped", step["id"], "run it again; nothing has to be cleaned up"
            ) from None
        except duckdb.Error as error:
            raise self.blame(step, error) from error
        seconds = time.perf_counter() - started
        entry = {
            "step": step["id"],
            "type": step["type"],
            "rows": rows,
            "bytes": size,
            "seconds": round(seconds, 6),
            "fused": fused,
        }
        if step.get("path"):
            entry["path"] = step["path"]
        self.report.append(entry)
        self.event("step_finished", **entry)

    def store(self, step: dict[str, Any]) -> int:
        text = self.statement(step["sql"], step["reads"])
        self.connection.execute(f"CREATE TABLE {_quoted(step['id'])} AS {text}")
        self.stored.add(step["id"])
        return self._count(_quoted(step["id"]))

    def _count(self, relation: str) -> int:
        row = self.connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
        return row[0] if row else 0

    def arguments(self, step: dict[str, Any]) -> dict[str, Any]:
        found = {**step["arguments"], **{name: self.path(step["arguments"][name]) for name in step["paths"]}}
        if isinstance(found.get("source"), dict):
            found["source"] = Described(**found["source"])
        return found

    def store_rows(self, step: dict[str, Any]) -> int:
        """Run a Python node and store the rows it gives, a batch at a time, as their declared types."""
        ports = [self.rows_of(name) for name in step["reads"]]
        try:
            given = step["call"](*ports, **self.arguments(step))
            if not isinstance(given, Rows):
                raise ValueError(f"its function gives {type(given).__name__}, not Rows(columns, rows)")
            names = ", ".join(f"{_quoted(name)} {kind}" for name, kind in step["columns"])
            self.connection.execute(f"CREATE TABLE {_quoted(step['id'])} ({names})")
            lists = ", ".join(f"unnest(CAST(? AS {kind}[]))" for _, kind in step["columns"])
            statement = f"INSERT INTO {_quoted(step['id'])} SELECT {lists}"
            for batch in _batches(given):
                self.connection.execute(statement, [list(column) for column in zip(*batch, strict=True)])
        except (duckdb.Error, RunFailed):
            raise
        except (Exception, SystemExit) as error:
            raise RunFailed("IL907", f"`{step['id']}`: {_said(error)}", step["id"]) from error
        self.stored.add(step["id"])
        return self._count(_quoted(step["id"]))

    def rows_of(self, name: str) -> Rows:
        """A result as a stream of rows, in its order."""
        columns = [(each, kind) for each, kind in self.steps[name]["columns"]]
        chosen = ", ".join(_for_python(each, kind) for each, kind in columns)
        # a cursor of its own: the rows are still being fetched when the next statement runs
        cursor = self.connection.cursor()
        for statement in self.settings:
            cursor.execute(statement)
        result = cursor.execute(self.statement(f"SELECT {chosen} FROM {_quoted(name)}", [name]))

        def rows() -> Iterator[Sequence[Any]]:
            while batch := result.fetchmany(2048):
                yield from batch

        return Rows(columns, rows())

    def copy(self, step: dict[str, Any]) -> tuple[int, int]:
        temporary = self.sinks.stage(step["path"])
        text = self.statement(step["sql"], step["reads"])
        if step["options"].startswith("FORMAT parquet"):
            # how a Parquet file is encoded follows how the rows arrive; sorted and stored they always arrive alike
            names = ", ".join(_quoted(name) for name in step["names"])
            place, stored = _quoted("_row" + max(step["names"], key=len)), _quoted(f"{step['id']} to write")
            text = f"SELECT {names} FROM (SELECT *, row_number() OVER () AS {place} FROM ({text})) ORDER BY {place}"
            self.connection.execute(f"CREATE TABLE {stored} AS {text}")
            text = f"SELECT {names} FROM {stored}"
        options = f"{step['options']}, USE_TMP_FILE false"
        row = self.connection.execute(f"COPY ({text}) TO {_literal(temporary)} ({options})").fetchone()
        with open(temporary, "rb+") as handle:
            os.fsync(handle.fileno())
        return (row[0] if row else 0), os.path.getsize(temporary)

    def look(self, step: dict[str, Any]) -> None:
        """Check what must hold of a result, and keep the rows that are to be shown."""
        broken = []
        for check in step["checks"]:
            violations = self.statement(check["sql"], check["reads"])
            if self.connection.execute(f"SELECT 1 FROM ({violations}) LIMIT 1").fetchone() is None:
                self.event("check_passed", step=check["node"], title=check["title"])
                continue
            names, rows = _shown(self.connection, violations, 5)
            broken.append({
                "code": check["code"], "node": check["node"], "title": check["title"], "count": self._count(f"({violations})"),
                "columns": names, "rows": rows,
            })  # fmt: skip
        if broken:
            raise _broken(broken)
        if step["preview"]:
            text = self.statement(f"SELECT * FROM {_quoted(step['id'])}", [step["id"]])
            names, rows = _shown(self.connection, text, int(step["preview"]))
            total = self._count(_quoted(step["id"])) if step["id"] in self.stored else None
            self.previews.append({"step": step["id"], "columns": names, "rows": rows, "total": total})

    def blame(self, step: dict[str, Any], error: duckdb.Error) -> RunFailed:
        """The failure, told of the step in which it arose: steps that ran as one statement are tried one by one."""
        if isinstance(error, duckdb.InterruptException):
            return RunFailed("IL909", "the run was stopped", step["id"])
        message, guilty = _plain(error), step["id"]
        if re.search(r"No space left|disk.*full|could not write|Could not write", message, re.IGNORECASE) or isinstance(
            error, duckdb.IOException
        ):
            return RunFailed(
                "IL908",
                f"`{step.get('path') or step['id']}`: {message}",
                step["id"],
                "make room, or change the permissions, and run again",
            )
        if isinstance(error, duckdb.OutOfMemoryException):
            return RunFailed("IL908", message, step["id"], "give the run more memory (--memory), or fewer columns")
        if step["kind"] in ("select", "copy", "writes"):
            needed: list[str] = []

            def visit(name: str) -> None:
                if name not in self.stored and name not in needed:
                    for before in self.steps[name]["reads"]:
                        visit(before)
                    needed.append(name)

            for name in step["reads"]:
                visit(name)
            for name in needed:
                try:
                    self.store(self.steps[name])
                except duckdb.Error as earlier:
                    message, guilty = _plain(earlier), name
                    break
        message = message.replace(self.root + os.sep, "")
        return RunFailed("IL907", f"`{guilty}`: {_reworded(message)}", guilty, _advice(message))

    def close(self) -> None:
        """Leave nothing behind that was not committed."""
        self.sinks.close()
        if hasattr(self, "connection"):
            self.connection.close()
        shutil.rmtree(self.spill, ignore_errors=True)
