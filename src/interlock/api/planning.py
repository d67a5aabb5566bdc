"""From a task in words to a checked plan: planners in turn, and the loop of plan, diagnostics and plan again.

Planners propose, the checks judge, and what passes is a plan like any other. Nothing that is refused comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from interlock.api.attempts import Attempt, Outcome, PassedOver
from interlock.api.catalogs import catalog_for, samples
from interlock.api.checked import Checked
from interlock.api.mending import judged
from interlock.api.project import Project
from interlock.ir.diagnostics import joined
from interlock.planning.account import Account, Usage
from interlock.planning.answers import Answer, read_answer
from interlock.planning.asking import ModelFailed, ask
from interlock.planning.cache import Cache, CacheError, Entry, changed_types
from interlock.planning.literals import carried_over, cut
from interlock.planning.prices import refusal
from interlock.planning.prompt import Prompt, Refusal, build, findings
from interlock.planning.routing import Route, route
from interlock.planning.settings import ModelSettings
from interlock.planning.task import Required, Task

Asker = Callable[[Prompt], tuple[str, Usage]]
"""Gives the text of an answer to a prompt, and what it took; raises ModelFailed."""
MOST_WISHES = 2
"""How often a model may ask for more node types."""


@dataclass(frozen=True)
class Request:
    """A task and how it is to be planned. What is None is taken from the project's settings."""

    text: str
    data: tuple[str, ...] = ()
    planners: tuple[str, ...] | None = None
    model: ModelSettings | None = None
    """A model beside those of the project; its planner is called by its name."""
    required: tuple[Required, ...] = ()
    attempts: int | None = None
    max_cost: float | None = None
    max_tokens: int | None = None
    share_samples: int | None = None
    apply_fixes: bool = False
    answers: tuple[str, ...] | None = None
    """Answers from elsewhere, read in place of a model's; with them no planner is asked."""


class NoPlanner(ValueError):
    """A planner that the project does not have; the message names those it has."""


class _Exhausted(Exception):
    """No further answer is at hand for this prompt."""

    def __init__(self, prompt: Prompt) -> None:
        super().__init__("no further answer")
        self.prompt = prompt


def make_plan(project: Project, request: Request) -> Outcome:
    """Plan a task: a checked plan, or the reasons why none passed. Raises NoPlanner."""
    work = _Work(project, request)
    if request.answers is not None:
        try:
            proven = work.by_asking("answer", replay(request.answers), None)
        except _Exhausted:
            proven = "no further answer was given"
        return work.outcome("answer", proven)
    for name in work.planners():
        proven = work.by(name)
        if isinstance(proven, Checked):
            return work.kept(work.outcome(name, proven))
        work.passed_over.append(PassedOver(name, proven))
    return work.kept(work.outcome("", ""))


def next_prompt(project: Project, request: Request) -> Prompt:
    """The prompt that a model would be sent for a task, after the request's `answers` if it has any. Asks no one.

    Raises ValueError where the answers need no further prompt: one of them passed, or ended the matter.
    """
    work = _Work(project, request)
    model = request.model or next(iter(project.planning.models.values()), None)
    try:
        work.by_asking("answer", replay(request.answers or ()), None, model.schema if model else "names")
    except _Exhausted as end:
        return end.prompt
    raise ValueError("the answers need no further prompt")


def replay(answers: Sequence[str]) -> Asker:
    """An asker that gives these answers in turn."""
    waiting: Iterator[str] = iter(answers)

    def asked(prompt: Prompt) -> tuple[str, Usage]:
        for text in waiting:
            return text, Usage("answer")
        raise _Exhausted(prompt)

    return asked


