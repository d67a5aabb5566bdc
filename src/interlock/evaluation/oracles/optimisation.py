"""Oracle: optimising changes no byte."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from interlock.compiler.lower import PASSES, REQUIRED
from interlock.evaluation.oracles.fault import Fault, must_not_stop
from interlock.evaluation.trials import Ran, Trial

OPTIONAL = tuple(each for each in PASSES if each not in REQUIRED)
SINGLE = 1 / 3
"""The part of the cases in which a single pass is left out; each is one run more."""


def optimisation(trial: Trial, draw: Random) -> Iterator[Fault]:
    """Without any pass and step by step; of some cases, also without one of the passes, drawn."""
    yield from _compared(trial, "no pass, step by step", trial.plain)
    if draw.random() > SINGLE:
        return
    left_out = draw.choice(OPTIONAL)
    ran = trial.run(trial.without(left_out), threads=2, stepwise=draw.random() < 0.5)
    yield from _compared(trial, f"without {left_out.__name__}", ran)


def _compared(trial: Trial, how: str, ran: Ran) -> Iterator[Fault]:
    usual = trial.usual
    if (usual.failed is None) != (ran.failed is None):
        # a value that no output needs may be computed in one way and not in the other
        if must_not_stop(trial):
            failed = usual.failed or ran.failed
            yield Fault("optimisation", "one fails", f"{how}: {failed}")
    elif usual.failed is None and usual.digests != ran.digests:
        differing = sorted(
            name
            for name in usual.digests.keys() | ran.digests.keys()
            if usual.digests.get(name) != ran.digests.get(name)
        )
        yield Fault("optimisation", how, f"{how}: other bytes in {differing}")
