"""The plan cannot be read as YAML or as JSON.

Refused: a text with a mistake in its punctuation (a missing quote, a comma too many, a tab where YAML wants spaces),
an empty file, and a file that is no text at all. Such a text has no single meaning, and Interlock does not guess one.

Bad:

    {"nodes": [{"id": "sales", "type": "read_csv"},]}

Good:

    {"nodes": [{"id": "sales", "type": "read_csv"}]}

To mend it, go to the line and column shown. A common cause is a text with `: ` or `#` in it that is not in quotes.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL001", "unreadable", __doc__)


def unreadable(
    message: str,
    offset: int = 0,
    end: int | None = None,
    *,
    label: str = "",
    help: tuple[str, ...] = (),
    began: tuple[int, str] | None = None,
) -> Diagnostic:
    """`message` says what was found at `offset`; `began` is where the broken thing started."""
    also = [(Place("", start=began[0], end=began[0] + 1), began[1])] if began else []
    return RULE.found(
        Place("", start=offset, end=offset + 1 if end is None else end), message, label=label, also=also, help=help
    )
