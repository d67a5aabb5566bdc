"""A required parameter is missing.

A node type's parameters without a default must be given. `interlock nodes NAME` lists them.

    - {id: big, type: filter_rows}                                   # refused: `where` is missing
    - {id: big, type: filter_rows, params: {where: revenue > 100}}

Mend it by adding the parameter.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL109", "missing-parameter", __doc__)


def found(at: Place, name: str, inside: str, hint: str, reference: str) -> Diagnostic:
    """`name` is missing at `at`: a parameter of the node type `reference`, or a key `inside` one of them."""
    return RULE.found(
        at,
        f"`{reference}` needs `{name}`" + (f" in `{inside}`" if inside else "") + (f": {hint}" if hint else ""),
        label=f"`{name}` is missing",
        help=[f"see `interlock nodes {reference}`"],
        expected=name,
    )
