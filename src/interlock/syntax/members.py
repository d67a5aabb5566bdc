"""The members of a mapping with known keys: what is unknown is reported, and read as what it was likely meant to be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from interlock.ir.diagnostics import Place, nearest
from interlock.syntax.findings import Findings
from interlock.syntax.rules.unknown_key import unknown_key
from interlock.syntax.rules.wrong_shape import text_fix, wrong_shape


@dataclass(frozen=True)
class Shape:
    """The keys a mapping takes with the kind of their values, and words that others use for them."""

    what: str
    keys: Mapping[str, type | tuple[type, ...]]
    synonyms: Mapping[str, str]


def members(
    at: Place, value: dict[str, Any], shape: Shape, findings: Findings, keep_null: Collection[str] = ()
) -> dict[str, tuple[Place, Any]]:
    """Known key to its place and value. A null counts as absent, save for the keys in `keep_null`.

    An unknown key that is clearly a slip for a missing one stands in for it, at its own place: so one slip is one
    finding, and what lies below it is read too.
    """
    found: dict[str, tuple[Place, Any]] = {}
    for key in shape.keys:
        if key in value and (value[key] is not None or key in keep_null):
            found[key] = (at.child(key), value[key])
    for key in (key for key in value if key not in shape.keys):
        likely = [] if findings.full else _likely(key, value, shape, found)
        safe = len(likely) == 1 and key.casefold() not in shape.synonyms
        findings.add(unknown_key, at, key, shape.what, list(shape.keys), likely, safe)
        if likely and value[key] is not None:
            found[likely[0]] = (at.child(key), value[key])
    return found


def _likely(key: str, value: dict[str, Any], shape: Shape, found: dict[str, Any]) -> list[str]:
    """The keys that `key` may stand for: missing here, and either a usual other word or alike with a fitting value."""
    synonym = shape.synonyms.get(key.casefold())
    candidates = [synonym] if synonym else nearest(key, shape.keys)
    missing = [candidate for candidate in candidates if candidate not in value and candidate not in found]
    return [candidate for candidate in missing if synonym or isinstance(value[key], shape.keys[candidate])]


def text(
    given: tuple[Place, Any] | None, what: str, findings: Findings, *, empty: bool = False, free: bool = False
) -> str | None:
    """The member's text, if it is there and is one; what is no text (or empty, unless allowed) is reported.

    Where any text will do (`free`), putting a number in quotes is offered as a mend.
    """
    if given is None:
        return None
    at, value = given
    if isinstance(value, str) and (value or empty):
        return value
    findings.add(wrong_shape, at, what, "a text", value, fix=text_fix(at, value) if free else None)
    return None
