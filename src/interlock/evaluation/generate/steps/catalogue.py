"""All drawings by node type; what is not among them is drawn by its kinds."""

from __future__ import annotations

from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.steps import (
    columns,
    grouping,
    joins,
    quality,
    query,
    reshape,
    rows,
    sinks,
    text,
    windows,
)
from interlock.evaluation.generate.steps.by_kinds import draw_by_kinds
from interlock.evaluation.generate.steps.drawing import Drawing, Feed
from interlock.registry.node import NodeType

DRAWINGS: dict[str, Drawing] = {
    **rows.DRAWINGS,
    **columns.DRAWINGS,
    **joins.DRAWINGS,
    **text.DRAWINGS,
    **grouping.DRAWINGS,
    **windows.DRAWINGS,
    **reshape.DRAWINGS,
    **quality.DRAWINGS,
    **query.DRAWINGS,
    **sinks.DRAWINGS,
}


def draw_step(draft: Draft, node_type: NodeType, feeds: list[Feed]) -> Step | None:
    """Parameters for a node of this type with these inputs; None where it does not go with them."""
    drawing = DRAWINGS.get(node_type.name)
    return drawing(draft, feeds) if drawing else draw_by_kinds(draft, node_type, feeds)
