"""The harness, for plans with several calls outward. Below the line of dashes it is carried verbatim, into such programs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import duckdb

from interlock.compiler.standalone.harness_run import Runner

# ---------------------------------------------------------------------------------------------------------------------


_Batch = list[Sequence[Any]]


class BusyRunner(Runner):
    """A run that calls nodes which wait for other machines before their turn, while it waits for one of them itself.

    Steps still take their turns in the order of the program, and what a call gave is taken up, stored and told in its
    step's turn, as is its failure: so nothing but time depends on which of them is quick.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.ahead: dict[str, _Ahead] = {}
        self.had_turns: set[str] = set()
        self.most = 8  # calls at a time

    def connect(self, threads: int | None, memory: str | None) -> None:
        super().connect(threads, memory)
        self.most = min(self.most, threads or self.most)

    def run_step(self, step: dict[str, Any]) -> None:
        if step.get("outward") and step["id"] not in {*self.spared, *self.loads}:
            self.look_ahead(step["id"])
        super().run_step(step)
        self.had_turns.add(step["id"])

    def look_ahead(self, current: str) -> None:
        """Begin the calls of later steps that have all they read; none that comes after a question to a person."""
        running = sum(each.is_alive() for each in self.ahead.values()) + (current not in self.ahead)
        for name, step in self.steps.items():
            if name in self.had_turns or name in {current, *self.ahead, *self.spared, *self.loads}:
                continue
            if step.get("asks") or running >= self.most:
                return
            if step.get("outward") and self.had_turns.issuperset(step["reads"]):
                try:
                    self.ahead[name] = _Ahead(super().called(step))
                except duckdb.Error:
                    continue  # what it reads cannot be made: that is told in its turn
                running += 1
                self.ahead[name].start()

    def called(self, step: dict[str, Any]) -> Callable[[], Iterable[_Batch]]:
        ahead = self.ahead.get(step["id"])
        return super().called(step) if ahead is None or ahead.taken else ahead.take

    def keep(self, step: dict[str, Any], rows: int, seconds: float) -> dict[str, Any]:
        ahead = self.ahead.get(step["id"])
        return super().keep(step, rows, max(seconds, ahead.seconds) if ahead else seconds)

    def close(self) -> None:
        for each in self.ahead.values():
            each.stopped = True
        for each in self.ahead.values():
            each.join(0.5)  # one that does not hear is left behind; it has nothing of the run's but the rows it reads
        super().close()


class _Ahead(threading.Thread):
    """The call of a node's function in a thread of its own; it waits when nobody takes what it gives."""

    def __init__(self, call: Callable[[], Iterable[_Batch]]) -> None:
        super().__init__(daemon=True)
        self.call, self.taken, self.stopped, self.seconds = call, False, False, 0.0
        self.given: list[_Batch | BaseException | None] = []
        self.filled, self.room = threading.Semaphore(0), threading.Semaphore(16)

    def run(self) -> None:
        started = time.perf_counter()
        last: BaseException | None = None
        try:
            for batch in self.call():
                if not self.give(batch):
                    return
        except BaseException as error:  # even a SystemExit: whose turn it is decides what it means
            last = error
        self.seconds = time.perf_counter() - started
        self.give(last)

    def give(self, part: _Batch | BaseException | None) -> bool:
        while not self.room.acquire(timeout=0.1):
            if self.stopped:
                return False
        self.given.append(part)
        self.filled.release()
        return not self.stopped

    def take(self) -> Iterator[_Batch]:
        """The rows that the call gives, as it gives them; raises what it raised."""
        self.taken = True
        while True:
            self.filled.acquire()
            part = self.given.pop(0)
            self.room.release()
            if isinstance(part, BaseException):
                raise part
            if part is None:
                return
            yield part


Runner = BusyRunner
