"""`human_review`: a run waits for a person's answer, and goes on with it, restarts later; so does a program by itself."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from workbench import Workbench, command, plan

from interlock.api import RunFailed
from interlock.api.answers import BadAnswer

FIELDS: dict[str, Any] = {
    "approved": {"type": "boolean", "label": "Are they right?"},
    "level": {"type": "integer", "choices": [1, 2], "default": 1},
    "until": {"type": "date", "optional": True},
    "comment": {"default": "none"},
}


def reviewed(fields: dict[str, Any] | None = None, *, show: int = 20, **more: Any) -> dict[str, Any]:
    """Totals that somebody must look at before they are written."""
    measures = [{"name": "total", "function": "sum", "column": "revenue"}]
    return plan(
        {
            "sales": ("read_csv", {"path": "data/sales.csv"}),
            "total": ("aggregate", {"by": ["region"], "measures": measures}),
            "review": (
                "human_review",
                {"question": "Are these totals right?", "fields": fields or FIELDS, "show": show},
            ),
            "sure": ("expect", {"where": ["approved"]}),
            "out": ("write_csv", {"path": "out/o.csv"}),
        },
        name="reviewed",
        **more,
    )


@pytest.fixture
def shop(bench: Workbench) -> Workbench:
    bench.put("interlock.toml", '[policy]\neffects = ["reads", "writes", "human"]\n')
    bench.put("data/sales.csv", "region,revenue\nEast,120.5\nWest,310\nEast,45.25\n")
    bench.put("reviewed.plan.json", reviewed())
    return bench


def paused(shop: Workbench, *arguments: str) -> dict[str, Any]:
    """The question of a run that stops for it, before anything is written."""
    ran = shop.cli("run", "reviewed.plan.json", "--json", *arguments)
    assert ran.code == 4, ran.err
    assert not (shop.root / "out").exists()
    return ran.json["waiting"]


def test_the_whole_way(shop: Workbench) -> None:
    asked = paused(shop)
    assert (asked["code"], asked["step"], asked["question"]) == ("IL943", "review", "Are these totals right?")
    assert asked["columns"] == ["region", "total"]
    assert asked["rows"] == [["East", 165.75], ["West", 310.0]]
    assert asked["total"] == 2
    assert [each["name"] for each in asked["fields"]] == ["approved", "level", "until", "comment"]
    assert asked["fields"][0] == {"name": "approved", "type": "boolean", "label": "Are they right?"}
    run = asked["run"]
    assert shop.cli("runs", "--json").json["runs"][0]["status"] == "paused"
    given = shop.cli(
        "answer",
        run,
        "--set",
        "approved=true",
        "--set",
        "until=2026-12-31",
        "--by",
        "Ada",
        "--note",
        "checked",
        "--json",
    ).json
    assert given["answer"] == {"approved": True, "level": 1, "until": "2026-12-31", "comment": "none"}
    assert shop.cli("resume", run).code == 0
    assert shop.read().splitlines() == [
        "region,total,approved,level,until,comment",
        "East,165.75,true,1,2026-12-31,none",
        "West,310.0,true,1,2026-12-31,none",
    ]
    (event,) = shop.cli("audit", "list", "--kind", "run_answered", "--json").json["events"]
    assert (event["data"]["by"], event["data"]["note"], event["data"]["step"]) == ("Ada", "checked", "review")
    assert shop.cli("audit", "verify").code == 0


def test_what_a_person_reads(shop: Workbench) -> None:
    ran = shop.cli("run", "reviewed.plan.json")
    assert "review: Are these totals right?" in ran.out
    assert "West    310.0" in ran.out
    assert "waiting[IL943]" in ran.err
    again = shop.cli("answer", "last")
    assert again.code == 0
    assert again.out.strip() == ran.out.strip()
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["level", "integer", "one", "of", "1,", "2,", "default", "1"] in lines
    assert ["approved", "boolean", "Are", "they", "right?"] in lines
    assert ["until", "date", "optional"] in lines


def test_restarts_lie_between(shop: Workbench) -> None:
    """Every command in a process of its own; the sources are gone meanwhile: people answer for what they were shown."""
    asked = shop.cli("run", "reviewed.plan.json", "--json", env={})
    run = asked.json["waiting"]["run"]
    (shop.root / "data/sales.csv").unlink()
    assert shop.cli("answer", run, "--set", "approved=true", "--by", "Ada", env={}).code == 0
    ran = shop.cli("resume", run, env={})
    assert ran.code == 0, ran.err
    assert "West,310.0,true,1,,none" in shop.read()


def test_an_answer_that_stops_the_run(shop: Workbench) -> None:
    run = paused(shop)["run"]
    shop.cli("answer", run, "--set", "approved=false", "--by", "Ada")
    ran = shop.cli("resume", run)
    assert ran.code == 3
    assert "IL904" in ran.err
    assert not (shop.root / "out").exists()


def test_an_answer_is_given_again(shop: Workbench) -> None:
    """Until the run goes on, the last answer counts; afterwards it is history."""
    run = paused(shop)["run"]
    shop.cli("answer", run, "--set", "approved=false", "--by", "Bob")
    assert "answered: approved=false" in shop.cli("answer", run).out
    shop.cli("answer", run, "--set", "approved=true", "--by", "Ada")
    assert shop.cli("resume", run).code == 0
    ran = shop.cli("answer", run, "--set", "approved=false", "--by", "Bob")
    assert ran.code == 2
    assert "asks nothing" in ran.err


def test_resumed_without_an_answer_it_asks_again(shop: Workbench) -> None:
    run = paused(shop)["run"]
    ran = shop.cli("resume", run, "--json")
    assert ran.code == 4
    assert ran.json["waiting"]["run"] == run


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["approved=perhaps"], "`approved`: expected true or false, found 'perhaps'"),
        (["approved=true", "level=3"], "`level` cannot be '3'; the choices are 1 or 2"),
        (["approved=true", "level=1.5"], "`level`: expected a value of type integer"),
        (["approved=true", "until=tomorrow"], "`until`: expected a date such as 2024-01-31"),
        (["aproved=true"], "the form has no field `aproved`; did you mean `approved`?"),
        (["level=2"], "`approved` (boolean) must be answered"),
    ],
)
def test_answers_that_do_not_fit(shop: Workbench, given: list[str], told: str) -> None:
    run = paused(shop)["run"]
    arguments = [part for each in given for part in ("--set", each)]
    ran = shop.cli("answer", run, *arguments, "--by", "Ada")
    assert ran.code == 2  # wrong usage: nothing ran, and the run waits as before
    assert f"error[IL944]: {told}" in ran.err
    ran = shop.cli("answer", run, *arguments, "--by", "Ada", "--json")
    assert (ran.code, ran.json["ok"], ran.json["code"]) == (2, False, "IL944")
    assert ran.json["error"].startswith(told)
    assert shop.cli("runs", "--json").json["runs"][0]["status"] == "paused"
    with pytest.raises(BadAnswer):
        shop.project.answers.answer(run, dict(each.split("=") for each in given), by="Ada")
    assert shop.project.answers.question(run).answered is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--set", "approved", "--by", "Ada"), "--set takes FIELD=VALUE"),
        (("--set", "approved=true"), "--by NAME"),
        (("other", "--set", "approved=true", "--by", "Ada"), "asks nothing in `other`"),
    ],
)
def test_wrong_usage(shop: Workbench, arguments: tuple[str, ...], told: str) -> None:
    run = paused(shop)["run"]
    ran = shop.cli("answer", run, *arguments)
    assert ran.code == 2
    assert told in ran.err


def test_two_questions(shop: Workbench) -> None:
    """Fields of the same name, in two forms: one is asked after the other."""
    both = reviewed({"approved": {"type": "boolean"}})
    both["nodes"][3] = {
        "id": "sure",
        "type": "human_review",
        "params": {"question": "Sure?", "fields": {"sure": {}}, "show": 0},
    }
    shop.put("reviewed.plan.json", both)
    run = paused(shop)["run"]
    shop.cli("answer", run, "review", "--set", "approved=false", "--by", "Ada")
    asked = shop.cli("resume", run, "--json").json["waiting"]
    assert (asked["step"], asked["question"], asked["rows"]) == ("sure", "Sure?", [])
    shop.cli("answer", run, "sure", "--set", 'sure=it\'s "so"', "--by", "Bob")
    assert shop.cli("resume", run).code == 0
    assert shop.read().splitlines()[1] == 'East,165.75,false,"it\'s ""so"""'


