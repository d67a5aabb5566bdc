"""The plan does not say which version of the format it is written in, or names one that is not known.

Refused: a version other than `1`, and a plan without one. Only the bare form `{"nodes": […], "edges": […]}` may leave it
out. The version lets an old plan keep its meaning when the format changes.

Bad:

    interlock: "1.0"
    nodes: []

Good:

    interlock: 1
    nodes: []

The fix writes `interlock: 1`. If the plan comes from a newer Interlock, update this one instead.
"""

from __future__ import annotations

from typing import Any

from interlock.ir.diagnostics import Diagnostic, Fix, Place, rule
from interlock.ir.plan import FORMAT
from interlock.syntax.words import kind_of

RULE = rule("IL008", "format-version", __doc__)


def missing_version(at: Place) -> Diagnostic:
    """The plan has more than nodes and edges, and no version."""
    return RULE.found(
        at,
        f"the plan does not say its format version; `interlock: {FORMAT}` is missing",
        fix=Fix(f"add `interlock: {FORMAT}`", ({"op": "add", "path": "/interlock", "value": FORMAT},), safe=True),
        expected=FORMAT,
    )


def wrong_version(at: Place, value: Any) -> Diagnostic:
    """The version is not a whole number, or not one that this release reads."""
    newer = type(value) is int and value > FORMAT
    same = str(value).strip().lower().removeprefix("v") in (str(FORMAT), f"{FORMAT}.0")
    message = (
        f"the plan is written in format {value}; this Interlock reads format {FORMAT}"
        if newer
        else f"the format version must be the number {FORMAT}, not {kind_of(value)}"
    )
    return RULE.found(
        at,
        message,
        label=f"must be {FORMAT}",
        help=("update Interlock, or ask for the plan in format 1",) if newer else (),
        fix=Fix(f"write `interlock: {FORMAT}`", ({"op": "replace", "path": at.pointer, "value": FORMAT},), safe=same),
        expected=FORMAT,
        found=kind_of(value),
    )
