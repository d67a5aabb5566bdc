"""Planners in turn, budgets, routing, and answers from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

TASK = "Add up what was sold in each area when it was more than a hundred, into out/totals.csv"


def tiers(model: Any, more: str = "") -> str:
    return (
        f'[planning]\nplanners = ["cache", "english", "small", "large"]\n{more}\n'
        f'[models.small]\nmodel = "openai:small"\nbase_url = "{model.url}"\nretries = 0\n\n'
        f'[models.large]\nmodel = "openai:large"\nbase_url = "{model.url}"\n'
    )


def test_each_tier_hands_over_and_says_why(interlock: Any, model: Any, good: Any, shop: Path) -> None:
    (shop / "interlock.toml").write_text(tiers(model, "attempts = 0\n"))
    model.will(good(measure="revenu"), good())
    done = interlock("plan", TASK, "--json")
    assert done.json["planner"] == "large"
    assert [each["planner"] for each in done.json["passed_over"]] == ["cache", "english", "small"]
    assert done.json["passed_over"][2]["reason"].startswith("its plan was refused: IL301")
    assert [each["model"] for each in done.json["account"]["calls"]] == ["openai:small", "openai:large"]
    assert [each["model"] for each in model.asked] == ["small", "large"]


def test_a_model_that_fails_hands_over(interlock: Any, model: Any, good: Any, answer: Any, shop: Path) -> None:
    (shop / "interlock.toml").write_text(tiers(model))
    model.will(answer("{}", 500), good())
    done = interlock("plan", TASK)
    assert done.code == 0
    assert "small: `openai:small` failed with status 500" in done.err


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ("max_tokens = 2000", "budget of 2,000 tokens"),
        ("max_cost = 0.01", "price of `openai:small` is not known"),
    ],
)
def test_a_budget_is_kept_before_the_call(interlock: Any, model: Any, shop: Path, budget: str, said: str) -> None:
    (shop / "interlock.toml").write_text(tiers(model, budget))
    done = interlock("plan", TASK)
    assert done.code == 1
    assert said in done.err
    assert model.asked == []


def test_a_price_makes_a_budget(interlock: Any, model: Any, good: Any, shop: Path) -> None:
    prices = "input_price = 1.0\noutput_price = 5.0\nmax_answer_tokens = 1000\n"
    (shop / "interlock.toml").write_text(f'[models.small]\nmodel = "openai:x"\nbase_url = "{model.url}"\n{prices}')
    model.will(good(measure="revenu"), good())
    done = interlock("plan", TASK, "--json", "--max-cost", "0.007")
    assert done.code == 1, "the first call fits the budget, the second no longer"
    assert len(model.asked) == 1
    assert done.json["account"]["cost"] == pytest.approx(0.002)
    assert "after $0.0020" in done.json["passed_over"][-1]["reason"]
    model.will(good())
    assert interlock("plan", TASK, "--json", "--max-cost", "0.05").json["account"]["cost"] == pytest.approx(0.002)


def test_the_price_list_knows_known_models(interlock: Any, model: Any, shop: Path) -> None:
    (shop / "interlock.toml").write_text("")
    done = interlock("plan", TASK, "--model", "openai:gpt-4.1", "--max-cost", "0.000001", OPENAI_API_KEY="none")
    assert done.code == 1
    assert "budget of $1e-06 does not allow a call of up to $0.0" in done.err


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("Why did the revenue fall in March?", "question"),
        ("What do you think about our regions?", "question"),
        ("Explore the data and tell me something interesting", "exploration"),
        ("Analyse the data", "exploration"),
        ("Look at the sales, and depending on what you find, decide what to do next", "depends"),
        ("If you find something odd, mail it to the team", "depends"),
        ("   ", "nothing"),
    ],
)
def test_what_is_no_workflow_is_told_and_no_model_is_asked(interlock: Any, model: Any, task: str, kind: str) -> None:
    done = interlock("plan", task, "--json")
    assert done.code == 1
    assert done.json["kind"] == kind
    assert done.json["reason"] in done.json["passed_over"][-1]["reason"]
    assert model.asked == []
    assert done.json["reason"] in interlock("plan", task).err


def test_a_question_that_can_be_computed_is_planned(interlock: Any, model: Any, good: Any) -> None:
    model.will(good())
    assert interlock("plan", "What is the total revenue of each region?", "--planner", "model").code == 0
    assert interlock("plan", "Which region has the most revenue?", "--planner", "model").code == 0


def test_without_a_model_it_is_said_how_to_get_one(interlock: Any, shop: Path) -> None:
    (shop / "interlock.toml").write_text("")
    done = interlock("plan", TASK, "--planner", "model")
    assert done.code == 2
    assert "--model PROVIDER:NAME" in done.err
    assert interlock("plan", "zzz qqq").code == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('[planning]\nplanners = ["giant"]', "names `giant`"),
        ("[planning]\nspeed = 1", "unknown key `speed` in [planning]; the keys are planners"),
        ('[models.x]\nmodel = "gpt"', "must be `provider:name`"),
        ('[models.x]\nmodel = "a:b"\ntimeout = "long"', "`timeout` in [models.x] must be seconds"),
        ('[models.x]\nmodel = "a:b"\noutput = "yaml"', "`tool`, `native` or `prompted`"),
        ('[models.english]\nmodel = "a:b"', "take another"),
        ("models = 3", "`[models]` must hold a table"),
        ("[planning]\nattempts = -1", "must not be negative"),
    ],
)
def test_settings_are_judged(shop: Path, settings: str, said: str) -> None:
    from interlock.api import Project, ProjectError

    (shop / "interlock.toml").write_text(settings)
    with pytest.raises(ProjectError) as told:
        Project.at(shop)
    assert said in str(told.value)


def test_answers_from_elsewhere_go_the_same_way(interlock: Any, model: Any, good: Any, shop: Path) -> None:
    (shop / "one.json").write_text(json.dumps(good(measure="revenu")))
    (shop / "two.json").write_text(json.dumps(good()))
    first = interlock("plan", TASK, "--from", "one.json")
    assert first.code == 1
    assert "IL301" in first.err
    shown = interlock("plan", TASK, "--from", "one.json", "--show-prompt")
    assert "It was refused:\n- IL301 at totals/params/measures/0/column" in shown.out
    done = interlock("plan", TASK, "--from", "one.json", "--from", "two.json", "-o", "out.plan.json")
    assert done.code == 0, done.err
    assert json.loads((shop / "out.plan.json").read_text())["nodes"][0]["type"] == "read_csv@1"
    assert model.asked == []
    assert interlock("plan", TASK, "--from", "two.json", "--show-prompt").code == 2
    assert interlock("plan", TASK, "--from", "missing.json").code == 2


def test_the_same_answer_is_sent_and_shown(interlock: Any, model: Any, good: Any, shop: Path) -> None:
    """The second prompt that `--from` shows is the one that the model is sent."""
    (shop / "one.json").write_text(json.dumps(good(measure="revenu")))
    shown = interlock("plan", TASK, "--from", "one.json", "--show-prompt", "--json").json
    model.will(good(measure="revenu"), good())
    interlock("plan", TASK)
    assert model.asked[1]["messages"][1]["content"] == shown["user"]


def test_required_outputs_are_demanded_of_the_plan(interlock: Any, model: Any, good: Any) -> None:
    model.will(good())
    done = interlock("plan", TASK, "--require", "out/totals.csv:region,best", "--first-pass")
    assert done.code == 1
    assert "best" in done.err
    assert 'Must be written: \\"out/totals.csv\\" with the columns region, best' in model.prompt()
    done = interlock("plan", TASK, "--require", "out/other.csv", "--first-pass")
    assert done.code == 1
    assert interlock("plan", TASK, "--require", "out/totals.csv", "--first-pass").code == 0
    done = interlock("plan", TASK, "--require", "out/totals.csv:region,total", "--first-pass", "--json")
    assert done.code == 0
    assert done.json["plan"]["contracts"] == {"out/totals.csv": {"columns": ["region", "total"]}}


def test_a_task_is_planned_and_run_in_one_go(interlock: Any, model: Any, good: Any, shop: Path) -> None:
    model.will(good())
    done = interlock("run", "--task", TASK)
    assert done.code == 0, done.err
    assert "planned by small" in done.out
    assert (shop / "out/totals.csv").read_text() == "region,total\nEast,120.5\nWest,310.0\n"
    assert interlock("run").code == 2
    model.will({"cannot": "no"})
    assert interlock("run", "--task", "something else entirely").code == 1


def test_from_standard_input(interlock: Any, model: Any, good: Any) -> None:
    model.will(good())
    assert interlock("plan", "-", "--json", input=TASK).json["plan"]["task"] == TASK
