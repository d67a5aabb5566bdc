"""A program: ordered steps, as SQL trees and Python sources, ready to be printed by a target.

Lowering makes it from a checked plan; targets print it and never see a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from sqlglot import exp

from interlock.ir.retry import Retry
from interlock.ir.types import Schema

Repeat = Literal["replace", "marked", "ask"]
"""How committing a sink a second time is made harmless: the file is put in place by the run; the sink leaves a mark in the
same transaction; or not at all, so that someone must be asked."""


@dataclass(frozen=True)
class PythonCall:
    """A call of a carried Python function: the function object (its source is carried verbatim) and its arguments.

    `paths` names the arguments that are files, which a run resolves against its project folder. Of a sink's, `writes`
    names the one that is written, `repeat` says what a second commit of the same rows does, and `staging` whether the
    function takes a folder to work in.
    """

    function: Callable[..., Any]
    arguments: Mapping[str, Any]
    paths: tuple[str, ...] = ()
    writes: str = ""
    repeat: Repeat = "ask"
    staging: bool = False


@dataclass(frozen=True)
class RuntimeCheck:
    """Something that must hold at run time: `violations` selects offending rows over the step `on` and its inputs."""

    title: str
    violations: exp.Query
    node: str
    code: str


@dataclass(frozen=True)
class Source:
    """What a source looked like when the plan was checked, and how to look again before a run."""

    path: str | None
    columns: tuple[tuple[str, str], ...]
    facts: Mapping[str, Any]
    describe: PythonCall | None


@dataclass(frozen=True)
class Step:
    """One step. `kind` says how it runs:

    - `select`: `query` over the steps in `reads`;
    - `rows`: `call` makes rows, of `schema`;
    - `copy`: `query` is written to `path` with COPY and `options`;
    - `writes`: the relation `reads[0]` is written to `path` by `call`.

    `known_shape` says that Interlock built `query`; another's statement is carried as it stands.
    `asks` is a form (`question`, `fields`, `show`) whose answers the query reads as variables, `step.field`.
    `materialise` asks for the result to be stored once instead of being part of its consumers' statements.
    `retry` says how often it is tried when something outside fails.
    `outward` says that its rows come from another machine or a model, so that it mostly waits.
    `checkpoint` says that it pays to keep the result in a file, so that a run that is interrupted can go on from there.
    """

    id: str
    kind: Literal["select", "rows", "copy", "writes"]
    schema: Schema
    reads: tuple[str, ...] = ()
    query: exp.Query | None = None
    call: PythonCall | None = None
    path: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    source: Source | None = None
    checks: tuple[RuntimeCheck, ...] = ()
    preview: int = 0
    asks: Mapping[str, Any] | None = None
    retry: Retry | None = None
    outward: bool = False
    materialise: bool = False
    checkpoint: bool = False
    known_shape: bool = True
    node_type: str = ""
    also: tuple[str, ...] = ()

    @property
    def is_sink(self) -> bool:
        return self.kind in ("copy", "writes")

    @cached_property
    def mentions(self) -> tuple[str, ...]:
        """The relations that `query` reads, one entry for every mention."""
        return tuple(relations(self.query)) if self.query is not None else ()

    def with_(self, **changes: Any) -> Step:
        """A copy with these fields changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class RunInput:
    """A typed run input: its SQL type and, if it has one, its default as a plain value."""

    name: str
    type: str
    default: Any = None
    has_default: bool = False


@dataclass(frozen=True)
class Program:
    """Steps in an order in which they can run, and the typed inputs of a run."""

    steps: tuple[Step, ...]
    inputs: tuple[RunInput, ...]
    plan_digest: str

    @property
    def by_id(self) -> dict[str, Step]:
        return {step.id: step for step in self.steps}

    def with_steps(self, steps: list[Step] | tuple[Step, ...]) -> Program:
        """The program with other steps."""
        return replace(self, steps=tuple(steps))

    def consumers(self) -> dict[str, list[Step]]:
        """For every step, the steps that read it."""
        found: dict[str, list[Step]] = {step.id: [] for step in self.steps}
        for step in self.steps:
            for source in dict.fromkeys(step.reads):
                found[source].append(step)
        return found


def relations(tree: exp.Expr) -> list[str]:
    """The names of the relations that a statement reads, one entry for every mention; its own CTEs left out."""
    tables: list[str] = []
    local: set[str] = set()
    for node in tree.walk():
        if isinstance(node, exp.Table):
            if isinstance(node.this, exp.Identifier):
                tables.append(node.name)
        elif isinstance(node, exp.CTE):
            local.add(node.alias.casefold())
    return [name for name in tables if name.casefold() not in local] if local else tables
