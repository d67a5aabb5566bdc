"""What passes by itself is tried again as the plan says, what does not stops at once; the bytes are those of a quiet run."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workbench import INTERLOCK, Workbench, plan

from interlock.api import RunFailed
from interlock.runtime.recording import Cancellation

Heard = Callable[..., Any]
TEN = "id,name\n" + "".join(f"{number},n{number}\n" for number in range(10))
QUICK = {"attempts": 3, "interval": "10ms"}


def patient(given: dict[str, Any], **retries: dict[str, Any]) -> dict[str, Any]:
    """The plan with these nodes tried again."""
    nodes = [each | ({"retry": retries[each["id"]]} if each["id"] in retries else {}) for each in given["nodes"]]
    return {**given, "nodes": nodes}


def chain(*steps: tuple[str, dict[str, Any]], out: tuple[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """From data/s.csv (`s`) through the steps (`n0`, …) to a file (`o`)."""
    nodes = {"s": ("read_csv", {"path": "data/s.csv"})} | {f"n{number}": step for number, step in enumerate(steps)}
    return plan({**nodes, "o": out or ("write_csv", {"path": "out/o.csv"})})


def run(bench: Workbench, given: dict[str, Any], how: str, hear: Any = None) -> Any:
    """Run a plan: its steps one by one, joined, or with a journal."""
    checked = bench.check(given)
    assert checked.ok, checked.text()
    if how == "durable":
        return bench.project.runs.start(checked, {}, hear)
    return bench.run(given, on_event=hear, stepwise=how == "one by one")


HOW = pytest.mark.parametrize("how", ["one by one", "joined", "durable"])


def retried(hear: Any) -> list[tuple[Any, ...]]:
    return [(each["step"], each["attempt"], each["attempts"], each["wait_seconds"])
            for each in hear.events if each["event"] == "step_retried"]  # fmt: skip


def hidden(root: Path) -> list[str]:
    """What lies beside the files that are written."""
    return [str(path.relative_to(root)) for path in root.rglob(".*") if ".interlock" not in path.parts]


@HOW
@pytest.mark.parametrize("kind", ["system", "wrapped"])
def test_a_node_of_ones_own_that_fails_twice(how: str, kind: str, bench: Workbench, heard: Heard) -> None:
    given = patient(chain(("ask", {"times": 2, "kind": kind})), n0={**QUICK, "factor": 3})
    hear = heard()
    report = run(bench, given, how, hear)
    assert bench.read() == TEN
    assert retried(hear) == [("n0", 2, 3, 0.01), ("n0", 3, 3, 0.03)]
    assert [entry.get("retries") for entry in report.steps] == [None, 2, None]
    assert bench.read("tries") == "xxx"


@HOW
def test_a_file_that_appears_later(how: str, bench: Workbench, heard: Heard) -> None:
    given = patient(chain(), s=QUICK)
    checked = bench.check(given)
    shutil.move("data/s.csv", "data/other.csv")
    hear = heard(step_retried=lambda: shutil.move("data/other.csv", "data/s.csv"))
    if how == "durable":
        bench.project.runs.start(checked, {}, hear)
    else:
        assert checked.proven is not None
        bench.project.execute(bench.project.compile(checked.proven), {}, hear, stepwise=how == "one by one")
    assert bench.read() == TEN
    assert retried(hear) == [("s", 2, 3, 0.01)]


@HOW
def test_a_file_that_is_gone_while_it_is_read(how: str, bench: Workbench, heard: Heard) -> None:
    """Also where the reader is a part of the statement of the step behind it."""
    given = patient(chain(("filter_rows", {"where": "id < 5"})), s=QUICK)
    hear = heard(
        step_started=lambda: shutil.move("data/s.csv", "data/other.csv"),
        step_retried=lambda: shutil.move("data/other.csv", "data/s.csv"),
    )
    run(bench, given, how, hear)
    assert bench.read() == "".join(TEN.splitlines(keepends=True)[:6])
    assert retried(hear) == [("s", 2, 3, 0.01)]


@HOW
def test_only_the_step_that_failed_is_tried_again(how: str, bench: Workbench, heard: Heard) -> None:
    """The sink's patience is not for its source, even where both are one statement."""
    given = patient(chain(), o=QUICK)
    hear = heard(step_started=lambda: Path("data/s.csv").unlink())
    with pytest.raises(RunFailed, match=r"s\.csv"):
        run(bench, given, how, hear)
    assert retried(hear) == []


