"""`interlock plan`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.api import Project
from interlock.doors.cli.output import AsJson, ProjectFolder, color, fail_usage, project_here, say_json, stop

NAME = "plan"


def command(
    task: Annotated[str, typer.Argument(help="What is wanted, in words; `-` reads standard input.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write the plan here, YAML or JSON by its ending. Default: print it.",
            show_default=False,
        ),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            metavar="PATH",
            help="A file or folder the plan may read; repeat for more. Default: the project's data folders.",
            show_default=False,
        ),
    ] = None,
    require: Annotated[
        list[str] | None,
        typer.Option(
            "--require",
            metavar="PATH[:COLUMN,…]",
            help="A file that the plan must write, with columns that must be in it; repeat for more.",
            show_default=False,
        ),
    ] = None,
    planner: Annotated[
        list[str] | None,
        typer.Option(
            "--planner",
            metavar="NAME",
            help="Who plans: cache, english, model, or a model of interlock.toml; repeat for more, tried in order.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="PROVIDER:NAME",
            help="A model to ask, such as openai:gpt-5-mini or ollama:qwen3. Needs the extra interlock[llm].",
            show_default=False,
        ),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="An endpoint for --model that speaks its provider's protocol.", show_default=False
        ),
    ] = None,
    first_pass: Annotated[
        bool, typer.Option("--first-pass", help="Ask a model once: a refused plan does not go back to it.")
    ] = False,
    apply_fixes: Annotated[
        bool, typer.Option("--apply-fixes", help="Apply the safe fixes of a refused plan; they are listed.")
    ] = False,
    max_cost: Annotated[
        float | None,
        typer.Option(metavar="USD", min=0, help="Most to spend on models; decided before a call.", show_default=False),
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, help="Most tokens to spend on models; decided before a call.", show_default=False
        ),
    ] = None,
    share_samples: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            max=50,
            help="Rows of each file that a model may see. Default: none.",
            show_default=False,
        ),
    ] = None,
    show_prompt: Annotated[
        bool, typer.Option("--show-prompt", help="Print what a model would be sent, and ask no one.")
    ] = False,
    answer: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            metavar="ANSWER",
            help="Take a model's answer from a file, in place of asking; repeat for its answers to what was refused.",
            show_default=False,
        ),
    ] = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Turn a task in words into a checked plan.

    Planners are tried in turn: plans made before, the English reader, then the models of interlock.toml. Nothing runs.
    """
    found = project_here(project)
    request = _request(
        task, data, require, planner, model, base_url, first_pass, apply_fixes, max_cost, max_tokens, share_samples,
        answer, json,
    )  # fmt: skip
    if show_prompt:
        _show_prompt(found, request, json)
        return
    outcome = planned(found, request, json)
    proven = outcome.checked.proven if outcome.checked else None
    if proven is None:
        say_json(outcome.as_dict()) if json else tell(outcome)
        stop(1)
    from interlock.syntax.write import to_json, to_yaml

    text = to_json(proven.plan) if output and output.suffix == ".json" else to_yaml(proven.plan)
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8", newline="\n")
    if json:
        say_json({**outcome.as_dict(), "written": str(output) if output else None})
        return
    tell(outcome)
    if output is None:
        print(text, end="")
    else:
        print(f"{output}: {len(proven.plan.nodes)} nodes, by {outcome.planner}; run it: interlock run {output}")


def planned(project: Project, request: Any, as_json: bool) -> Any:
    """The outcome of planning a task; a planner that does not exist is wrong usage."""
    from interlock.api.planning import NoPlanner, make_plan

    try:
        return make_plan(project, request)
    except NoPlanner as error:
        stop(fail_usage(str(error), as_json))


