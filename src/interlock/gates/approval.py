"""Approvals: what a decision is bound to, and whether one still holds.

An approval names the digests of the plan, of its effects, of the policy and of the program. It holds for exactly these:
when any of them changes, it has expired. The last decision on a binding counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from interlock.ir.effects import Touch

PARTS: Mapping[str, str] = {
    "plan": "the plan",
    "effects": "what it reads, writes and calls",
    "policy": "the policy",
    "artifact": "the program (its node types, its sources' columns, or Interlock)",
}
"""What an approval is bound to, and what to call it."""

Verdict = Literal["approved", "rejected"]


@dataclass(frozen=True)
class Binding:
    """The digests that an approval is bound to."""

    plan: str
    effects: str
    policy: str
    artifact: str

    def as_dict(self) -> dict[str, str]:
        """The digests by part."""
        return dict(vars(self))

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Binding:
        """The binding that `as_dict` gave; a part that is missing is empty, and so equal to nothing."""
        return cls(*(str(data.get(part, "")) for part in PARTS))

    def changed_since(self, other: Binding) -> tuple[str, ...]:
        """The parts that differ, in words; another plan makes another program, which goes without saying.

        >>> Binding("a", "b", "c", "d").changed_since(Binding("a", "b", "x", "d"))
        ('the policy',)
        """
        changed = [part for part in PARTS if getattr(self, part) != getattr(other, part)]
        return tuple(PARTS[part] for part in changed if part != "artifact" or "plan" not in changed)


@dataclass(frozen=True)
class Decision:
    """What somebody decided: `seq` numbers the event, `name` is what the plan is called, `run` whose run it was about."""

    verdict: Verdict
    binding: Binding
    by: str
    at: str
    note: str = ""
    name: str = ""
    run: str = ""
    seq: int = 0
    touches: tuple[Touch, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The decision as plain data."""
        touches = [each.as_dict() for each in self.touches]
        return {**vars(self), "binding": self.binding.as_dict(), "touches": touches}


@dataclass(frozen=True)
class Standing:
    """Whether a binding is approved. `decision` is the last one on it; without one, `earlier` is the last approval of a
    plan of the same name, and `changed` says in words what differs from it: why that has expired."""

    decision: Decision | None = None
    earlier: Decision | None = None
    changed: tuple[str, ...] = ()

    @property
    def approved(self) -> bool:
        return self.decision is not None and self.decision.verdict == "approved"

    @property
    def rejected(self) -> bool:
        return self.decision is not None and self.decision.verdict == "rejected"


def standing(binding: Binding, decisions: Iterable[Decision], name: str = "") -> Standing:
    """How a binding stands, after decisions in the order in which they were made."""
    last: dict[Binding, Decision] = {}
    for each in decisions:
        last.pop(each.binding, None)  # so that the newest decision comes last
        last[each.binding] = each
    decision = last.pop(binding, None) if all(binding.as_dict().values()) else None
    if decision is not None and decision.verdict == "approved":
        return Standing(decision)
    alike = [each for each in last.values() if each.binding.plan == binding.plan or (name and each.name == name)]
    earlier = next((each for each in reversed(alike) if each.verdict == "approved"), None)
    return Standing(decision, earlier, binding.changed_since(earlier.binding) if earlier else ())