@HOW
@pytest.mark.parametrize("sink", ["write_csv", "write_parquet", "write_excel", "write_lines"])
def test_a_folder_that_cannot_be_made_at_first(how: str, sink: str, bench: Workbench, heard: Heard) -> None:
    given = chain(("sort_rows", {"by": ["id"]}), out=(sink, {"path": "out/o.dat"}))
    run(bench, given, how)
    wanted = (bench.root / "out/o.dat").read_bytes()
    shutil.rmtree("out")
    hear = heard(connected=lambda: bench.put("out", "in the way"), step_retried=lambda: Path("out").unlink())
    run(bench, patient(given, o=QUICK), how, hear)
    assert (bench.root / "out/o.dat").read_bytes() == wanted
    assert retried(hear) == [("o", 2, 3, 0.01)]


@HOW
def test_nothing_half_done_stays_between_tries(how: str, bench: Workbench, heard: Heard) -> None:
    seen: list[list[str]] = []
    hear = heard(step_retried=lambda: seen.append(hidden(bench.root)))
    given = patient(chain(out=("write_lines", {"path": "out/o.txt", "times": 1})), o=QUICK)
    run(bench, given, how, hear)
    assert seen == [[]]
    assert bench.read("out/o.txt") == TEN.removeprefix("id,name\n")
    assert hidden(bench.root) == []


@HOW
def test_a_commit_whose_answer_is_lost(how: str, bench: Workbench, heard: Heard) -> None:
    """The mark tells the second try that it is done, with a journal and without."""
    given = patient(chain(out=("post", {"path": "out/ledger.txt", "times": 2})), o=QUICK)
    hear = heard(step_retried=lambda: Path("data/s.csv").unlink())
    report = run(bench, given, how, hear)
    mark, *rows = bench.read("out/ledger.txt").splitlines()
    assert mark.endswith("/o")
    assert rows == TEN.splitlines()[1:]
    assert [step for step, *_ in retried(hear)] == ["o", "o"]
    assert [entry.get("retries") for entry in report.steps] == [None, 2]
    assert hidden(bench.root) == []


@pytest.mark.slow
@HOW
def test_a_commit_that_fails_for_good_tells_what_is_in_place(how: str, bench: Workbench, heard: Heard) -> None:
    """The first database has its rows; without a journal nobody will ask for its mark, so that is gone."""
    for name in ("a", "b"):
        with contextlib.closing(sqlite3.connect(bench.put(f"out/{name}.db", ""))) as database:
            database.execute("CREATE TABLE o (id INTEGER, name TEXT)")
    sinks = {
        name: ("write_sqlite", {"path": f"out/{name}.db", "table": "o", "if_exists": "append"}) for name in ("a", "b")
    }
    given = plan({"s": ("read_csv", {"path": "data/s.csv"}), **sinks}, "s a", "s b")
    with contextlib.closing(sqlite3.connect("out/b.db", isolation_level=None)) as busy:
        hear = heard(sink_committed=lambda: busy.execute("BEGIN EXCLUSIVE"))
        with pytest.raises(RunFailed, match="tried 2 times") as caught:
            run(bench, patient(given, b={"attempts": 2, "interval": "10ms"}), how, hear)
    assert caught.value.data["committed"] == ["out/a.db"]
    with contextlib.closing(sqlite3.connect("out/a.db")) as database:
        assert database.execute("SELECT count(*) FROM o").fetchone() == (10,)
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == ({"o", "_interlock_marks"} if how == "durable" else {"o"})


@HOW
def test_a_file_that_cannot_take_its_name_at_first(how: str, bench: Workbench, heard: Heard) -> None:
    given = patient(chain(), o=QUICK)
    hear = heard(step_retried=lambda: Path("out/o.csv").rmdir())

    def both(event: dict[str, Any]) -> None:
        hear(event)
        if event["event"] == "step_finished" and event["step"] == "o":
            Path("out/o.csv").mkdir()

    run(bench, given, how, both)
    assert bench.read() == TEN
    assert retried(hear) == [("o", 2, 3, 0.01)]
    assert hidden(bench.root) == []


