"""Planning with a model, over its real protocol: what it is sent, what it may answer, and what can go wrong."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interlock.api import Project
from interlock.api.planning import Request, make_plan

TASK = "Add up what was sold in each area when it was more than a hundred, into out/totals.csv"


def test_a_good_plan_is_written_and_runs(interlock: Any, model: Any, good: Any, shop: Path) -> None:
    model.will(good())
    done = interlock("plan", TASK, "-o", "totals.plan.yaml")
    assert done.code == 0, done.err
    assert "by small" in done.out
    assert "english:" in done.err
    assert len(model.asked) == 1
    assert interlock("run", "totals.plan.yaml").code == 0
    assert (shop / "out/totals.csv").read_text() == "region,total\nEast,120.5\nWest,310.0\n"


def test_the_model_is_sent_exactly_what_show_prompt_prints(interlock: Any, model: Any, good: Any) -> None:
    shown = interlock("plan", TASK, "--show-prompt", "--json").json
    assert model.asked == []
    model.will(good())
    told = interlock("plan", TASK, "--json").json
    sent = model.asked[0]
    assert [each["content"] for each in sent["messages"]] == [shown["system"], shown["user"]]
    function = sent["tools"][0]["function"]
    assert without_empty_properties(function["parameters"]) == shown["schema"]
    assert told["attempts"][-1]["prompt"] == shown["digest"]


def without_empty_properties(value: Any) -> Any:
    """The client library adds `properties: {}` to objects of any shape, which means the same."""
    if isinstance(value, list):
        return [without_empty_properties(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: without_empty_properties(each) for key, each in value.items() if (key, each) != ("properties", {})}


def test_no_cell_values_are_sent_unless_asked_for(interlock: Any, model: Any, good: Any) -> None:
    model.will(good())
    interlock("plan", TASK, "--planner", "model")
    assert "310" not in model.prompt() and "chair" not in model.prompt()
    assert "region varchar" in model.prompt()
    interlock("plan", TASK, "--planner", "model", "--share-samples", "2")
    assert "chair" in model.prompt() and "lamp" not in model.prompt()


def test_wrong_columns_go_back_and_are_corrected(interlock: Any, model: Any, good: Any) -> None:
    model.will(good(measure="revenu"), good())
    done = interlock("plan", TASK, "--json")
    assert done.code == 0
    assert [each["outcome"] for each in done.json["attempts"]] == ["not understood", "refused", "passed"]
    again = model.prompt(1)
    assert "IL301" in again and "replace `revenu` with `revenue`" in again and "Your last answer" in again
    assert done.json["account"]["input_tokens"] == 2_000
    assert done.json["account"]["output_tokens"] == 400


def test_a_plan_goes_back_only_so_often(interlock: Any, model: Any, good: Any, shop: Path) -> None:
    model.will(good(measure="revenu"))
    done = interlock("plan", TASK, "-o", "never.plan.yaml")
    assert done.code == 1
    assert len(model.asked) == 3
    assert "refused 3 times" in done.err and "IL301" in done.err
    assert not (shop / "never.plan.yaml").exists()
    model.asked.clear()
    assert interlock("plan", TASK, "--first-pass").code == 1
    assert len(model.asked) == 1


def test_safe_fixes_are_applied_only_where_allowed_and_listed(interlock: Any, model: Any, good: Any) -> None:
    model.will(good(measure="revenu"))
    assert interlock("plan", TASK, "--first-pass").code == 1
    done = interlock("plan", TASK, "--first-pass", "--apply-fixes", "--json")
    assert done.code == 0
    assert done.json["fixes"] == ["IL301 at /nodes/2/params/measures/0/column: replace `revenu` with `revenue`"]
    told = interlock("plan", TASK, "--planner", "model", "--first-pass", "--apply-fixes")
    assert "safe fix applied: IL301" in told.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"nodes": [', "IL001"),
        ("I would first read the file and then …", "IL001"),
        ("[]", "one JSON object"),
        ("{}", "no `nodes`"),
        ('{"nodes": [{"id": "a", "type": "read_csv", "params": {}}], "cannot": "no"}', "not two of them"),
    ],
)
def test_what_is_no_plan_is_told_and_asked_again(interlock: Any, model: Any, good: Any, text: str, said: str) -> None:
    model.will(text, good())
    done = interlock("plan", TASK, "--json")
    assert done.code == 0, done.err
    assert done.json["attempts"][-2]["outcome"] == "refused"
    assert said in " ".join(done.json["attempts"][-2]["findings"])


def test_a_plan_in_words_is_read_if_it_is_all_json(interlock: Any, model: Any, good: Any, answer: Any) -> None:
    model.will(answer(f"```json\n{json.dumps(good())}\n```", kind="words"))
    assert interlock("plan", TASK).code == 0


def test_a_refusal_is_an_end(interlock: Any, model: Any, answer: Any) -> None:
    model.will(answer("I cannot help with that.", kind="refusal"))
    done = interlock("plan", TASK)
    assert done.code == 1
    assert "small:" in done.err and "Traceback" not in done.err


def test_a_rate_limit_is_waited_for(interlock: Any, model: Any, good: Any, answer: Any) -> None:
    limit = answer('{"error": {"message": "slow down"}}', 429, {"retry-after": "1"})
    model.will(limit, good())
    done = interlock("plan", TASK, "--json")
    assert done.code == 0
    assert done.json["account"]["calls"][0]["requests"] == 2
    assert done.json["account"]["seconds"] >= 1


def test_a_server_that_asks_for_an_hour_is_not_waited_for(interlock: Any, model: Any, answer: Any) -> None:
    model.will(answer('{"error": {"message": "slow down"}}', 429, {"retry-after": "3600"}))
    done = interlock("plan", TASK)
    assert done.code == 1
    assert len(model.asked) == 1
    assert "rate limit" in done.err


def test_a_fault_of_the_server_is_tried_again_and_then_told(interlock: Any, model: Any, good: Any, answer: Any) -> None:
    fault = answer('{"error": {"message": "oops"}}', 500)
    model.will(fault, good())
    assert interlock("plan", TASK, "--planner", "model").code == 0
    model.asked.clear()
    model.will(fault)
    done = interlock("plan", TASK, "--planner", "model")
    assert done.code == 1
    assert len(model.asked) == 3
    assert "status 500" in done.err and "asked 3 times" in done.err


@pytest.mark.parametrize(("status", "said"), [(401, "refused the key"), (404, "not known"), (400, "status 400")])
def test_what_will_not_pass_is_asked_once(interlock: Any, model: Any, answer: Any, status: int, said: str) -> None:
    model.will(answer('{"error": {"message": "no"}}', status))
    done = interlock("plan", TASK)
    assert done.code == 1
    assert len(model.asked) == 1
    assert said in done.err


def test_a_stall_ends_in_time(interlock: Any, model: Any, answer: Any, shop: Path, good: Any) -> None:
    settings = (shop / "interlock.toml").read_text().replace("timeout = 20", "timeout = 0.5")
    (shop / "interlock.toml").write_text(settings)
    model.will(answer(json.dumps(good()), kind="stall"))
    done = interlock("plan", TASK)
    assert done.code == 1
    assert "no answer within 0.5 s" in done.err or "failed" in done.err


def test_a_cut_connection_is_told(interlock: Any, model: Any, answer: Any, good: Any) -> None:
    model.will(answer(json.dumps(good()), kind="cut"))
    done = interlock("plan", TASK)
    assert done.code == 1
    assert "connection" in done.err and "Traceback" not in done.err


def test_nothing_listens(interlock: Any) -> None:
    done = interlock("plan", TASK, "--model", "openai:any", "--base-url", "http://127.0.0.1:9/v1")
    assert done.code == 1
    assert "connection" in done.err


def test_a_huge_answer_is_not_read_to_its_end(interlock: Any, model: Any, answer: Any) -> None:
    model.will(answer("{" + " " * (9 * 2**20) + "}", kind="raw"))
    done = interlock("plan", TASK)
    assert done.code == 1
    assert "longer than any plan" in done.err


def test_an_answer_that_was_cut_off_says_what_to_raise(interlock: Any, model: Any, answer: Any) -> None:
    model.will(answer('{"nodes": [', kind="length"))
    done = interlock("plan", TASK)
    assert done.code == 1
    assert "max_answer_tokens" in done.err


def test_a_body_that_is_no_json(interlock: Any, model: Any, answer: Any) -> None:
    model.will(answer("<html>gateway</html>", kind="raw"))
    done = interlock("plan", TASK)
    assert done.code == 1
    assert "Traceback" not in done.err


def test_the_model_asks_for_node_types(interlock: Any, model: Any, good: Any) -> None:
    model.will({"need": ["rank rows within a group"]}, good())
    done = interlock("plan", TASK, "--json")
    assert done.code == 0
    assert [each["outcome"] for each in done.json["attempts"][1:]] == ["asked for node types", "passed"]
    assert "rank_rows(" not in model.prompt(0)
    assert "rank_rows(" in model.prompt(1)
    model.will({"need": ["teleport"]})
    done = interlock("plan", TASK, "--planner", "model")
    assert done.code == 1
    assert "asked for node types that there are not: teleport" in done.err


def test_the_model_says_that_there_is_no_plan(interlock: Any, model: Any) -> None:
    model.will({"cannot": "No column\u001b[31m holds it."})
    done = interlock("plan", TASK)
    assert done.code == 1
    assert "no plan can do it: No column" in done.err
    assert "\x1b[31m holds" not in done.err


def test_anthropic_speaks_its_own_protocol(interlock: Any, model: Any, good: Any, shop: Path, answer: Any) -> None:
    (shop / "interlock.toml").write_text(
        f'[models.claude]\nmodel = "anthropic:claude-sonnet-4-6"\nbase_url = "{model.url.removesuffix("/v1")}"\n'
    )
    model.will(good(measure="revenu"), good())
    done = interlock("plan", TASK, "--json")
    assert done.code == 0, done.err
    assert model.paths == ["/v1/messages", "/v1/messages"]
    shown = interlock("plan", TASK, "--show-prompt", "--json").json
    system = model.asked[0]["system"]
    assert (system if isinstance(system, str) else "".join(part["text"] for part in system)) == shown["system"]
    model.will(answer("no", kind="refusal"))
    assert interlock("plan", TASK, "--planner", "model").code == 1


@pytest.mark.parametrize(("provider", "path"), [("google", ""), ("ollama", "/v1")])
def test_google_and_ollama_are_reached(
    interlock: Any, model: Any, good: Any, shop: Path, provider: str, path: str
) -> None:
    url = model.url.removesuffix("/v1") + path
    (shop / "interlock.toml").write_text(f'[models.other]\nmodel = "{provider}:some-model"\nbase_url = "{url}"\n')
    model.will(good(measure="revenu"), good())
    done = interlock("plan", TASK, "--json")
    assert done.code == 0, done.err
    assert done.json["account"]["input_tokens"] == 2_000
    assert "some-model" in model.paths[0] + str(model.asked[0].get("model"))


def test_a_key_goes_only_where_it_belongs(interlock: Any, model: Any, good: Any, shop: Path) -> None:
    model.will(good())
    interlock("plan", TASK, "--planner", "model", OPENAI_API_KEY="sk-of-another-service")
    assert "sk-of-another-service" not in json.dumps(model.headers)
    with (shop / "interlock.toml").open("a") as file:
        file.write('api_key_env = "SHOP_KEY"\n')
    interlock("plan", TASK, "--planner", "model", SHOP_KEY="sk-shop")
    assert model.headers[-1]["authorization"] == "Bearer sk-shop"
    done = interlock("plan", TASK, "--planner", "model")
    assert done.code == 1
    assert "`SHOP_KEY`" in done.err


def test_a_model_of_the_command_line(interlock: Any, model: Any, good: Any) -> None:
    model.will(good())
    done = interlock("plan", TASK, "--model", "openai:other", "--base-url", model.url, "--json")
    assert done.code == 0
    assert model.asked[0]["model"] == "other"
    assert done.json["planner"] == "model"
    assert interlock("plan", TASK, "--model", "nonsense").code == 2
    assert interlock("plan", TASK, "--planner", "nobody").code == 2


@pytest.mark.parametrize("output", ["native", "prompted"])
def test_other_ways_to_get_json(
    interlock: Any, model: Any, good: Callable[..., Any], answer: Any, shop: Path, output: str
) -> None:
    with (shop / "interlock.toml").open("a") as file:
        file.write(f'output = "{output}"\nschema = "full"\n')
    model.will(answer(json.dumps(good()), kind="words"))
    assert interlock("plan", TASK, "--planner", "model").code == 0
    assert "Measure" in model.prompt()


def test_without_the_extra_it_is_said_what_to_install(shop: Path) -> None:
    """In a process in which the client library cannot be imported."""
    script = (
        "import sys; sys.modules['pydantic_ai'] = None; sys.argv[0] = 'interlock'; "
        "from interlock.doors.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "plan", TASK], cwd=shop, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert "pip install 'interlock[llm]'" in done.stderr
    assert "english:" in done.stderr


def test_a_model_is_asked_from_within_a_running_loop(shop: Path, model: Any, good: Any) -> None:
    async def planned() -> Any:
        return make_plan(Project.at(shop), Request(TASK, planners=("model",)))

    model.will(good())
    assert asyncio.run(planned()).ok


def test_a_check_does_not_load_the_planning_of_models(shop: Path) -> None:
    """What a check starts with is what it needs."""
    script = (
        "import sys; import interlock.doors.cli.main, interlock.api; from interlock.api import Project; Project.at('.'); "
        "print([each for each in sys.modules if each.split('.')[0] in ('pydantic_ai', 'asyncio', 'httpx2', 'openai') "
        "or each.startswith('interlock.planning.') and each != 'interlock.planning.settings'])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=shop, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr
