"""A node id or an input name is not a plain name.

Refused: ids that are empty, longer than 100 characters, or hold anything but letters, digits, `_` and `-` (and do not
start with a letter or `_`). The name of a run input takes no `-` either, because expressions use it as `:name`. Ids become names of
steps, files and SQL relations, so they must mean the same everywhere.

Bad:

    nodes:
      - {id: "2. large sales", type: filter_rows}

Good:

    nodes:
      - {id: large_sales, type: filter_rows}

The fix for a node renames it and every edge and contract that refers to it.
"""

from __future__ import annotations

import re
from typing import Any

from interlock.ir.diagnostics import Diagnostic, Fix, Place, rule
from interlock.syntax.words import kind_of

RULE = rule("IL009", "bad-id", __doc__)
LONGEST = 100
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_INPUT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_id(text: Any, *, of_input: bool = False) -> bool:
    """Whether the text may be a node id (or the name of an input).

    >>> is_id("large-sales"), is_id("2nd"), is_id("large-sales", of_input=True)
    (True, False, False)
    """
    return isinstance(text, str) and len(text) <= LONGEST and bool((_INPUT if of_input else _ID).fullmatch(text))


def plain_id(value: Any, taken: set[str]) -> str:
    """A plain name close to `value` that is not taken.

    >>> plain_id("2. large sales", {"large_sales"})
    'large_sales_2'
    """
    words = re.sub(r"[^A-Za-z0-9_-]+", "_", str(value)[:200]).strip("_-")
    name = (words if words[:1].isdigit() and words.isdigit() else words.lstrip("0123456789_-")) or "node"
    name = (f"node_{name}" if name[0].isdigit() else name)[: LONGEST - 10]
    number, found = 2, name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found


def bad_id(at: Place, value: Any, what: str, fix: Fix | None = None) -> Diagnostic:
    """`what` is `the id of a node` or `the name of an input`; `fix` renames it."""
    letters = "letters, digits and `_`" if "input" in what else "letters, digits, `_` and `-`"
    expected = f"up to {LONGEST} {letters}, starting with a letter or `_`"
    return RULE.found(
        at,
        f"{kind_of(value)} cannot be {what}; it takes {expected}",
        label="not a plain name",
        fix=fix,
        expected=expected,
        found=kind_of(value),
    )
