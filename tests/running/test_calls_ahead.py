"""Nodes that wait for other machines are called at the same time; all that can be seen is as if they had been called in turn.

What the nodes do tells whether they overlap: one waits until another was called, or each writes down when it is called.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest
from workbench import Workbench, command, plan

from interlock.runtime.journal import Journal

NODES = '''
import os, signal, threading, time
from interlock import Rows, node
from interlock.registry.kinds import Name, Text

MET = threading.Barrier(2)
CALLS = []


def same(rows, **_):
    return [(each.name, str(each.type)) for each in rows]


@node(version=1, effects=["network"], columns=same)
def meets(rows: Rows) -> Rows:
    """Go on only when another call is there."""
    MET.wait(timeout=30)
    return Rows(rows.columns, list(rows))


@node(version=1, effects=["network"], columns=same)
def notes(rows: Rows, *, name: Name) -> Rows:
    """Write down when it is called and when it is done."""
    given = list(rows)
    with open("notes", "a") as file:
        file.write(f"+{name} ")
    with open("notes", "a") as file:
        file.write(f"-{name} ")
    return Rows(rows.columns, given)


@node(version=1, effects=["network"], columns=same)
def fails(rows: Rows, *, says: Name, after: Text = "") -> Rows:
    """Leave a file, and fail; `after` another has left its own."""
    end = time.monotonic() + 30
    while after and not os.path.exists(after) and time.monotonic() < end:
        time.sleep(0.01)
    open(says, "w").close()
    raise ValueError(says)


@node(version=1, effects=["network"], columns=same)
def passes(rows: Rows) -> Rows:
    """Pass rows on."""
    return Rows(rows.columns, list(rows))


@node(version=1, effects=["network"], columns=same)
def stumbles(rows: Rows) -> Rows:
    """Fail the first time, after a row."""
    CALLS.append("stumbles")

    def passed():
        for number, row in enumerate(rows):
            if number and len(CALLS) == 1:
                raise TimeoutError("no answer")
            yield row

    return Rows(rows.columns, passed())


@node(version=1, effects=["network"], columns=same)
def interrupts(rows: Rows) -> Rows:
    """Be stopped by Ctrl-C, once, while another call is still waiting."""
    if not os.path.exists("interrupted"):
        open("interrupted", "w").close()
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
    return Rows(rows.columns, list(rows))


@node(version=1, effects=["network"], columns=same)
def counts(rows: Rows) -> Rows:
    """Numbers from 0."""
    return Rows(rows.columns, ((number,) for number in range(150_000)))
'''
POLICY = 'nodes = ["nodes.py"]\n[policy]\neffects = ["reads", "writes", "network", "human"]\n'
ROWS = ("inline_table", {"rows": [{"n": 2}, {"n": 1}]})


@pytest.fixture
def own(bench: Workbench) -> Workbench:
    bench.put("nodes.py", NODES)
    bench.put("interlock.toml", POLICY)
    return bench


def branches(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Two calls on the same rows, each with a sink of its own."""
    sinks = {f"o{name}": ("write_csv", {"path": f"out/{name}.csv"}) for name in ("a", "b")}
    return plan({"s": ROWS, "a": one, "b": other, **sinks}, "s a", "a oa", "s b", "b ob")


MEET = branches(("meets", {}), ("meets", {}))
NOTE = branches(("notes", {"name": "a"}), ("notes", {"name": "b"}))


def test_calls_meet_and_are_told_in_turn(own: Workbench) -> None:
    own.project.runs.start(own.check(MEET))
    assert own.read("out/a.csv") == own.read("out/b.csv") == "n\n2\n1\n"
    with Journal.open(own.root, create=False) as journal:
        events = list(journal.events(journal.find_run("last"), kinds=["step_started", "step_finished"]))
        assert journal.verify() == []
    told = [(event.kind, event.data["step"]) for event in events]
    assert told == [(kind, step) for step in ("s", "a", "b", "oa", "ob") for kind in ("step_started", "step_finished")]


def test_calls_that_meet_over_the_same_dates(own: Workbench) -> None:
    """A result with dates is looked through before the first of its rows is given, for each reader by itself."""
    document = branches(("meets", {}), ("meets", {}))
    day = ("derive_columns", {"columns": {"day": "date '2024-01-01' + cast(n as integer)"}})
    document["nodes"].insert(1, {"id": "d", "type": day[0], "params": day[1]})
    for edge in document["edges"]:
        edge["from"] = "d" if edge["from"] == "s" else edge["from"]
    document["edges"].append({"from": "s", "to": "d"})
    own.run(document, stepwise=False)
    assert own.read("out/a.csv") == own.read("out/b.csv") == "n,day\n2,2024-01-03\n1,2024-01-02\n"


