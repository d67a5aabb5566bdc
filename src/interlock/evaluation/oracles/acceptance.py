"""Oracle: what is drawn as valid passes the checks."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from interlock.evaluation.oracles.fault import Fault
from interlock.evaluation.trials import Trial


def acceptance(trial: Trial, draw: Random) -> Iterator[Fault]:
    """A plan that follows the documented types and schemas is not refused."""
    for each in trial.checked.diagnostics:
        if each.severity == "error":
            yield Fault("acceptance", each.code, f"{each.code} {each.at.pointer}: {each.message}")
