"""What an oracle says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from interlock.evaluation.frames import Stops, Unsupported
from interlock.evaluation.trials import Trial


@dataclass(frozen=True)
class Fault:
    """Something that does not hold: in one line, and what was expected and found.

    `kind` groups faults that have one cause; `document` is the plan at fault where it is not the case's own.
    """

    oracle: str
    kind: str
    message: str
    document: Any = field(default=None, repr=False)


class NotJudged(Exception):
    """An oracle that cannot say anything about a case; such cases are counted apart."""


def must_not_stop(trial: Trial) -> bool:
    """Whether a run has no documented reason to stop, by the reference; raises NotJudged where it cannot say."""
    if isinstance(trial.reference, Unsupported):
        raise NotJudged(f"a run stopped, and the reference cannot say whether it may: {trial.reference}")
    return not isinstance(trial.reference, Stops)


Oracle = Callable[[Trial, Random], Iterator[Fault]]
"""Judges a trial; the random source makes what it draws repeatable."""
