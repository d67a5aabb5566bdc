"""Draw cases, let every oracle judge each of them, and make the smallest case of every fault.

Cases are judged in several processes. What is found depends on the seed alone; how far it gets depends on the time.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any, TypeVar

from interlock.evaluation.cases import Case
from interlock.evaluation.generate import draw_case
from interlock.evaluation.generate.shrink import shrink
from interlock.evaluation.oracles import ORACLES, Fault, NotJudged, Oracle
from interlock.evaluation.trials import Opener, Trial, trial_of
from interlock.registry.registry import Registry

T = TypeVar("T")
CHUNK = 8
"""Cases that a process judges before it reports."""
MOST_SECONDS = 60
"""What takes longer with one case is a fault of its own."""
SHRINK_SECONDS = 30.0
SHRUNK_OF_A_KIND = 2
"""Of faults of one kind, so many are made small and written."""
STRIDE = 1_000_000_007
"""The seed of case number n of seed s is s * STRIDE + n."""
DIES = "a process dies"
"""The kind of a fault that nobody can make small: it ends whoever tries."""


@dataclass(frozen=True)
class Judgement:
    """What every oracle said of one case: its faults, or why it could not judge. `own` are the node types in it that do not
    come with Interlock."""

    seed: int
    nodes: int
    faults: dict[str, tuple[Fault, ...]]
    not_judged: dict[str, str]
    own: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """A fault, and the smallest case that shows it. `case` is None if it could not be made again."""

    seed: int
    fault: Fault
    case: Case | None

    @property
    def drawn_by(self) -> tuple[int, int]:
        """The seed and the number by which `fuzz` draws the case."""
        return divmod(self.seed, STRIDE)

    @property
    def again(self) -> str:
        """The command that judges the case once more."""
        seed, number = self.drawn_by
        return f"interlock fuzz --seed {seed} --first {number} --cases 1"


@dataclass
class Tally:
    """The counts of a run of the fuzzer, by oracle."""

    seed: int
    cases: int = 0
    nodes: int = 0
    seconds: float = 0.0
    judged: Counter[str] = field(default_factory=Counter)
    not_judged: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)
    own: Counter[str] = field(default_factory=Counter)
    """In how many cases each node type was that does not come with Interlock."""

    def add(self, judgement: Judgement) -> None:
        """Count one case."""
        self.cases += 1
        self.nodes += judgement.nodes
        self.own.update(judgement.own)
        for name, faults in judgement.faults.items():
            self.judged[name] += 1
            self.faults[name] += bool(faults)
            self.kinds.update((name, each.kind) for each in faults)
        for name, reason in judgement.not_judged.items():
            self.not_judged[name] += 1
            self.reasons[name, reason] += 1

    def rows(self) -> list[list[Any]]:
        """Oracle, cases, not judged, faults."""
        return [
            [name, self.judged[name], self.not_judged[name], self.faults[name]]
            for name in dict.fromkeys((*(each.__name__ for each in ORACLES), *self.judged, *self.faults))
            if self.judged[name] or self.not_judged[name]
        ]

    def as_dict(self) -> dict[str, Any]:
        """The counts as plain data."""
        names = ("oracle", "cases", "not_judged", "failures")
        return {
            "seed": self.seed,
            "cases": self.cases,
            "nodes": self.nodes,
            "seconds": round(self.seconds, 1),
            "oracles": [dict(zip(names, row, strict=True)) for row in self.rows()],
            "not_judged": [
                {"oracle": name, "reason": reason, "cases": count}
                for (name, reason), count in self.reasons.most_common()
            ],
            "own_node_types": dict(self.own),
            "failures": [
                {
                    "oracle": each.fault.oracle,
                    "kind": each.fault.kind,
                    "number": each.drawn_by[1],
                    "again": each.again,
                    "message": each.fault.message,
                }
                for each in self.found
            ],
        }


def fuzz(
    opened: Opener,
    *,
    seed: int = 1,
    first: int = 0,
    minutes: float | None = None,
    cases: int | None = None,
    only: Sequence[str] = (),
    processes: int | None = None,
    on_progress: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Judge cases until `minutes` have passed or `cases` are done, whichever is first; then make small what was found.

    Case number n of seed s is the same in every run; they are numbered from `first` on. `only` names the oracles to ask
    (all, without it).
    """
    tally = Tally(seed, own=Counter({each.name: 0 for each in _registry(opened) if not each.built_in}))
    started = time.monotonic()
    until = started + minutes * 60 if minutes is not None else None
    of_a_kind: dict[tuple[str, str], dict[int, Fault]] = {}
    chunks = _chunks(seed, first, cases)
    workers = processes or os.cpu_count() or 1

    def take(judgements: Iterable[Judgement]) -> None:
        for judgement in judgements:
            tally.add(judgement)
            for faults in judgement.faults.values():
                for fault in faults:
                    of_a_kind.setdefault((fault.oracle, fault.kind), {}).setdefault(judgement.seed, fault)

    pool = _pool(workers)
    try:
        running: dict[Future[list[Judgement]], list[int]] = {}
        while True:
            while len(running) < 2 * workers and not (until and time.monotonic() > until):
                chunk = next(chunks, None)
                if chunk is None:
                    break
                running[pool.submit(judge_seeds, opened, chunk, tuple(only))] = chunk
            if not running:
                break
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            try:
                for future in done:
                    take(future.result())
                    del running[future]
            except BrokenProcessPool:  # one of the processes died: nobody knows of which case
                pool.shutdown()
                for chunk in running.values():
                    take(_one_by_one(opened, chunk, tuple(only)))
                running, pool = {}, _pool(workers)
            tally.seconds = time.monotonic() - started
            on_progress(tally)
        wanted = [
            (number, fault)
            for group in of_a_kind.values()
            for number, fault in sorted(group.items())[:SHRUNK_OF_A_KIND]
        ]
        smallest = [pool.submit(smallest_case, opened, number, fault) for number, fault in wanted]
        for (number, fault), future in zip(wanted, smallest, strict=True):
            try:
                tally.found.append(future.result())
            except BrokenProcessPool:
                tally.found.append(_alone(smallest_case, opened, number, fault) or Found(number, fault, None))
            on_progress(tally)
    finally:
        pool.shutdown(cancel_futures=True)
    tally.seconds = time.monotonic() - started
    return tally


