"""What must hold of every plan: one oracle a file, each a function from a trial to the faults that it finds."""

from __future__ import annotations

from interlock.evaluation.oracles.acceptance import acceptance
from interlock.evaluation.oracles.determinism import determinism
from interlock.evaluation.oracles.fault import Fault as Fault
from interlock.evaluation.oracles.fault import NotJudged as NotJudged
from interlock.evaluation.oracles.fault import Oracle as Oracle
from interlock.evaluation.oracles.meaning import meaning
from interlock.evaluation.oracles.optimisation import optimisation
from interlock.evaluation.oracles.refusal import refusal
from interlock.evaluation.oracles.round_trip import round_trip
from interlock.evaluation.oracles.schema_truth import schema_truth
from interlock.evaluation.oracles.soundness import soundness
from interlock.evaluation.oracles.totality import totality

ORACLES: tuple[Oracle, ...] = (
    acceptance,
    soundness,
    schema_truth,
    meaning,
    optimisation,
    determinism,
    round_trip,
    refusal,
    totality,
)
"""All of them, in the order in which they judge a case."""
