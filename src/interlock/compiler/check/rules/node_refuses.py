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
    help = [_remark(each) for each in error.help]
    return RULE.found(
        at, error.message, label="refused here", notes=notes, help=help, candidates=list(error.candidates)
    )


def _remark(text: str) -> str:
    """A sentence of a node type's, written as all remarks are: beginning small, without a full stop.

    >>> _remark("Cast the column first."), _remark("RE2 has no look-around")
    ('cast the column first', 'RE2 has no look-around')
    """
    small = text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
    return small.removesuffix(".") if not small.endswith("..") else small
