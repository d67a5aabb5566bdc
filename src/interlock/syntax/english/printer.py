"""Printing: any plan as numbered sentences."""

from __future__ import annotations

from interlock.ir.plan import Plan
from interlock.registry.registry import Registry


def print_plan(plan: Plan, registry: Registry) -> str:
    """The plan in English; `read_english` gives the same plan back."""
    raise NotImplementedError
