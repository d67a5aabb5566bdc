"""Reading: a task in words becomes a plan, or what was not understood of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from interlock.ir.catalog import Catalog
from interlock.ir.plan import Plan
from interlock.ir.types import Schema
from interlock.registry.registry import Registry
from interlock.syntax.english.misunderstood import Misunderstood

Schemas = Callable[[Plan], Mapping[str, Schema]]
"""Tells the columns of a plan's results by node id, of those that can be known; nothing else about the plan."""


def read_english(
    text: str, registry: Registry, catalog: Catalog, schemas: Schemas | None = None
) -> Plan | Misunderstood:
    """The plan that the words say, if every word is understood and they can be read in one way only.

    `schemas` tells the columns of intermediate results; without it only the columns of `catalog` are known.
    """
    return Misunderstood(text, "the English reader is not there yet")
