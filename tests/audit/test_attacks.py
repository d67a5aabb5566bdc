"""Somebody who can write in `.interlock/` makes a journal say what it did not: it is found, and nothing is done with it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from workbench import Ran, Workbench, plan

from interlock.ir.artifact import Artifact
from interlock.runtime.chain import event_hash

POLICY = '[policy]\nwrite = ["out/**"]\neffects = ["reads", "writes", "human"]\napprove = ["writes"]\n'


@pytest.fixture
def shop(bench: Workbench) -> Workbench:
    """A project in which writing needs an approval, with a run that waits for one."""
    bench.put("interlock.toml", POLICY)
    bench.put("data/s.csv", "id\n1\n2\n")
    bench.put("victim/kept.txt", "kept")
    nodes: dict[str, Any] = {
        "s": ("read_csv", {"path": "data/s.csv"}),
        "ask": ("human_review", {"question": "Right?", "fields": {"right": {"type": "boolean"}}}),
        "o": ("write_csv", {"path": "out/o.csv"}),
    }
    bench.put("asked.plan.json", plan(nodes, name="asked"))
    bench.cli("plans", "save", "asked.plan.json")
    assert bench.cli("run", "asked.plan.json").code == 4
    return bench


def change(shop: Workbench, *statements: str, chained: bool = False) -> None:
    """Change the database behind the journal's back; `chained` writes all hashes anew, so that the chain holds."""
    with closing(sqlite3.connect(shop.root / ".interlock/journal.db")) as database, database:
        for statement in statements:
            database.execute(statement)
        if chained:
            head, last = bytes(32), 0
            for seq, *said in database.execute("SELECT seq, at, run, kind, data FROM events ORDER BY seq").fetchall():
                digest = event_hash(head, seq, *said)
                database.execute("UPDATE events SET previous = ?, hash = ? WHERE seq = ?", [head, digest, seq])
                head, last = digest, seq
            database.execute("UPDATE head SET seq = ?, hash = ?", [last, head])


def refused(shop: Workbench, *commands: tuple[str, ...]) -> list[Ran]:
    """Every command ends with exit code 3, tells where, and changes nothing, neither in the project nor in the journal."""
    before, events = shop.files(), len(rows(shop, "SELECT seq FROM events"))
    found = [shop.cli(*each) for each in commands]
    for ran in found:
        assert ran.code == 3, (ran.out, ran.err)
        assert "journal" in ran.err
        assert "IL915" in ran.err or ran.err.startswith("fault: ")
    assert shop.files() == before
    assert len(rows(shop, "SELECT seq FROM events")) == events
    return found


def rows(shop: Workbench, statement: str) -> list[Any]:
    with closing(sqlite3.connect(shop.root / ".interlock/journal.db")) as database:
        return database.execute(statement).fetchall()


RELYING = (
    ("resume", "last"),
    ("fork", "last", "--from", "o"),
    ("replay", "last"),
    ("approve", "last", "--by", "Eve"),
    ("reject", "last", "--by", "Eve"),
    ("answer", "last", "--set", "right=true", "--by", "Eve"),
    ("run", "asked@1"),
)


def approve(shop: Workbench) -> None:
    assert shop.cli("approve", "last", "--by", "Ada").code == 0


def paused(shop: Workbench) -> None:
    approve(shop)
    assert shop.cli("resume", "last").code == 4


def answered(shop: Workbench) -> None:
    paused(shop)
    assert shop.cli("answer", "last", "--set", "right=true", "--by", "Grace").code == 0


def rejected(shop: Workbench) -> None:
    approve(shop)
    assert shop.cli("reject", "asked@1", "--by", "Bob").code == 0


def nothing(shop: Workbench) -> None:
    pass


