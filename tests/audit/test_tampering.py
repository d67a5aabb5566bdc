"""Whatever is changed in a store is found and named: rows of the database, bytes of its file, checkpoints."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from workbench import Workbench, passing

from interlock.api import JournalError
from interlock.runtime.journal import Journal

JOURNAL = ".interlock/journal.db"


@pytest.fixture
def shop(bench: Workbench) -> Workbench:
    """A project with a saved plan, decisions, and runs that were begun."""
    bench.put("data/s.csv", "id\n1\n2\n")
    bench.put("one.plan.json", passing("data/s.csv", name="one"))
    bench.cli("plans", "save", "one.plan.json")
    bench.cli("approve", "one@1", "--by", "Ada")
    bench.cli("reject", "one@1", "--by", "Bob", "--note", "not yet")
    saved = bench.project.plans.find("one")
    with Journal.open(bench.root) as journal:
        for finished in (True, True, False):
            run = journal.create_run(name="one", plan=saved.plan, artifact=saved.artifact)
            journal.append(run, "run_started", attempt=1)
            if finished:
                journal.append(run, "run_finished", outputs=[], seconds=0.5)
    return bench


def change(shop: Workbench, *statements: str) -> None:
    """Change the database behind the journal's back, and leave no WAL behind."""
    with closing(sqlite3.connect(shop.root / JOURNAL)) as database, database:
        for statement in statements:
            database.execute(statement)


def faults(shop: Workbench) -> list[str]:
    ran = shop.cli("audit", "verify", "--json")
    assert ran.code == (3 if ran.json["faults"] else 0)
    assert ran.json["ok"] is (not ran.json["faults"])
    return [each["message"] for each in ran.json["faults"]]


def test_an_untouched_store(shop: Workbench) -> None:
    assert faults(shop) == []
    ran = shop.cli("audit", "verify")
    assert ran.out.startswith("12 events, 1 plans, 1 programs, 0 checkpoints: all as written\nhead 12:")


@pytest.mark.parametrize("number", [1, 2, 7, 12])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("data", "replace(data, '}', ',\"more\":1}')"),
        ("at", "'2020' || substr(at, 5)"),
        ("kind", "'approved'"),
        ("run", "'another'"),
        ("hash", "zeroblob(32)"),
        ("previous", "randomblob(32)"),
        ("previous", "'text'"),
        ("hash", "NULL || x'00'"),
    ],
)
def test_any_change_of_an_event_is_found(shop: Workbench, number: int, column: str, value: str) -> None:
    statement = f"UPDATE OR IGNORE events SET {column} = {value} WHERE seq = {number}"
    with closing(sqlite3.connect(shop.root / JOURNAL)) as database, database:
        row = database.execute("SELECT * FROM events WHERE seq = ?", [number]).fetchone()
        database.execute(statement)
        if database.execute("SELECT * FROM events WHERE seq = ?", [number]).fetchone() == row:
            pytest.skip("the event said so before, or the table refuses it")
    found = faults(shop)
    assert any(f"event {number} " in each or f"event {number + 1} " in each for each in found), found


@pytest.mark.parametrize("number", range(1, 13))
def test_any_missing_event_is_found(shop: Workbench, number: int) -> None:
    change(shop, f"DELETE FROM events WHERE seq = {number}")
    found = faults(shop)
    told = "the journal ends with event 11" if number == 12 else f"event {number} is missing"
    assert any(told in each for each in found), found


def test_a_gap_that_was_closed_is_found(shop: Workbench) -> None:
    """An event taken out, and those after it numbered anew."""
    change(
        shop,
        "DELETE FROM events WHERE seq = 3",
        *(f"UPDATE events SET seq = {n} WHERE seq = {n + 1}" for n in range(3, 12)),
    )
    found = faults(shop)
    assert "event 3 does not follow on the one before it" in found
    assert any("ends with event 11" in each for each in found)


@pytest.mark.parametrize(("one", "other"), [(2, 3), (5, 8), (11, 12)])
def test_events_that_changed_places_are_found(shop: Workbench, one: int, other: int) -> None:
    change(
        shop,
        f"UPDATE events SET seq = -1 WHERE seq = {one}",
        f"UPDATE events SET seq = {one} WHERE seq = {other}",
        f"UPDATE events SET seq = {other} WHERE seq = -1",
    )
    found = faults(shop)
    assert {f"event {each} does not follow on the one before it" for each in (one, other)} <= set(found)


def test_an_event_in_between_is_found(shop: Workbench) -> None:
    """An approval that somebody put between two events, copied from another."""
    moved = [f"UPDATE events SET seq = {number + 1} WHERE seq = {number}" for number in range(12, 3, -1)]
    change(shop, *moved, "INSERT INTO events SELECT 4, at, run, kind, data, previous, hash FROM events WHERE seq = 2")
    assert "event 4 does not follow on the one before it" in faults(shop)


def test_an_event_at_the_end_is_found(shop: Workbench) -> None:
    change(shop, "INSERT INTO events SELECT 13, at, run, kind, data, hash, hash FROM events WHERE seq = 12")
    assert any("event 13" in each for each in faults(shop))


