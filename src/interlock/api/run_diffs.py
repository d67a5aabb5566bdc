"""What differs between two runs: plans, inputs, sources, steps, outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interlock.api.diffs import names_a_file
from interlock.api.project import Project
from interlock.runtime.events import RunStatus
from interlock.runtime.journal import Journal
from interlock.runtime.store import folder_of
from interlock.runtime.versions import saved_plans


@dataclass(frozen=True)
class RunChange:
    """One thing that differs: what it is (`input`, `source`, `step`, `output` …), its name, and both values.

    `aspect` says in what respect, such as `rows` or `digest`.
    """

    what: str
    name: str
    aspect: str
    before: Any
    after: Any

    def as_dict(self) -> dict[str, Any]:
        """The change as plain data."""
        return dict(vars(self))


@dataclass(frozen=True)
class RunDiff:
    """The difference between two runs. Times and ids are no difference."""

    before: RunStatus
    after: RunStatus
    changes: tuple[RunChange, ...]

    @property
    def same(self) -> bool:
        """Whether both did the same with the same, as far as is recorded."""
        return not self.changes

    def sentences(self) -> list[str]:
        """The difference in English, one sentence a line."""
        return [_sentence(each) for each in self.changes]

    def as_dict(self) -> dict[str, Any]:
        """The difference as plain data."""
        return {
            "same": self.same,
            "before": {"run": self.before.run, "status": self.before.status},
            "after": {"run": self.after.run, "status": self.after.status},
            "changes": [each.as_dict() for each in self.changes],
            "sentences": self.sentences(),
        }


def run_diff(project: Project, before: str, after: str) -> RunDiff | None:
    """The difference between two runs; None if one of the two means a plan (a file or a saved one). Raises JournalError."""
    if any(names_a_file(each) for each in (before, after)) or not folder_of(project.root).is_dir():
        return None
    with Journal.open(project.root, create=False) as journal:
        sides = []
        for each in (before, after):
            if each.partition("@")[0] in {saved.name for saved in saved_plans(journal)}:
                return None
            sides.append(journal.status(journal.find_run(each)))
    return RunDiff(sides[0], sides[1], tuple(_changes(sides[0], sides[1])))


def _changes(one: RunStatus, other: RunStatus) -> Iterator[RunChange]:
    for name, aspect in (("plan", "digest"), ("artifact", "digest"), ("status", "")):
        if getattr(one, name) != getattr(other, name):
            yield RunChange(
                "program" if name == "artifact" else name, "", aspect, getattr(one, name), getattr(other, name)
            )
    yield from _compared("version", one.versions, other.versions, "")
    yield from _compared("input", _texts(one.inputs), _texts(other.inputs), "value")
    sources = [{each["path"]: each["digest"] for each in side.sources.values()} for side in (one, other)]
    yield from _compared("source", sources[0], sources[1], "digest")
    same_engine = one.versions.get("duckdb") == other.versions.get("duckdb")
    for name in dict.fromkeys([*one.steps, *other.steps]):
        step, again = one.steps.get(name), other.steps.get(name)
        if step is None or again is None:
            yield RunChange("step", name, "", step and step.state, again and again.state)
            continue
        if step.state != again.state:
            yield RunChange("step", name, "state", step.state, again.state)
        if step.rows != again.rows and None not in (step.rows, again.rows):
            yield RunChange("step", name, "rows", step.rows, again.rows)
        elif same_engine and step.digest and again.digest and step.digest != again.digest:
            yield RunChange("step", name, "digest", step.digest, again.digest)
    outputs = [{each["path"]: each["digest"] for each in side.outputs} for side in (one, other)]
    yield from _compared("output", outputs[0], outputs[1], "digest")


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of inputs, those given as text as the numbers that they are: `60` and 60.0 are one value."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        try:
            found[name] = float(value) if not isinstance(value, bool) else value
        except (TypeError, ValueError):
            found[name] = value
    return found


def _compared(what: str, one: Mapping[str, Any], other: Mapping[str, Any], aspect: str) -> Iterator[RunChange]:
    for name in dict.fromkeys([*one, *other]):
        if one.get(name) != other.get(name):
            yield RunChange(what, name, aspect, one.get(name), other.get(name))


def _sentence(change: RunChange) -> str:
    if change.what in ("plan", "program"):
        return f"They ran another {change.what}: {_short(change.before)}, then {_short(change.after)}."
    if change.what == "status":
        return f"The one is {change.before}, the other {change.after}."
    if change.what == "version":
        return f"{change.name} was {change.before} and is {change.after}."
    if change.what == "input":
        return f"Run input `:{change.name}` was {_given(change.before)} and is {_given(change.after)}."
    if change.what in ("source", "output"):
        verb = "read" if change.what == "source" else "wrote"
        if None in (change.before, change.after):
            return f"Only the {'second' if change.before is None else 'first'} {verb} `{change.name}`."
        return f"`{change.name}` differs: {_short(change.before)}, then {_short(change.after)}."
    if change.aspect == "rows":
        return f"Step `{change.name}` gave {change.before:,} row{'s'[: change.before != 1]}, then {change.after:,}."
    if change.aspect == "digest":
        return f"Step `{change.name}` gave other rows, of the same number."
    if None in (change.before, change.after):
        return f"Step `{change.name}` is only in the {'second' if change.before is None else 'first'}."
    return f"Step `{change.name}` is {change.before} in the one, {change.after} in the other."


def _given(value: Any) -> str:
    return "not given" if value is None else str(value)


def _short(digest: Any) -> str:
    return f"{str(digest)[:19]}…"
