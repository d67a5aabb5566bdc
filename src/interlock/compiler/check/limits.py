"""The policy's limits of rows: planted as run-time checks on sources and sinks, for only the data can tell."""

from __future__ import annotations

from sqlglot import exp

from interlock.compiler.check.context import Context
from interlock.ir.program import RuntimeCheck
from interlock.registry import sql

CODE = "IL940"
"""What a run reports when a file has more rows than the policy allows."""


def plant_limits(context: Context) -> None:
    """Bound the rows of every source and sink whose kind of effect the policy limits."""
    for name, bound in context.bound.items():
        if "reads" in bound.type.effects and bound.type.is_source and context.policy.max_read_rows is not None:
            context.contract_checks.append(_at_most(name, context.policy.max_read_rows, "read"))
        if "writes" in bound.type.effects and bound.type.is_sink and context.policy.max_write_rows is not None:
            context.contract_checks.append(_at_most(name, context.policy.max_write_rows, "written"))


def _at_most(name: str, most: int, done: str) -> RuntimeCheck:
    count = exp.Count(this=exp.Star())
    tree = sql.select(sql.named(count, "rows")).from_(sql.table(name), copy=False)
    tree.set("having", exp.Having(this=exp.GT(this=count.copy(), expression=sql.literal(most))))
    return RuntimeCheck(f"at most {most:,} rows are {done}, as the policy says", tree, name, CODE)
