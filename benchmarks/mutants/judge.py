"""Judge mutants: refused at the right place, or run to a correct end; never failing for what a check covers."""

from __future__ import annotations

import csv
import glob
import hashlib
import json
import shutil
import sqlite3
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal

import duckdb

from benchmarks.mutants import data
from benchmarks.mutants.cases import GIVEN, read_cases
from benchmarks.report import Result, Table
from interlock.api import Project, RunFailed
from interlock.compiler.checked import CheckedPlan
from interlock.compiler.lower import PASSES, REQUIRED, lower
from interlock.compiler.targets.python import emit
from interlock.evaluation.mutate import MUTATORS
from interlock.evaluation.mutate import mutants_of as mutants_of_one
from interlock.evaluation.mutate.places import Located, located
from interlock.evaluation.mutate.subjects import Mutant, Subject
from interlock.evaluation.oracles.crashes import crashes
from interlock.syntax.render import full

MOST = {"break_query": 40, "break_expression": 30}
"""So many mutants of one plan by one mutator, at most (12 by any other); drawn by the seed where there are more."""

PLANTED = {"IL903": "contract", "IL904": "expectation", "IL905": "promise"}
"""What a run reports when a planted check finds data that breaks it: only the data can tell, so no check claims it."""

DATA_STEPS = ("read_", "write_", "cast_columns", "parse_dates", "CSV", "TypeCaster", "SQL")
"""Node types that document that a value which is not as the plan says stops the run; so does `cast(` in an expression.
What fails at run time in any other is a miss."""

