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

from collections.abc import Collection, Mapping
from typing import Any

from interlock.ir.diagnostics import Diagnostic, Fix, Place, joined, nearest, rule
from interlock.syntax.words import clipped, quoted

RULE = rule("IL006", "unknown-key", __doc__)


def meant(key: str, known: Collection[str], synonyms: Mapping[str, str], present: Collection[str]) -> list[str]:
    """Known keys that `key` may stand for and that are not given already, the likeliest first."""
    synonym = synonyms.get(key.casefold())
    likely = [synonym] if synonym else nearest(key, known)
    return [candidate for candidate in likely if candidate not in present]


def unknown_key(at: Place, key: str, what: str, known: Collection[str], likely: list[str], fits: bool) -> Diagnostic:
    """`at` is the mapping, `what` its name in words; `fits` says that the value has the kind the likely key takes."""
    inside = at.child(key)
    if likely:
        title = f"rename `{clipped(key)}` to `{likely[0]}`"
        patch: dict[str, Any] = {"op": "move", "from": inside.pointer, "path": at.child(likely[0]).pointer}
        fix = Fix(title, (patch,), safe=fits and len(likely) == 1)
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
