"""The plan as far as it is drawn, and what every step is drawn with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from interlock.evaluation.frames import Frame
from interlock.evaluation.generate.forms.written import Form
from interlock.evaluation.generate.known import Known
from interlock.evaluation.generate.shape import Shape
from interlock.evaluation.generate.tables import Pool
from interlock.ir.types import Type


@dataclass(frozen=True)
class Given:
    """A run input: its type, the value that the run uses, and how far values reach."""

    name: str
    type: Type
    value: Any
    reach: float


@dataclass(frozen=True)
class Step:
    """A step as drawn: its parameters, and what is known of its result."""

    params: dict[str, Any]
    result: Known
    ports: tuple[str, ...] = ()


@dataclass
class Draft:
    """Nodes, edges, files and inputs so far. Everything random comes from `random`."""

    random: Random
    shape: Shape
    pools: tuple[Pool, ...]
    nodes: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)
    results: dict[str, Known] = field(default_factory=dict)
    uses: dict[str, int] = field(default_factory=dict)
    sinks: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    sources: dict[str, Frame] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    used_inputs: set[str] = field(default_factory=set)
    contracts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    declared: dict[str, Any] = field(default_factory=dict)

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    @property
    def risky(self) -> bool:
        """Whether something may be drawn here for which a run may stop."""
        return self.random.random() < self.shape.risk