def test_a_call_ahead_that_fails_is_tried_again_in_its_turn(own: Workbench) -> None:
    document = branches(("passes", {}), ("stumbles", {}))
    for node in document["nodes"]:
        if node["id"] == "b":
            node["retry"] = {"attempts": 2, "interval": "10ms"}
    own.project.runs.start(own.check(document))
    assert own.read("out/a.csv") == own.read("out/b.csv") == "n\n2\n1\n"
    with Journal.open(own.root, create=False) as journal:
        kinds = [event.kind for event in journal.events(journal.find_run("last")) if event.data.get("step") == "b"]
    assert kinds == ["step_started", "step_retried", "step_finished"]


def test_what_also_writes_waits_for_its_turn(own: Workbench) -> None:
    own.put("nodes.py", NODES.replace('effects=["network"]', 'effects=["network", "writes"]'))
    assert "BusyRunner" not in own.compile(MEET).source


def test_the_emitted_program_calls_them_together(own: Workbench) -> None:
    artifact = own.compile(MEET)
    own.put(artifact.entry, artifact.source)
    assert command(sys.executable, artifact.entry, cwd=own.root).code == 0
    assert own.read("out/b.csv") == "n\n2\n1\n"


def test_one_thread_means_one_after_the_other(own: Workbench) -> None:
    assert own.cli_run(NOTE, "--threads", "1").code == 0
    assert own.read("notes") == "+a -a +b -b "
    one = own.read("out/a.csv"), own.read("out/b.csv")
    assert own.cli_run(NOTE).code == 0
    assert (own.read("out/a.csv"), own.read("out/b.csv")) == one


def test_only_programs_with_several_such_calls_carry_it(own: Workbench) -> None:
    alone = plan({"s": ROWS, "a": ("meets", {}), "o": ("write_csv", {"path": "out/a.csv"})})
    assert "BusyRunner" not in own.compile(alone).source
    assert "BusyRunner" in own.compile(MEET).source


@pytest.mark.parametrize(("a", "b"), [("", "a"), ("b", "")], ids=["first", "second"])
def test_the_first_failure_in_the_programs_order_is_told(a: str, b: str, own: Workbench) -> None:
    """Whichever of them comes first in time."""
    failing = branches(("fails", {"says": "a", "after": a}), ("fails", {"says": "b", "after": b}))
    failed = own.cli_run(failing, "--json").json["failed"]
    assert (failed["code"], failed["step"], failed["message"]) == ("IL907", "a", "`a`: a")
    assert not (own.root / "out").exists()


def test_a_failure_ahead_is_told_in_its_turn_and_what_went_before_stays(own: Workbench) -> None:
    failing = branches(("notes", {"name": "a"}), ("fails", {"says": "b"}))
    assert own.cli_run(failing, "--checkpoint", "every", "--json").json["failed"]["step"] == "b"
    status = own.project.runs.status("last")
    assert [step for step, each in status.steps.items() if each.complete] == ["s", "a"]
    assert status.steps["b"].state == "failed"
    assert not (own.root / "out/a.csv").exists()
    assert own.cli("resume", "last", "--json").json["failed"]["step"] == "b"
    assert own.read("notes") == "+a -a "


@pytest.mark.slow
def test_ctrl_c_while_a_call_waits(own: Workbench) -> None:
    stopped = branches(("interrupts", {}), ("fails", {"says": "never", "after": "nothing"}))
    ran = own.cli_run(stopped, timeout=20)
    assert (ran.code, "IL909" in ran.err) == (3, True)
    assert not (own.root / "out").exists()
    ahead = branches(("fails", {"says": "never", "after": "nothing"}), ("interrupts", {}))
    (own.root / "interrupted").unlink()
    ran = own.cli_run(ahead, timeout=20)
    assert (ran.code, "IL909" in ran.err) == (3, True)
    assert not (own.root / "out").exists()


def test_no_call_before_a_question_that_comes_first(own: Workbench) -> None:
    review = ("human_review", {"question": "Go on?", "fields": {"sure": {}}, "show": 0})
    asked = plan(
        {
            "s": ROWS, "a": ("notes", {"name": "a"}), "review": review, "b": ("notes", {"name": "b"}),
            "o": ("write_csv", {"path": "out/o.csv"}),
        },
    )  # fmt: skip
    free = branches(("notes", {"name": "c"}), ("notes", {"name": "d"}))
    asked["nodes"] += [{**node, "id": f"x{node['id']}"} for node in free["nodes"]]
    asked["edges"] += [{"from": f"x{edge['from']}", "to": f"x{edge['to']}"} for edge in free["edges"]]
    order = [step["id"] for step in own.compile(asked).manifest["steps"]]
    assert own.cli_run(asked).code == 4
    called = set(own.read("notes").split())
    later = {node for node, step in (("b", "b"), ("c", "xa"), ("d", "xb")) if order.index(step) > order.index("review")}
    assert later
    assert called.isdisjoint(f"+{node}" for node in later)


def test_many_rows_ahead(own: Workbench) -> None:
    """More than are held while nobody takes them."""
    own.run(branches(("counts", {}), ("counts", {})))
    assert own.read("out/a.csv") == own.read("out/b.csv") == "n\n" + "".join(f"{each}\n" for each in range(150_000))