@pytest.mark.parametrize(("place", "mode"), [("data/s.csv", 0o000), ("out", 0o500), ("out/o.csv", 0o400)])
def test_no_permission_at_first(place: str, mode: int, bench: Workbench, heard: Heard) -> None:
    bench.put("out/o.csv", "old")
    given = patient(chain(), s=QUICK, o=QUICK)
    before = Path(place).stat().st_mode
    bench.put("closed", "").chmod(0)
    if os.access("closed", os.R_OK):
        pytest.skip("the permissions of files do not bind this user, as they do not bind root")
    hear = heard(
        connected=lambda: os.chmod(place, mode),
        step_retried=lambda: os.chmod(place, before),
    )
    run(bench, given, "joined", hear)
    assert bench.read() == TEN
    assert [step for step, *_ in retried(hear)] == ["s" if place == "data/s.csv" else "o"]


def test_a_database_that_another_program_has_locked(bench: Workbench, heard: Heard) -> None:
    with sqlite3.connect("data/shop.db") as database:
        database.execute("CREATE TABLE orders (id)")
    database.close()
    hold = "import sqlite3; d = sqlite3.connect('data/shop.db', isolation_level=None); d.execute('BEGIN EXCLUSIVE'); print('held', flush=True); input()"  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdout.readline() == b"held\n"

        def release() -> None:
            other.communicate(b"\n")

        hear = heard(step_retried=release)
        run(bench, patient(chain(("count_orders", {"path": "data/shop.db"})), n0=QUICK), "durable", hear)
    assert bench.read() == TEN
    (told,) = [each for each in hear.events if each["event"] == "step_retried"]
    assert "database is locked" in told["message"]