@dataclass
class _Work:
    """One planning under way: what was tried so far and what it took."""

    project: Project
    request: Request
    attempts: list[Attempt] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    account: Account = field(default_factory=Account)
    routed: Route = field(default_factory=lambda: Route("workflow"))

    def __post_init__(self) -> None:
        settings = self.project.planning
        policy = self.project.policy
        found = catalog_for(self.project, self.request.text, self.request.data, settings.data)
        self.left_out = found.left_out
        shared = settings.share_samples if self.request.share_samples is None else self.request.share_samples
        self.task = Task(
            self.request.text,
            found.catalog,
            self.request.required,
            policy.write,
            (f"read {policy.read}", f"write {policy.write}", f"effects {policy.effects}"),
            samples(self.project, found.catalog, shared),
        )
        self.cache = Cache(self.project.root)

    def planners(self) -> list[str]:
        """The planners to try, in order. `model` stands for every model of the project, or for the one that is given."""
        settings, given = self.project.planning, self.request.model
        asked = self.request.planners
        if asked is None:
            asked = settings.planners if given is None else ("cache", "english", "model")
        own = [given.name] if given else [each for each in settings.planners if each in settings.models]
        own = own or list(settings.models)
        found: list[str] = []
        for name in asked:
            known = name in ("cache", "english") or name in settings.models or (given and name == given.name)
            if name == "model" and own:
                found += own
            elif known:
                found.append(name)
            elif name == "model":
                raise NoPlanner(
                    "no model is configured: give one with --model PROVIDER:NAME, or declare one in interlock.toml as "
                    '[models.small-model] with `model = "provider:name"`'
                )
            else:
                names = joined([f"`{each}`" for each in ("cache", "english", *settings.models, "model")])
                raise NoPlanner(f"there is no planner `{name}`; there are {names}")
        return list(dict.fromkeys(found))

    def by(self, name: str) -> Checked | str:
        """What a planner came up with, checked; or why it did not."""
        if name == "cache":
            return self.by_cache()
        if name == "english":
            return self.by_english()
        columns = [column.name for each in self.task.catalog for column in each.columns]
        self.routed = route(self.task.text, [*columns, *(each.path for each in self.task.catalog)])
        if self.routed.kind != "workflow":
            return f"it is not asked: {self.routed.reason}"
        given = self.request.model
        settings = given if given and given.name == name else self.project.planning.models[name]
        return self.by_asking(name, lambda prompt: ask(settings, prompt), settings, settings.schema)

    def by_cache(self) -> Checked | str:
        try:
            entry = self.cache.exactly(self.task)
            if entry is not None:
                return self._reused(entry, entry.plan)
            for each in self.cache.alike(self.task):
                found = self._carried_over(each)
                if found is not None:
                    return found
            seen = self.cache.seen(self.task.text)
        except CacheError as error:
            return str(error)
        return "planned before, but with other columns, files, outputs or policy" if seen else "not planned before"

    def _carried_over(self, entry: Entry) -> Checked | None:
        """The plan of a task that differs in literals, where it is provably the plan of this one."""
        new = cut(self.task.text).values
        if len(new) != len(entry.literals) or changed_types(entry, self.project.registry):
            return None
        named = {each.text for each in (*new, *entry.literals)}
        # Where the task names data, only that was compared: a plan that reads other data too could mean something else.
        others = [each.path for each in self.task.catalog if each.path not in named]
        if len(others) < len(self.task.catalog) and any(path in str(entry.plan) for path in others):
            return None
        found = carried_over(entry.plan, entry.literals, new)
        if found is None or not found[1]:
            return None
        document, changes = found
        checked = self._reused(entry, document)
        if isinstance(checked, str):
            return None
        self.notes.append(f"the plan of an earlier task, with {joined([str(each) for each in changes])}")
        return checked

    def _reused(self, entry: Entry, document: dict[str, Any]) -> Checked | str:
        changed = changed_types(entry, self.project.registry)
        if changed:
            return f"planned before, but {joined([f'`{each}`' for each in changed])} changed since"
        checked, _ = judged(self.project, {**document, "task": self.task.text}, self.task.required, False)
        if not checked.ok:
            return f"planned before, but the plan no longer passes: {_first(checked)}"
        self.cache.count_use(entry)
        return checked

    def by_english(self) -> Checked | str:
        from interlock.syntax.english import Misunderstood, read_english

        read = read_english(self.task.text, self.project.registry, self.task.catalog, self.project.schemas)
        if isinstance(read, Misunderstood):
            self.attempts.append(Attempt("english", "not understood", details=read.as_json()))
            return read.why
        document = replace(read, task=read.task or self.task.text).document()
        checked, _ = judged(self.project, document, self.task.required, False)
        outcome = "passed" if checked.ok else "refused"
        self.attempts.append(Attempt("english", outcome, findings=findings(checked.diagnostics)))
        return checked if checked.ok else f"what it read does not pass: {_first(checked)}"

    def by_asking(
        self, name: str, asker: Asker, settings: ModelSettings | None, form: Literal["names", "full"] = "names"
    ) -> Checked | str:
        """Ask, check, tell what is wrong, and ask again; at most as often as the settings allow."""
        limit = self.project.planning.attempts if self.request.attempts is None else self.request.attempts
        refused: Refusal | None = None
        more: tuple[str, ...] = ()
        wishes = tries = 0
        while True:
            prompt = build(self.task, self.project.registry, more=more, refused=refused, form=form)
            blocked = self._blocked(settings, prompt)
            if blocked:
                return blocked
            try:
                text, usage = asker(prompt)
            except ModelFailed as error:
                self._add(Attempt(name, "failed", prompt=prompt.digest, usage=error.usage, details={"why": str(error)}))
                return str(error)
            answer = read_answer(text, self.task.text)
            if answer.cannot:
                self._add(Attempt(name, "declined", answer.text, prompt.digest, usage, details={"why": answer.cannot}))
                return f"it says that no plan can do it: {answer.cannot}"
            if answer.need:
                self._add(
                    Attempt(
                        name, "asked for node types", answer.text, prompt.digest, usage, details={"need": answer.need}
                    )
                )
                wishes += 1
                if wishes > MOST_WISHES:
                    return f"it asked for node types that there are not: {joined(answer.need)}"
                more = tuple(dict.fromkeys((*more, *answer.need)))
                continue
            checked, told, fixes = self._judged(answer)
            self._add(Attempt(name, "passed" if checked else "refused", answer.text, prompt.digest, usage, told, fixes))
            if checked is not None:
                return checked
            tries += 1
            if tries > limit:
                return f"its plan was refused{f' {tries} times' if tries > 1 else ''}: {told[0] if told else ''}"
            refused = Refusal(answer.text, told)

    def _judged(self, answer: Answer) -> tuple[Checked | None, tuple[str, ...], tuple[str, ...]]:
        """The checked plan if it passed, the findings, and the fixes that were applied."""
        if answer.plan is None:
            return None, answer.problems, ()
        checked, fixes = judged(self.project, answer.plan, self.task.required, self.request.apply_fixes)
        return checked if checked.ok else None, findings(checked.diagnostics), fixes

    def _blocked(self, settings: ModelSettings | None, prompt: Prompt) -> str | None:
        """Why the budget does not allow a call, or None."""
        if settings is None:
            return None
        own = self.project.planning
        max_cost = own.max_cost if self.request.max_cost is None else self.request.max_cost
        max_tokens = own.max_tokens if self.request.max_tokens is None else self.request.max_tokens
        return refusal(settings, prompt, self.account, max_cost, max_tokens)

    def _add(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        if attempt.usage is not None and attempt.planner != "answer":
            self.account = self.account.plus(attempt.usage)

    def outcome(self, name: str, proven: Checked | str) -> Outcome:
        """What came of it, with everything that was tried."""
        checked = proven if isinstance(proven, Checked) else None
        if checked is None and name:
            self.passed_over.append(PassedOver(name, str(proven)))
        if checked is None and self.routed.kind == "workflow":
            self.routed = route(self.task.text, [column.name for each in self.task.catalog for column in each.columns])
        return Outcome(
            self.task,
            checked,
            name if checked else "",
            tuple(self.passed_over),
            tuple(self.attempts),
            self.account,
            Route("workflow") if checked else self.routed,
            tuple(self.notes),
            self.left_out,
        )

    def kept(self, outcome: Outcome) -> Outcome:
        """The outcome, after the plan and the record of the planning are kept; a note where that failed."""
        try:
            if outcome.checked is not None and outcome.checked.proven is not None and outcome.planner != "cache":
                plan = outcome.checked.proven.plan
                self.cache.keep(self.task, plan, self.project.registry, outcome.planner, self.account.as_dict())
            self.cache.record(self.task.text, outcome.ok, outcome.as_dict())
        except CacheError as error:
            return replace(outcome, notes=(*outcome.notes, f"not kept: {error}"))
        return outcome


def _first(checked: Checked) -> str:
    lines = findings(checked.diagnostics)
    return lines[0] if lines else ""
