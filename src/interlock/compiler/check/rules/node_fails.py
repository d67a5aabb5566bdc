"""A node type's own code fails: a fault in the node type, not in the plan.

The function of a node type must give a result, or raise `NodeError`, for every input. Another exception is a bug in
that function. For a node type of your own, the message names the line; for a built-in one, please report it.
"""

from __future__ import annotations

import traceback

from interlock.ir.diagnostics import Diagnostic, Place, rule
from interlock.registry.node import NodeType

RULE = rule("IL204", "node-fails", __doc__)


def found(at: Place, node_type: NodeType, error: BaseException) -> Diagnostic:
    """A function of a node type raised `error`, which is not a NodeError."""
    frames = traceback.extract_tb(error.__traceback__)
    frames = [each for each in frames if each.filename == node_type.defined_in]
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return RULE.found(
        at,
        f"the node type `{node_type.reference}` fails: {type(error).__name__}: {error}{where}",
        label="its function raised this",
        help=["this is a fault of the node type, not of the plan"],
        found=type(error).__name__,
    )
