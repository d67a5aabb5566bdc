"""A contract asks for an order that the result does not have.

The order of every result is known before the run: sorts make one, filters and projections keep it, groups come by
their keys.

    contracts: {out: {order: [total desc]}}      # refused without a sort_rows on total before `out`

Mend it with `sort_rows` before the result.
"""

from __future__ import annotations

from collections.abc import Sequence

from interlock.compiler.checked import SortTerm
from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL405", "not-sorted", __doc__)


def found(at: Place, wanted: Sequence[SortTerm], actual: Sequence[SortTerm], node: str) -> Diagnostic:
    """`node` is sorted by `actual`, not by `wanted`."""
    return RULE.found(
        at,
        f"the result of `{node}` is not sorted by {_shown(wanted)}",
        label="not in this order",
        notes=[f"it is sorted by {_shown(actual)}" if actual else "no order of its columns is known"],
        help=[f"put `sort_rows` before `{node}`"],
        expected=_shown(wanted),
        found=_shown(actual),
    )


def _shown(terms: Sequence[SortTerm]) -> str:
    return ", ".join(term.column + (" desc" if term.descending else "") for term in terms) or "nothing"
