"""A run that stops anywhere goes on from its last complete step, and ends as if nothing had happened."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workbench import Workbench, passing, plan

from benchmarks.crashes import attempted, crash, files, leftovers, make
from interlock.api import RunFailed
from interlock.runtime.journal import Journal
from interlock.runtime.locks import run_lock
from interlock.runtime.store import JournalError

Events = Callable[..., list[Any]]
FRAGILE = plan(
    {"s": ("read_csv", {"path": "data/s.csv"}), "f": ("fragile", {}), "o": ("write_csv", {"path": "out/o.csv"})}
)
LETTERS = plan(
    {"s": ("read_csv", {"path": "data/s.csv"}), "c": ("write_csv", {"path": "out/o.csv"}), "w": ("write_letters", {"path": "out/w.txt"})},
    "s c", "s w",
)  # fmt: skip
TEN = "".join(f"{number},n{number}\n" for number in range(10))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str, list[str]]:
    """A run that is ready, a copy in which it ended undisturbed, its id, and its events in order."""
    folder = tmp_path_factory.mktemp("whole")
    run = make(folder / "ready", rows=300)
    shutil.copytree(folder / "ready", folder / "done")
    assert attempted(folder / "done", run)
    with Journal.open(folder / "done", create=False) as journal:
        kinds = [event.kind for event in journal.events(run)]
    return folder / "ready", folder / "done", run, kinds


MOMENTS = ["inputs_set", "step_started", "step_finished", "commit_planned", "sink_committed"]


@pytest.mark.parametrize("last", [False, True], ids=["first", "last"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_after_an_event(moment: str, last: bool, whole: Any, tmp_path: Path) -> None:
    """The first and the last event of each kind; the events that a run tells begin with `connected`, which is not kept."""
    ready, done, run, kinds = whole
    told = [kind for kind in kinds if kind not in ("run_created", "run_started", "run_finished")]
    # what is told but not written down comes before the commits: the beginning of harmless ones, and checks
    places = [place for place, kind in enumerate(told) if kind == moment]
    number = 2 + (places[-1] if last else places[0])
    root = tmp_path / "project"
    shutil.copytree(ready, root)
    assert not attempted(root, run, number)
    assert attempted(root, run)
    assert files(root) == files(done)
    assert leftovers(root) == []
    with Journal.open(root, create=False) as journal:
        assert journal.verify() == []
        assert journal.status(run).status == "finished"


@pytest.mark.parametrize("moment", ["commit_planned", "sink_committed"])
def test_what_was_written_beside_its_target_is_removed_by_hand(moment: str, whole: Any, tmp_path: Path) -> None:
    """It is made again; what was in place already is not."""
    ready, done, run, kinds = whole
    told = [kind for kind in kinds if kind not in ("run_created", "run_started", "run_finished")]
    root = tmp_path / "project"
    shutil.copytree(ready, root)
    assert not attempted(root, run, 2 + told.index(moment))
    beside = [path for path in root.rglob(f".*.{run}.*") if path.suffix in (".part", ".partial")]
    assert beside
    for path in beside:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert attempted(root, run)
    assert files(root) == files(done)
    assert leftovers(root) == []


@pytest.mark.slow
@pytest.mark.parametrize("checkpoint", ["auto", "every", "none"])
def test_killed_at_random_moments(checkpoint: str, tmp_path: Path) -> None:
    found = crash(tmp_path, 8, 3, checkpoint)
    assert found.faults == []
    assert found.same == 8
    assert found.kills > 8


@pytest.mark.parametrize("signal", ["SIGKILL", "SIGINT", "SIGTERM"])
def test_stopped_inside_a_step(signal: str, own: Workbench, events: Events) -> None:
    own.put("strike", signal)
    ran = own.cli_run(FRAGILE, timeout=60) if signal == "SIGINT" else _killed(own, FRAGILE)
    if signal == "SIGINT":
        assert ran.code == 3
        assert "interlock resume" in ran.err
    assert not (own.root / "out/o.csv").exists()
    assert own.cli("runs", "--json").json["runs"][0]["status"] == ("stopped" if signal == "SIGINT" else "interrupted")
    assert own.cli("resume", "last").code == 0
    assert own.read() == "id,name\n" + TEN
    assert leftovers(own.root) == []
    assert [event.kind for event in events()][-1] == "run_finished"


def test_killed_inside_a_sink_of_ones_own(own: Workbench) -> None:
    """A sink that replaces its file is given one beside it: what is left of that is taken away."""
    own.put("strike", "SIGKILL")
    _killed(own, plan({"s": ("read_csv", {"path": "data/s.csv"}), "o": ("write_lines", {"path": "out/o.txt"})}))
    assert [path.name[0] for path in (own.root / "out").iterdir()] == ["."]
    assert own.cli("resume", "last").code == 0
    assert own.read("out/o.txt") == TEN
    assert leftovers(own.root) == []


@pytest.mark.parametrize("choice", ["--repeat", "--skip"])
def test_a_sink_that_cannot_be_repeated_is_asked_about(choice: str, own: Workbench) -> None:
    own.put("strike", "SIGKILL")
    _killed(own, LETTERS)
    assert own.read("out/w.txt") == TEN
    asked = own.cli("resume", "last", "--json")
    assert (asked.code, asked.json["failed"]["code"], asked.json["failed"]["step"]) == (3, "IL913", "w")
    assert own.cli("resume", "last", choice, "c").code == 3
    assert own.cli("resume", "last", choice, "w").code == 0
    assert own.read("out/w.txt") == (TEN * 2 if choice == "--repeat" else TEN)
    assert own.read() == "id,name\n" + TEN


def _killed(bench: Workbench, given: dict[str, Any], *arguments: str) -> Any:
    """`interlock run`, which is killed by its own plan."""
    import subprocess

    from workbench import INTERLOCK

    bench.put("test.plan.json", given)
    done = subprocess.run(
        [INTERLOCK, "run", "test.plan.json", *arguments], cwd=bench.root, capture_output=True, check=False
    )
    assert done.returncode in (-9, -15), done.stderr
    return done


@pytest.mark.parametrize("damage", ["changed", "missing", "swapped"])
def test_a_damaged_checkpoint_is_made_again(damage: str, own: Workbench, events: Events) -> None:
    own.put("strike", "SIGKILL")
    _killed(own, FRAGILE, "--checkpoint", "every")
    kept = list((own.root / ".interlock/checkpoints").glob("*.parquet"))
    assert len(kept) == 1
    if damage == "missing":
        kept[0].unlink()
    elif damage == "changed":
        found = bytearray(kept[0].read_bytes())
        found[len(found) // 2] ^= 1
        kept[0].write_bytes(found)
    else:
        import duckdb

        duckdb.connect().execute(f"COPY (SELECT 7 AS id, 'x' AS name) TO '{kept[0]}' (FORMAT parquet)")
    assert own.cli("resume", "last").code == 0
    assert own.read() == "id,name\n" + TEN
    assert [event.data["step"] for event in events("checkpoint_damaged")] == ["s"]


def test_a_complete_step_is_not_run_again(own: Workbench, events: Events) -> None:
    """Its source may even be gone by then."""
    own.put("strike", "SIGKILL")
    _killed(own, FRAGILE, "--checkpoint", "every")
    (own.root / "data/s.csv").unlink()
    assert own.cli("resume", "last").code == 0
    assert own.read() == "id,name\n" + TEN
    assert [event.data["step"] for event in events("step_reused")] == ["s"]
    assert [event.data["step"] for event in events("step_started")] == ["s", "f", "f", "o"]


def test_a_source_that_changed_meanwhile(own: Workbench) -> None:
    own.put("strike", "SIGKILL")
    _killed(own, FRAGILE, "--checkpoint", "none")
    before = own.read("data/s.csv")
    own.put("data/s.csv", before.replace("n5", "m5"))
    ran = own.cli("resume", "last", "--json")
    assert (ran.code, ran.json["failed"]["code"]) == (3, "IL912")
    assert not (own.root / "out/o.csv").exists()
    own.put("data/s.csv", before)  # another time of change, the same bytes
    assert own.cli("resume", "last").code == 0
    assert own.read() == "id,name\n" + TEN


def test_a_step_that_is_never_the_same(own: Workbench) -> None:
    steps = {"s": ("read_csv", {"path": "data/s.csv"}), "m": ("moody", {}), "f": ("fragile", {})}
    own.put("strike", "SIGKILL")
    _killed(own, plan({**steps, "o": ("write_csv", {"path": "out/o.csv"})}), "--checkpoint", "none")
    ran = own.cli("resume", "last", "--json")
    assert (ran.code, ran.json["failed"]["code"], ran.json["failed"]["step"]) == (3, "IL914", "m")


def test_two_processes(own: Workbench) -> None:
    own.put("strike", "SIGKILL")
    _killed(own, FRAGILE)
    run = own.cli("runs", "--json").json["runs"][0]["run"]
    with run_lock(own.root / ".interlock", run):
        ran = own.cli("resume", run, "--json", timeout=60)
        assert own.cli("runs", "--json").json["runs"][0]["status"] == "running"
    assert (ran.code, ran.json["failed"]["code"]) == (3, "IL911")
    assert own.cli("resume", run).code == 0


def test_a_finished_run_is_only_reported(own: Workbench) -> None:
    first = own.cli_run(FRAGILE, "--json").json
    (own.root / "out/o.csv").unlink()
    again = own.cli("resume", first["run"][-5:], "--json").json
    assert not (own.root / "out/o.csv").exists()
    assert {**again, "diagnostics": []} == {**first, "diagnostics": []}
    assert own.cli("resume", "nothing").code == 2


@pytest.mark.parametrize(("checkpoint", "kept"), [("none", 0), ("auto", 0), ("every", 2)])
def test_which_results_are_kept(checkpoint: str, kept: int, own: Workbench) -> None:
    """Making them again is quicker than keeping them, unless that is asked for."""
    assert own.cli_run(FRAGILE, "--checkpoint", checkpoint).code == 0
    steps = own.project.runs.status("last").steps
    assert sum(step.checkpoint is not None for step in steps.values()) == kept


def test_types_that_parquet_would_round(own: Workbench) -> None:
    """A result taken from a checkpoint is the result that was made, whatever its types."""
    query = """SELECT id, name, cast('170141183460469231731687303715884105727' as hugeint) AS h, cast('1.10' as decimal(38, 2)) AS d,
        cast('1 month 3.000001 seconds' as interval) AS i, cast('nan' as double) AS n,
        cast('[170141183460469231731687303715884105727]' as hugeint[]) AS l FROM s"""
    steps = {"s": ("read_csv", {"path": "data/s.csv"}), "q": ("query", {"sql": query}), "c": ("write_csv", {"path": "out/o.csv"}),
             "x": ("select_columns", {"columns": ["id", "name"]}), "f": ("fragile", {}), "o": ("write_csv", {"path": "out/f.csv"})}  # fmt: skip
    given = plan(steps, "s q", "q x", "x f", "f o", "q c")
    assert own.cli_run(given).code == 0
    wanted = own.files()
    shutil.rmtree(own.root / "out")
    own.put("strike", "SIGKILL")
    _killed(own, given, "--checkpoint", "every")
    for path in (own.root / "out").glob("*"):
        path.unlink()  # so that the sink needs its rows again
    assert own.cli("resume", "last").code == 0
    assert own.files() == wanted


def test_without_a_journal(own: Workbench) -> None:
    assert own.cli_run(FRAGILE, "--no-journal").code == 0
    assert not (own.root / ".interlock").exists()


def test_plans_stay_out_of_the_store(own: Workbench) -> None:
    assert own.cli_run(FRAGILE).code == 0
    assert own.codes(passing(".interlock/journal.db", read="read_csv"))
    assert own.codes(passing("data/s.csv", out=".interlock/x.csv"))
    assert (own.root / ".interlock/.gitignore").read_text() == "*\n"


def test_from_python(own: Workbench) -> None:
    own.put("test.plan.json", FRAGILE)
    seen: list[str] = []
    report = own.project.run(own.root / "test.plan.json", on_event=lambda event: seen.append(event["event"]))
    assert report.run == own.project.runs.list()[0].run
    assert {"step_started", "step_finished", "commit_planned", "sink_committed"} <= set(seen)
    assert own.project.runs.report(report.run).outputs == report.outputs


def test_a_cancelled_task_can_be_resumed(own: Workbench) -> None:
    own.put("data/s.csv", "id,name\n" + "".join(f"{number},n{number}\n" for number in range(400_000)))
    digest = "name"
    for _ in range(24):
        digest = f"md5({digest})"
    long = plan(
        {"s": ("read_csv", {"path": "data/s.csv"}), "q": ("query", {"sql": f"select max({digest}) as n from s"}),
         "o": ("write_csv", {"path": "out/o.csv"})}
    )  # fmt: skip
    own.put("test.plan.json", long)

    async def cancelled() -> None:
        task = asyncio.ensure_future(own.project.runs.start_async(own.root / "test.plan.json"))
        while True:
            with contextlib.suppress(JournalError):
                if own.project.runs.list() and "q" in own.project.runs.status("last").steps:
                    break
            await asyncio.sleep(0.02)
            assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert own.project.runs.list()[0].status == "stopped"
    assert own.project.runs.resume("last").outputs[0]["path"] == "out/o.csv"


def test_the_store_cannot_be_made(own: Workbench) -> None:
    own.put(".interlock", "a file")
    ran = own.cli_run(FRAGILE, "--json")
    assert (ran.code, ran.json["failed"]["code"]) == (3, "IL910")
    assert "--no-journal" in ran.json["failed"]["help"]


@pytest.mark.slow
def test_the_journal_is_locked(own: Workbench) -> None:
    own.put("strike", "SIGKILL")
    _killed(own, FRAGILE)
    database = sqlite3.connect(own.root / ".interlock/journal.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    ran = own.cli("resume", "last", "--json", timeout=60)
    database.close()
    assert (ran.code, ran.json["failed"]["code"]) == (3, "IL910")
    assert "locked" in ran.json["failed"]["message"]
    assert own.cli("resume", "last").code == 0


def test_a_full_disk(own: Workbench) -> None:
    """No file may become larger than 400 KB: the sink fails with one line, and the run goes on when there is room."""
    import resource
    import signal

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    own.put("data/s.csv", "id,name\n" + "".join(f"{number},{number:0>60}\n" for number in range(5_500)))
    given = passing("data/s.csv", ("derive_columns", {"columns": {"more": "repeat(name, 4)"}}))
    ran = own.cli_run(given, "--json", limit=limit)
    assert (ran.code, ran.json["failed"]["code"]) == (3, "IL908"), ran.json
    assert own.cli("resume", ran.json["failed"]["run"]).code == 0
    assert own.read().count("\n") == 5_501
    assert leftovers(own.root) == []


def test_a_failed_run_goes_on_when_the_cause_is_mended(own: Workbench) -> None:
    given = plan({"s": ("read_csv", {"path": "data/s.csv"}), "o": ("write_csv", {"path": "out/sub/o.csv"})})
    run = own.project.runs.create(own.check(given))
    own.put("out/sub", "in the way")
    with pytest.raises(RunFailed, match="not a folder") as caught:
        own.project.runs.resume(run)
    assert caught.value.data["run"] == run
    (own.root / "out/sub").unlink()
    assert own.project.runs.resume(run).outputs[0]["rows"] == 10
    assert json.loads(json.dumps(own.project.runs.report(run).as_dict()))["run"] == run
