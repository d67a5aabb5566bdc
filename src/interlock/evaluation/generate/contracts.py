"""Contracts that hold by construction: some are proven by the check, others are left for the run."""

from __future__ import annotations

from interlock.evaluation.generate.draft import Draft


def draw_contracts(draft: Draft) -> None:
    """Contracts about some of the nodes and files."""
