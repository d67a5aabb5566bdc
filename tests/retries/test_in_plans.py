"""`retry` in a plan: what it means, how it is written, and where it is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from workbench import Workbench

from interlock.ir.catalog import Catalog
from interlock.ir.diagnostics import Diagnostic
from interlock.ir.plan import Plan
from interlock.ir.retry import Retry
from interlock.syntax.english import print_plan, read_english
from interlock.syntax.patch import apply_patch
from interlock.syntax.plans import read_plan
from interlock.syntax.write import to_json, to_yaml


def reading(retry: Any, **node: Any) -> dict[str, Any]:
    """A plan that reads a file and shows it."""
    source = {"id": "s", "type": "read_csv@1", "params": {"path": "data/s.csv"}} | node
    nodes = [source | ({"retry": retry} if retry is not None else {}), {"id": "p", "type": "preview@1"}]
    return {"interlock": 1, "nodes": nodes, "edges": [{"from": "s", "to": "p"}]}


def plan_of(given: dict[str, Any]) -> Plan:
    found = read_plan(json.dumps(given), "p.json")
    assert found.plan is not None and found.diagnostics == []
    return found.plan


@pytest.mark.parametrize(
    ("retry", "means", "waits"),
    [
        ({"attempts": 3}, Retry(3, 1_000, 2, 60_000), [1, 2]),
        ({"attempts": 8}, Retry(8, 1_000, 2, 60_000), [1, 2, 4, 8, 16, 32, 60]),
        ({"attempts": 3, "interval": "5m"}, Retry(3, 300_000, 2, 300_000), [300, 300]),
        ({"attempts": 4, "interval": "500ms", "factor": 1}, Retry(4, 500, 1, 60_000), [0.5, 0.5, 0.5]),
    ],
)
def test_what_is_left_out_is_as_usual(retry: Any, means: Retry, waits: list[float]) -> None:
    found = plan_of(reading(retry)).nodes[0].retry
    assert found == means
    assert means.waits() == waits


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"attempts": 3}, {"max_interval": "1m", "factor": 2, "interval": "1s", "attempts": 3}),
        ({"attempts": 3, "interval": "90s"}, {"attempts": 3, "interval": "1.5m", "max_interval": "90s"}),
        ({"attempts": 3, "factor": 1.0}, {"attempts": 3, "factor": 1}),
        (None, None),
    ],
)
def test_one_meaning_is_one_digest(one: Any, other: Any) -> None:
    assert plan_of(reading(one)).digest == plan_of(reading(other)).digest


def test_another_meaning_is_another_digest() -> None:
    given = [None, {"attempts": 3}, {"attempts": 4}, {"attempts": 3, "interval": "2s"}, {"attempts": 3, "factor": 3},
             {"attempts": 3, "max_interval": "2m"}]  # fmt: skip
    assert len({plan_of(reading(each)).digest for each in given}) == len(given)


def test_a_plan_without_it_has_the_digest_that_it_always_had() -> None:
    found = plan_of(reading(None)).digest
    assert found == "sha256:69b0e14cea97d193d11e843c3f6f7af3f56b42ea35ccfefe2b1c3934a72300af"


@pytest.mark.parametrize(
    ("retry", "written", "said"),
    [
        ({"attempts": 5, "interval": "2000ms", "factor": 2.0, "max_interval": "60s"}, "{attempts: 5, interval: 2s}",
         "tried up to 5 times, waiting 2s, then twice as long each time;"),
        ({"attempts": 2, "factor": 1}, "{attempts: 2, factor: 1}", "tried up to 2 times, waiting 1s each time;"),
        ({"attempts": 20, "interval": "90s", "factor": 1.5, "max_interval": "1h"},
         "{attempts: 20, interval: 90s, factor: 1.5, max_interval: 1h}",
         "tried up to 20 times, waiting 90s, then 1.5 times as long each time, at most 1h;"),
    ],
)  # fmt: skip
def test_written_and_said(retry: Any, written: str, said: str, bench: Workbench) -> None:
    plan = plan_of(reading(retry))
    assert f"retry: {written}" in to_yaml(plan)
    registry = bench.project.registry
    english = print_plan(plan, registry)
    assert f"1. Read data/s.csv, {said} call it s." in english
    for again in (
        read_plan(to_yaml(plan)).plan,
        read_plan(to_json(plan)).plan,
        read_english(english, registry, Catalog()),
    ):
        assert isinstance(again, Plan) and again.digest == plan.digest


def test_pinning_and_explaining_keep_it(bench: Workbench) -> None:
    bench.put("p.json", reading({"attempts": 3}, type="read_csv"))
    pinned = bench.cli("pin", "p.json").json
    assert (pinned["nodes"][0]["type"], pinned["nodes"][0]["retry"]) == ("read_csv@1", {"attempts": 3})
    assert "tried up to 3 times" in bench.cli("explain", "p.json").out


FORM: dict[str, tuple[Any, str, Any]] = {
    "a number": (3, "IL007", {"attempts": 3}),
    "a text": ("often", "IL007", None),
    "without attempts": ({"interval": "2s"}, "IL012", None),
    "one attempt": ({"attempts": 1}, "IL016", "safely gone"),
    "no attempt": ({"attempts": 0}, "IL016", None),
    "too many attempts": ({"attempts": 21}, "IL016", {"attempts": 20}),
    "attempts as a text": ({"attempts": "4"}, "IL016", ("safe", {"attempts": 4})),
    "half an attempt": ({"attempts": 2.5}, "IL016", None),
    "a bare number of seconds": ({"attempts": 3, "interval": 2}, "IL016", {"attempts": 3, "interval": "2s"}),
    "words": ({"attempts": 3, "interval": "5 minutes"}, "IL016", ("safe", {"attempts": 3, "interval": "5m"})),
    "as ISO has it": ({"attempts": 3, "max_interval": "PT90S"}, "IL016", ("safe", {"attempts": 3, "max_interval": "90s"})),
    "no wait": ({"attempts": 3, "interval": "0s"}, "IL016", None),
    "a day": ({"attempts": 3, "interval": "24h"}, "IL016", None),
    "less than a millisecond": ({"attempts": 3, "interval": "0.1ms"}, "IL016", None),
    "ever shorter waits": ({"attempts": 3, "factor": 0.5}, "IL016", None),
    "a factor as a text": ({"attempts": 3, "factor": "1.5"}, "IL016", ("safe", {"attempts": 3, "factor": 1.5})),
    "a yes as a factor": ({"attempts": 3, "factor": True}, "IL016", None),
    "the longest is the shortest": (
        {"attempts": 3, "interval": "5s", "max_interval": "1s"}, "IL016",
        {"attempts": 3, "interval": "5s", "max_interval": "5s"}),
    "the word of others": ({"attempts": 3, "wait": "2s"}, "IL006", {"attempts": 3, "interval": "2s"}),
    "retries are not attempts": ({"retries": 3}, "IL006", {"attempts": 3}),
    "chance": ({"attempts": 3, "jitter": 0.1}, "IL006", {"attempts": 3}),
}  # fmt: skip


@pytest.mark.parametrize("case", FORM)
def test_what_is_not_written_properly(case: str, bench: Workbench) -> None:
    retry, code, mended = FORM[case]
    given = reading(retry)
    checked = bench.check(given)
    (found,) = checked.diagnostics
    assert (found.code, found.at.pointer.startswith("/nodes/0/retry")) == (code, True)
    if mended is None:
        assert found.fix is None and found.help
        return
    assert found.fix is not None
    assert found.fix.safe == (mended == "safely gone" or isinstance(mended, tuple))
    after = apply_patch(given, found.fix.patch)
    assert bench.check(after).ok
    wanted = None if mended == "safely gone" else mended[1] if isinstance(mended, tuple) else mended
    assert after["nodes"][0].get("retry") == wanted


def judged(bench: Workbench, type: str, params: dict[str, Any]) -> list[Diagnostic]:
    """What is found of a retry of this node, behind a source and before a sink."""
    nodes = [
        {"id": "s", "type": "read_csv", "params": {"path": "data/s.csv"}},
        {"id": "n", "type": type, "params": params, "retry": {"attempts": 3}},
        {"id": "o", "type": "write_csv", "params": {"path": "out/o.csv"}},
    ]
    given = {"interlock": 1, "nodes": nodes, "edges": [{"from": "s", "to": "n"}, {"from": "n", "to": "o"}]}
    return list(bench.check(given).diagnostics)


@pytest.mark.parametrize(
    ("type", "params"),
    [
        ("filter_rows", {"where": "id > 1"}),
        ("query", {"sql": "select id from s"}),
        ("preview", {}),
        ("human_review", {"question": "Is this right?"}),
    ],
)
def test_where_it_helps_nothing(type: str, params: dict[str, Any], bench: Workbench) -> None:
    bench.put("interlock.toml", '[policy]\neffects = ["reads", "writes", "human"]\n')
    (found,) = [each for each in judged(bench, type, params) if each.code == "IL509"]
    assert found.at.pointer == "/nodes/1/retry"
    assert found.fix is not None and found.fix.safe


@pytest.mark.parametrize(
    ("type", "params", "codes"),
    [
        ("send", {"path": "out/x.txt"}, ["IL510"]),
        ("write_lines", {"path": "out/x.txt"}, []),
        ("post", {"path": "out/x.txt", "times": 0}, []),
        ("write_sqlite", {"path": "out/x.db", "table": "t"}, []),
        ("write_parquet", {"path": "out/x.parquet"}, []),
        ("ask", {"times": 0}, []),
    ],
)
def test_what_may_be_done_twice(type: str, params: dict[str, Any], codes: list[str], bench: Workbench) -> None:
    found = [each for each in judged(bench, type, params) if each.severity == "error"]
    assert [each.code for each in found] == codes
    assert not any(each.fix is not None and each.fix.safe for each in found)


def test_a_program_without_it_has_nothing_of_it(bench: Workbench) -> None:
    plain, patient = (bench.compile(reading(retry)).source for retry in (None, {"attempts": 3, "interval": "2s"}))
    assert '"waits": [2.0, 4.0]' in patient
    assert "class PatientRun(Run):" in patient
    assert "Patient" not in plain and "step_retried" not in plain and "sleep" not in plain


def test_two_readers_of_one_file_of_which_one_is_patient(bench: Workbench) -> None:
    """They stay two: the patience of one is not for the other."""
    sources = [{"id": name, "type": "read_csv", "params": {"path": "data/s.csv"}} for name in ("a", "b", "c")]
    sources[1]["retry"] = {"attempts": 3}
    nodes = [
        *sources,
        {"id": "u", "type": "union_tables"},
        {"id": "o", "type": "write_csv", "params": {"path": "out/o.csv"}},
    ]
    edges = [{"from": name, "to": "u"} for name in ("a", "b", "c")]
    manifest = bench.compile({"interlock": 1, "nodes": nodes, "edges": [*edges, {"from": "u", "to": "o"}]}).manifest
    assert [(each["id"], each["also"]) for each in manifest["steps"]][:2] == [("a", ["c"]), ("b", [])]