LAST = "(SELECT run FROM runs ORDER BY seq DESC LIMIT 1)"
ADD = f"INSERT INTO events SELECT seq + 1, at, {LAST}, '{{kind}}', '{{data}}', hash, hash FROM events ORDER BY seq DESC LIMIT 1"
ATTACKS: dict[str, tuple[Callable[[Workbench], None], str, str]] = {
    "the effects of a run": (
        nothing,
        "UPDATE events SET data = json_set(data, '$.touches', json('[]')) WHERE kind = 'run_created'",
        "(run_created) was changed",
    ),
    "the program of a run": (
        nothing,
        "UPDATE events SET data = json_set(data, '$.artifact', 'sha256:00') WHERE kind = 'run_created'",
        "(run_created) was changed",
    ),
    "a commit that was planned": (
        nothing,
        ADD.format(kind="commit_planned", data='{"sinks":[{"step":"o","path":"out/o.csv","how":"replace"}]}'),
        "(commit_planned) was changed",
    ),
    "an approval": (nothing, ADD.format(kind="approved", data='{"by":"Ada"}'), "(approved) was changed"),
    "a rejection taken out": (rejected, "DELETE FROM events WHERE kind = 'rejected'", "the journal ends with event"),
    "a rejection in the middle": (
        rejected,
        "UPDATE events SET kind = 'approved' WHERE kind = 'rejected'",
        "(approved) was changed",
    ),
    "an answer": (
        answered,
        "UPDATE events SET data = replace(data, 'true', 'false') WHERE kind = 'run_answered'",
        "(run_answered) was changed",
    ),
    "the rows that were shown": (
        answered,
        "UPDATE events SET data = json_set(data, '$.checkpoint', 'sha256:00') WHERE kind = 'step_finished'",
        "(step_finished) was changed",
    ),
    "the version of a plan": (
        nothing,
        "UPDATE events SET data = json_set(data, '$.artifact', 'sha256:00') WHERE kind = 'plan_saved'",
        "(plan_saved) ",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_done_on_a_journal_that_was_changed(shop: Workbench, attack: str) -> None:
    """Also where the event that was changed belongs to another run."""
    prepare, statement, told = ATTACKS[attack]
    prepare(shop)
    change(shop, statement)
    for ran in refused(shop, *RELYING):
        assert told in ran.err
        assert "interlock audit verify" in ran.err
    assert not (shop.root / "out").exists()
    assert shop.cli("audit", "verify").code == 3


def test_a_program_under_an_approved_digest(shop: Workbench) -> None:
    """The honest file kept under another name, so that the digest could stay."""
    approve(shop)
    (digest, entry, files), *_ = rows(shop, "SELECT digest, entry, files FROM artifacts")
    honest = json.loads(files)[entry]
    evil = b"open('out/evil.txt', 'w').write('run')\n"
    name = "sha256:" + hashlib.sha256(evil).hexdigest()
    with closing(sqlite3.connect(shop.root / ".interlock/journal.db")) as database, database:
        database.execute("INSERT INTO blobs VALUES (?, ?)", [name, zlib.compress(evil)])
        database.execute("UPDATE artifacts SET files = ?", [json.dumps({entry: name, "": honest})])
    refused(shop, ("resume", "last"), ("run", "asked@1"), ("fork", "last", "--from", "o"), ("audit", "verify"))
    assert digest.startswith("sha256:")


def test_a_manifest_that_was_changed(shop: Workbench) -> None:
    approve(shop)
    change(shop, "UPDATE artifacts SET manifest = replace(manifest, 'out/o.csv', 'out/p.csv')")
    for ran in refused(shop, ("resume", "last"), ("run", "asked@1"), ("audit", "verify")):
        assert "the manifest of the artifact" in ran.err


@pytest.mark.parametrize("name", ["", ".", "..", "../a.py", "a/b.py", "a\\b.py", "a\0.py"])
def test_names_that_no_file_of_an_artifact_has(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        Artifact("a.py", {"a.py": "", name: ""}, {})
    with pytest.raises(ValueError, match="has no file"):
        Artifact("b.py", {"a.py": ""}, {})


@pytest.mark.parametrize("run", ["../../victim", "../../../project/victim", "*", "261124-184130-7k"])
def test_an_id_that_is_a_path(shop: Workbench, run: str) -> None:
    """Even in a chain that was written anew."""
    approve(shop)
    change(shop, *(f"UPDATE {table} SET run = '{run}' WHERE run != ''" for table in ("events", "runs")), chained=True)
    assert shop.cli("audit", "verify").code == 0
    for ran in refused(shop, *RELYING[:6], ("show", "last"), ("trace", run), ("audit", "list", "--run", "last")):
        assert "no id of a run" in ran.err
    assert shop.cli("runs").code == 0
    assert shop.cli("gc").code == 0
    assert shop.read("victim/kept.txt") == "kept"


def test_links_in_the_store(shop: Workbench) -> None:
    approve(shop)
    run = shop.cli("runs", "--json").json["runs"][0]["run"]
    (shop.root / f".interlock/locks/{run}.lock").symlink_to(shop.root / "victim/kept.txt")
    assert "is a link" in shop.cli("resume", run).err
    assert shop.read("victim/kept.txt") == "kept"
    (shop.root / f".interlock/locks/{run}.lock").unlink()
    for name in ("scratch", "locks", "checkpoints", "journal.db", ".gitignore"):
        path, aside = shop.root / ".interlock" / name, shop.root / "aside"
        path.rename(aside)
        path.symlink_to(aside)
        for command in (("resume", run), ("runs",), ("gc",)):
            ran = shop.cli(*command)
            assert (ran.code, "is a link" in ran.err) == (3, True), (name, command, ran.err)
        path.unlink()
        aside.rename(path)
    (shop.root / ".interlock").rename(shop.root / "store")
    (shop.root / ".interlock").symlink_to("store")
    assert shop.cli("run", "asked.plan.json").code == 3
    assert not (shop.root / "out").exists()


@pytest.mark.parametrize("path", ["../../../etc/hostname", "/etc/hostname"])
def test_a_replay_stays_beside_the_project(shop: Workbench, path: str) -> None:
    answered(shop)
    assert shop.cli("resume", "last").code == 0
    touch = json.dumps([{"node": "s", "effect": "reads", "path": path}])
    change(
        shop, f"UPDATE events SET data = json_set(data, '$.touches', json('{touch}')) WHERE kind = 'run_created'",
        chained=True,
    )  # fmt: skip
    (ran,) = refused(shop, ("replay", "last"))
    assert "outside the project" in ran.err
    assert not list((shop.root / ".interlock/scratch").iterdir())


@pytest.mark.parametrize("chained", [False, True])
@pytest.mark.parametrize(
    "data",
    [
        "{",
        '{"step":5,"sinks":5,"artifact":5,"touches":5}',
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("[]", "{}", "null", '{"data":7}')),
    ],
)
def test_data_that_cannot_be_read(shop: Workbench, data: str, chained: bool) -> None:
    """No command ends in a traceback, whichever event it is; only what does not need the event goes on."""
    answered(shop)
    events = rows(shop, "SELECT seq, data FROM events ORDER BY seq")
    commands = (("show", "last"), ("audit", "list"), ("trace", "last"), ("resume", "last"))
    for seq, honest in events:
        change(shop, f"UPDATE events SET data = '{data}' WHERE seq = {seq}", chained=chained)
        for command in commands[: 3 if chained else 4]:
            assert shop.cli(*command).code in ((0, 3) if chained or command[0] in ("show", "trace") else (3,))
        with closing(sqlite3.connect(shop.root / ".interlock/journal.db")) as database, database:
            database.execute("UPDATE events SET data = ? WHERE seq = ?", [honest, seq])
    change(shop, chained=True)
    assert shop.cli("audit", "verify").code == 0


def test_the_head_shows_a_chain_that_was_written_anew(shop: Workbench) -> None:
    """What is not found without it: `docs/review.md` says so."""
    head = shop.cli("audit", "verify", "--json").json["head"]
    change(shop, "UPDATE events SET at = '2020' || substr(at, 5) WHERE seq = 1", chained=True)
    assert shop.cli("audit", "verify").code == 0
    assert shop.cli("audit", "verify", "--head", head).code == 3


def test_a_link_is_no_store_to_write_in(bench: Workbench, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    bench.put("data/s.csv", "id\n1\n")
    (bench.root / ".interlock").symlink_to(elsewhere)
    bench.put(
        "p.plan.json", plan({"s": ("read_csv", {"path": "data/s.csv"}), "o": ("write_csv", {"path": "out/o.csv"})})
    )
    assert bench.cli("run", "p.plan.json").code == 3
    assert not list(elsewhere.iterdir())
