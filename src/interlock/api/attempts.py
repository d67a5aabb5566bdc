"""What a planning tried and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from interlock.api.checked import Checked
from interlock.planning.account import Account, Usage
from interlock.planning.prompts import VERSION
from interlock.planning.routing import Route
from interlock.planning.task import Task

Ending = Literal["passed", "refused", "failed", "declined", "asked for node types", "not understood"]


@dataclass(frozen=True)
class Attempt:
    """One proposal of one planner: the answer as it came, what the checks found, and what it took."""

    planner: str
    outcome: Ending
    answer: str = ""
    prompt: str = ""
    """The digest of the prompt."""
    usage: Usage | None = None
    findings: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    """Safe fixes that were applied, which only the user can allow."""
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data; what is empty is left out."""
        found = {
            "planner": self.planner, "outcome": self.outcome, "answer": self.answer, "prompt": self.prompt,
            "findings": list(self.findings), "fixes": list(self.fixes), "details": dict(self.details),
            "usage": asdict(self.usage) if self.usage else None,
        }  # fmt: skip
        return {key: value for key, value in found.items() if value}


@dataclass(frozen=True)
class PassedOver:
    """A planner that gave no plan, and why."""

    planner: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """What came of a planning: a checked plan and who made it, or why there is none."""

    task: Task
    checked: Checked | None
    planner: str
    passed_over: tuple[PassedOver, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    account: Account = field(default_factory=Account)
    route: Route = field(default_factory=lambda: Route("workflow"))
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Files that are not in the catalog, and why."""

    @property
    def ok(self) -> bool:
        return self.checked is not None and self.checked.proven is not None

    @property
    def fixes(self) -> tuple[str, ...]:
        """The safe fixes that were applied to the plan that passed."""
        return self.attempts[-1].fixes if self.ok and self.attempts and self.planner != "cache" else ()

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as `interlock plan --json` prints it."""
        proven = self.checked.proven if self.checked else None
        return {
            "ok": self.ok,
            "planner": self.planner,
            "digest": proven.digest if proven else None,
            "plan": proven.plan.document() if proven else None,
            "diagnostics": self.checked.as_json() if self.checked else [],
            "passed_over": [asdict(each) for each in self.passed_over],
            "kind": self.route.kind,
            "reason": self.route.reason,
            "attempts": [each.as_dict() for each in self.attempts],
            "fixes": list(self.fixes),
            "account": self.account.as_dict(),
            "prompt_version": VERSION,
            "catalog": [
                {"path": each.path, "inside": each.inside, "columns": {one.name: str(one.type) for one in each.columns}}
                for each in self.task.catalog
            ],
            "left_out": list(self.left_out),
            "notes": list(self.notes),
        }
