"""How a run is followed and reported: what `run` and `resume` share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from interlock.api import JournalError, Report, RunFailed
from interlock.doors.cli.output import color, say_json, stop, table, times
from interlock.syntax.words import visible

SETTLED = frozenset({"IL903", "IL904", "IL905", "IL940"})
"""Failures that a run keeps meeting: it stands for one program, one state of its data, and the answers it was given."""
GONE = frozenset({"IL906", "IL914"})
"""Failures after which only a new run helps: its inputs are wrong, or what it made cannot be made again."""


def follow(execute: Callable[[Any], Report], steps: int, as_json: bool, **more: Any) -> None:
    """Execute a run with its progress shown, and report it; ends with exit code 3 if it fails, 4 if it waits.

    `execute` is given what hears of every event; `more` goes into the JSON report.
    """
    from interlock.api.approvals import ApprovalNeeded
    from interlock.doors.cli.reviewing import asks, waits

    try:
        with _progress(steps, as_json) as watch:
            report = execute(watch)
    except RunFailed as error:
        if error.code == "IL943":
            asks(error, as_json)
        _failed(error, as_json)
        stop(3)
    except JournalError as error:
        _failed(RunFailed(error.code, error.message, None, error.help, {}), as_json)
        stop(3)
    except ApprovalNeeded as needed:
        waits(needed.run, needed.review, as_json)
    if as_json:
        say_json({"ok": True, **report.as_dict(), **more})
        return
    _show(report)


def _failed(error: RunFailed, as_json: bool) -> None:
    if as_json:
        say_json({"ok": False, "failed": error.as_dict()})
        return
    mark, end = ("\x1b[1;31m", "\x1b[0m") if color() else ("", "")
    print(f"{mark}error[{error.code}]{end}: {error.message}", file=sys.stderr)
    if error.data.get("rows"):
        shown = table([str(name) for name in error.data["columns"]], error.data["rows"], _numeric(error.data["rows"]))
        print(_indented(shown), file=sys.stderr)
    for other in error.data.get("broken", [])[1:]:
        print(f"  = also: expected that {other['title']}; {other['count']:,} rows break it", file=sys.stderr)
    if error.help and not (error.code == "IL909" and error.data.get("run")):
        print(f"  = help: {error.help}", file=sys.stderr)
    print(f"  = more: interlock explain {error.code}", file=sys.stderr)
    done = error.data.get("committed") or []
    print(f"  = written before the failure: {', '.join(done)}" if done else "  = nothing was written", file=sys.stderr)
    run = error.data.get("run")
    if run and error.code in SETTLED:
        print(f"  = fork: interlock fork {run} --from STEP, with another --plan, --input or answer", file=sys.stderr)
    elif run and error.code not in GONE:
        print(f"  = resume: interlock resume {run}", file=sys.stderr)


def _show(report: Report) -> None:
    for preview in report.previews:
        total = "" if preview["total"] is None else f" ({preview['total']:,} rows)"
        print(f"{preview['step']}{total}")
        numeric = _numeric(preview["rows"])
        print(_indented(table(preview["columns"], preview["rows"], numeric)) + "\n")
    rows = []
    reused = any(entry.get("reused") for entry in report.steps)
    for entry in report.steps:
        count = "in the next" if entry["fused"] else "" if entry["rows"] is None else f"{entry['rows']:,}"
        note = ["reused" if entry.get("reused") else ""] if reused else []
        rows.append([entry["step"], entry["type"], count, f"{entry['seconds'] * 1000:,.1f}", *note])
    print(table(["step", "node type", "rows", "ms", *([""] if reused else [])], rows, {2, 3}))
    for entry in report.steps:
        if entry.get("retries"):
            print(f"{entry['step']} was tried again {times(entry['retries'])}")
    for output in report.outputs:
        print(
            f"wrote {output['path']}  {output['rows']:,} row{'s'[: output['rows'] != 1]}, {output['bytes']:,} bytes, {output['digest'][:19]}…"
        )
    print(f"done in {report.seconds:.2f} s" + (f", run {report.run}" if report.run else ""))


def _numeric(rows: Any) -> set[int]:
    """The columns whose values are all numbers, or missing."""
    width = len(rows[0]) if rows else 0
    return {
        index
        for index in range(width)
        if all(
            isinstance(row[index], int | float) and not isinstance(row[index], bool)
            for row in rows
            if row[index] is not None
        )
    }


def _indented(text: str) -> str:
    return "\n".join("  " + line for line in text.splitlines())


class _progress:
    """A progress display on a terminal, elsewhere a line for each step that waits; gives what hears of every event."""

    def __init__(self, steps: int, silent: bool) -> None:
        self.steps, self.silent, self.bar = steps, silent, None

    def __enter__(self) -> Any:
        if self.silent or not sys.stderr.isatty():
            return None if self.silent else self.hear
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self.bar.start()
        self.task = self.bar.add_task("starting", total=self.steps)
        return self.hear

    def hear(self, event: dict[str, Any]) -> None:
        if event["event"] == "step_retried":
            again = f"attempt {event['attempt']} of {event['attempts']} in {event['wait_seconds']:g} s"
            print(f"{visible(event['message'])}\n  = {again}", file=sys.stderr, flush=True)
        if self.bar is None:
            return
        if event["event"] == "step_started":
            self.bar.update(self.task, description=f"{event['step']} ({event['type']})")
        elif event["event"] == "waiting":
            self.bar.update(self.task, description=f"{event['step']} (waits, {event['seconds']:.0f} s left)")
        elif event["event"] == "step_finished":
            self.bar.advance(self.task)

    def __exit__(self, *_: Any) -> None:
        if self.bar is not None:
            self.bar.stop()
