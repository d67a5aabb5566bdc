"""A Python node cannot be carried into a compiled program.

A compiled program runs without Interlock, so the source of a Python node goes into it with the helpers, constants and
imports that it names. It cannot name what only Interlock has, and two node files cannot give one name two meanings.

    from interlock.registry.sql import literal      # refused when a Python node calls it
    def tidy(value): ...                            # accepted: carried along

Mend it in the node file: move the helper beside the node, or rename one of the two.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context
from interlock.compiler.standalone.carry import Carried, CarryError, carry
from interlock.ir.diagnostics import Diagnostic, rule

RULE = rule("IL205", "not-carriable", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Every Python function that the program will need can be carried, together with all the others."""
    carried = Carried()
    for node in context.nodes.values():
        bound = context.bound.get(node.id)
        if bound is None:
            continue
        functions = [bound.type.function] if bound.type.kind in ("rows", "writes") else []
        if bound.source is not None and bound.source.describe is not None:
            functions.append(bound.source.describe.function)
        for function in functions:
            try:
                carry(function, carried)
            except CarryError as error:
                yield RULE.found(
                    node.at.child("type"),
                    f"`{bound.type.reference}` cannot be compiled: {error}",
                    label="cannot run without Interlock",
                    help=[f"mend the node file: {error.help}"],
                )
