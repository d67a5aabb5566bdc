"""A sum or statistic of floats in a query that cannot be made reproducible.

Threads add floats in whatever order they reach them, so the last digits of `sum`, `avg` and the like differ from run to
run. Interlock computes sums, means, deviations and variances of floats exactly instead. For some it cannot: those of
distinct values over a window, in a HAVING beside window functions, inside subqueries that depend on the query around
them, and other statistics (`corr` …) in a node type of your own.

    sql: select sum(distinct x) over () as s from points          # refused

Mend it by computing in a step of its own, or by casting to `decimal` before summing.
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
        help=[
            "compute it in a step of its own from `sum`, `avg`, `stddev` or `var_samp`, or cast to decimal before summing"
        ],
    )