def test_only_some_rows_are_shown(shop: Workbench) -> None:
    shop.put("reviewed.plan.json", reviewed(show=1))
    asked = paused(shop)
    assert (asked["rows"], asked["total"]) == ([["East", 165.75]], 2)
    assert "… and 1 more row\n" in shop.cli("answer", "last").out


def test_with_large_inputs(shop: Workbench) -> None:
    """Where steps are joined into few statements, the answers still reach theirs."""
    artifact = shop.compile(reviewed())
    with pytest.raises(RunFailed) as failed:
        shop.project.execute(artifact, stepwise=False)
    assert failed.value.code == "IL943"
    assert failed.value.data["rows"] == [["East", 165.75], ["West", 310.0]]
    with pytest.raises(RunFailed) as failed:
        shop.project.runs.start(shop.root / "reviewed.plan.json", stepwise=False)
    run = failed.value.data["run"]
    shop.project.answers.answer(run, {"approved": True, "level": 2}, by="Ada")
    assert shop.project.runs.resume(run).outputs[0]["rows"] == 2
    assert "West,310.0,true,2,,none" in shop.read()


def test_the_policy_must_allow_it(shop: Workbench) -> None:
    shop.put("interlock.toml", "")
    assert shop.codes(reviewed()) == ["IL502"]


