"""Killed, interrupted, out of room, or two at once: a file is the old one or the new one, never a part or a mix."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import re
import resource
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from workbench import INTERLOCK, TRACE, Ran, Workbench, passing, plan

from interlock.runtime.journal import Journal
from interlock.runtime.store import JournalError

SINKS = {
    "csv": ("write_csv", {"path": "out/o.csv"}),
    "parquet": ("write_parquet", {"path": "out/o.parquet"}),
    "jsonl": ("write_jsonl", {"path": "out/o.jsonl"}),
    "xlsx": ("write_excel", {"path": "out/o.xlsx"}),
    "sqlite": ("write_sqlite", {"path": "out/o.db", "table": "t", "if_exists": "replace"}),
}


def fill(bench: Workbench, rows: int) -> None:
    """A source of many wide rows."""
    bench.put("data/x", "")
    text = f"SELECT i AS id, md5(i::varchar) AS a, md5((i + 1)::varchar) AS b, i * 1.5 AS x FROM range({rows}) t(i)"
    duckdb.connect().execute(f"COPY ({text}) TO '{bench.root}/data/s.parquet' (FORMAT parquet)")


def sink_plan(sink: str) -> dict[str, Any]:
    return plan(
        {"s": ("read_parquet", {"path": "data/s.parquet"}), "f": ("sort_rows", {"by": ["a"]}), "o": SINKS[sink]}
    )


def make_target(bench: Workbench, sink: str) -> Path:
    """An earlier result of the sink."""
    fill(bench, 10)
    bench.run(sink_plan(sink))
    return bench.root / SINKS[sink][1]["path"]


def start(bench: Workbench, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(INTERLOCK), "run", "test.plan.json", *arguments], cwd=bench.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )  # fmt: skip


def writing(folder: Path, child: subprocess.Popen[bytes]) -> bool:
    """Wait until the child has a hidden file below the folder, and a moment more."""
    for _ in range(4000):
        if child.poll() is not None:
            return False
        for path in folder.rglob("*"):
            try:
                if path.is_file() and any(part.startswith(".") for part in path.relative_to(folder).parts):
                    time.sleep(0.1)
                    return child.poll() is None
            except OSError:
                continue
        time.sleep(0.005)
    return False


def until_begun(bench: Workbench, step: str, child: subprocess.Popen[bytes]) -> None:
    """Wait until the journal says that a step has begun."""
    for _ in range(6000):
        with contextlib.suppress(JournalError), Journal.open(bench.root, create=False) as journal:
            if any(event.data["step"] == step for event in journal.events(kinds=["step_started"])):
                return
        assert child.poll() is None, ended(child)
        time.sleep(0.01)


def visible(folder: Path) -> set[str]:
    """The names in a folder, except hidden ones."""
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def ended(child: subprocess.Popen[bytes]) -> Ran:
    out, err = child.communicate(timeout=60)
    ran = Ran(child.returncode, out.decode(), err.decode())
    assert not TRACE.search(ran.err), ran.err[-2000:]
    return ran


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
@pytest.mark.parametrize("sink", SINKS)
def test_stopped_in_the_middle_of_a_sink(sink: str, how: signal.Signals, bench: Workbench) -> None:
    target = make_target(bench, sink)
    before = target.read_bytes()
    fill(bench, 4_000_000 if sink in ("csv", "parquet", "jsonl") else 400_000)
    bench.put("test.plan.json", sink_plan(sink))
    child = start(bench, "--threads", "1")
    assert writing(bench.root / "out", child), ended(child).err
    child.send_signal(how)
    if how == signal.SIGKILL:
        child.communicate(timeout=60)
    else:
        ran = ended(child)
        assert ran.code in (130, 3) if how == signal.SIGINT else ran.code != 0
        if how == signal.SIGINT:
            assert ran.err.strip()
            assert [path.name for path in (bench.root / "out").iterdir()] == [target.name]
    assert target.read_bytes() == before
    assert visible(bench.root / "out") == {target.name}
    fill(bench, 10)
    bench.run(sink_plan(sink))
    assert target.read_bytes() == before or sink == "sqlite", "a database counts its changes"


def test_ctrl_c_while_computing(bench: Workbench) -> None:
    """The engine is stopped in the middle of a long statement, with one line and nothing left."""
    fill(bench, 1_500_000)
    digest = "s.a"
    for _ in range(24):
        digest = f"md5({digest})"
    given = plan(
        {
            "s": ("read_parquet", {"path": "data/s.parquet"}), "q": ("query", {"sql": f"select max({digest}) as n from s"}),
            "o": ("write_csv", {"path": "out/o.csv"}),
        }
    )  # fmt: skip
    bench.put("test.plan.json", given)
    before = bench.files()
    child = start(bench)
    until_begun(bench, "q", child)
    time.sleep(0.3)
    assert child.poll() is None, ended(child)
    child.send_signal(signal.SIGINT)
    began = time.monotonic()
    ran = ended(child)
    assert time.monotonic() - began < 10
    assert ran.code in (130, 3)
    assert len(ran.err.strip().splitlines()) <= 4
    assert bench.files() == before


def file_size_limit(size: int) -> Callable[[], None]:
    """For a child process: no file may become larger, as on a full disk."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("sink", SINKS)
def test_no_room(sink: str, bench: Workbench) -> None:
    target = make_target(bench, sink)
    fill(bench, 20_000)
    bench.put("test.plan.json", sink_plan(sink))
    before = bench.files()
    ran = bench.cli("run", "test.plan.json", "--json", limit=file_size_limit(300_000))
    assert ran.code == 3, ran.err
    assert ran.json["failed"]["code"] == "IL908", ran.json["failed"]
    assert bench.files() == before
    assert [path.name for path in (bench.root / "out").iterdir()] == [target.name]


