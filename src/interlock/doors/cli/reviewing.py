"""How reviews are shown and decided on: what `run`, `resume`, `approve` and `reject` share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from interlock.api import Refused, RunFailed
from interlock.doors.cli.output import fail_usage, project_for, refuse, refuse_json, say_json, stop

if TYPE_CHECKING:
    from interlock.api.approvals import Review

Target = Annotated[
    str,
    typer.Argument(
        metavar="RUN|PLAN", help="A run, a plan file, or a saved plan such as `name@2`.", show_default=False
    ),
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.", show_default=False)]
Note = Annotated[
    str, typer.Option("--note", metavar="TEXT", help="A remark, kept with the decision.", show_default=False)
]


def decide(
    verdict: Literal["approved", "rejected"], target: str, by: str, note: str, as_json: bool, folder: Path | None
) -> None:
    """Write a decision down, and say what it is about."""
    if not by.strip():
        stop(fail_usage("a decision needs the name of who makes it: --by NAME", as_json))
    approvals = project_for(Path(target), folder).approvals
    try:
        decision = (approvals.approve if verdict == "approved" else approvals.reject)(target, by=by, note=note)
    except Refused as error:
        refuse_json(error.checked) if as_json else refuse(error.checked)
    if as_json:
        say_json({"ok": True, **decision.as_dict()})
        return
    print(f"{verdict} {decision.name or target} by {decision.by}")
    for part, digest in decision.binding.as_dict().items():
        print(f"  {part:9} {digest[:19]}…")
    if decision.run and verdict == "approved":
        print(f"next: interlock resume {decision.run}")


def show(target: str, as_json: bool, folder: Path | None) -> None:
    """Show what approving a target means."""
    try:
        review = project_for(Path(target), folder).approvals.review(target)
    except Refused as error:
        refuse_json(error.checked) if as_json else refuse(error.checked)
    if as_json:
        say_json({"ok": True, **review.as_dict()})
    else:
        print(review_text(review))


def waits(run: str, review: Review, as_json: bool) -> NoReturn:
    """Say that a run waits for an approval, and end with exit code 4."""
    if as_json:
        say_json({"ok": False, "waiting": {"code": "IL941", "run": run, "review": review.as_dict()}})
        stop(4)
    print(review_text(review))
    print()
    decision = review.standing.decision
    if review.standing.rejected and decision is not None:
        note = f": {decision.note}" if decision.note else ""
        print(
            f"waiting[IL941]: this was rejected by {decision.by} on {decision.at[:10]}{note}; nothing was run",
            file=sys.stderr,
        )
    else:
        print(f"waiting[IL941]: the run {run} waits for an approval; nothing was run", file=sys.stderr)
    print(f"  = next: interlock approve {run} --by NAME, then interlock resume {run}", file=sys.stderr)
    print(f"  = or:   interlock reject {run} --by NAME", file=sys.stderr)
    print("  = more: interlock explain IL941", file=sys.stderr)
    stop(4)


def asks(error: RunFailed, as_json: bool) -> NoReturn:
    """Say what a run asks a person, and end with exit code 4."""
    from interlock.api.answers import asked_by
    from interlock.doors.cli.answer import question_text

    run = str(error.data.get("run", ""))
    question = asked_by(run, error.step or "", error.data)
    if as_json:
        say_json({"ok": False, "waiting": {"code": error.code, **question.as_dict()}})
        stop(4)
    print(question_text(question))
    print()
    print(f"waiting[{error.code}]: {error.message}", file=sys.stderr)
    if run:
        print(
            f"  = next: interlock answer {run} --set FIELD=VALUE --by NAME, then interlock resume {run}",
            file=sys.stderr,
        )
    else:
        print("  = help: without a journal a run cannot wait: run it without --no-journal", file=sys.stderr)
    print(f"  = more: interlock explain {error.code}", file=sys.stderr)
    stop(4)


def review_text(review: Review) -> str:
    """A review as a person reads it: the plan, then what it does, promises, and what changed since it was approved."""
    lines = [
        f"review of {review.name or 'a plan'}",
        "",
        *(f"  {line}".rstrip() for line in review.text.splitlines()),
        "",
    ]
    lines += ["what it does"]
    for touch in review.touches:
        lines.append(f"  {'approve' if touch in review.to_approve else '       '}  {touch}  (`{touch.node}`)")
    if review.inputs:
        lines += ["", "this run's inputs (an approval is for any)"]
        lines += [f"  {name} = {value}" for name, value in review.inputs.items()]
    if review.contracts:
        lines += ["", "what it promises", *(f"  {each}" for each in review.contracts)]
    earlier = review.standing.earlier
    if earlier is not None:
        lines += [
            "",
            f"since it was approved by {earlier.by} on {earlier.at[:10]}, these changed: {', '.join(review.standing.changed)}",
        ]
        lines += [f"  now    {touch}" for touch in review.gained]
        lines += [f"  before {touch}" for touch in review.lost]
        lines += [f"  {sentence}" for sentence in review.sentences]
        lines += [f"  {line}" for line in review.changes]
    elif review.standing.decision is None:
        lines += ["", "no version of it was approved before"]
    if review.standing.approved and review.standing.decision is not None:
        lines += ["", f"approved by {review.standing.decision.by} on {review.standing.decision.at[:10]}"]
    elif not review.to_approve:
        lines += ["", "nothing of this needs an approval"]
    return "\n".join(lines)
