"""A plan that passed every check, with types, schemas, order and effects attached.

Only `interlock.compiler.check` makes one. It is never stored: the plan is, and is checked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.ir.plan import Node, Plan
from interlock.ir.program import RunInput, RuntimeCheck, Source
from interlock.ir.types import Schema
from interlock.registry.node import NodeType
from interlock.registry.tables import Copy, Select


@dataclass(frozen=True)
class SortTerm:
    """One column that a result is known to be sorted by."""

    column: str
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True)
class BoundNode:
    """A node with its inputs connected, its parameters resolved and its result known.

    `inputs` are (name, node id) pairs: the port's name, or for a variadic port the edge's own name.
    """

    node: Node
    type: NodeType
    inputs: tuple[tuple[str, str], ...]
    params: Mapping[str, Any]
    schema: Schema
    result: Select | Copy | None = None
    source: Source | None = None
    sorted_by: tuple[SortTerm, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class CheckedPlan:
    """A proven plan: its nodes in a topological order that depends on the plan alone."""

    plan: Plan
    nodes: tuple[BoundNode, ...]
    inputs: tuple[RunInput, ...]
    contract_checks: tuple[RuntimeCheck, ...] = ()
    by_id: Mapping[str, BoundNode] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return self.plan.digest
