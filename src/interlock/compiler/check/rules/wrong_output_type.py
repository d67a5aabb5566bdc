"""A contract's column has another type than the contract says.

    contracts: {out: {columns: {total: bigint}}}       # refused where `total` is a double

Mend it with `cast_columns` before the result, or change the contract.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, replace_fix, rule
from interlock.ir.types import Column, Type

RULE = rule("IL403", "wrong-output-type", __doc__)


def found(at: Place, column: Column, wanted: Type, node: str) -> Diagnostic:
    """`column` of `node` is not of type `wanted`."""
    return RULE.found(
        at,
        f"column `{column.name}` of `{node}` is {column.type}, and its contract says {wanted}",
        label=f"it is {column.type}",
        help=[f"cast it before `{node}` with `cast_columns`"],
        fix=replace_fix(at.pointer, str(wanted), str(column.type)),
        expected=str(wanted),
        found=str(column.type),
    )
