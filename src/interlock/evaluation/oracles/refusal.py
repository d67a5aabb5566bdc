"""Oracle: what is broken is refused at the broken place, a safe fix mends it, and what still passes is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from interlock.evaluation.cases import Case
from interlock.evaluation.mutate import MUTATORS, mutants_by
from interlock.evaluation.mutate.claims import is_claimed
from interlock.evaluation.mutate.places import Located, behind_of, located, member
from interlock.evaluation.mutate.subjects import Mutant, Subject, subject_of
from interlock.evaluation.oracles.crashes import crashes
from interlock.evaluation.oracles.fault import Fault, NotJudged
from interlock.evaluation.oracles.meaning import meaning
from interlock.evaluation.oracles.schema_truth import schema_truth
from interlock.evaluation.oracles.soundness import soundness
from interlock.evaluation.trials import Checked, Trial, trial_of
from interlock.syntax.patch import apply_patch

MUTANTS = 1
"""So many mutants of each case are judged; `benchmarks/mutants/drawn.py` judges many of few."""

UNREAD = frozenset({"IL210", "IL214"})
"""Findings at which the reading of an expression ends: what follows is not looked at."""

Outcome = Literal["refused", "accepted and right", "accepted, meaning not judged", "FAULT"]


@dataclass(frozen=True)
class Judged:
    """What became of a mutant. `near` says how near the nearest finding of a refusal is to the broken place."""

    mutant: Mutant
    claimed: bool
    outcome: Outcome
    near: Located | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def well_placed(self) -> bool:
        """At the broken place, its parent or its node; or, where that place is valid by itself, at what follows from it."""
        follows = not self.claimed or self.mutant.mutator == "make_cycle"  # a cycle may be told at any edge of it
        return self.near in ("at", "parent", "same node") or (self.near == "downstream" and follows)


def refusal(trial: Trial, draw: Random) -> Iterator[Fault]:
    """A few mutants of the case, drawn."""
    for judged in judge_some(trial, draw, MUTANTS):
        yield from judged.faults


def judge_some(trial: Trial, draw: Random, number: int) -> Iterator[Judged]:
    """Judge up to `number` mutants of a case that passes, each by another mutator, drawn with equal chances."""
    if trial.checked.proven is None:
        raise NotJudged("the plan is refused as it is")
    subject = subject_of(f"case {trial.case.seed}", dict(trial.case.plan), trial.proven, _names(trial))
    seed = draw.randrange(2**31)
    for mutator in draw.sample(MUTATORS, len(MUTATORS)):
        mutant = next(mutants_by(mutator, subject, seed, 1), None)
        if mutant is None:
            continue
        yield judge(trial, subject, mutant)
        number -= 1
        if not number:
            return


def _names(trial: Trial) -> list[str]:
    return [each.name for each in trial.project.registry]


def judge(trial: Trial, subject: Subject, mutant: Mutant) -> Judged:
    """Check a mutant; where it passes, run it and compare it with the reference, as any other plan."""
    claimed = is_claimed(mutant, subject, trial.project.registry)
    case = _mutated(trial.case, mutant)
    about = f"{mutant.mutator}, {mutant.what}"
    try:
        checked = trial.project.check_text(case.text, "mutant.plan.json")
    except Exception as error:
        fault = Fault("refusal", "raises", f"{about}: {type(error).__name__}: {error}", mutant.document)
        return Judged(mutant, claimed, "FAULT", faults=(fault,))
    errors = [each for each in checked.diagnostics if each.severity == "error"]
    if errors:
        near = located(errors, mutant)
        crashed = (
            Fault("refusal", "a node type fails", f"{about}: {told}", mutant.document)
            for told in crashes(checked, trial.project.registry)
        )
        faults = (*crashed, *_fix_faults(trial, mutant, checked, about))
        judged = Judged(mutant, claimed, "FAULT" if faults else "refused", near, faults)
        if not judged.well_placed:
            told = f"{errors[0].code} {errors[0].at.pointer}: {errors[0].message}"
            fault = Fault(
                "refusal",
                f"place {mutant.mutator}",
                f"{about}: found {near}: {told}; broken at {mutant.places}",
                mutant.document,
            )
            judged = replace(judged, faults=(*faults, fault))
        return judged
    if claimed:
        fault = Fault("refusal", f"false accept {mutant.mutator}", f"{about}: passes the checks", mutant.document)
        return Judged(mutant, claimed, "FAULT", faults=(fault,))
    return _run(trial, case, mutant, about)


def _mutated(case: Case, mutant: Mutant) -> Case:
    """The case with the mutant as its plan; sources that were changed are no longer known."""
    before = {node["id"]: node for node in case.plan["nodes"]}
    nodes = mutant.document.get("nodes")
    now = {node.get("id"): node for node in nodes if isinstance(node, dict)} if isinstance(nodes, list) else {}
    kept = {name: frame for name, frame in case.sources.items() if now.get(name) == before.get(name)}
    declared = mutant.document.get("inputs", {})
    given = {name: value for name, value in case.inputs.items() if name in declared}
    return replace(case, plan=mutant.document, sources=kept, inputs=given)


def _run(trial: Trial, case: Case, mutant: Mutant, about: str) -> Judged:
    faults: list[Fault] = []
    outcome: Outcome = "accepted and right"
    with trial_of(case, trial.opened) as again:
        try:
            if again.usual.failed is not None and again.usual.failed.code == "IL906":
                return Judged(mutant, False, outcome)  # a run input without a value, told before the run
        except Exception as error:
            fault = Fault("refusal", type(error).__name__, f"{about}: {type(error).__name__}: {error}", mutant.document)
            return Judged(mutant, False, "FAULT", faults=(fault,))
        for oracle in (soundness, schema_truth, meaning):
            try:
                faults += oracle(again, Random(0))
            except NotJudged:
                outcome = "accepted, meaning not judged"
            except Exception as error:
                faults.append(Fault("refusal", f"raises {type(error).__name__}", f"{type(error).__name__}: {error}"))
    told = tuple(
        Fault("refusal", f"accepted: {each.kind}", f"{about}: {each.message}", mutant.document) for each in faults
    )
    return Judged(mutant, False, "FAULT" if told else outcome, faults=told)


def _fix_faults(trial: Trial, mutant: Mutant, checked: Checked, about: str) -> Iterator[Fault]:
    """Applying a safe fix removes its finding and adds no error.

    The engine tells one fault of a statement at a time, a text is read no further than where it cannot be read, and what
    stands behind a broken node is not bound, and a node's own function (IL203) looks at no parameter that cannot be read: what
    is only said once that one is mended was there before.
    """
    before = _counted(checked)
    alone = Counter(each.at.pointer for each in checked.diagnostics)
    broken = {member(each.at.pointer) for each in checked.diagnostics if each.severity == "error"}
    unseen = behind_of(mutant.document, broken) - broken
    for found in checked.diagnostics:
        if found.fix is None or not found.fix.safe:
            continue
        about_fix = f"{about}: the fix of {found.code} ({found.fix.title})"
        try:
            mended = Case(apply_patch(mutant.document, found.fix.patch)).text
        except ValueError as error:
            yield Fault("refusal", "fix does not fit", f"{about_fix}: {error}", mutant.document)
            continue
        after = trial.project.check_text(mended, "fixed.plan.json")
        now = _counted(after)
        key = (found.code, found.message)
        if now[key] >= before[key]:
            yield Fault("refusal", "fix leaves it", f"{about_fix} leaves it: {found.message}", mutant.document)
        for each in after.diagnostics:
            stopped = found.code in UNREAD and alone[found.at.pointer] == 1
            revealed = member(each.at.pointer) in unseen or (
                (each.code in ("IL203", "IL303") or stopped) and each.at.pointer == found.at.pointer
            )
            if (
                each.severity == "error"
                and now[each.code, each.message] > before[each.code, each.message]
                and not revealed
            ):
                yield Fault("refusal", "fix adds", f"{about_fix} adds {each.code}: {each.message}", mutant.document)


def _counted(checked: Checked) -> Counter[tuple[str, str]]:
    return Counter((each.code, each.message) for each in checked.diagnostics)
