"""A sum or statistic of floats in a query that cannot be made reproducible.

Threads add floats in whatever order they reach them, so the last digits of `sum`, `avg` and the like differ from run to
run. Interlock computes `sum`, `avg` and `stddev` of floats exactly instead. Other statistics of floats, and sums inside
subqueries that depend on the query around them, it cannot.

    sql: select corr(x, y) as r from points                       # refused

Mend it by computing from `sum`, `avg` and `stddev`, or by casting to `decimal` before summing.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL603", "unprovable-sum", __doc__)


def found(at: Place, reference: str, reason: str) -> Diagnostic:
    """The statement of `reference` is not reproducible, for `reason`."""
    return RULE.found(
        at,
        f"this `{reference}` could give other digits on another run: {reason}",
        label="not reproducible",
        help=["use `sum`, `avg` or `stddev`, or cast the argument to decimal before summing"],
    )
