"""The engine refuses the node's statement for the types that flow into it.

Every step's own statement is bound by DuckDB against empty tables of the schemas that reach it; what the engine would
refuse when the plan runs, it refuses now. The usual reasons in a `query`: a column that is neither grouped nor
aggregated, an unknown column, or types that do not fit.

    sql: select * from events group by event_type                        # refused
    sql: select event_type, count(*) as count from events group by event_type

Mend it as the message says.
"""

from __future__ import annotations

from collections.abc import Mapping

from interlock.compiler.binder import BindError
from interlock.ir.diagnostics import Diagnostic, Place, rule
from interlock.ir.types import Schema

RULE = rule("IL303", "engine-refuses", __doc__)


def found(at: Place, reference: str, error: BindError, inputs: Mapping[str, Schema]) -> Diagnostic:
    """The statement of `reference` does not bind over `inputs`."""
    notes = [f"`{name}` has {schema}" for name, schema in list(inputs.items())[:3]]
    return RULE.found(
        at, f"this `{reference}` cannot run: {error}", label="refused by the engine", notes=notes, found=str(error)
    )
