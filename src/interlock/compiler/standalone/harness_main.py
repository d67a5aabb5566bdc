"""The harness, seventh part: how a program is called. Everything below the line of dashes is carried verbatim."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import duckdb

from interlock.compiler.standalone.harness_record import Recorder
from interlock.compiler.standalone.harness_run import Run, Runner
from interlock.compiler.standalone.harness_values import RunFailed, _json

PLAN = ""
STEPS: list[dict[str, Any]] = []

# ---------------------------------------------------------------------------------------------------------------------


def run(
    root: str = ".",
    inputs: Mapping[str, Any] | None = None,
    on_event: Callable[[dict[str, Any]], None] | None = None,
    threads: int | None = None,
    memory: str | None = None,
    stepwise: bool | None = None,
    recorder: Recorder | None = None,
) -> dict[str, Any]:
    """Run the program below the folder `root` and report what it did; raises RunFailed, having written nothing.

    `stepwise` runs every step by itself, so that each can be counted and timed; steps are otherwise joined into few
    statements. By default it depends on how large the inputs are. The bytes written are the same. A `recorder` makes the
    run durable: what it keeps, a later call with the same recorder takes up.
    """
    started = time.perf_counter()
    this = Runner(root, on_event, stepwise, recorder)
    try:
        with _interrupts_heard(this):
            this.connect(threads, memory)
            values = this.set_inputs(inputs or {})
            this.settle()
            this.check_sources()
            for step in this.steps.values():
                this.run_step(step)
            this.sinks.commit()
    except KeyboardInterrupt:
        done: dict[str, Any] = {"committed": this.sinks.committed} if this.sinks.committed else {}
        raise RunFailed(
            "IL909", "the run was stopped", help="run it again; nothing has to be cleaned up", **done
        ) from None
    except OSError as error:
        raise RunFailed(
            "IL908", f"{error.filename or 'a file'}: {error.strerror or error}".replace(this.root + os.sep, "")
        ) from error
    finally:
        this.close()
    outputs = []
    for entry in this.report:
        if entry.get("path") in this.sinks.committed:
            digest, size = this.sinks.known(entry["path"])
            outputs.append({"path": entry["path"], "step": entry["step"], "rows": entry["rows"], "bytes": size, "digest": digest})  # fmt: skip
    return {
        "plan": PLAN, "inputs": {name: _json(value) for name, value in values.items()}, "stepwise": this.stepwise,
        "steps": this.report, "outputs": outputs, "previews": this.previews, "seconds": round(time.perf_counter() - started, 6),
    }  # fmt: skip


@contextlib.contextmanager
def _interrupts_heard(this: Run) -> Iterator[None]:
    """While a run lasts, let Ctrl-C stop a statement at once: the engine by itself hears it when the statement ends."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals go to the main thread
        return
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

    def listen() -> None:
        with reader:
            while number := reader.recv(1):
                if number[0] == signal.SIGINT and hasattr(this, "connection"):
                    with contextlib.suppress(duckdb.Error):  # the run has just ended, and its connection is closed
                        this.connection.interrupt()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        writer.close()
        listener.join(1)  # it would hold the connection beyond the end of the process


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line of the module. Exit code 0: done; 2: wrong usage; 3: the run failed; 4: it waits for a person."""
    parser = argparse.ArgumentParser(description=f"Run the program compiled from plan {PLAN[:19]}…")
    parser.add_argument("--root", default=".", help="the project folder; paths in the program are relative to it")
    parser.add_argument(
        "--input", action="append", default=[], metavar="NAME=VALUE", help="a run input; repeat for more"
    )
    parser.add_argument(
        "--answer", action="append", default=[], metavar="STEP.FIELD=VALUE", help="an answer to a form; repeat for more"
    )
    parser.add_argument("--threads", type=int, help="threads to use (default: all)")
    parser.add_argument("--memory", help="memory to use, such as 2GB; larger results are spilled to disk")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    given = parser.parse_args(arguments)
    if given.threads is not None and given.threads < 1:
        parser.error("--threads takes a number from 1 up")
    pairs = [each.partition("=") for each in given.input]
    if any(not sign for _, sign, _ in pairs):
        parser.error("--input takes NAME=VALUE")
    recorder = Recorder(_given_answers(parser, given.answer))
    inputs = {name: value for name, _, value in pairs}
    try:
        report = run(given.root, inputs, Runner.aloud, given.threads, given.memory, recorder=recorder)
    except RunFailed as failed:
        if given.json:
            print(
                json.dumps(
                    {"failed": {"code": failed.code, "message": failed.message, "step": failed.step, **failed.data}}
                )
            )
        else:
            print(
                f"error[{failed.code}]: {failed.message}" + (f"\n  help: {failed.help}" if failed.help else ""),
                file=sys.stderr,
            )
        return 4 if failed.code == "IL943" else 3
    if given.json:
        print(json.dumps(report))
        return 0
    for entry in report["steps"]:
        rows = "" if entry["rows"] is None else f"{entry['rows']:,} row{'' if entry['rows'] == 1 else 's'}"
        print(
            f"{entry['step']:24} {entry['type']:20} {rows:>16} {entry['seconds']:>9.3f} s  {entry.get('path', '')}".rstrip()
        )
    return 0


def _given_answers(parser: argparse.ArgumentParser, given: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Answers from the command line, by step and field."""
    asked = {step["id"]: step["asks"]["fields"] for step in STEPS if step.get("asks")}
    answers: dict[str, dict[str, Any]] = {}
    for each in given:
        place, sign, value = each.partition("=")
        step, dot, field = place.partition(".")
        if not sign or not dot:
            parser.error("--answer takes STEP.FIELD=VALUE")
        if step not in asked:
            parser.error(f"--answer: no step `{step}` asks anything; those that do: {', '.join(asked) or 'none'}")
        answers.setdefault(step, {})[field] = value
    return answers
