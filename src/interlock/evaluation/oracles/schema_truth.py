"""Oracle: results have exactly the columns, types and non-null claims that were proven."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from interlock.evaluation.frames import Frame, Unsupported
from interlock.evaluation.oracles.fault import Fault, NotJudged
from interlock.evaluation.trials import Trial


def schema_truth(trial: Trial, draw: Random) -> Iterator[Fault]:
    """Every result of a run, looked at in the engine itself."""
    if trial.plain.failed is not None:
        raise NotJudged("the run stopped")
    seen = 0
    for bound in trial.proven.nodes:
        found = trial.plain.frames.get(bound.node.id)
        if found is None or isinstance(found, Unsupported):
            continue
        seen += 1
        wanted = [(each.name, str(each.type)) for each in bound.schema]
        there = [(name, str(kind)) for name, kind in found.columns]
        if [(name, _stored(kind)) for name, kind in wanted] != there:
            yield Fault(
                "schema_truth",
                bound.type.name,
                f"`{bound.node.id}` ({bound.type.name}): proven {wanted}, found {there}",
            )
            continue
        yield from _nulls(
            bound.node.id, bound.type.name, found, {each.name for each in bound.schema if not each.nullable}
        )
    if not seen:
        raise NotJudged("no result could be looked at")


def _nulls(node: str, kind: str, found: Frame, certain: set[str]) -> Iterator[Fault]:
    for place, name in enumerate(found.names):
        if name in certain and any(row[place] is None for row in found.rows):
            yield Fault(
                "schema_truth", f"{kind} not null", f"`{node}` ({kind}): `{name}` is never null by proof, but is"
            )


def _stored(kind: str) -> str:
    """The type that a stored column has: a null without a type is stored as an integer."""
    return "integer" if kind == "null" else kind
