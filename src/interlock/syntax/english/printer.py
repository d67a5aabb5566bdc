"""Printing: any plan as numbered sentences, in an order in which every result is made before it is used."""

from __future__ import annotations

import json
from collections.abc import Iterator

from interlock.ir.plan import Contract, Edge, Input, Node, Plan
from interlock.registry.registry import Registry
from interlock.syntax.english.sentences import Sentences, as_code


def print_plan(plan: Plan, registry: Registry) -> str:
    """The plan in English, nothing left out; `read_english` gives the same plan back.

    A node is said by the first phrase of its type that can say its parameters; what no phrase can say follows as JSON.
    """
    sentences = Sentences(registry)
    lines = list(_head(plan))
    if lines:
        lines.append("")
    previous: str | None = None
    seen: set[str] = set()
    for number, node in enumerate(in_order(plan), 1):
        edges = [edge for edge in plan.edges if edge.target == node.id] if node.id not in seen else []
        lines.append(f"{number}. {sentences.write(node, edges, previous)}.")
        previous = node.id
        seen.add(node.id)
    after = [*_loose(plan, seen), *(_promise(contract) for contract in plan.contracts)]
    return "\n".join([*lines, *([""] if after else []), *after]) + "\n"


def in_order(plan: Plan) -> list[Node]:
    """The nodes, each as near to the end of what leads to it as may be; nodes on a cycle come last, as written."""
    waiting = list(plan.nodes)
    made: set[str] = set()
    found: list[Node] = []
    needs: dict[str, set[str]] = {}
    for edge in plan.edges:
        if edge.source in plan.by_id:
            needs.setdefault(edge.target, set()).add(edge.source)
    while waiting:
        ready = [node for node in waiting if needs.get(node.id, set()) <= made]
        latest = found[-1].id if found else None
        follows = [node for node in ready if latest in needs.get(node.id, set())]
        chosen = (follows or ready or waiting)[0]
        waiting.remove(chosen)
        found.append(chosen)
        made.add(chosen.id)
    return found


def _head(plan: Plan) -> Iterator[str]:
    if plan.name:
        yield f"Plan {_text(plan.name)}."
    if plan.task:
        yield f"Task: {_text(plan.task)}."
    for given in plan.inputs:
        yield _given(given)


def _given(given: Input) -> str:
    default = f", by default `{as_code(given.default)}`" if given.has_default else ""
    description = f", meaning {_text(given.description)}" if given.description else ""
    return f"Given {_text(given.name)} of the type {_text(given.type)}{default}{description}."


def _promise(contract: Contract) -> str:
    said = [f"{_text(name)} `{as_code(value)}`" for name, value in contract.body.items()]
    return f"Promise of {_text(contract.subject)}: {', '.join(said) if said else 'nothing'}."


def _loose(plan: Plan, seen: set[str]) -> Iterator[str]:
    """Edges into nothing, which a faulty plan may have."""
    for edge in plan.edges:
        if edge.target not in seen:
            yield _feed(edge)


def _feed(edge: Edge) -> str:
    port = f" as {_text(edge.port)}" if edge.port is not None else ""
    return f"Feed {_text(edge.source)} into {_text(edge.target)}{port}."


def _text(value: str) -> str:
    """A text in backticks, or as JSON in double quotes where they cannot hold it."""
    if value and value.isprintable() and "`" not in value:
        return f"`{value}`"
    return json.dumps(value)
