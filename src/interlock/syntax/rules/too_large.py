"""The plan is larger than any plan needs to be.

Refused: more than 4 MiB of text, more than 200,000 values, collections nested more than 100 deep, or a key
of more than 1,000 characters. A plan describes
work; it does not carry the data. The limits keep a mistaken or hostile file from using up the machine.

Bad:

    nodes:
      - {id: rows, type: literal_rows, params: {rows: [ … a million rows … ]}}

Good:

    nodes:
      - {id: rows, type: read_csv, params: {path: data/rows.csv}}

To mend it, put the data in a file and read it with a node, or split the plan.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL003", "too-large", __doc__)
_HELP = ("put data in a file that a node reads; a plan only describes the work",)


def too_long(size: int, limit: int) -> Diagnostic:
    """The text has `size` bytes."""
    message = f"the plan is {size / 2**20:.1f} MiB long; at most {limit // 2**20} MiB are read"
    return RULE.found(Place("", start=0, end=0), message, help=_HELP, expected=limit, found=size)


def too_deep(offset: int, limit: int) -> Diagnostic:
    """The collection that starts at `offset` is nested deeper than `limit`."""
    message = f"collections are nested more than {limit} deep here"
    help = ("write the plan flatter; brackets that are never closed also look like this",)
    return RULE.found(Place("", start=offset, end=offset + 1), message, help=help, expected=limit)


def too_many_values(offset: int, limit: int) -> Diagnostic:
    """The value at `offset` is one more than `limit`."""
    message = f"the plan holds more than {limit:,} values"
    return RULE.found(Place("", start=offset, end=offset + 1), message, help=_HELP, expected=limit)


def key_too_long(start: int, end: int, limit: int) -> Diagnostic:
    """The key that stands from `start` to `end` has more than `limit` characters."""
    return RULE.found(Place("", start=start, end=end), f"a key is longer than {limit:,} characters", expected=limit)
