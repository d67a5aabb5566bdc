"""What the words of a task can refer to: the files of the catalog, and the columns of the results made so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from interlock.ir.plan import Plan
from interlock.ir.types import Schema

Schemas = Callable[[Plan], Mapping[str, Schema]]
"""Tells the columns of a plan's results by node id, of those that can be known; nothing else about the plan."""
