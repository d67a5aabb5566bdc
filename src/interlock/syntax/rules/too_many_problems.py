"""More problems were found than are shown.

Not a problem of its own: after 200 findings of form the rest are only counted. A plan with that many usually has one
cause, such as a file that is not a plan.

Bad: a table of data, or the file of another tool, given as a plan.

Good: a plan, with `nodes` and `edges`.

To mend it, mend what is shown first and check again.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL015", "too-many-problems", __doc__)


def too_many_problems(shown: int, left_out: int) -> Diagnostic:
    """`left_out` findings were counted and not kept."""
    return RULE.found(
        Place(""),
        f"{left_out:,} more problems are not shown after the first {shown}",
        help=("mend those first",),
        found=left_out,
    )
