"""A part of the plan lacks a key that it needs.

Refused: a plan without `nodes`, a node without `id` or `type`, an edge without `from` or `to`, an input without `type`.

Bad:

    nodes:
      - {type: read_csv, params: {path: sales.csv}}

Good:

    nodes:
      - {id: sales, type: read_csv, params: {path: sales.csv}}

To mend it, add the key.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL012", "missing-key", __doc__)


def missing_key(at: Place, key: str, what: str, example: str) -> Diagnostic:
    """The mapping at `at`, called `what`, has no `key`."""
    return RULE.found(
        at,
        f"{what} has no `{key}`",
        label=f"`{key}` is missing",
        help=(f"write it like this: {example}",),
        expected=key,
    )
