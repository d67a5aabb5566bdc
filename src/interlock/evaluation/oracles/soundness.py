"""Oracle: a plan that passes runs."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from interlock.evaluation.frames import Stops, Unsupported
from interlock.evaluation.oracles.fault import Fault
from interlock.evaluation.trials import Trial

PLANTED = frozenset({"IL903", "IL904", "IL905"})
"""Failed contracts, expectations and promises: tests of the data that the plan itself asks for."""
VALUES = frozenset({"IL907", "IL908"})
"""A value that does not fit its type or its file: for the reference to say whether it is documented."""


def soundness(trial: Trial, draw: Random) -> Iterator[Fault]:
    """It stops only for a reason that depends on the data and is documented, and leaves nothing behind if it does."""
    for name, ran in (("joined", trial.usual), ("step by step", trial.plain)):
        failed = ran.failed
        if failed is None:
            continue
        told = f"{name}: {failed.code} `{failed.step}`: {failed.message}"
        if ran.files:
            yield Fault("soundness", "left behind", f"{told}; it left {sorted(ran.files)}")
        if failed.code not in PLANTED | VALUES:
            yield Fault("soundness", failed.code, told)
        elif not isinstance(trial.reference, Stops | Unsupported):
            yield Fault("soundness", failed.code, f"{told}; no documented reason to stop")
