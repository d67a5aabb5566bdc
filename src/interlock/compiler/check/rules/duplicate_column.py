"""A result would have two columns with one name, or a column without a usable name.

Columns are known by their names, whatever their case, so no two are alike and none is empty.

    sql: select id, id from sales          # refused
    sql: select id, id as other_id from sales

Mend it by naming one of them with `as`, or with `rename_columns`.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, joined, rule

RULE = rule("IL304", "duplicate-column", __doc__)


def found(at: Place, owner: str, names: list[str]) -> Diagnostic:
    """The result of `owner` would have the columns `names`, some of them twice."""
    folded = [name.casefold() for name in names]
    twice = [
        name
        for index, name in enumerate(names)
        if folded.count(name.casefold()) > 1 and folded.index(name.casefold()) == index
    ]
    several = "several columns" if len(names) - len(set(folded)) > len(twice) else "two columns"
    return RULE.found(
        at,
        f"the result of `{owner}` would have {several} named {joined([f'`{name}`' for name in twice])}",
        label="names clash",
        notes=["upper and lower case do not tell names apart"],
        help=["name each column with `as`, or use `rename_columns` before"],
        found=names[:50],
    )
