"""What a plan cost: tokens, money, time and attempts, added up call by call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Usage:
    """What one call to a model took. `cost` is in US dollars, None where no price is known."""

    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = 0.0
    seconds: float = 0.0
    requests: int = 0
    """HTTP requests, those made again included."""
    measured: bool = True
    """False where the provider did not say what it counted, and the numbers are estimates."""


@dataclass(frozen=True)
class Account:
    """The sum of the calls for one plan."""

    calls: tuple[Usage, ...] = ()

    @property
    def input_tokens(self) -> int:
        return sum(each.input_tokens for each in self.calls)

    @property
    def output_tokens(self) -> int:
        return sum(each.output_tokens for each in self.calls)

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def cost(self) -> float | None:
        """US dollars, or None where the price of a call is not known."""
        costs = [each.cost for each in self.calls]
        known = [each for each in costs if each is not None]
        return sum(known) if len(known) == len(costs) else None

    @property
    def seconds(self) -> float:
        return sum(each.seconds for each in self.calls)

    def plus(self, usage: Usage) -> Account:
        return Account((*self.calls, usage))

    def as_dict(self) -> dict[str, Any]:
        """Plain data, with the calls one by one."""
        return {
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost": self.cost,
            "seconds": round(self.seconds, 3),
            "calls": [{**asdict(each), "seconds": round(each.seconds, 3)} for each in self.calls],
        }


def summed(accounts: Iterable[Account]) -> Account:
    """One account of several."""
    return Account(tuple(call for each in accounts for call in each.calls))
