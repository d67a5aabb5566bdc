"""Oracle: another process, with other hash seeds and another number of threads, gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from interlock.evaluation.oracles.fault import Fault, must_not_stop
from interlock.evaluation.peer import Peer
from interlock.evaluation.trials import Trial

COMPILED = 1 / 3
"""The part of the cases that the other process checks and compiles anew; it runs all of them."""


def determinism(trial: Trial, draw: Random) -> Iterator[Fault]:
    """The same program, and the same files from it."""
    compiled = draw.random() < COMPILED
    threads, stepwise = draw.choice((1, 3, 4)), draw.random() < 0.5
    peer = Peer.here()
    answer = peer.ask(trial.opened, trial.case, None if compiled else trial.artifact, threads, stepwise)
    settings = " ".join(f"{name}={value}" for name, value in peer.settings.items())
    other = f"another process ({settings}; --threads {threads}, {'step by step' if stepwise else 'joined'})"
    if answer["artifact"] != trial.artifact.digest:
        yield Fault("determinism", "program", f"{other} compiles the plan to another program")
    usual = trial.usual
    if (usual.failed is None) != (answer["failed"] is None):
        if must_not_stop(trial):
            yield Fault(
                "determinism",
                "one fails",
                f"{other}: {answer['failed'] or 'does not fail'}; here: {usual.failed}",
            )
    elif usual.failed is None and dict(usual.digests) != answer["files"]:
        names = sorted({name for name, _ in usual.digests.items() ^ answer["files"].items()})
        yield Fault("determinism", "bytes", f"{other} writes other bytes in {names}")
