"""Good plans, broken in many ways: each is refused with a place, or runs to a correct end."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.mutants.judge import MISSES, Bench, Verdict, mutants_of, spread, summary
from interlock.evaluation.mutate import MUTATORS
from interlock.evaluation.mutate.claims import BEGINNINGS, WHOLE, WORDS
from interlock.evaluation.mutate.subjects import Subject


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, list[Subject]]:
    """A folder with the data, and the good plans, each verified to pass and to run the same in two ways."""
    found = Bench(tmp_path_factory.mktemp("mutants") / "project")
    return found, found.prepare()


def judged(bench: tuple[Bench, list[Subject]], most: int, seed: int) -> list[Verdict]:
    chosen = spread(list(mutants_of(bench[1], seed)), most, seed)
    assert len(chosen) == most
    return [bench[0].judge(each) for each in chosen]


def assert_no_miss(verdicts: list[Verdict]) -> None:
    def told(each: Verdict) -> str:
        return f"{each.mutant.subject} / {each.mutant.mutator} / {each.mutant.what}: {each.outcome}: {each.reason}"

    assert [told(each) for each in verdicts if each.outcome in MISSES] == []
    assert [told(each) for each in verdicts if each.where == "elsewhere"] == []
    assert summary(verdicts, 1).ok


def test_enough_good_plans_with_every_node_type(bench: tuple[Bench, list[Subject]]) -> None:
    cases = bench[1]
    assert len(cases) >= 25
    project = bench[0].project
    used = {
        found.type.name
        for case in cases
        for node in case.nodes
        if (found := project.registry.find(node["type"].split("@")[0]))
    }
    alone = {each.name for each in project.registry if "human" not in each.effects}  # nobody is there to answer
    assert sorted(alone - used) == []


def test_the_mutants_are_the_same_for_a_seed(bench: tuple[Bench, list[Subject]]) -> None:
    first, again, other = (list(mutants_of(bench[1][:8], seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert len(first) >= 1_000
    assert {each.mutator for each in first} <= {each.__name__ for each in MUTATORS}


def test_what_is_claimed_exists() -> None:
    assert {*WHOLE, *WORDS, *BEGINNINGS} <= {each.__name__ for each in MUTATORS}


def test_some_mutants(bench: tuple[Bench, list[Subject]]) -> None:
    verdicts = judged(bench, 200, 1)
    assert_no_miss(verdicts)
    outcomes = Counter(each.outcome for each in verdicts)
    assert outcomes["refused"] > 120  # most are refused
    assert outcomes["equivalent"] + outcomes["other meaning"] > 10  # and not all


@pytest.mark.slow
def test_many_mutants(bench: tuple[Bench, list[Subject]]) -> None:
    assert_no_miss(judged(bench, 1_500, 2))
