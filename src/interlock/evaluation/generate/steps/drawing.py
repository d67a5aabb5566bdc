"""The table of drawings: a node type's name to what draws its parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.known import Known


@dataclass(frozen=True)
class Feed:
    """An input of a step: the node that it comes from, the port, and what is known of it."""

    node: str
    port: str
    known: Known


Drawing = Callable[[Draft, list[Feed]], Step | None]
"""Draws the parameters of a step for these inputs; None where it does not go with them."""