def test_a_review_that_nobody_reads_is_still_asked(shop: Workbench) -> None:
    """It is an effect: it happens even if nothing is made of the answer."""
    given = reviewed()
    given["edges"] = [*given["edges"][:3], {"from": "total", "to": "out"}]
    given["nodes"][3]["params"] = {"where": ["approved or not approved"]}
    shop.put("reviewed.plan.json", given)
    assert paused(shop)["step"] == "review"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"total": {}}, "already a column of the input"),
        ({"x": {"type": "integer", "choices": [1, "two"]}}, "`two` is not of type integer"),
        ({"x": {"type": "date", "default": "soon"}}, "`soon` is not of type date"),
        ({"x": {"choices": ["a"], "default": "b"}}, "none of the choices"),
        ({"x": {"type": "integer[]"}}, "a field cannot be of type integer[]"),
        ({"x": {"typ": "integer"}}, "typ"),
    ],
)
def test_forms_that_cannot_be(shop: Workbench, fields: dict[str, Any], told: str) -> None:
    found = [each for each in shop.check(reviewed(fields)).diagnostics if each.severity == "error"]
    assert any(told in each.message for each in found), [f"{each.code} {each.message}" for each in found]


# ---- the program by itself


@pytest.fixture
def program(shop: Workbench) -> Path:
    shop.cli("compile", "reviewed.plan.json", "-o", "build")
    return shop.root / "build/reviewed.py"


def alone(program: Path, *arguments: str) -> Any:
    """The compiled program, where Interlock cannot be imported."""
    code = f"import sys; sys.modules['interlock'] = None; import runpy; sys.argv = {[program.name, *arguments]!r}; "
    code += f"runpy.run_path({str(program)!r}, run_name='__main__')"
    return command(sys.executable, "-c", code, cwd=program.parents[1])


def test_alone_it_says_what_it_waits_for(program: Path) -> None:
    ran = alone(program)
    assert ran.code == 4
    assert "error[IL943]: `review` waits for an answer: Are these totals right?" in ran.err
    assert "--answer review.approved=VALUE" in ran.err
    assert not (program.parents[1] / "out").exists()
    told = json.loads(alone(program, "--json").out)["failed"]
    assert (told["code"], told["rows"]) == ("IL943", [["East", 165.75], ["West", 310.0]])


def test_alone_it_takes_answers(program: Path, shop: Workbench) -> None:
    ran = alone(program, "--answer", "review.approved=true", "--answer", "review.level=2")
    assert ran.code == 0, ran.err
    alone_bytes = shop.read()
    run = shop.cli("run", "reviewed.plan.json", "--json").json["waiting"]["run"]
    shop.cli("answer", run, "--set", "approved=true", "--set", "level=2", "--by", "Ada")
    shop.cli("resume", run)
    assert shop.read() == alone_bytes


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        ("review.approved=perhaps", 3, "must be of type boolean"),
        ("review.level=1", 3, "has no answer"),
        ("review.nothing=1", 3, "has no field `nothing`"),
        ("other.approved=true", 2, "no step `other` asks anything"),
        ("review", 2, "--answer takes STEP.FIELD=VALUE"),
    ],
)
def test_alone_answers_are_checked(program: Path, answer: str, code: int, told: str) -> None:
    ran = alone(program, "--answer", answer)
    assert ran.code == code
    assert told in ran.err
    assert not (program.parents[1] / "out").exists()


@pytest.mark.parametrize("wrong", ["review.level=3", "review.level=1.0"])
def test_alone_choices_are_checked(program: Path, wrong: str) -> None:
    ran = alone(program, "--answer", "review.approved=true", "--answer", wrong)
    assert ran.code == 3
    assert "IL944" in ran.err


def test_without_a_journal_it_cannot_wait(shop: Workbench) -> None:
    ran = shop.cli("run", "reviewed.plan.json", "--no-journal")
    assert ran.code == 4
    assert "without a journal a run cannot wait" in ran.err
