"""How often and how patiently a step is tried again: bounded, exponential, without chance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

FEWEST, MOST = 2, 20
"""How often a step may be tried, the first time included."""

SHORTEST, LONGEST = 1, 3_600_000
"""How long a wait may be, in milliseconds."""

STEEPEST = 10
"""The most by which a wait may grow."""

UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
"""The units of a duration, in milliseconds."""

INTERVAL, FACTOR, MAX_INTERVAL = 1_000, 2, 60_000

_DURATION = re.compile(rf"([0-9]{{1,9}}(?:\.[0-9]{{1,6}})?)({'|'.join(UNITS)})")


@dataclass(frozen=True)
class Retry:
    """At most `attempts` tries; `interval` before the second, `factor` times as long before each after it.

    No wait is longer than `max_interval`. Both are milliseconds.

    >>> Retry(5, 2_000, 3, 30_000).waits()
    [2.0, 6.0, 18.0, 30.0]
    """

    attempts: int
    interval: int = INTERVAL
    factor: int | float = FACTOR
    max_interval: int = MAX_INTERVAL

    def waits(self) -> list[float]:
        """The seconds before the second try, the third, and so on."""
        waits = (self.interval * self.factor**number for number in range(self.attempts - 1))
        return [min(wait, self.max_interval) / 1_000 for wait in waits]

    def canonical(self) -> dict[str, Any]:
        """What it means, nothing left out: however it was written, the same."""
        return {
            "attempts": self.attempts,
            "interval": self.interval,
            "factor": plain_number(self.factor),
            "max_interval": self.max_interval,
        }

    def document(self) -> dict[str, Any]:
        """As it is written down, without what is so by default."""
        found: dict[str, Any] = {"attempts": self.attempts}
        if self.interval != INTERVAL:
            found["interval"] = write_duration(self.interval)
        if self.factor != FACTOR:
            found["factor"] = plain_number(self.factor)
        if self.max_interval != usual_maximum(self.interval):
            found["max_interval"] = write_duration(self.max_interval)
        return found


def usual_maximum(interval: int) -> int:
    """The longest wait where none is given: a minute, or the first wait if that is longer."""
    return max(MAX_INTERVAL, interval)


def plain_number(value: int | float) -> int | float:
    """A whole number where it is one.

    >>> plain_number(2.0), plain_number(1.5)
    (2, 1.5)
    """
    return int(value) if value == int(value) else value


def read_duration(text: str) -> int | None:
    """A duration in milliseconds; None if it is not written as one, or is not whole.

    >>> read_duration("500ms"), read_duration("1.5m"), read_duration("2"), read_duration("0.1ms")
    (500, 90000, None, None)
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    found = Fraction(match[1]) * UNITS[match[2]]
    return int(found) if found.denominator == 1 else None


def write_duration(milliseconds: int) -> str:
    """A duration in the largest unit of which it is a whole number.

    >>> write_duration(2_000), write_duration(90_000), write_duration(3_600_000), write_duration(1_001)
    ('2s', '90s', '1h', '1001ms')
    """
    unit = next(unit for unit in reversed(UNITS) if milliseconds % UNITS[unit] == 0)
    return f"{milliseconds // UNITS[unit]}{unit}"
