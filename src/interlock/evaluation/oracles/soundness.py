"""Oracle: a plan that passes runs."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from interlock.evaluation.frames import Stops
from interlock.evaluation.oracles.fault import Fault, must_not_stop
from interlock.evaluation.trials import Trial
from interlock.runtime.execute import RunFailed

PLANTED = frozenset({"IL903", "IL904", "IL905"})
"""Failed contracts, expectations and promises: tests of the data that the plan itself asks for."""
VALUES = frozenset({"IL907", "IL908"})
"""A value that does not fit its type or its file: for the reference to say whether it is documented."""
NEVER_DATA = frozenset(
    "BinderException CatalogException ParserException SyntaxException InternalException FatalException "
    "TypeMismatchException DependencyException".split()
)
"""What the engine raises for a statement that cannot run, whatever the data. (It says that something is not implemented
of values too: a width in `time_bucket` that mixes months and days.)"""


def soundness(trial: Trial, draw: Random) -> Iterator[Fault]:
    """It stops only for a reason that depends on the data and is documented, and leaves nothing behind if it does."""
    to_explain = []
    for name, ran in (("joined", trial.usual), ("step by step", trial.plain)):
        failed = ran.failed
        if failed is None:
            continue
        told = f"{name}: {failed.code} `{failed.step}`: {failed.message}"
        if ran.files:
            yield Fault("soundness", "left behind", f"{told}; it left {sorted(ran.files)}")
        if failed.code not in PLANTED | VALUES:
            yield Fault("soundness", failed.code, told)
        elif failed.data.get("engine") in NEVER_DATA:
            yield Fault("soundness", str(failed.data["engine"]), f"{told}; no data can be the reason")
        elif "raised" in failed.data:
            yield Fault("soundness", str(failed.data["raised"]), f"{told}; a fault of the node type's own code")
        else:
            to_explain.append((ran, failed, told))
    for ran, failed, told in to_explain:
        if must_not_stop(trial):
            yield Fault("soundness", failed.code, f"{told}; no documented reason to stop")
        elif ran is trial.plain and _could_be_made(trial, failed):
            yield Fault("soundness", failed.code, f"{told}; the reference stops elsewhere: {trial.reference}")


def _could_be_made(trial: Trial, failed: RunFailed) -> bool:
    """Whether a step failed on a value although the reference made its table before it stopped."""
    sinks = {bound.node.id for bound in trial.proven.nodes if bound.type.is_sink}
    made = trial.reference.made if isinstance(trial.reference, Stops) else frozenset()
    return failed.code in VALUES and failed.step in made - sinks
