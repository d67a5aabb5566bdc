"""A node's type is not written as `name` or `name@version`.

Refused: an empty type, a version that is not a whole number from 1 up (`read_csv@latest`, `read_csv@v1`), and names with
spaces around them or of more than 100 characters.

Bad:

    nodes:
      - {id: sales, type: read_csv@latest}

Good:

    nodes:
      - {id: sales, type: read_csv@1}

The fix keeps the name and writes the version as a number, or leaves it out, which means the newest.
"""

from __future__ import annotations

import re

from interlock.ir.diagnostics import Diagnostic, Fix, Place, rule
from interlock.syntax.words import kind_of

RULE = rule("IL014", "bad-reference", __doc__)
LONGEST = 100


def read_reference(text: str) -> tuple[str, int | None] | None:
    """The name and the version of a node type, or None if it is not written properly.

    >>> read_reference("read_csv@2"), read_reference("CSVIngestor"), read_reference("read_csv@latest")
    (('read_csv', 2), ('CSVIngestor', None), None)
    """
    name, at, version = text.partition("@")
    if not name or name != name.strip() or len(name) > LONGEST or not name.isprintable():
        return None
    if not at:
        return name, None
    return (name, int(version)) if re.fullmatch(r"[1-9][0-9]{0,8}", version) else None


def bad_reference(at: Place, text: str) -> Diagnostic:
    """The type of the node is `text`."""
    name, _, version = text.partition("@")
    name = name.strip()
    number = re.fullmatch(r"\s*v?0*([1-9][0-9]{0,8})(\.0)*\s*", version)
    mended = f"{name}@{number.group(1)}" if number else name
    usable = read_reference(mended) is not None
    return RULE.found(
        at,
        f"the type of a node is written `name` or `name@1`, not {kind_of(text)}",
        label="not a node type",
        fix=Fix(f"write `{mended}`", ({"op": "replace", "path": at.pointer, "value": mended},)) if usable else None,
        found=text[:200],
    )
