"""A mapping of the plan has a key that means nothing there.

Refused: a key that the format does not know at that place. It is either a slip of the pen for a key that matters, or
something that would be ignored, and a plan never has a part that is ignored.

Bad:

    nodes:
      - {id: sales, type: read_csv, parms: {path: sales.csv}}

Good:

    nodes:
      - {id: sales, type: read_csv, params: {path: sales.csv}}

The fix renames the key where one with a similar name is missing, and otherwise removes it. Remarks go in YAML comments.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from interlock.ir.diagnostics import Diagnostic, Fix, Place, joined, rule
from interlock.syntax.words import clipped, quoted

RULE = rule("IL006", "unknown-key", __doc__)


def unknown_key(at: Place, key: str, what: str, known: Collection[str], likely: list[str], safe: bool) -> Diagnostic:
    """`at` is the mapping, `what` its name in words; `safe` says that the first of `likely` is certain."""
    inside = at.child(key)
    if likely:
        title = f"rename `{clipped(key)}` to `{likely[0]}`"
        patch: dict[str, Any] = {"op": "move", "from": inside.pointer, "path": at.child(likely[0]).pointer}
        fix = Fix(title, (patch,), safe=safe)
    else:
        fix = Fix(f"remove `{clipped(key)}`", ({"op": "remove", "path": inside.pointer},))
    return RULE.found(
        inside.key(),
        f"{quoted(key)} is not a key of {what}",
        label=f"did you mean `{likely[0]}`?" if likely else "not known here",
        notes=[f"{what} takes {joined([f'`{name}`' for name in known])}"],
        fix=fix,
        expected=list(known),
        found=key[:200],
        candidates=likely[:5],
    )