@pytest.mark.slow
def test_a_full_disk(bench: Workbench) -> None:
    """A small file system of its own, where this machine lets us make one."""
    make_target(bench, "csv")
    small = bench.root / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], capture_output=True).returncode:
        pytest.skip("no right to mount a file system here")
    try:
        for name, params in SINKS.values():
            fill(bench, 60_000)
            path = params["path"].replace("out/", "small/")
            given = plan({"s": ("read_parquet", {"path": "data/s.parquet"}), "o": (name, {**params, "path": path})})
            ran = bench.cli_run(given, "--json", timeout=60)
            assert ran.code == 3, (name, ran.json)
            assert ran.json["failed"]["code"] == "IL908", (name, ran.json)
            assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


@pytest.mark.parametrize("sink", ["csv", "parquet", "xlsx"])
def test_two_runs_write_one_file(sink: str, bench: Workbench) -> None:
    """The file is one of the two complete results."""
    fill(bench, 3_000)
    plans = [
        plan(
            {
                "s": ("read_parquet", {"path": "data/s.parquet"}),
                "f": ("filter_rows", {"where": f"id % 2 = {which}"}),
                "o": SINKS[sink],
            }
        )
        for which in (0, 1)
    ]
    artifacts = [bench.compile(each) for each in plans]
    target = bench.root / SINKS[sink][1]["path"]
    wanted = []
    for artifact in artifacts:
        bench.project.execute(artifact)
        wanted.append(target.read_bytes())
    assert wanted[0] != wanted[1]
    for _ in range(4):
        failures: list[BaseException] = []

        def go(artifact: Any, failures: list[BaseException] = failures) -> None:
            try:
                bench.project.execute(artifact)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=go, args=(artifact,)) for artifact in artifacts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert target.read_bytes() in wanted
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_two_runs_write_one_database(bench: Workbench) -> None:
    """Every run that says it is done has written its table, also where each of them found no database at first."""
    fill(bench, 50)
    artifacts = [
        bench.compile(
            plan(
                {
                    "s": ("read_parquet", {"path": "data/s.parquet"}),
                    "o": ("write_sqlite", {"path": "out/o.db", "table": f"t{n}"}),
                }
            )
        )
        for n in range(3)
    ]
    for _ in range(8):
        (bench.root / "out/o.db").unlink(missing_ok=True)
        outcomes: list[str] = []
        barrier = threading.Barrier(len(artifacts))

        def go(artifact: Any, outcomes: list[str] = outcomes, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            try:
                bench.project.execute(artifact)
                outcomes.append("done")
            except Exception as error:
                outcomes.append(str(error))

        threads = [threading.Thread(target=go, args=(artifact,)) for artifact in artifacts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with contextlib.closing(sqlite3.connect(bench.root / "out/o.db")) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master")]
            counts = [database.execute(f"SELECT count(*) FROM {name}").fetchone() for name in tables]
        assert counts == [(50,)] * len(tables)
        assert len(tables) == outcomes.count("done"), outcomes


def test_a_locked_database(bench: Workbench) -> None:
    target = make_target(bench, "sqlite")
    before = bench.files()
    other = sqlite3.connect(target, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        bench.put("test.plan.json", sink_plan("sqlite"))
        ran = bench.cli("run", "test.plan.json", "--json")
    finally:
        other.execute("ROLLBACK")
        other.close()
    (bench.root / "test.plan.json").unlink()
    assert ran.code == 3 or ran.code == 1
    assert "locked" in ran.out
    assert bench.files() == before


@pytest.mark.slow
def test_a_locked_source(bench: Workbench) -> None:
    target = make_target(bench, "sqlite")
    other = sqlite3.connect(target, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        ran = bench.cli_run(passing("out/o.db", read="read_sqlite") | {"nodes": [
            {"id": "s", "type": "read_sqlite", "params": {"path": "out/o.db", "table": "t"}},
            {"id": "o", "type": "write_csv", "params": {"path": "out/o.csv"}},
        ]})  # fmt: skip
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert ran.code in (1, 3)
    assert "locked" in ran.err


def test_a_file_locked_by_another_program(bench: Workbench) -> None:
    """An advisory lock does not stop a rename, nor does it hang."""
    target = make_target(bench, "csv")
    with open(target) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        bench.run(sink_plan("csv"))
    assert os.path.getsize(target) > 0


def without_privileges() -> None:
    """For a child process: even root obeys permissions."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        drop_from_bounding_set, dac_override, dac_read_search = 24, 1, 2
        for capability in (dac_override, dac_read_search):
            assert libc.prctl(drop_from_bounding_set, capability, 0, 0, 0) == 0


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "prctl"), reason="needs Linux")
@pytest.mark.parametrize("what", ["source", "target", "folder"])
@pytest.mark.parametrize("sink", ["csv", "xlsx", "sqlite"])
def test_no_permission(what: str, sink: str, bench: Workbench) -> None:
    """Without the right to read or write: one clear line, and nothing changes."""
    target = make_target(bench, sink)
    bench.put("test.plan.json", sink_plan(sink))
    before = bench.files()
    closed = {"source": bench.root / "data/s.parquet", "target": target, "folder": target.parent}[what]
    closed.chmod({"source": 0o000, "target": 0o444, "folder": 0o555}[what])
    try:
        ran = bench.cli("run", "test.plan.json", limit=without_privileges)
    finally:
        closed.chmod(0o755)
    assert ran.code in (1, 3)
    assert re.search("permission|not allowed|read.?only", ran.err, re.IGNORECASE), ran.err
    assert bench.files() == before
    assert [path.name for path in target.parent.iterdir()] == [target.name]
