"""Ways to spoil a good plan: every mutator, and the mutants of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from interlock.evaluation.mutate import graph, params, retries, texts
from interlock.evaluation.mutate.subjects import Mutant, Mutator, Subject

MUTATORS = (*graph.MUTATORS, *params.MUTATORS, *retries.MUTATORS, *texts.MUTATORS)


def mutants_of(subject: Subject, seed: int, most: int = 12, more: Mapping[str, int] | None = None) -> Iterator[Mutant]:
    """The mutants of a plan, the same for the same seed: at most `most` by one mutator (`more` by its name)."""
    for mutator in MUTATORS:
        yield from mutants_by(mutator, subject, seed, (more or {}).get(mutator.__name__, most))


def mutants_by(mutator: Mutator, subject: Subject, seed: int, most: int) -> Iterator[Mutant]:
    """The mutants of a plan by one mutator, at most `most`; those that change nothing are left out."""
    name = mutator.__name__
    draw = Random(f"{seed} {subject.name} {name}")
    made = [each for each in mutator(subject, draw) if each[2] != subject.document]
    for what, places, document in (made[at] for at in sorted(draw.sample(range(len(made)), min(most, len(made))))):
        yield Mutant(subject.name, name, what, tuple(places), document)
