"""A run input is declared and never used. (warning)

Every run asks for it, or carries its default, without any effect.

Mend it by using it as `:name` in an expression, or by removing it.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.ir.diagnostics import Diagnostic, Fix, rule

RULE = rule("IL222", "unused-input", __doc__, severity="warning")


def check(context: Context) -> Iterator[Diagnostic]:
    """Warn of inputs that no expression names; only where every node could be read."""
    if len(context.bound) < len(context.nodes):
        return
    for given in context.plan.inputs:
        refused = context.inputs[given.name].is_null or not given.name.isidentifier()
        if given.name not in context.inputs_used and not refused:
            yield RULE.found(
                given.at.key(),
                f"the run input `:{given.name}` is never used",
                label="unused",
                fix=Fix(f"remove the input `{given.name}`", ({"op": "remove", "path": given.at.pointer},)),
            )
