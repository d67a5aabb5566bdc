"""Mutants of drawn plans: refused at the broken place; what the checks claim to refuse never passes."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

from benchmarks.report import Result, Table
from interlock.api.soundness import Opener
from interlock.evaluation.generate import draw_case
from interlock.evaluation.mutate import MUTATORS
from interlock.evaluation.oracles.refusal import judge_some
from interlock.evaluation.trials import trial_of
from interlock.registry.registry import load

CLASSES = {
    "the graph": "drop_node drop_node_and_edges bridge_node cut_edge duplicate_edge redirect_edge swap_edge misspell_edge "
    "wrong_port make_cycle duplicate_id misspell_id add_orphan",
    "node types and versions": "misspell_type swap_type unknown_version",
    "form, inputs and retries": "break_input break_form needless_retry bad_retry",
    "columns": "rename_column other_column rename_made clash_made",
    "parameters": "misspell_parameter drop_parameter add_parameter wrong_kind scalar_for_list out_of_bounds wrong_choice "
    "other_type other_value bad_path",
    "expressions and queries": "break_expression misspell_in_expression other_operator break_query",
    "contracts": "break_contract",
}
"""What the mutators break."""
OF_A_PLAN = 24
"""So many mutants of one plan, each by another mutator where there are as many."""
CHUNK = 6
"""Plans that a process takes at a time."""


@dataclass(frozen=True)
class Line:
    """A judged mutant, as far as the table and the notes need it."""

    mutator: str
    claimed: bool
    outcome: str
    near: str
    well_placed: bool
    told: tuple[str, ...]


def judge_plans(seeds: Sequence[int]) -> list[Line]:
    """Draw the plans of these seeds and judge mutants of each."""
    registry = load()
    found = []
    for seed in seeds:
        with trial_of(draw_case(seed, registry), Opener()) as trial:
            if trial.checked.proven is None:
                continue
            for each in judge_some(trial, Random(f"{seed} mutants"), OF_A_PLAN):
                told = tuple(f"plan {seed}: {fault.kind}: {fault.message}" for fault in each.faults)
                found.append(
                    Line(each.mutant.mutator, each.claimed, each.outcome, each.near or "", each.well_placed, told)
                )
    return found


def judged(most: int, seed: int) -> Iterator[Line]:
    """Judged mutants, `most` of them, the same for the same seed."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    made = 0
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn")) as pool:
        chunks = (range(first, first + CHUNK) for first in count(seed * 10_000_019, CHUNK))
        waiting = [pool.submit(judge_plans, next(chunks)) for _ in range(2 * cores)]
        while made < most:
            lines = waiting.pop(0).result()
            waiting.append(pool.submit(judge_plans, next(chunks)))
            yield from lines[: most - made]
            made += len(lines)
            print(
                f"{min(made, most):,} of {most:,} mutants", end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr
            )
        for each in waiting:
            each.cancel()


def run(most: int, seed: int) -> Result:
    """The benchmark as it is printed."""
    lines = list(judged(most, seed))
    names = [each.__name__ for each in MUTATORS if any(line.mutator == each.__name__ for line in lines)]
    rows = [_row(name, [line for line in lines if line.mutator == name]) for name in names]
    rows.append(_row("all", lines))
    classes = [_row(name, [line for line in lines if line.mutator in kinds.split()]) for name, kinds in CLASSES.items()]
    refused = [line for line in lines if line.near]
    placed = sum(line.well_placed for line in refused) / max(len(refused), 1)
    false = sum(line.claimed and not line.near for line in lines)
    faults = [line for line in lines if line.told]
    notes = [
        f"{len(lines):,} mutants of drawn plans, seed {seed}",
        "claimed: broken in a way that the checks claim to refuse whatever the plan; false accepts: those that pass",
        "right: passes, runs and is what the reference interpreter says; not judged: passes and runs, no reference for it",
        f"false accepts: {false}",
        f"well placed: {placed:.2%} of {len(refused):,} refusals: at the broken place, its holder or its node, or, where",
        "that place is valid by itself, downstream of it",
        f"faults: {len(faults)}",
        *(f"  {line.mutator}: {told}" for line in faults[:40] for told in line.told[:1]),
    ]
    headers = [
        "mutants", "claimed", "refused", "false accepts", "right", "not judged", "faults",
        "at", "parent", "same node", "downstream", "elsewhere",
    ]  # fmt: skip
    data = {
        "mutants": len(lines),
        "refused": len(refused),
        "false_accepts": false,
        "placed": placed,
        "faults": len(faults),
    }
    return Result(
        "drawn",
        "broken drawn plans",
        [Table(["class", *headers], classes), Table(["mutator", *headers], rows)],
        notes,
        data,
        not faults and placed >= 0.99,
    )


def _row(name: str, lines: Sequence[Line]) -> list[Any]:
    near = Counter(line.near for line in lines)
    outcomes = Counter(line.outcome for line in lines)
    return [
        name,
        len(lines),
        sum(line.claimed for line in lines) or None,
        sum(bool(line.near) for line in lines) or None,
        sum(line.claimed and not line.near for line in lines) or None,
        outcomes["accepted and right"] or None,
        outcomes["accepted, meaning not judged"] or None,
        sum(bool(line.told) for line in lines) or None,
        *(near[each] or None for each in ("at", "parent", "same node", "downstream", "elsewhere")),
    ]
