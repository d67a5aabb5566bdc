"""The harness, sixth part: one run. Everything below the line of dashes is carried into the module verbatim."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import duckdb

from interlock.compiler.standalone.harness_asks import _answers, _question
from interlock.compiler.standalone.harness_open import Opened
from interlock.compiler.standalone.harness_record import _digest_of_rows, _from_parquet, _to_parquet
from interlock.compiler.standalone.harness_values import (
    Described,
    Rows,
    RunFailed,
    _advice,
    _batches,
    _broken,
    _endless,
    _for_python,
    _infinite,
    _literal,
    _misfit,
    _own_fault,
    _plain,
    _quoted,
    _reworded,
    _said,
    _shown,
    _with_moments,
)

# ---------------------------------------------------------------------------------------------------------------------


class Run(Opened):
    """One run: the results made so far, and the sinks that are not yet in place."""

    aloud: Callable[[dict[str, Any]], None] | None = None  # what the command line lets hear of the events

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
        """Run a step, or take up what an earlier attempt at this run made of it."""
        name = step["id"]
        if name in self.spared or name in self.loads:
            self.take_up(step, self.recorder.complete(name) or {})
            return
        self.event("step_started", step=name, type=step["type"])
        entry, preview, more = self.attempt("run", name, self.make, step)
        self.report.append(entry)
        if self.recorder.run:
            more |= {"digest": self.digests.get(name), "preview": preview}
            self.compare(name, more)
            more["checks"] = [check["title"] for check in step["checks"]]
        self.event("step_finished", **entry, **more)

    def make(self, step: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any]]:
        """Do what a step is there for: its entry in the report, the rows to show, and what else to tell of it."""
        started = time.perf_counter()
        name = step["id"]
        rows = size = None
        fused = False
        more: dict[str, Any] = {}
        try:
            if step["kind"] == "select":
                if step.get("asks"):
                    self.ask(step)
                fused = not (step["store"] or self.stepwise or name in self.wanted)
                if not fused:
                    rows = self.store(step)
            elif step["kind"] == "rows":
                rows = self.store_rows(step)
            elif step["kind"] == "copy":
                rows, size, more["staged"] = self.copy(step)
            else:
                rows = self.sinks.write(step, self.rows_of(step["reads"][0]), self.arguments(step))
                if step["repeat"] == "replace":
                    size, more["staged"] = self.sinks.sealed(step)
            preview = self.look(step)
            more |= self.keep(step, rows or 0, time.perf_counter() - started)
        except RuntimeError as error:
            if "interrupt" not in str(error).lower():
                raise
            raise RunFailed(
                "IL909", "the run was stopped", name, "run it again; nothing has to be cleaned up"
            ) from None
        except duckdb.Error as error:
            raise self.blame(step, error) from error
        seconds = time.perf_counter() - started
        entry = {
            "step": name,
            "type": step["type"],
            "rows": rows,
            "bytes": size,
            "seconds": round(seconds, 6),
            "fused": fused,
        }
        if step.get("path"):
            entry["path"] = step["path"]
        return entry, preview, more

    def ask(self, step: dict[str, Any]) -> None:
        """Give the statement of a step the answers to its form; without them, stop the run with the question."""
        given, about = self.recorder.answer(step["id"]), step["reads"][0]
        if given is None:
            rows = self.statement(f"SELECT * FROM {_quoted(about)}", [about])
            names, shown = _shown(self.connection, rows, int(step["asks"]["show"]))
            raise _question(step, names, shown, self._count(f"({rows})"))
        for name, value in _answers(self.connection, step, given):
            self.settings.append(f"SET VARIABLE {name} = {value}")
            self.connection.execute(self.settings[-1])

    def take_up(self, step: dict[str, Any], done: Mapping[str, Any]) -> None:
        """Load the result of a complete step, if a later one needs it; report it as it was."""
        name = step["id"]
        if name in self.loads:
            source = f"read_parquet({_literal(self.loads[name])})"
            columns = _from_parquet(step["columns"])
            self.connection.execute(f"CREATE TABLE {_quoted(name)} AS SELECT {columns} FROM {source}")
            self.stored.add(name)
            self.event("step_reused", step=name, checkpoint=done.get("checkpoint"))
        told = ("step", "type", "rows", "bytes", "seconds", "fused", *(["path"] if step.get("path") else []))
        self.report.append({key: done.get(key) for key in told} | {"reused": True})
        if done.get("preview"):
            self.previews.append(dict(done["preview"]))

    def keep(self, step: dict[str, Any], rows: int, seconds: float) -> dict[str, Any]:
        """Keep the result of a step in a file, if the run is durable and that pays."""
        name = step["id"]
        self.costs[name] = seconds + sum(self.costs.get(each, 0.0) for each in step["reads"])
        columns = _to_parquet(step["columns"]) if name in self.stored and self.recorder.run else None
        path = self.recorder.room(step, self.costs[name], rows, name in self.wanted) if columns else None
        if path is None:
            return {}
        file = f"{_literal(path)} (FORMAT parquet, USE_TMP_FILE false)"
        self.connection.execute(f"COPY (SELECT {columns} FROM {_quoted(name)}) TO {file}")
        self.costs[name] = 0.0
        return self.recorder.keep(name, path)

    def compare(self, name: str, made: Mapping[str, Any]) -> None:
        """What a step is said to have made in an earlier attempt at this run, it must make again."""
        before = self.recorder.complete(name) or {}
        for one, other in (
            (before.get("digest"), made.get("digest")),
            ((before.get("staged") or {}).get("digest"), (made.get("staged") or {}).get("digest")),
        ):
            if one and other and one != other:
                raise RunFailed(
                    "IL914", f"`{name}` gives other rows than before the run was interrupted", name,
                    "something that it reads has changed, or it does not always do the same; start a new run",
                )  # fmt: skip

    def store(self, step: dict[str, Any]) -> int:
        text = self.statement(step["sql"], step["reads"])
        made = self.connection.execute(f"CREATE TABLE {_quoted(step['id'])} AS {text}").fetchone()
        self.stored.add(step["id"])
        return self.counted(step, made[0] if made else 0)

    def counted(self, step: dict[str, Any], rows: int) -> int:
        """The number of rows of a result just stored; in a durable run its digest is noted."""
        if self.recorder.digests:
            self.digests[step["id"]] = _digest_of_rows(self.connection, _quoted(step["id"]), step["columns"], rows)
        return rows

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
        try:
            names = ", ".join(f"{_quoted(name)} {kind}" for name, kind in step["columns"])
            self.connection.execute(f"CREATE TABLE {_quoted(step['id'])} ({names})")
            lists = ", ".join(f"unnest(CAST(? AS {kind}[]))" for _, kind in step["columns"])
            statement = f"INSERT INTO {_quoted(step['id'])} SELECT {lists}"
            rows = 0
            for batch in self.called(step)():
                rows += len(batch)
                try:
                    self.connection.execute(statement, [list(column) for column in zip(*batch, strict=True)])
                except (duckdb.Error, ValueError) as error:  # a ValueError of rows that are not of one length
                    interrupted = isinstance(error, duckdb.InterruptException)
                    misfit = None if interrupted else _misfit(self.connection, step, batch)
                    if misfit is None:
                        raise
                    raise misfit from error
        except (duckdb.Error, RunFailed):
            raise
        except (Exception, SystemExit) as error:
            raise RunFailed(
                "IL907", f"`{step['id']}`: {_said(error, step['call'])}", step["id"], **_own_fault(error, step)
            ) from error
        self.stored.add(step["id"])
        return self.counted(step, rows)

    def called(self, step: dict[str, Any]) -> Callable[[], Iterable[list[Sequence[Any]]]]:
        """The call of a Python node, ready to be made: it gives the rows, a batch at a time."""
        ports = [self.rows_of(name) for name in step["reads"]]
        arguments = self.arguments(step)

        def call() -> Iterator[list[Sequence[Any]]]:
            given = step["call"](*ports, **arguments)
            if not isinstance(given, Rows):
                raise ValueError(f"its function gives {type(given).__name__}, not Rows(columns, rows)")
            yield from _batches(given)

        return call

    def rows_of(self, name: str) -> Rows:
        """A result as a stream of rows, in its order.

        The engine gives Python's last moment in place of an infinite one, and dear is what would tell them apart in every
        row: so a result with moments is stored, if it is not, and looked through before the first row is given.
        """
        columns = [(each, kind) for each, kind in self.steps[name]["columns"]]
        chosen = ", ".join(_for_python(each, kind) for each, kind in columns)
        # a cursor of its own: the rows are still being fetched when the next statement runs
        cursor = self.connection.cursor()
        for statement in self.settings:
            cursor.execute(statement)
        relation, reads, passing = _quoted(name), [name], False
        if _with_moments(columns) and name not in self.stored:
            text = self.statement(f"SELECT * FROM {relation}", reads)
            # a table of its own for each reader: calls that wait at the same time may read the same result
            relation, reads, passing = _quoted(f"{name} for Python {id(cursor)}"), [], True
            cursor.execute(f"CREATE OR REPLACE TABLE {relation} AS {text}")
        endless = _endless(cursor, relation, columns)
        places = [place for place, _ in endless]
        selected = ", ".join([chosen, *(text for _, text in endless)])
        result = cursor.execute(self.statement(f"SELECT {selected} FROM {relation}", reads))

        def rows() -> Iterator[Sequence[Any]]:
            while batch := result.fetchmany(2048):
                yield from (_infinite(row, places) for row in batch) if places else batch
            if passing:
                cursor.execute(f"DROP TABLE IF EXISTS {relation}")

        return Rows(columns, rows())

    def copy(self, step: dict[str, Any]) -> tuple[int, int, dict[str, Any]]:
        temporary = self.sinks.stage(step)
        text = self.statement(step["sql"], step["reads"])
        if step["options"].startswith("FORMAT parquet"):
            # how a Parquet file is encoded follows how the rows arrive; sorted and stored they always arrive alike
            names = ", ".join(_quoted(name) for name in step["names"])
            place, stored = _quoted("_row" + max(step["names"], key=len)), _quoted(f"{step['id']} to write")
            text = f"SELECT {names} FROM (SELECT *, row_number() OVER () AS {place} FROM ({text})) ORDER BY {place}"
            self.connection.execute(f"CREATE TABLE {stored} AS {text}")
            text = f"SELECT {names} FROM {stored}"
            # and no column is marked as never null: whether the engine finds that out follows what else it was told to do
            self.leave_out([*self.unwanted, "statistics_propagation"])
        elif step["options"].startswith("FORMAT csv"):
            text = self.unsigned(text)
        options = f"{step['options']}, USE_TMP_FILE false"
        try:
            row = self.connection.execute(f"COPY ({text}) TO {_literal(temporary)} ({options})").fetchone()
        finally:
            self.leave_out(self.unwanted)
        return (row[0] if row else 0, *self.sinks.sealed(step))

    def unsigned(self, text: str) -> str:
        """A statement whose NaNs have no sign: whether a computed one has depends on the processor, and would be seen."""
        kinds = {name: kind for name, kind, *_ in self.connection.execute(f"DESCRIBE {text}").fetchall()}
        if not {"DOUBLE", "FLOAT"} & {*kinds.values()}:
            return text
        shown = (
            f"CASE WHEN isnan({name}) THEN CAST('nan' AS {kind}) ELSE {name} END AS {name}"
            if kind in ("DOUBLE", "FLOAT")
            else name
            for name, kind in ((_quoted(name), kind) for name, kind in kinds.items())
        )
        return f"SELECT {', '.join(shown)} FROM ({text})"

    def look(self, step: dict[str, Any]) -> dict[str, Any] | None:
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
            return self.previews[-1]
        return None

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
        kind = type(error).__name__  # such as ConversionException; a BinderException is no fault of the data
        return RunFailed("IL907", f"`{guilty}`: {_reworded(message)}", guilty, _advice(message), engine=kind)

    def close(self) -> None:
        """Leave nothing behind that was not committed."""
        self.sinks.close()
        if hasattr(self, "connection"):
            self.connection.close()
        shutil.rmtree(self.spill, ignore_errors=True)


Runner = Run  # what a program is run by: one that can do more stands in for it where its steps need that
