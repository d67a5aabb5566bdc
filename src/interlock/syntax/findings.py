"""Collecting what is found: every finding up to a number that a reader can still take in, and a count of the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from interlock.ir.diagnostics import Diagnostic
from interlock.syntax.rules.too_many_problems import too_many_problems

MOST = 200


class Stop(Exception):
    """Reading cannot go on after this finding."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class Findings:
    """Diagnostics in the order they were found. Past `MOST` they are only counted, so a hostile plan stays cheap."""

    def __init__(self) -> None:
        self.kept: list[Diagnostic] = []
        self.left_out = 0

    @property
    def full(self) -> bool:
        """Whether further findings are only counted, so that nothing need be worked out for them."""
        return len(self.kept) >= MOST

    def add(self, build: Callable[..., Diagnostic], *args: Any, **named: Any) -> None:
        """Keep the diagnostic that `build(*args, **named)` makes; past the limit it is not even made."""
        if self.full:
            self.left_out += 1
        else:
            self.kept.append(build(*args, **named))

    def all(self) -> tuple[Diagnostic, ...]:
        """All that was kept, and one last line if some were not."""
        return (*self.kept, *self.rest())

    def rest(self) -> tuple[Diagnostic, ...]:
        """The line that counts what was not kept, if there is any."""
        return (too_many_problems(len(self.kept), self.left_out),) if self.left_out else ()
