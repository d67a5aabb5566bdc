"""Merge steps that compute the same thing: valid in, valid out, same effects.

Two nodes that read one file the same way, or filter one table by one condition, become one step.
"""

from __future__ import annotations

from collections import Counter

from interlock.compiler.lower.build import redirect
from interlock.ir.plan import canonical_json
from interlock.ir.program import Program, RuntimeCheck, Step, relations
from interlock.registry import sql


def merge_steps(program: Program) -> Program:
    """The program with every computation done once; later consumers read the first of equal steps."""
    first: dict[str, str] = {}
    renamed: dict[str, str] = {}
    kept: dict[str, Step] = {}
    alike = Counter(_likeness(step) for step in program.steps)
    for step in program.steps:
        if any(name in renamed for name in step.reads) or any(
            name in renamed for check in step.checks for name in relations(check.violations)
        ):
            step = _reading(step, renamed)
        key = _signature(step) if alike[_likeness(step)] > 1 else None
        other = first.get(key) if key else None
        if other is None:
            if key:
                first[key] = step.id
            kept[step.id] = step
            continue
        renamed[step.id] = other
        same = kept[other]
        checks = tuple(
            RuntimeCheck(check.title, redirect(check.violations, {step.id: other}), check.node, check.code)
            for check in step.checks
        )
        kept[other] = same.with_(
            checks=(*same.checks, *checks), preview=max(same.preview, step.preview), also=(*same.also, step.id)
        )
    return program.with_steps(list(kept.values()))


def _reading(step: Step, renamed: dict[str, str]) -> Step:
    return step.with_(
        reads=tuple(dict.fromkeys(renamed.get(name, name) for name in step.reads)),
        query=None if step.query is None else redirect(step.query, renamed),
        checks=tuple(
            RuntimeCheck(check.title, redirect(check.violations, renamed), check.node, check.code)
            for check in step.checks
        ),
    )


def _likeness(step: Step) -> tuple[str, int, tuple[str, ...]]:
    """What two steps that compute the same have in common, and is cheap to compare."""
    return step.kind, len(step.reads), tuple(step.schema.names)


def _signature(step: Step) -> str | None:
    """What a step computes, as text; None for steps that have effects."""
    if step.preview or step.asks:
        return None  # what is shown or asked is so under its own name
    patience = f"{canonical_json(step.retry.canonical())} " if step.retry else ""  # steps that differ in it stay two
    if step.kind == "select" and step.query is not None:
        return f"{patience}select {sql.text(step.query)}"
    if step.kind == "rows" and step.call is not None and not step.reads:
        function = step.call.function
        return (
            f"{patience}rows {function.__module__}.{function.__qualname__} {canonical_json(dict(step.call.arguments))}"
        )
    return None