def test_a_chain_written_anew_from_some_event_is_found_by_its_head(shop: Workbench) -> None:
    """Who can compute hashes can write the end of the journal anew; a head that was noted elsewhere gives it away."""
    head = shop.cli("audit", "verify", "--json").json["head"]
    change(
        shop,
        "DELETE FROM events WHERE seq > 2",
        "UPDATE head SET seq = 2, hash = (SELECT hash FROM events WHERE seq = 2)",
    )
    change(shop, "DELETE FROM runs")
    assert faults(shop) == []
    ran = shop.cli("audit", "verify", "--head", head)
    assert ran.code == 3
    assert "event 12, which was there, is missing" in ran.err
    with Journal.open(shop.root) as journal:
        for _ in range(10):
            journal.append("", "something", at_all=True)
    ran = shop.cli("audit", "verify", "--head", head)
    assert ran.code == 3
    assert "event 12 is not the one that was there" in ran.err


def test_a_head_that_still_holds(shop: Workbench) -> None:
    head = shop.cli("audit", "verify", "--json").json["head"]
    shop.cli("approve", "one@1", "--by", "Ada")
    assert shop.cli("audit", "verify", "--head", head).code == 0
    assert shop.cli("audit", "verify", "--head", "12").code == 2


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE runs SET status = 'failed'", "the list of runs says `failed`"),
        ("UPDATE runs SET plan = 'sha256:00'", "the list of runs says"),
        ("UPDATE runs SET artifact = 'sha256:00'", "the list of runs says"),
        ("DELETE FROM runs", "the list of runs says nothing"),
        ("INSERT INTO runs SELECT 'made-up', seq, status, name, plan, artifact, created_at, updated_at, seconds, code FROM runs LIMIT 1", "the events say nothing"),
        ("DELETE FROM head", "its last event was number unknown"),
        ("UPDATE head SET seq = 13", "its last event was number 13"),
        ("UPDATE head SET hash = zeroblob(32)", "the journal ends with event 12"),
        ("UPDATE plans SET document = replace(document, 'data/s.csv', 'data/t.csv')", "was changed in the journal"),
        ("UPDATE plans SET document = 'nonsense'", "the plan sha256:"),
        ("UPDATE blobs SET body = x'789c030000000001'", "was changed in the journal"),
        ("UPDATE artifacts SET files = '{}'", "the artifact sha256:"),
        ("UPDATE artifacts SET files = 'nonsense'", "cannot be read"),
        ("UPDATE artifacts SET manifest = replace(manifest, 'out/o.csv', 'out/p.csv')", "the manifest of the artifact"),
        ("UPDATE artifacts SET entry = 'other.py'", "the artifact sha256:"),
        ("DELETE FROM blobs", "is not in the journal"),
    ],
)  # fmt: skip
def test_what_events_name_is_verified_too(shop: Workbench, statement: str, told: str) -> None:
    change(shop, statement)
    assert any(told in each for each in faults(shop)), faults(shop)


def test_every_byte_of_an_event_counts(shop: Workbench) -> None:
    """The bytes on disk, changed by hand: found, or the database itself cannot be read."""
    with closing(sqlite3.connect(shop.root / JOURNAL)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode = DELETE")
    path = shop.root / JOURNAL
    whole = path.read_bytes()
    for old, new in ((b'"by":"Bob"', b'"by":"Ada"'), (b"not yet", b"go on!!"), (b"run_finished", b"run_finishes")):
        assert old in whole
        path.write_bytes(whole.replace(old, new))
        assert shop.cli("audit", "verify").code == 3
    path.write_bytes(whole)
    assert shop.cli("audit", "verify").code == 0


def damage(path: Path, at: int) -> None:
    body = bytearray(path.read_bytes())
    body[at : at + 64] = bytes(64)
    path.write_bytes(bytes(body))


@pytest.mark.parametrize(
    "spoil", [lambda path: damage(path, 0), lambda path: path.write_bytes(b"")], ids=["header", "empty"]
)
def test_a_database_that_is_none_any_more(shop: Workbench, spoil: Callable[[Path], None]) -> None:
    for rest in (shop.root / ".interlock").glob("journal.db-*"):
        rest.unlink()
    spoil(shop.root / JOURNAL)
    ran = shop.cli("audit", "verify")
    assert ran.code in (2, 3)
    assert "journal" in ran.err
    assert "all as written" not in ran.out


def test_a_decision_that_was_changed_is_not_relied_on(shop: Workbench) -> None:
    """Not even before anyone verifies the whole journal."""
    change(shop, "UPDATE events SET kind = 'approved' WHERE kind = 'rejected'")
    ran = shop.cli("approve", "one@1", "--review")
    assert ran.code == 3
    assert "event 4 (approved) was changed" in ran.err
    with pytest.raises(JournalError) as error:
        shop.project.approvals.list()
    assert error.value.code == "IL915"


def test_the_log_is_listed(shop: Workbench) -> None:
    listed = shop.cli("audit", "list", "--json").json["events"]
    assert [each["seq"] for each in listed] == list(range(1, 13))
    assert listed[1]["kind"] == "plan_saved"
    assert [
        each["data"]["by"]
        for each in shop.cli("audit", "list", "--kind", "approved", "--kind", "rejected", "--json").json["events"]
    ] == ["Ada", "Bob"]
    assert len(shop.cli("audit", "list", "--after", "9", "--json").json["events"]) == 3
    assert len(shop.cli("audit", "list", "--run", "last", "--json").json["events"]) == 2
    assert "by Bob  note not yet" in shop.cli("audit", "list").out
    wrong = shop.cli("audit", "list", "--kind", "aproved")
    assert wrong.code == 2
    assert "no kind of event `aproved`; there are approval_requested, approved, " in wrong.err


def test_without_a_store(bench: Workbench) -> None:
    for command in (("audit", "verify"), ("audit", "list")):
        ran = bench.cli(*command)
        assert ran.code == 2
        assert "there is no journal" in ran.err
