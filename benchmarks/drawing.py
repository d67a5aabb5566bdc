"""How fast plans are drawn with their data, checked and run, and judged by every oracle: in one process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.report import Result, Table
from interlock.api.soundness import Opener
from interlock.evaluation.fuzz import judge
from interlock.evaluation.generate import draw_case
from interlock.evaluation.trials import trial_of
from interlock.registry.registry import load

DRAWN, RUN, JUDGED = 300, 60, 15
"""So many plans are drawn, so many of them checked and run, and so many judged."""
LEAST_DRAWN, LEAST_RUN = 200, 20
"""The aims: plans a second."""


def run(folder: Path) -> Result:
    """The benchmark as it is printed."""
    del folder
    registry = load()
    opened = Opener()
    draw_case(0, registry)
    cases = [draw_case(number, registry) for number in range(1, RUN + 1)]

    def check_and_run(number: int) -> None:
        with trial_of(cases[number], opened) as trial:
            if trial.checked.proven is None:
                raise AssertionError(f"plan {number} does not pass")
            trial.usual  # noqa: B018  # it is run when it is looked at

    check_and_run(0)
    found = {
        "drawn with their data": _rate(lambda number: draw_case(number, registry), range(1, DRAWN + 1)),
        "checked, compiled and run": _rate(check_and_run, range(RUN)),
        "judged by all oracles": _rate(lambda number: judge(opened, cases[number]), range(JUDGED)),
    }
    nodes = sum(len(case.plan["nodes"]) for case in cases) / len(cases)
    aims: dict[str, float | None] = dict(zip(found, (LEAST_DRAWN, LEAST_RUN, None), strict=True))
    rows = [[what, rate, 1000 / rate, aims[what]] for what, rate in found.items()]
    missed = [what for what, rate in found.items() if rate < (aims[what] or 0)]
    notes = [
        f"plans of {nodes:.1f} nodes on average, on one core, by CPU time, without that of the process that runs each",
        "plan again for `determinism`; `interlock fuzz` uses all cores",
        f"aims missed: {', '.join(missed) or 'none'}",
    ]
    headers = ["plans", "a second", "ms each", "aim, a second"]
    return Result("drawing", "the speed of the fuzzer", [Table(headers, rows)], notes, dict(found), not missed)


def _rate(work: Callable[[int], object], numbers: Iterable[int]) -> float:
    """How many are done in a second of CPU time."""
    started, done = time.process_time(), 0
    for number in numbers:
        work(number)
        done += 1
    return done / (time.process_time() - started)