def _one_by_one(opened: Opener, seeds: Iterable[int], names: tuple[str, ...]) -> Iterator[Judgement]:
    """Judge cases in a process each, so that it is known which of them ends the process."""
    for seed in seeds:
        fault = Fault("soundness", DIES, "the process that judged the case died")
        yield from _alone(judge_seeds, opened, [seed], names) or [Judgement(seed, 0, {"soundness": (fault,)}, {})]


def _alone(work: Callable[..., T], *arguments: Any) -> T | None:
    """Do something in a process of its own; None if that process dies."""
    with _pool(1) as pool:
        try:
            return pool.submit(work, *arguments).result()
        except BrokenProcessPool:
            return None


def _pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))


def _chunks(seed: int, first: int, cases: int | None) -> Iterator[list[int]]:
    """Numbers of cases, a chunk at a time; those of different seeds have nothing in common."""
    number = first
    while cases is None or number < first + cases:
        size = CHUNK if cases is None else min(CHUNK, first + cases - number)
        yield [seed * STRIDE + number + each for each in range(size)]
        number += size


def oracles_named(names: Sequence[str]) -> tuple[Oracle, ...]:
    """The oracles of these names, all without any; raises ValueError for a name that is none."""
    known = {each.__name__: each for each in ORACLES}
    for name in names:
        if name not in known:
            raise ValueError(f"there is no oracle `{name}`; there are {', '.join(known)}")
    return tuple(known[name] for name in names) or ORACLES


def judge_seeds(opened: Opener, seeds: Sequence[int], names: Sequence[str]) -> list[Judgement]:
    """Draw and judge the cases of these seeds."""
    registry = _registry(opened)
    return [_judge_seed(opened, registry, seed, oracles_named(names)) for seed in seeds]


_registries: dict[Opener, Registry] = {}


def _registry(opened: Opener) -> Registry:
    if opened not in _registries:
        _registries[opened] = opened(Path.cwd()).registry
    return _registries[opened]


def _judge_seed(opened: Opener, registry: Registry, seed: int, oracles: Sequence[Oracle]) -> Judgement:
    try:
        case = draw_case(seed, registry)
    except Exception as error:
        fault = Fault("generator", type(error).__name__, _told(error))
        return Judgement(seed, 0, {"generator": (fault,)}, {})
    kinds = {found.type for node in case.plan["nodes"] if (found := registry.find(node["type"].partition("@")[0]))}
    own = sorted(each.name for each in kinds if not each.built_in)
    return replace(judge(opened, case, oracles), own=tuple(own))


def judge(opened: Opener, case: Case, oracles: Sequence[Oracle] = ORACLES) -> Judgement:
    """Let oracles judge a case; one that is refused is judged by acceptance, round trip and totality alone."""
    faults: dict[str, tuple[Fault, ...]] = {}
    not_judged: dict[str, str] = {}
    with trial_of(case, opened) as trial:
        for oracle in oracles:
            name = oracle.__name__
            told: list[Fault] = []
            try:
                with _bounded():
                    for fault in _asked(oracle, trial):
                        told.append(fault)
            except NotJudged as reason:
                if not told:  # what was found before it gave up is a fault all the same
                    not_judged[name] = str(reason)
                    continue
            except Exception as error:
                told.append(Fault(name, f"raises {type(error).__name__}", _told(error)))
            faults[name] = tuple(told)
    return Judgement(case.seed, len(case.plan["nodes"]), faults, not_judged)


UNPROVEN = frozenset({"acceptance", "round_trip", "totality"})
"""Oracles that can judge a plan that is refused."""


def _asked(oracle: Oracle, trial: Trial) -> Iterator[Fault]:
    if oracle.__name__ not in UNPROVEN and trial.checked.proven is None:
        raise NotJudged("the plan is refused")
    return oracle(trial, Random(f"{trial.case.seed} {oracle.__name__}"))


@contextmanager
def _bounded() -> Iterator[None]:
    """Stop what takes too long, where the platform can."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def late(signum: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"it takes more than {MOST_SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(MOST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _told(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"


def smallest_case(opened: Opener, seed: int, fault: Fault) -> Found:
    """Draw the case again and make it as small as it can be with the same kind of fault."""
    try:
        case = draw_case(seed, _registry(opened))
    except Exception:  # that drawing it fails is the fault
        return Found(seed, fault, None)
    oracles = [each for each in ORACLES if each.__name__ == fault.oracle]

    def fails(smaller: Case) -> bool:
        found = judge(opened, smaller, oracles)
        return any(each.kind == fault.kind for faults in found.faults.values() for each in faults)

    if not oracles or fault.kind == DIES or fault.document is not None:  # a mutant is shown as it is
        return Found(seed, fault, case)
    smaller = shrink(case, fails, SHRINK_SECONDS)
    told = judge(opened, smaller, oracles)
    now = next((each for faults in told.faults.values() for each in faults if each.kind == fault.kind), fault)
    return Found(seed, now, smaller)
