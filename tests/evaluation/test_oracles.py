"""Each oracle finds what it is there for: faults are planted and must be told; a good case has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlglot import exp

from interlock.api.soundness import Opener
from interlock.compiler.lower import PASSES, lower
from interlock.evaluation import trials
from interlock.evaluation.cases import Case
from interlock.evaluation.frames import Frame
from interlock.evaluation.fuzz import judge
from interlock.evaluation.oracles import ORACLES, Fault, NotJudged, Oracle
from interlock.evaluation.oracles.acceptance import acceptance
from interlock.evaluation.oracles.determinism import determinism
from interlock.evaluation.oracles.meaning import meaning
from interlock.evaluation.oracles.optimisation import optimisation
from interlock.evaluation.oracles.refusal import judge_some, refusal
from interlock.evaluation.oracles.round_trip import round_trip
from interlock.evaluation.oracles.schema_truth import schema_truth
from interlock.evaluation.oracles.soundness import soundness
from interlock.evaluation.oracles.totality import totality
from interlock.evaluation.trials import trial_of
from interlock.ir.diagnostics import Fix, Place
from interlock.ir.types import Schema, parse_type
from interlock.syntax.write import to_yaml

GOOD = Case(
    {
        "interlock": 1,
        "inputs": {"least": {"type": "double", "default": 1}},
        "nodes": [
            {"id": "sales", "type": "read_csv@1", "params": {"path": "data/sales.csv", "types": {"amount": "double"}}},
            {"id": "kept", "type": "filter_rows@1", "params": {"where": "amount > :least"}},
            {"id": "first", "type": "write_csv@1", "params": {"path": "out/kept.csv"}},
            {"id": "second", "type": "write_parquet@1", "params": {"path": "out/kept.parquet"}},
        ],
        "edges": [
            {"from": "sales", "to": "kept"},
            {"from": "kept", "to": "first"},
            {"from": "kept", "to": "second"},
        ],
        "contracts": {"first": {"columns": {"id": "bigint", "amount": "double"}}},
    },
    {"data/sales.csv": b"id,amount\n1,2.5\n2,\n3,0.5\n4,7\n"},
    {
        "sales": Frame(
            (("id", parse_type("bigint")), ("amount", parse_type("double"))), ((1, 2.5), (2, None), (3, 0.5), (4, 7.0))
        )
    },
)


def faults(oracle: Oracle, case: Case, opened: Callable[[Path], Any] | None = None) -> list[Fault]:
    """What an oracle says of a case."""
    with trial_of(case, opened or Opener()) as trial:
        return list(oracle(trial, Random(1)))


def with_node(kind: str, **params: Any) -> Case:
    """The good case with another step after the filter."""
    nodes = [*GOOD.plan["nodes"], {"id": "more", "type": kind, "params": params}]
    edges = [{"from": "sales", "to": "kept"}, {"from": "kept", "to": "more"}]
    edges += [{"from": "more", "to": "first"}, {"from": "more", "to": "second"}]
    return replace(GOOD, plan={**GOOD.plan, "nodes": nodes, "edges": edges, "contracts": {}})


@pytest.mark.parametrize("oracle", ORACLES, ids=lambda each: each.__name__)
def test_a_good_case_has_no_fault(oracle: Oracle) -> None:
    assert faults(oracle, GOOD) == []


OWN = '''
"""Node types that are not what they say."""
import os
from interlock import Rows, Select, Table, node

@node(version=1)
def pass_on(table: Table) -> Select:
    """Passes everything on."""
    return Select(table.select())

@node(version=1, columns=lambda schema: [("id", "bigint"), ("amount", "double")])
def stumble(table: Rows) -> Rows:
    """Stops with no documented reason."""
    raise ZeroDivisionError("oh")

@node(version=1, columns=lambda schema: [("id", "bigint"), ("amount", "double")])
def decline(table: Rows) -> Rows:
    """Stops at data that it does not take."""
    raise ValueError("no")

@node(version=1, columns=lambda schema: [("id", "bigint"), ("amount", "double")])
def by_process(table: Rows) -> Rows:
    """Gives what depends on the process."""
    return Rows([("id", "bigint"), ("amount", "double")], [(os.getpid(), 1.0)])
'''


@pytest.fixture
def own(tmp_path: Path) -> Opener:
    path = tmp_path / "own.py"
    path.write_text(OWN)
    return Opener((path,))


def test_acceptance_tells_a_refusal() -> None:
    assert [each.kind for each in faults(acceptance, with_node("filter_rows@1", where="nothing > 1"))] == ["IL301"]


def test_soundness_tells_a_run_that_fails(own: Opener) -> None:
    assert {each.kind for each in faults(soundness, with_node("stumble@1"), own)} == {"ZeroDivisionError"}
    case = replace(with_node("decline@1"), sources={})
    with pytest.raises(NotJudged, match="cannot say whether it may"):  # an own node is not interpreted
        faults(soundness, case, own)
    bare = with_node("filter_rows@1", where="cast('x' || id as bigint) > 1")
    assert faults(soundness, bare) == []  # a cast that fails is documented to stop
    wrong = replace(GOOD, files={"data/sales.csv": b"id,amount\n1,2.5\n" + b"2,1\n" * 20_100 + b"x,3\n"})
    found = faults(soundness, wrong)
    assert found and all("IL907" in each.message for each in found)


@dataclass(frozen=True)
class Boastful:
    """A project that claims of every result that nothing in it is missing."""

    project: Any

    @property
    def registry(self) -> Any:
        return self.project.registry

    def check_text(self, text: str | bytes, name: str = "") -> Any:
        checked = self.project.check_text(text, name)
        nodes = tuple(
            replace(each, schema=Schema(tuple(replace(column, nullable=False) for column in each.schema)))
            for each in checked.proven.nodes
        )
        return replace(checked, proven=replace(checked.proven, nodes=nodes))


def test_schema_truth_tells_a_false_claim() -> None:
    found = faults(schema_truth, GOOD, lambda folder: Boastful(Opener()(folder)))
    assert "`amount` is never null by proof, but is" in found[0].message


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (((1, 2.5), (2, None), (3, 0.5), (4, 8.0)), "8.0 expected, 7.0 found"),
        (((4, 7.0), (1, 2.5), (2, None), (3, 0.5)), "row 1, `id`"),
        (((1, 2.5), (4, 7.0), (5, 9.0)), "3 rows expected, 4 found"),
    ],
)
def test_meaning_tells_other_values(rows: tuple[Any, ...], told: str) -> None:
    case = replace(GOOD, sources={"sales": GOOD.sources["sales"].with_rows(rows)})
    assert told in faults(meaning, case)[0].message


def test_meaning_tells_a_run_that_should_stop() -> None:
    rows = ((1, 2.5), (1, 9.0))
    contracts = {"first": {"unique": ["id"]}}
    case = replace(
        GOOD, plan={**GOOD.plan, "contracts": contracts}, sources={"sales": GOOD.sources["sales"].with_rows(rows)}
    )
    assert faults(meaning, case)[0].kind == "does not stop"


def test_meaning_does_not_judge_what_it_cannot(own: Opener) -> None:
    with pytest.raises(NotJudged):
        faults(meaning, with_node("pass_on@1"), own)


def test_determinism_tells_what_depends_on_the_process(own: Opener) -> None:
    assert [each.kind for each in faults(determinism, with_node("by_process@1"), own)] == ["bytes"]


@dataclass(frozen=True)
class Lenient:
    """A project that takes the verdict on the good plan for that on any other."""

    project: Any
    spoilt: bool = False

    @property
    def registry(self) -> Any:
        return self.project.registry

    def check_text(self, text: str | bytes, name: str = "") -> Any:
        if name.startswith("again") or not isinstance(text, str):
            return self.project.check_text(text, name)
        return self.project.check_text(GOOD.text, name)


def test_refusal_tells_a_false_accept() -> None:
    with trial_of(GOOD, lambda folder: Lenient(Opener()(folder))) as trial:
        judged = [each for seed in range(3) for each in judge_some(trial, Random(seed), 20)]
    assert any(each.claimed and each.outcome == "FAULT" for each in judged)
    assert all(each.outcome == "FAULT" for each in judged if each.claimed)


def test_refusal_judges_mutants_of_every_outcome() -> None:
    with trial_of(GOOD, Opener()) as trial:
        judged = list(judge_some(trial, Random(1), 100))
    assert {each.outcome for each in judged} >= {"refused", "accepted and right"}
    assert [each.faults for each in judged if each.outcome == "FAULT"] == []


@dataclass(frozen=True)
class Fragile:
    """A project that raises on what it does not know."""

    project: Any

    @property
    def registry(self) -> Any:
        return self.project.registry

    def check_text(self, text: str | bytes, name: str = "") -> Any:
        if name.startswith("spoiled"):
            raise KeyError("spoiled")
        return self.project.check_text(text, name)


def test_totality_tells_a_check_that_raises() -> None:
    assert [each.kind for each in faults(totality, GOOD, lambda folder: Fragile(Opener()(folder)))] == ["KeyError"]


def test_a_fault_is_told_by_an_oracle_that_then_gives_up() -> None:
    def giving_up(trial: Any, draw: Random) -> Any:
        yield Fault("giving_up", "seen", "before it gave up")
        raise NotJudged("nothing more can be said")

    found = judge(Opener(), GOOD, [giving_up])
    assert [each.kind for each in found.faults["giving_up"]] == ["seen"]
    assert found.not_judged == {}


def test_soundness_tells_a_failure_that_no_data_explains() -> None:
    bare = with_node("filter_rows@1", where="cast('x' || id as bigint) > 1")  # a cast that may fail
    with trial_of(bare, Opener()) as trial:
        failed = trial.plain.failed
        assert failed is not None and failed.data["engine"] == "ConversionException"
        failed.data["engine"] = "BinderException"
        assert [each.kind for each in soundness(trial, Random(1))] == ["BinderException"]


def test_soundness_knows_a_documented_stop_that_the_engine_calls_not_implemented() -> None:
    mixed = "time_bucket(interval '1 month 20 days' * id, date '2023-12-03') is not null"
    with trial_of(with_node("filter_rows@1", where=mixed), Opener()) as trial:
        assert trial.plain.failed is not None
        assert trial.plain.failed.data["engine"] == "NotImplementedException"
        assert list(soundness(trial, Random(1))) == []


def test_soundness_tells_a_stop_at_a_step_that_is_fine() -> None:
    nodes = [
        *GOOD.plan["nodes"],
        {"id": "late", "type": "filter_rows", "params": {"where": "cast('x' || id as int) > 1"}},
    ]
    plan = {**GOOD.plan, "nodes": nodes, "edges": [*GOOD.plan["edges"], {"from": "kept", "to": "late"}]}
    with trial_of(replace(GOOD, plan=plan), Opener()) as trial:
        failed = trial.plain.failed
        assert failed is not None and failed.step == "late"
        assert list(soundness(trial, Random(1))) == []
        failed.step = "kept"
        assert "the reference stops elsewhere: late" in next(soundness(trial, Random(1))).message


def test_optimisation_tells_a_pass_that_changes_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoiled(proven: Any, passes: Any = PASSES) -> Any:
        program = lower(proven, passes)
        wheres = [step.query.find(exp.Where) for step in program.steps if step.query is not None]
        for each in wheres if passes is PASSES else ():
            if each is not None:
                each.set("this", exp.true())
        return program

    monkeypatch.setattr(trials, "lower", spoiled)
    assert [each.kind for each in faults(optimisation, GOOD)] == ["no pass, step by step"]


def test_round_trip_tells_a_form_that_loses_something(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("interlock.evaluation.oracles.round_trip")
    monkeypatch.setattr(module, "to_yaml", lambda plan: to_yaml(plan).replace("amount > :least", "amount >= :least"))
    assert [each.kind for each in faults(round_trip, GOOD)] == ["yaml"]


@dataclass(frozen=True)
class Reworked:
    """A project whose findings about other plans than the good one are `reworked`."""

    project: Any
    reworked: Callable[[Any], Any]

    @property
    def registry(self) -> Any:
        return self.project.registry

    def check_text(self, text: str | bytes, name: str = "") -> Any:
        checked = self.project.check_text(text, name)
        found = tuple(self.reworked(each) for each in checked.diagnostics)
        return replace(checked, diagnostics=found)


def told_of_mutants(reworked: Callable[[Any], Any]) -> set[str]:
    """The kinds of faults that `refusal` tells where a project's findings are reworked, without the mutators' names."""
    with trial_of(GOOD, lambda folder: Reworked(Opener()(folder), reworked)) as trial:
        judged = [each for seed in range(4) for each in judge_some(trial, Random(seed), 12)]
    return {fault.kind.removesuffix(each.mutant.mutator).strip() for each in judged for fault in each.faults}


def test_refusal_tells_a_finding_at_another_place() -> None:
    assert told_of_mutants(lambda found: replace(found, at=Place("/nodes/0/params/types"))) == {"place"}


def test_refusal_tells_a_fix_that_mends_nothing() -> None:
    nothing = Fix("write it again", ({"op": "add", "path": "/interlock", "value": 1},), safe=True)
    assert "fix leaves it" in told_of_mutants(lambda found: replace(found, fix=nothing))


def test_refusal_and_totality_tell_a_built_in_node_type_that_fails() -> None:
    def failing(found: Any) -> Any:
        return replace(found, code="IL204", at=Place("/nodes/1/type"))

    assert "a node type fails" in told_of_mutants(failing)
    bare = with_node("filter_rows@1", where="nothing > 1")
    kinds = {
        each.kind
        for seed in range(8)
        for each in found_by(totality, bare, lambda folder: Reworked(Opener()(folder), failing), seed)
    }
    assert kinds == {"a node type fails"}


def found_by(oracle: Oracle, case: Case, opened: Callable[[Path], Any], seed: int) -> list[Fault]:
    with trial_of(case, opened) as trial:
        return list(oracle(trial, Random(seed)))


def test_the_other_oracles_run_on_own_nodes(own: Opener) -> None:
    for oracle in (optimisation, round_trip, refusal):
        assert faults(oracle, with_node("pass_on@1"), own) == []
