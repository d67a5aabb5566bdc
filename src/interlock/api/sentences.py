"""The difference between two plans, said in English."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from interlock.ir.difference import Change, Difference, spliced
from interlock.ir.plan import Node
from interlock.syntax.english.patience import say_retry
from interlock.syntax.words import clipped


def sentences(found: Difference) -> Iterator[str]:
    """What differs between two plans as they are written, one sentence at a time."""
    for change in found.words:
        yield f"The {change.path[0]} was {shown(change.before)} and is {shown(change.after)}; that changes nothing it does."
    for change in found.inputs:
        yield f"Run input {_input(change)}."
    told: set[tuple[str, str]] = set()
    for node in found.added:
        between = spliced(found, node)
        place = ""
        if between is not None:
            told |= {(between[0], node.id), (node.id, between[1]), between}
            place = f" between `{between[0]}` and `{between[1]}`"
        given = ", ".join(f"{name} {shown(value)}" for name, value in node.params.items())
        patience = say_retry(node.retry)
        yield f"`{node.id}` ({node.reference}) is new{place}" + (f": {given}{patience}." if given else f"{patience}.")
    for node in found.removed:
        yield f"`{node.id}` ({node.reference}) is gone."
    for each in found.changed:
        if each.renamed:
            yield f"`{each.before.id}` is now called `{each.after.id}`" + (
                "." if each.params or each.retyped or each.retried else ", and does the same."
            )
        if each.retyped:
            yield f"`{each.after.id}` was {each.retyped[0]} and is {each.retyped[1]}."
        for change in each.params:
            yield f"`{each.after.id}`: {phrase(change)}."
        if each.retried:
            yield f"`{each.after.id}` is {tried(each.after)}; it was {tried(each.before)}."
    gone = {node.id for node in found.removed}
    for edge in found.edges:
        arrow = f"`{edge.source}` to `{edge.target}`" + (f" (port {edge.port})" if edge.port else "")
        if edge.word == "changed":
            yield f"`{edge.source}` goes into the port {edge.port or 'of its place'} of `{edge.target}`, not {edge.was or 'that of its place'}."
        elif (edge.source, edge.target) not in told and not (
            edge.word == "removed" and {edge.source, edge.target} & gone
        ):
            yield f"There is {'a new' if edge.word == 'added' else 'no longer an'} edge from {arrow}."
    for node, one, other in found.reordered:
        yield f"`{node}` takes its inputs in another order: {', '.join(other)}, not {', '.join(one)}."
    for subject, changes in found.contracts:
        for change in changes:
            if change.path == (subject,):
                word = "new" if change.word == "added" else "gone"
                yield f"The contract on `{subject}` is {word}: {shown(change.after if word == 'new' else change.before)}."
            else:
                rest = Change(change.word, change.path[1:], change.before, change.after)
                yield f"The contract on `{subject}`: {phrase(rest)}."


def tried(node: Node) -> str:
    """How often a node is tried, in words."""
    return say_retry(node.retry).removeprefix(", ") or "tried once"


def phrase(change: Change) -> str:
    """A change of a value, without a full stop."""
    path = " › ".join(
        change.path[:-1] if change.path[-1] == "order" and isinstance(change.before, list) else change.path
    )
    if change.path[-1] == "order" and isinstance(change.before, list):
        return f"the order in {path} was {shown(change.before)} and is {shown(change.after)}"
    if change.word == "changed":
        return f"{path} was {shown(change.before)} and is {shown(change.after)}"
    value = change.after if change.word == "added" else change.before
    what = "" if str(value) == change.path[-1] else f": {shown(value)}"
    return f"{path} is {'new' if change.word == 'added' else 'gone'}{what}"


def _input(change: Change) -> str:
    name, rest = f"`:{change.path[0]}`", change.path[1:]
    if rest:
        return f"{name}: " + phrase(Change(change.word, rest, change.before, change.after))
    value = change.after if change.word == "added" else change.before
    default = f", {shown(value['default'])} by default" if "default" in value else ", must be given"
    return f"{name} is {'new' if change.word == 'added' else 'gone'}: {value['type']}{default}"


def shown(value: Any) -> str:
    """A value of the plan in a few words: text in backticks, the rest as JSON."""
    if isinstance(value, str):
        return f"`{clipped(value, 80)}`" if value else "empty"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return clipped(", ".join(value) or "nothing", 100)
    if isinstance(value, Mapping) and "name" in value:
        return clipped(", ".join(f"{key} {_plain(each)}" for key, each in value.items() if key != "name"), 100)
    return clipped(_plain(value), 100)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
