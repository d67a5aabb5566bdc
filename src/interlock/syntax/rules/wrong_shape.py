"""A part of the plan is not the kind of value that belongs there.

Refused: a text where a list belongs, a list where a mapping belongs, a number where a text belongs, and so on.

Bad:

    nodes:
      sales: {type: read_csv}
    edges: sales -> large

Good:

    nodes:
      - {id: sales, type: read_csv}
    edges:
      - {from: sales, to: large}

To mend it, write the value in the form the message asks for.
"""

from __future__ import annotations

from typing import Any

from interlock.ir.diagnostics import Diagnostic, Fix, Place, rule
from interlock.syntax.words import kind_of, quoted

RULE = rule("IL007", "wrong-shape", __doc__)


def wrong_shape(
    at: Place, what: str, expected: str, value: Any, example: str = "", fix: Fix | None = None
) -> Diagnostic:
    """`what` (a name in words) must be `expected`, and `value` is not."""
    return RULE.found(
        at,
        f"{what} must be {expected}, not {kind_of(value)}",
        label=f"must be {expected}",
        help=(f"write it like this: {example}",) if example and fix is None else (),
        fix=fix,
        expected=expected,
        found=kind_of(value),
    )


def wrapped_plan(at: Place, key: str) -> Diagnostic:
    """The plan is not the document but the value of its member `key`."""
    fix = Fix("move it to the top", ({"op": "move", "from": at.pointer, "path": ""},))
    message = f"the plan stands inside {quoted(key)}; it must be the document itself"
    return RULE.found(at.key(), message, label="the plan is in here", fix=fix, found=key[:200])


def text_fix(at: Place, value: Any) -> Fix | None:
    """The fix that puts a number or boolean in quotes."""
    if not isinstance(value, (bool, int, float)):
        return None
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return Fix(f'put it in quotes: "{text}"', ({"op": "replace", "path": at.pointer, "value": text},), safe=True)