@pytest.mark.slow
def test_a_database_to_write_that_another_program_has_locked(bench: Workbench, heard: Heard) -> None:
    """The sink itself waits for five seconds before it gives up."""
    given = chain(out=("write_sqlite", {"path": "out/o.db", "table": "t", "if_exists": "append"}))
    run(bench, given, "joined")
    holder = sqlite3.connect("out/o.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    hear = heard(step_retried=lambda: holder.execute("ROLLBACK"))
    run(bench, patient(given, o=QUICK), "durable", hear)
    holder.close()
    with sqlite3.connect("out/o.db") as database:
        assert database.execute("SELECT count(*) FROM t").fetchone() == (20,)
        assert [name for (name,) in database.execute("SELECT name FROM sqlite_master")] == ["t"]
    database.close()
    assert [step for step, *_ in retried(hear)] == ["o"]


@HOW
def test_what_does_not_pass_stops_at_once(how: str, bench: Workbench, heard: Heard) -> None:
    """A value that makes no sense, and a contract that does not hold."""
    wrong = patient(chain(("ask", {"times": 1, "kind": "value"})), n0=QUICK)
    broken = patient(chain(("ask", {"times": 0})), n0=QUICK, s=QUICK, o=QUICK) | {
        "contracts": {"n0": {"rows": {"max": 9}}}
    }
    statement = patient(chain(("ask", {"times": 0}), ("derive_columns", {"columns": {"x": "cast(name as bigint)"}})),
                        s=QUICK, n0=QUICK, o=QUICK)  # fmt: skip
    for given, code in ((wrong, "IL907"), (broken, "IL903"), (statement, "IL907")):
        hear = heard()
        with pytest.raises(RunFailed) as failed:
            run(bench, given, how, hear)
        assert (failed.value.code, "tried" in failed.value.message, retried(hear)) == (code, False, [])
    assert not Path("out/o.csv").exists()


def test_drift_stops_at_once(bench: Workbench, heard: Heard) -> None:
    artifact = bench.compile(patient(chain(), s=QUICK))
    bench.put("data/s.csv", "id,title\n1,a\n")
    hear = heard()
    with pytest.raises(RunFailed) as failed:
        bench.project.execute(artifact, {}, hear)
    assert (failed.value.code, retried(hear)) == ("IL901", [])


def test_all_attempts_used_up_and_resumed(bench: Workbench) -> None:
    """The failure is the same as without a retry, with the number of tries; a resumed run has all of them again."""
    given = patient(chain(("ask", {"times": 5})), n0=QUICK)
    once = bench.cli_run(chain(("ask", {"times": 9})), "--json")
    Path("tries").unlink()
    ran = bench.cli_run(given, "--json")
    failed = ran.json["failed"]
    assert (ran.code, failed["code"], failed["step"]) == (once.code, once.json["failed"]["code"], "n0")
    assert failed["message"] == once.json["failed"]["message"] + " (tried 3 times)"
    assert failed["tries"] == 3
    assert bench.read("tries") == "xxx"
    assert not Path("out").exists()
    assert "tried again 2 times" in bench.cli("show", "last").out
    ran = bench.cli("resume", "last")
    assert ran.code == 0, ran.err
    assert ran.err.count("the service does not answer") == 2
    assert "  = attempt 3 of 3 in 0.02 s\n" in ran.err
    assert "n0 was tried again 2 times" in ran.out
    assert [each.get("retries") for each in bench.cli("resume", "last", "--json").json["steps"]] == [None, 2, None]
    assert bench.read() == TEN


def test_what_the_record_says(bench: Workbench) -> None:
    given = patient(chain(("ask", {"times": 1})), n0=QUICK)
    ran = bench.cli_run(given, "--json")
    assert [entry.get("retries") for entry in ran.json["steps"]] == [None, 1, None]
    assert "tried again once" in bench.cli("show", "last").out
    assert [each["retries"] for each in bench.cli("show", "last", "--json").json["steps"]] == [0, 1, 0]
    events = [each for each in bench.cli("trace", "last").json if each["kind"] == "step_retried"]
    assert [each["data"] for each in events] == [
        {"step": "n0", "type": "ask@1", "attempt": 2, "attempts": 3, "code": "IL907",
         "message": "`n0`: the service does not answer", "wait_seconds": 0.01}
    ]  # fmt: skip
    spans = bench.cli("trace", "last", "-f", "otel").json["resourceSpans"][0]["scopeSpans"][0]["spans"]
    (step,) = [each for each in spans if each["name"] == "step n0"]
    assert [each["name"] for each in step["events"]] == ["interlock.step_retried"]


def waiting(bench: Workbench, given: dict[str, Any]) -> subprocess.Popen[bytes]:
    """A process that runs the plan and waits before its second try."""
    bench.put("test.plan.json", given)
    child = subprocess.Popen([str(INTERLOCK), "run", "test.plan.json"], cwd=bench.root, stderr=subprocess.PIPE)
    assert child.stderr is not None
    assert b"does not answer" in child.stderr.readline()
    assert child.stderr.readline() == b"  = attempt 2 of 2 in 3600 s\n"
    return child


@pytest.mark.slow
@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT"])
def test_stopped_while_it_waits(how: str, bench: Workbench) -> None:
    """The run goes on later, and tries at once."""
    child = waiting(bench, patient(chain(("ask", {"times": 1})), n0={"attempts": 2, "interval": "1h"}))
    os.kill(child.pid, getattr(signal, how))
    _, told = child.communicate(timeout=30)
    assert child.returncode == {"SIGKILL": -signal.SIGKILL, "SIGINT": 3}[how], told
    assert ("IL909" in told.decode()) == (how == "SIGINT")
    assert not Path("out").exists()
    ran = bench.cli("resume", "last")
    assert ran.code == 0, ran.err
    assert bench.read() == TEN
    assert bench.read("tries") == "xx"


@pytest.mark.slow
def test_killed_while_a_commit_waits(bench: Workbench) -> None:
    """What was committed before its answer was lost is not committed again."""
    given = chain(out=("post", {"path": "out/ledger.txt", "times": 1}))
    child = waiting(bench, patient(given, o={"attempts": 2, "interval": "1h"}))
    child.kill()
    child.communicate(timeout=30)
    ran = bench.cli("resume", "last")
    assert ran.code == 0, ran.err
    assert bench.read("out/ledger.txt").splitlines()[1:] == TEN.splitlines()[1:]
    assert bench.read("tries") == "xx"
    assert hidden(bench.root) == []


def test_cancelled_while_it_waits(bench: Workbench, heard: Heard) -> None:
    cancellation = Cancellation()
    hear = heard(step_retried=cancellation.cancel)
    given = patient(chain(("ask", {"times": 1})), n0={"attempts": 2, "interval": "1h"})
    with pytest.raises(RunFailed) as failed:
        bench.project.runs.start(bench.check(given), {}, hear, cancellation=cancellation)
    assert failed.value.code == "IL909"
    assert json.loads(bench.cli("show", "last", "--json").out)["status"] == "stopped"
