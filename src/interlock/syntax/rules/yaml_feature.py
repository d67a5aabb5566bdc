"""The plan uses a part of YAML that plans do without.

Refused: anchors and aliases (`&a`, `*a`), merge keys (`<<`), tags (`!!python/object`, `!Ref`), directives (`%YAML`),
several documents in one file (`---`), and keys that are lists or mappings. They hide what a plan says from whoever reviews it, can make
a small file unfold into a huge one, and in some readers run code.

Bad:

    base: &base {sort: true}
    other: *base

Good:

    base: {sort: true}
    other: {sort: true}

To mend it, write the value out where it is used. A text that only looks like one of these goes in quotes: `"*"`, `"&x"`.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL005", "yaml-feature", __doc__)


def yaml_feature(found: str, offset: int, end: int, help: str) -> Diagnostic:
    """`found` names the feature, as in `the anchor `&a``."""
    return RULE.found(
        Place("", start=offset, end=max(end, offset + 1)), f"{found} cannot be used in a plan", help=(help,)
    )