Outcome = Literal[
    "refused", "equivalent", "other meaning", "stopped by data", "input missing", "FAILED", "CRASHED", "DIFFERS"
]
MISSES: tuple[Outcome, ...] = ("FAILED", "CRASHED", "DIFFERS")


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant. `where` says how near the findings of a refusal are to the broken place."""

    mutant: Mutant
    outcome: Outcome
    reason: str = ""
    where: Located | None = None
    findings: Sequence[str] = ()


def mutants_of(subjects: Sequence[Subject], seed: int) -> Iterator[Mutant]:
    """All mutants of all plans, the same for the same seed."""
    for subject in subjects:
        yield from mutants_of_one(subject, seed, more=MOST)


def spread(mutants: Sequence[Mutant], most: int, seed: int) -> list[Mutant]:
    """At most so many of them, of every mutator as evenly as may be; all, if `most` is 0."""
    if not most or most >= len(mutants):
        return list(mutants)
    draw = Random(f"{seed} spread")
    queues: dict[str, list[Mutant]] = {}
    for each in mutants:
        queues.setdefault(each.mutator, []).append(each)
    for queue in queues.values():
        draw.shuffle(queue)
    chosen: list[Mutant] = []
    while len(chosen) < most:
        for queue in queues.values():
            if queue and len(chosen) < most:
                chosen.append(queue.pop())
    return chosen


@dataclass
class Bench:
    """A project folder in which mutants are judged one after another, and the outputs of the good plans."""

    folder: Path
    good: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def prepare(self) -> list[Subject]:
        """Make the data, check the good plans and run each; raises if one does not run the same in two ways."""
        data.make(self.folder / "data")
        self.project = Project(self.folder)
        self.before = self._listing()
        cases = read_cases(self.folder)
        for case in cases:
            verdict = self.judge(Mutant(case.name, "none", "", (), case.document))
            if verdict.outcome not in ("other meaning", "equivalent"):
                raise AssertionError(f"the good plan {case.name}: {verdict.outcome} {verdict.reason}")
        return cases

    def judge(self, mutant: Mutant) -> Verdict:
        """Check a mutant, run it if it passes, and leave the folder as it was."""
        try:
            return self._judge(mutant)
        except Exception as error:
            lines = traceback.format_exc().strip().splitlines()
            return Verdict(
                mutant,
                "CRASHED",
                f"{type(error).__name__}: {error} | {lines[-2].strip() if len(lines) > 1 else ''}"[:500],
            )
        finally:
            self._clean()

    def _judge(self, mutant: Mutant) -> Verdict:
        checked = self.project.check_text(json.dumps(mutant.document, indent=1), "mutant.json")
        errors = [each for each in checked.diagnostics if each.severity == "error"]
        for crash in crashes(checked, self.project.registry):
            return Verdict(mutant, "CRASHED", crash)
        if checked.proven is None:
            full(checked.diagnostics, checked.document)
            findings = [f"{each.code} {each.at.pointer}: {each.message}" for each in errors]
            return Verdict(mutant, "refused", findings[0], located(errors, mutant), findings)
        given = {
            name: value
            for name, value in GIVEN.get(mutant.subject, {}).items()
            if name in mutant.document.get("inputs", {})
        }
        try:
            self.project.execute(emit(lower(checked.proven), "mutant"), given, threads=2, stepwise=False)
        except RunFailed as error:
            return self._failed(mutant, error)
        problem = self._not_as_proven(checked.proven)
        outputs = self._outputs()
        self._clean()
        if problem:
            return Verdict(mutant, "DIFFERS", problem)
        plain = tuple(each for each in PASSES if each in REQUIRED)
        self.project.execute(emit(lower(checked.proven, plain), "mutant"), given, threads=1, stepwise=True)
        if self._outputs() != outputs:
            return Verdict(
                mutant,
                "DIFFERS",
                "the same plan run step by step, on one thread and without optimisation, gives other outputs",
            )
        good = self.good.setdefault(mutant.subject, outputs)
        return Verdict(mutant, "equivalent" if outputs == good else "other meaning")

    def _failed(self, mutant: Mutant, error: RunFailed) -> Verdict:
        """What a failed run means; one that leaves anything behind is a miss whatever its reason."""
        reason = f"{error.code} {error.step}: {error.message}"
        if self._listing() != self.before:
            return Verdict(
                mutant, "FAILED", f"left files behind: {sorted(self._listing().keys() - self.before.keys())}; {reason}"
            )
        if error.code in PLANTED or (error.code == "IL907" and _may_stop(mutant, error.step)):
            return Verdict(mutant, "stopped by data", reason)
        return Verdict(mutant, "input missing" if error.code == "IL906" else "FAILED", reason)

    def _not_as_proven(self, proven: CheckedPlan) -> str:
        """How the columns of a written file differ from those proven; empty if they do not."""
        for bound in proven.nodes:
            path = self.folder / str(bound.params.get("path", ""))
            if not bound.type.is_sink or not path.is_file():
                continue
            if bound.type.name == "write_parquet":
                found = duckdb.execute(
                    "SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet(?))", [str(path)]
                ).fetchall()
                wanted = [(each.name, each.type.sql.upper()) for each in bound.schema]
                wanted = [(name, "DECIMAL(38,0)" if kind == "HUGEINT" else kind) for name, kind in wanted]
                if [(name, kind.replace(" ", "")) for name, kind in found] != [
                    (name, kind.replace(" ", "")) for name, kind in wanted
                ]:
                    return f"{path.name} has {found}, but {wanted} was proven"
            elif bound.type.name == "write_csv" and path.suffix == ".csv" and bound.params.get("header", True):
                with path.open(newline="", encoding="utf-8") as file:
                    header = next(csv.reader(file, delimiter=str(bound.params.get("delimiter", ","))))
                if header != bound.schema.names:
                    return f"{path.name} has {header}, but {bound.schema.names} was proven"
        return ""

    def _outputs(self) -> dict[str, str]:
        """A digest of what each new file holds."""
        found = {}
        for name in self._listing().keys() - self.before.keys():
            path = self.folder / name
            if path.suffix == ".db":
                with closing(sqlite3.connect(path)) as database:
                    held = "\n".join(database.iterdump()).encode()
            elif path.read_bytes()[:4] == b"PAR1":  # Parquet: how a column is encoded depends on how its rows arrive
                relation = duckdb.from_parquet(glob.escape(str(path)))
                held = repr((relation.columns, relation.types, relation.fetchall())).encode()
            else:
                held = path.read_bytes()
            found[name] = hashlib.sha256(held).hexdigest()
        return found

    def _listing(self) -> dict[str, tuple[int, int]]:
        found = {}
        for path in self.folder.rglob("*"):
            state = path.lstat()
            if not path.is_dir():
                found[str(path.relative_to(self.folder))] = (state.st_size, state.st_mtime_ns)
        return found

    def _clean(self) -> None:
        now = self._listing()
        changed = [name for name, state in self.before.items() if now.get(name) != state]
        if changed:
            raise AssertionError(f"a run changed its own inputs: {changed}")
        for path in self.folder.iterdir():
            if path.name != "data":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name in now.keys() - self.before.keys():
            (self.folder / name).unlink(missing_ok=True)


def _may_stop(mutant: Mutant, step: str | None) -> bool:
    """Whether the step is documented to stop at a value that is not as the plan says."""
    node = next((each for each in mutant.document["nodes"] if each["id"] == step), {"type": ""})
    return node["type"].startswith(DATA_STEPS) or "cast(" in str(node.get("params"))


def judge_all(folder: Path, most: int, seed: int) -> list[Verdict]:
    """Judge the mutants of all good plans."""
    bench = Bench(folder)
    cases = bench.prepare()
    return [bench.judge(each) for each in spread(list(mutants_of(cases, seed)), most, seed)]


def run(folder: Path, most: int, seed: int) -> Result:
    """The benchmark as it is printed."""
    verdicts = judge_all(folder / "project", most, seed)
    return summary(verdicts, seed)


def summary(verdicts: Sequence[Verdict], seed: int) -> Result:
    """The table by mutator, and every miss."""
    columns: tuple[Outcome, ...] = (
        "refused",
        "equivalent",
        "other meaning",
        "stopped by data",
        "input missing",
        *MISSES,
    )
    nearness: tuple[Located, ...] = ("at", "parent", "same node", "downstream", "elsewhere")
    rows: list[list[Any]] = []
    for name in [*(each.__name__ for each in MUTATORS), "all"]:
        group = [each for each in verdicts if name in ("all", each.mutant.mutator)]
        outcomes = Counter(each.outcome for each in group)
        where = Counter(each.where for each in group)
        if group:
            rows.append(
                [
                    name,
                    len(group),
                    *(outcomes[each] or None for each in columns),
                    *(where[each] or None for each in nearness),
                ]
            )
    misses = [each for each in verdicts if each.outcome in MISSES]
    astray = [each for each in verdicts if each.where == "elsewhere"]
    refused = sum(each.outcome == "refused" for each in verdicts)
    near = sum(each.where in ("at", "parent", "same node") for each in verdicts)
    plans = len({each.mutant.subject for each in verdicts})
    notes = [
        f"{len(verdicts):,} mutants of {plans} good plans, seed {seed}; each that passes the checks is run twice:",
        "fused and optimised on two threads, and step by step, unoptimised, on one; both must give the same",
        "equivalent: writes what the good plan writes; other meaning: a valid plan that says something else",
        "stopped by data: by a planted check or by a value that the plan says should stop it, with nothing written",
        "input missing: a run input without a value, refused before the run",
        "at ... elsewhere: how near to the broken place the nearest finding of a refusal lies",
        f"refused {refused:,}; placed at or in the broken place, its parent or its node: {near / max(refused, 1):.1%}",
        f"misses: {len(misses)}",
        *(
            f"  {each.mutant.subject} / {each.mutant.mutator} / {each.mutant.what}: {each.outcome}: {each.reason}"
            for each in misses
        ),
    ]
    if astray:
        notes += [f"findings elsewhere: {len(astray)}"]
        notes += [
            f"  {each.mutant.subject} / {each.mutant.mutator} / {each.mutant.what}: {each.reason}"
            for each in astray[:15]
        ]
    headers = ["mutator", "mutants", *columns, *nearness]
    found = {
        "mutants": len(verdicts),
        "plans": plans,
        "seed": seed,
        "misses": len(misses),
        "outcomes": dict(Counter(each.outcome for each in verdicts)),
        "located": dict(Counter(each.where for each in verdicts if each.where)),
    }
    return Result("mutants", "broken plans", [Table(headers, rows)], notes, found, not misses)
