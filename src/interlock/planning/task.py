"""A task: what is wanted, over which data, with which outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.ir.catalog import Catalog


@dataclass(frozen=True)
class Required:
    """A file that the plan must write, with the columns that must be in it, if any are named."""

    path: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """What is wanted: a text, the catalog of available data, required outputs, and where may be written."""

    text: str
    catalog: Catalog
    required: tuple[Required, ...] = ()
    writable: tuple[str, ...] = ("**",)
    policy: tuple[str, ...] = ()
    """The whole policy as texts: a plan that was made under another one is not reused."""
    samples: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """Rows of a dataset by its path and what is inside it, where they may be shown to a model; empty by default."""
