"""What parts of the api need of a project, so that the project can hold them without a cycle."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from interlock.api.checked import Checked
from interlock.compiler.checked import CheckedPlan
from interlock.gates.policy import Policy
from interlock.ir.artifact import Artifact


class Rooted(Protocol):
    """A project folder."""

    @property
    def root(self) -> Path: ...


class Compiling(Rooted, Protocol):
    """A project that reads plans and compiles them under a policy."""

    @property
    def policy(self) -> Policy: ...
    def read(self, path: str | Path) -> Checked: ...
    def compile(self, checked: CheckedPlan, name: str = "") -> Artifact: ...
