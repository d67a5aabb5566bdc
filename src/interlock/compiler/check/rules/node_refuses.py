"""The node type refuses its parameters for a reason of its own, now that it knows its input's columns.

Some conditions need the schema: a new column must not take the name of one that is kept, a sum needs a number, a
rename must not make two columns with one name. The message is the node type's own.

Mend it as the message says.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, joined, rule
from interlock.registry.tables import NodeError

RULE = rule("IL203", "node-refuses", __doc__)


def found(at: Place, error: NodeError) -> Diagnostic:
    """The node's function raised `error`."""
    notes = [f"close to it: {joined([f'`{each}`' for each in error.candidates])}"] if error.candidates else []
    return RULE.found(
        at, error.message, label="refused here", notes=notes, help=error.help, candidates=list(error.candidates)
    )
