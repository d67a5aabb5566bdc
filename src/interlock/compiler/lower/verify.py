"""What every program between two passes must be; a pass that breaks it has a bug, and this says which."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from interlock.compiler.binder import BindError, binder
from interlock.ir.program import Program, Step
from interlock.ir.types import Type
from interlock.registry import sql


class VerificationError(Exception):
    """A program is not well-formed. This is a fault of Interlock, never of a plan."""


def verify(program: Program, after: str, before: Program | None = None) -> None:
    """Raise VerificationError unless steps are unique and ordered, and read what exists and is given.

    A step that stands unchanged in `before`, a program verified already, and reads unchanged steps is not read again.
    """
    known = before.by_id if before is not None else {}
    seen: dict[str, Step] = {}
    for step in program.steps:
        same = step.id not in seen and known.get(step.id) is step
        if not (same and all(name in seen and seen[name] is known.get(name) for name in step.reads)):
            problem = _problem(step, seen)
            if problem:
                raise VerificationError(f"after `{after}`, step `{step.id}`: {problem}")
        seen[step.id] = step


def verify_bound(program: Program, bound: Mapping[str, exp.Query | None]) -> None:
    """Bind every statement that a pass rewrote, as it will run: the engine must give the columns and types of its schema.

    `bound` holds the statements that were bound when the plan was checked.
    """
    schemas = {step.id: step.schema for step in program.steps}
    for step in program.steps:
        if step.query is None or step.source is not None or step.query is bound.get(step.id):
            continue
        tables = {name: schemas[name] for name in step.reads}
        try:
            given = binder().bind(sql.text(step.query), tables)
        except BindError as error:
            raise VerificationError(f"step `{step.id}` does not bind any more: {error}") from error
        wanted = [(column.name.casefold(), column.type) for column in step.schema]
        if (
            step.kind == "select"
            and [(name.casefold(), kind) for name, kind in given] != wanted
            and not _untyped_nulls(given, wanted)
        ):
            raise VerificationError(f"step `{step.id}` gives {given}, and its schema says {wanted}")


def _untyped_nulls(given: list[tuple[str, Type]], wanted: list[tuple[str, Type]]) -> bool:
    """Whether the two differ only where the engine gives a null without a type, which a table stores as an integer."""
    return len(given) == len(wanted) and all(
        name.casefold() == other and kind.stored == expected
        for (name, kind), (other, expected) in zip(given, wanted, strict=True)
    )


def _problem(step: Step, seen: dict[str, Step]) -> str | None:
    if step.id in seen:
        return "its id is used twice"
    for name in step.reads:
        if name not in seen:
            return f"it reads `{name}`, which does not come before it"
        if seen[name].is_sink:
            return f"it reads `{name}`, which is a sink"
    if (step.kind in ("select", "copy")) != (step.query is not None):
        return "a statement is missing, or there is one too many"
    if (step.kind in ("rows", "writes")) != (step.call is not None):
        return "a call is missing, or there is one too many"
    if step.is_sink and step.path is None:
        return "a sink without a path"
    if step.query is None:
        return None
    mentioned = set(step.mentions)
    if not mentioned <= set(step.reads):
        return f"its statement reads {sorted(mentioned - set(step.reads))}, which it does not declare"
    if step.kind == "select":
        names = [projection.alias_or_name for projection in step.query.selects]
        if (
            "*" not in names
            and "" not in names
            and [name.casefold() for name in names] != [name.casefold() for name in step.schema.names]
        ):
            return f"its statement gives {names}, and its schema says {step.schema.names}"
    return _missing_column(step, seen)


def _missing_column(step: Step, seen: dict[str, Step]) -> str | None:
    """A column that a plain one-relation statement reads and its input does not give."""
    query = step.query
    if not isinstance(query, exp.Select) or len(step.reads) != 1:
        return None
    source = seen[step.reads[0]]
    own = {projection.alias_or_name.casefold() for projection in query.selects}
    own |= {table.alias_or_name.casefold() for table in query.find_all(exp.Table)}  # a whole row, as a value
    missing = ""
    for node in query.walk():
        own_names = isinstance(node, exp.TableAlias) and node.columns  # `t as s(a, b)` gives the columns other names
        if own_names or isinstance(node, exp.Subquery | exp.CTE | exp.Lambda):
            return None  # names of its own: left to the engine
        if isinstance(node, exp.Column) and not missing and not isinstance(node.this, exp.Star):
            name = node.name
            if name and name.casefold() not in own and name not in source.schema:
                missing = name
    return f"it reads column `{missing}`, which `{source.id}` does not give" if missing else None
