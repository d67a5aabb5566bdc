"""Ways to spoil a good plan: every mutator, and the mutants of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from interlock.evaluation.mutate import graph, params, retries, texts
from interlock.evaluation.mutate.subjects import Mutant, Subject

MUTATORS = (*graph.MUTATORS, *params.MUTATORS, *retries.MUTATORS, *texts.MUTATORS)


def mutants_of(subject: Subject, seed: int, most: int = 12, more: Mapping[str, int] | None = None) -> Iterator[Mutant]:
    """The mutants of a plan, the same for the same seed: at most `most` by one mutator (`more` by its name).

    Those that change nothing are left out.
    """
    for mutator in MUTATORS:
        draw = Random(f"{seed} {subject.name} {mutator.__name__}")
        made = [each for each in mutator(subject, draw) if each[2] != subject.document]
        number = min((more or {}).get(mutator.__name__, most), len(made))
        for what, places, document in (made[place] for place in sorted(draw.sample(range(len(made)), number))):
            yield Mutant(subject.name, mutator.__name__, what, tuple(places), document)
