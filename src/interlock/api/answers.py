"""Answers of people to runs that wait for them: `project.answers`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock.api.needs import Rooted
from interlock.gates.inputs import InputValueError, coerce
from interlock.ir.diagnostics import joined, nearest
from interlock.ir.types import parse_type
from interlock.runtime.events import RunStatus
from interlock.runtime.journal import Journal
from interlock.runtime.store import JournalError

WAITS = frozenset({"paused", "answered"})
"""Statuses of a run whose question can be answered; an answer can be changed until the run goes on."""


@dataclass(frozen=True)
class Question:
    """What a run asks: a question with its form, and the first of the `total` rows that it is about.

    `fields` say for each answer its `type`, its `choices`, a `default`, whether it is `optional`, and a `label`.
    `answered` holds the answers that the run has been given and not yet used.
    """

    run: str
    step: str
    question: str
    fields: Mapping[str, Mapping[str, Any]]
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int
    answered: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The question as plain data."""
        fields = [{"name": name, **field} for name, field in self.fields.items()]
        return {**vars(self), "fields": fields, "columns": list(self.columns), "rows": [list(row) for row in self.rows]}


class BadAnswer(ValueError):
    """Answers that do not fit the form; the message says which and what was expected."""

    code = "IL944"


@dataclass(frozen=True)
class Answers:
    """What the runs of a project ask people, and what they were answered."""

    project: Rooted

    def question(self, run: str) -> Question:
        """What a run (its id, a part of one, or `last`) asks; raises JournalError if it asks nothing."""
        with Journal.open(self.project.root, create=False) as journal:
            journal.trust()
            return _question(journal.status(journal.find_run(run)))

    def answer(
        self, run: str, values: Mapping[str, Any], *, by: str, step: str | None = None, note: str = ""
    ) -> dict[str, Any]:
        """Answer what a run asks, so that it can be resumed: values by field, typed or as text; the full answers.

        Fields with a default may be left out. Raises BadAnswer, or JournalError if the run asks nothing (of `step`).
        """
        if not by.strip():
            raise JournalError("an answer needs the name of who gives it", "give it with --by NAME")
        with Journal.open(self.project.root) as journal:
            journal.trust()
            status = journal.status(journal.find_run(run))
            asked = _question(status)
            if step is not None and step != asked.step:
                raise JournalError(f"the run {status.run} asks nothing in `{step}`", f"it asks in `{asked.step}`")
            answers = fitted(asked.fields, values)
            journal.append(status.run, "run_answered", step=asked.step, answer=answers, by=by.strip(), note=note)
            return answers


def asked_by(run: str, step: str, data: Mapping[str, Any], answered: Mapping[str, Any] | None = None) -> Question:
    """The question that stopped a run in `step`, from the data of its failure (IL943)."""
    fields = {
        str(each["name"]): {key: value for key, value in each.items() if key != "name"}
        for each in data.get("fields", ())
    }
    rows = tuple(tuple(row) for row in data.get("rows", ()))
    return Question(
        run,
        step,
        data.get("question", ""),
        fields,
        tuple(data.get("columns", ())),
        rows,
        data.get("total", 0),
        answered,
    )


def _question(status: RunStatus) -> Question:
    if status.status not in WAITS or not status.pauses:
        raise JournalError(f"the run {status.run} asks nothing: it is {status.status}", "`interlock runs` lists runs")
    asked = next(each for each in reversed(status.pauses) if each["kind"] == "run_paused")
    last = status.pauses[-1]
    answered = last["answer"] if last["kind"] == "run_answered" else None
    return asked_by(status.run, asked["step"], asked.get("data", {}), answered)


def fitted(fields: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to a form, every field with its value as JSON holds it; raises BadAnswer.

    >>> fitted({"approved": {"type": "boolean"}, "level": {"type": "integer", "default": 1}}, {"approved": "true"})
    {'approved': True, 'level': 1}
    """
    for name in values:
        if name not in fields:
            near = nearest(name, fields, 1)
            hint = f"; did you mean `{near[0]}`?" if near else f"; it has {joined([f'`{each}`' for each in fields])}"
            raise BadAnswer(f"the form has no field `{name}`{hint}")
    missing = [
        name for name, field in fields.items()
        if values.get(name) is None and field.get("default") is None and not field.get("optional")
    ]  # fmt: skip
    if missing:
        wanted = [f"`{name}` ({fields[name]['type']})" for name in missing]
        raise BadAnswer(f"{joined(wanted)} must be answered")
    return {name: _value(name, field, values.get(name)) for name, field in fields.items()}


def _value(name: str, field: Mapping[str, Any], given: Any) -> Any:
    value = field.get("default") if given is None else given
    if value is None:
        return None
    kind = parse_type(str(field["type"]))
    try:
        found = coerce(value, kind)
        choices = [coerce(each, kind) for each in field.get("choices") or ()]
    except InputValueError as error:
        raise BadAnswer(f"`{name}`: {error}") from error
    if choices and found not in choices:
        raise BadAnswer(
            f"`{name}` cannot be {value!r}; the choices are {joined([str(each) for each in field['choices']], 'or')}"
        )
    return found if isinstance(found, bool | int | float | str) else str(found)
