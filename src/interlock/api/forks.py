"""Fork: a new run that takes up what an earlier one made before a step, and goes on from there.

What comes before the step is reused where it would be made in the same way: the same statement over the same steps, and
none of the inputs that changed. Everything else is made again, and a source that has changed in the meantime stops the
fork, since what is reused belongs to what it was then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock.api.checked import Checked, Refused
from interlock.api.project import Project
from interlock.compiler.touches import touches as touches_of
from interlock.ir.artifact import Artifact
from interlock.ir.diagnostics import nearest
from interlock.runtime.checkpoints import fault_of
from interlock.runtime.durable import versions
from interlock.runtime.events import Event, RunStatus
from interlock.runtime.execute import load, unload
from interlock.runtime.journal import Journal
from interlock.runtime.store import JournalError


@dataclass(frozen=True)
class Fork:
    """A forked run, ready to begin: which steps it takes over, and which come before the step but are made again."""

    run: str
    of: str
    step: str
    reused: tuple[str, ...]
    made_again: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The fork as plain data."""
        return {**vars(self), "reused": list(self.reused), "made_again": list(self.made_again)}


def fork(
    project: Project,
    text: str,
    step: str,
    inputs: Mapping[str, Any] | None = None,
    plan: str | Path | Checked | None = None,
) -> Fork:
    """A new run from an earlier one, ready to begin with `project.runs.resume`.

    `inputs` replaces values of run inputs, `plan` the plan. Raises JournalError, and Refused for a plan that does not pass.
    """
    with Journal.open(project.root) as journal:
        journal.trust()
        of = journal.find_run(text)
        status = journal.status(of)
        old = journal.artifact(status.artifact)
        new, described = _program(project, journal, status, old, plan)
        before, after = _steps(old), _steps(new)
        known = [each["id"] for each in after]
        if step not in known:
            near = nearest(step, known, 3)
            raise JournalError(f"the program has no step `{step}`", f"its steps are {', '.join(near or known)}")
        given = {name: value for name, value in status.inputs.items() if name in new.manifest["inputs"]} | dict(
            inputs or {}
        )
        changed = {name for name, value in given.items() if str(status.inputs.get(name)) != str(value)}
        behind = _behind(after, step)
        early = [each for each in after if each["id"] not in behind]
        alike = _alike(before, after, changed, old.digest == new.digest)
        reused = [each["id"] for each in early if each["id"] in alike and _done(status, each)]
        twice = [
            each["id"]
            for each in early
            if each.get("repeat", "replace") != "replace" and _done(status, each, sinks=True)
        ]
        if twice:
            raise JournalError(
                f"`{twice[0]}` does not come after `{step}`, was done by the run {of}, and would be done a second time",
                f"fork from a step before `{twice[0]}`, or take it out of the plan (--plan)",
            )
        run = journal.create_run(
            **described, inputs=given, settings=dict(status.settings), versions=versions(),
            origin={"fork_of": of, "from": step, "reused": reused},
        )  # fmt: skip
        journal.append_all(_taken_over(journal, of, run, status, reused))
        again = [each["id"] for each in early if each["id"] not in reused and "path" not in each]
        return Fork(run, of, step, tuple(reused), tuple(again))


def _program(
    project: Project, journal: Journal, status: RunStatus, old: Artifact, plan: str | Path | Checked | None
) -> tuple[Artifact, dict[str, Any]]:
    """The program of the fork, and what the journal is told of it: the old one, or that of another plan."""
    if plan is None:
        told = {"plan": status.plan, "artifact": old.digest, "name": status.name, "file": status.file}
        return old, {**told, "touches": [dict(each) for each in status.touches]}
    checked = plan if isinstance(plan, Checked) else project.read(plan)
    if checked.proven is None:
        raise Refused(checked)
    name = checked.proven.plan.name or Path(checked.document.name).name.split(".")[0]
    new = project.compile(checked.proven, name)
    journal.keep_plan(checked.proven.digest, checked.proven.plan.document(), name)
    journal.keep_artifact(new)
    told = {"plan": checked.proven.digest, "artifact": new.digest, "name": name, "file": checked.document.name}
    return new, {**told, "touches": [each.as_dict() for each in sorted(touches_of(checked.proven))]}


def _steps(artifact: Artifact) -> list[dict[str, Any]]:
    module = load(artifact)
    try:
        return list(module.STEPS)
    finally:
        unload(module)


def _behind(steps: list[dict[str, Any]], step: str) -> set[str]:
    """The step and all that depends on it, tests included."""
    found = {step}
    for each in steps:
        if found & {*each["reads"], *(name for check in each["checks"] for name in check["reads"])} - {each["id"]}:
            found.add(each["id"])
    return found


_MEANING = ("kind", "type", "sql", "reads", "columns", "names", "options", "path", "asks")
"""What decides which rows a step gives."""


def _alike(
    before: list[dict[str, Any]], after: list[dict[str, Any]], changed: set[str], same_program: bool
) -> set[str]:
    """The steps that give what they gave: made in the same way of steps that do, without an input that changed.

    Of code it is not known whether it is the same in another program, so it counts as changed there.
    """
    known = {each["id"]: each for each in before}
    found: set[str] = set()
    for each in after:
        other = known.get(each["id"])
        if other is None or not found.issuperset(each["reads"]):
            continue
        texts = [each.get("sql") or "", *(check["sql"] for check in each["checks"])]
        uses = {name for name in changed for text in texts if f"getvariable('{name}')" in text}
        same = same_program or (
            "call" not in each
            and all(each.get(key) == other.get(key) for key in _MEANING)
            and [check["sql"] for check in each["checks"]] == [check["sql"] for check in other["checks"]]
        )
        if same and not uses:
            found.add(each["id"])
    return found


def _done(status: RunStatus, step: Mapping[str, Any], sinks: bool = False) -> bool:
    found = status.steps.get(step["id"])
    is_sink = step["kind"] in ("copy", "writes")
    return found is not None and found.complete and is_sink == sinks


def _taken_over(
    journal: Journal, of: str, run: str, status: RunStatus, reused: Iterable[str]
) -> list[tuple[str, str, Mapping[str, Any]]]:
    """The events that tell the new run what the old one made: its sources as they were, what people answered, results still there."""
    wanted = {*reused}
    last: dict[tuple[str, str, str], Event] = {}
    for event in journal.events(of, kinds=["source_checked", "step_finished", "run_answered"]):
        if event.data["step"] in wanted:
            last[event.kind, event.data["step"], str(event.data.get("path", ""))] = event
    same_engine = status.versions.get("duckdb") == versions()["duckdb"]
    found: list[tuple[str, str, Mapping[str, Any]]] = []
    for event in sorted(last.values(), key=lambda each: each.seq):
        data = dict(event.data) | ({"given_to": of} if event.kind == "run_answered" else {})
        checkpoint = data.get("checkpoint")
        if checkpoint and fault_of(journal.folder, checkpoint) is not None:
            data = {name: value for name, value in data.items() if name not in ("checkpoint", "checkpoint_bytes")}
        if not same_engine:
            data.pop("digest", None)
        found.append((run, event.kind, data))
    return found