def tell(outcome: Any) -> None:
    """Say who planned and who did not, and what it cost: on stderr."""
    from interlock.api.attempts import PassedOver
    from interlock.syntax.words import visible

    strong, end = ("\x1b[1;31m", "\x1b[0m") if color() else ("", "")
    for each in outcome.passed_over:
        if outcome.ok and each == PassedOver("cache", "not planned before"):
            continue  # nothing to tell: the usual way
        print(f"{each.planner}: {visible(each.reason)}", file=sys.stderr)
        for attempt in outcome.attempts:
            if attempt.planner == each.planner:
                _tell_attempt(attempt)
    for note in (*outcome.notes, *(f"safe fix applied: {each}" for each in outcome.fixes)):
        print(f"note: {visible(note)}", file=sys.stderr)
    if outcome.account.calls:
        account = outcome.account
        cost = "at no known price" if account.cost is None else f"${account.cost:.4f}"
        print(
            f"{len(account.calls)} call{'s'[: len(account.calls) != 1]}, {account.input_tokens:,} + "
            f"{account.output_tokens:,} tokens, {cost}, {account.seconds:.1f} s",
            file=sys.stderr,
        )
    if not outcome.ok:
        for each in outcome.left_out[:10]:
            print(f"not in the catalog: {visible(each)}", file=sys.stderr)
        why = f": {outcome.route.reason}" if outcome.route.reason else ""
        print(f"{strong}no plan{end}{why}", file=sys.stderr)


def _tell_attempt(attempt: Any) -> None:
    from interlock.syntax.words import visible

    lines = [*attempt.findings]
    details = attempt.details
    lines += [f"not placed: {each['words']}" for each in details.get("unplaced", ())]
    lines += [f"close to it: {each}" for each in details.get("nearest", ())]
    lines += [f"for example: {each}" for each in details.get("examples", ())]
    for number, reading in enumerate(details.get("readings", ())[:3], 1):
        lines += [f"it could mean ({number}):", *(f"  {line}" for line in reading.splitlines())]
    for line in lines[:60]:
        print(f"  {visible(line)}", file=sys.stderr)


def _request(
    task: str, data: Any, require: Any, planner: Any, model: Any, base_url: Any, first_pass: bool, apply_fixes: bool,
    max_cost: Any, max_tokens: Any, share_samples: Any, answer: list[Path] | None, as_json: bool,
) -> Any:  # fmt: skip
    from dataclasses import replace

    from interlock.api.planning import Request
    from interlock.planning.settings import SettingsError, ad_hoc_model
    from interlock.planning.task import Required

    if base_url and not model:
        stop(fail_usage("--base-url goes with --model PROVIDER:NAME", as_json))
    try:
        settings = replace(ad_hoc_model(model), base_url=base_url) if model else None
    except SettingsError:
        stop(fail_usage(f"--model takes PROVIDER:NAME, such as openai:gpt-5-mini, not `{model}`", as_json))
    required = []
    for each in require or []:
        path, _, columns = each.partition(":")
        required.append(Required(path, tuple(name.strip() for name in columns.split(",") if name.strip())))
    try:
        answers = tuple(path.read_text(encoding="utf-8", errors="replace") for path in answer) if answer else None
    except OSError as error:
        stop(fail_usage(f"{error.filename}: {error.strerror or error}", as_json))
    return Request(
        sys.stdin.read() if task == "-" else task,
        tuple(data or ()),
        tuple(planner) if planner else None,
        settings,
        tuple(required),
        0 if first_pass else None,
        max_cost,
        max_tokens,
        share_samples,
        apply_fixes,
        answers,
    )


def _show_prompt(project: Project, request: Any, as_json: bool) -> None:
    from interlock.api.planning import next_prompt

    try:
        prompt = next_prompt(project, request)
    except ValueError as error:
        stop(fail_usage(f"--show-prompt: {error}", as_json))
    if as_json:
        say_json(prompt.as_dict())
        return
    print(f"== system ==\n{prompt.system}\n\n== user ==\n{prompt.user}\n\n== output schema ==\n{prompt.schema_text}")
    print(f"\nprompt {prompt.version} {prompt.digest}", file=sys.stderr)
    print(
        f"about {prompt.tokens:,} tokens: {prompt.fixed_tokens:,} fixed, "
        f"{prompt.tokens - prompt.fixed_tokens:,} for the task, its data and earlier answers",
        file=sys.stderr,
    )
