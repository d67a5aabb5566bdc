"""What differs between two plans: as sentences, as data, and as a picture."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from interlock.api.checked import Checked
from interlock.api.project import Project
from interlock.api.sentences import phrase, sentences, shown, tried
from interlock.compiler.checked import CheckedPlan
from interlock.compiler.touches import touches
from interlock.ir.difference import Change, Difference, NodeChange, difference
from interlock.ir.plan import Node
from interlock.registry.registry import Registry
from interlock.runtime.journal import Journal
from interlock.runtime.store import JournalError
from interlock.runtime.versions import find_saved
from interlock.syntax.graph_shapes import Graph, GraphEdge, GraphNode, Kind


@dataclass(frozen=True)
class SinkChange:
    """What changes in what a sink writes: its columns (name, type), their order, and the order of its rows."""

    node: str
    path: str
    changes: tuple[Change, ...]

    def as_dict(self) -> dict[str, Any]:
        """The change as plain data."""
        return {"node": self.node, "path": self.path, "changes": [each.as_dict() for each in self.changes]}


@dataclass(frozen=True)
class PlanDiff:
    """The difference between two plans that could be read; what needs proof is there if both passed."""

    before: Checked
    after: Checked
    registry: Registry

    @cached_property
    def found(self) -> Difference:
        assert self.before.plan is not None
        assert self.after.plan is not None
        types: dict[str, str] = {}
        for node in (*self.before.plan.nodes, *self.after.plan.nodes):
            known = self.registry.find(node.type, node.version)
            if known is not None:
                types[node.reference] = known.type.reference
        return difference(self.before.plan, self.after.plan, types)

    @property
    def same(self) -> bool:
        """Whether the two mean the same."""
        return self.found.same

    @cached_property
    def sinks(self) -> tuple[SinkChange, ...]:
        """What changes at the sinks that both have; empty where one of the plans did not pass."""
        if self.before.proven is None or self.after.proven is None:
            return ()
        return tuple(_sinks(self.before.proven, self.after.proven, self.found.ids))

    @cached_property
    def effects(self) -> tuple[Change, ...]:
        """What one touches and the other does not: files read and written, other effects."""
        if self.before.proven is None or self.after.proven is None:
            return ()
        one, other = (
            {(each.effect, each.path or each.detail or each.type) for each in touches(proven)}
            for proven in (self.before.proven, self.after.proven)
        )
        gone = tuple(Change("removed", each) for each in sorted(one - other))
        return tuple(Change("added", each) for each in sorted(other - one)) + gone

    def sentences(self) -> list[str]:
        """The difference in English, one sentence a line; empty if there is none."""
        return [*sentences(self.found), *_proved(self)]

    def as_dict(self) -> dict[str, Any]:
        """The difference as plain data."""
        found = self.found
        return {
            "same": found.same,
            "before": _side(self.before),
            "after": _side(self.after),
            "nodes": {
                "added": [_node(each) for each in found.added],
                "removed": [_node(each) for each in found.removed],
                "changed": [_changed(each) for each in found.changed],
            },
            "edges": [{name: value for name, value in vars(each).items() if value} for each in found.edges],
            "reordered": [{"node": node, "before": one, "after": other} for node, one, other in found.reordered],
            "inputs": [each.as_dict() for each in found.inputs],
            "contracts": [each.as_dict() for _, changes in found.contracts for each in changes],
            "words": [each.as_dict() for each in found.words],
            "sinks": [each.as_dict() for each in self.sinks],
            "effects": [{"what": each.word, "effect": each.path[0], "of": each.path[1]} for each in self.effects],
            "sentences": self.sentences(),
        }

    def graph(self) -> Graph:
        """Both plans in one drawing: what was added, removed and changed has a colour of its own."""
        found = self.found
        changed = {each.after.id: each for each in found.changed}
        touched = {target for target, _, _ in found.reordered} | {sink.node for sink in self.sinks}
        boxes = []
        for node in found.after.nodes:
            kind: Kind = "added" if node in found.added else "changed" if node.id in changed else "same"
            lines = [phrase(each) for each in changed[node.id].params] if node.id in changed else []
            if node.id in changed and changed[node.id].renamed:
                lines.insert(0, f"was {changed[node.id].before.id}")
            if node.id in changed and changed[node.id].retried:
                lines.append(tried(node))
            if kind == "added":
                lines = [f"{name}: {shown(value)}" for name, value in node.params.items()]
            mark = "output differs" if node.id in touched and kind == "same" else None
            boxes.append(GraphNode(node.id, node.id, (node.reference, *lines), kind, mark))
        taken = {box.id for box in boxes}
        gone = {node.id: node.id if node.id not in taken else f"{node.id} " for node in found.removed}
        boxes += [GraphNode(gone[node.id], node.id, (node.reference,), "removed") for node in found.removed]
        come = {(each.source, each.target) for each in found.edges if each.word == "added"}
        arrows = [
            GraphEdge(edge.source, edge.target, edge.port or "", "added" if (edge.source, edge.target) in come else "")
            for edge in found.after.edges
        ]
        arrows += [
            GraphEdge(gone.get(each.source, each.source), gone.get(each.target, each.target), each.port, "removed")
            for each in found.edges
            if each.word == "removed"
        ]
        return Graph(tuple(boxes), tuple(arrows))


def plan_of(project: Project, text: str) -> Checked:
    """The plan that `text` means: a file, a saved plan (`name`, `name@2`), or the plan of a run.

    Raises OSError for a file that cannot be read, JournalError for a name that means nothing.
    """
    if names_a_file(text):
        return project.read(text)
    with Journal.open(project.root, create=False) as journal:
        try:
            digest = find_saved(journal, text).plan
        except JournalError as unsaved:
            try:
                digest = journal.status(journal.find_run(text)).plan
            except JournalError:
                raise JournalError(f"`{text}` is no file, no saved plan and no run", unsaved.help) from unsaved
        document = journal.plan(digest)
    if document is None:
        raise JournalError(f"the plan {digest[:19]}… is not in the journal", code="IL915")
    return project.check_text(json.dumps(document, ensure_ascii=False), text)


def names_a_file(text: str) -> bool:
    """Whether `text` means a file, there or not, and no name of the journal."""
    return Path(text).exists() or Path(text).suffix in (".yaml", ".yml", ".json")


def _side(checked: Checked) -> dict[str, Any]:
    assert checked.plan is not None
    return {"name": checked.document.name, "plan": checked.plan.digest, "passes": checked.ok}


def _node(node: Node) -> dict[str, Any]:
    retry = {"retry": node.retry.document()} if node.retry else {}
    return {"id": node.id, "type": node.reference, "params": dict(node.params), **retry}


def _changed(each: NodeChange) -> dict[str, Any]:
    found: dict[str, Any] = {"id": each.after.id}
    if each.renamed:
        found["was"] = each.before.id
    if each.retyped:
        found["type"] = {"before": each.retyped[0], "after": each.retyped[1]}
    if each.retried:
        one, other = (node.retry.document() if node.retry else None for node in (each.before, each.after))
        found["retry"] = {"before": one, "after": other}
    return found | {"params": [change.as_dict() for change in each.params]}


def _sinks(before: CheckedPlan, after: CheckedPlan, ids: Mapping[str, str]) -> Iterator[SinkChange]:
    for old, new in ids.items():
        one, other = before.by_id[old], after.by_id[new]
        if not one.type.is_sink or not other.type.is_sink:
            continue
        changes: list[Change] = []
        was = {each.name: str(each.type) for each in one.schema}
        now = {each.name: str(each.type) for each in other.schema}
        changes += [Change("added", (name,), None, kind) for name, kind in now.items() if name not in was]
        changes += [Change("removed", (name,), kind) for name, kind in was.items() if name not in now]
        changes += [
            Change("changed", (name,), was[name], kind) for name, kind in now.items() if was.get(name, kind) != kind
        ]
        kept = [[name for name in names if name in was and name in now] for names in (was, now)]
        if kept[0] != kept[1]:
            changes.append(Change("changed", ("order of columns",), list(was), list(now)))
        orders = [[term.column + " desc" * term.descending for term in side.sorted_by] for side in (one, other)]
        if orders[0] != orders[1]:
            changes.append(Change("changed", ("order of rows",), *orders))
        if changes:
            yield SinkChange(new, str(other.params.get("path", "")), tuple(changes))


# ---- in English


def _proved(diff: PlanDiff) -> Iterator[str]:
    for each in diff.effects:
        verb = {"reads": "reads", "writes": "writes"}.get(each.path[0])
        what = f"{verb} `{each.path[1]}`" if verb else f"has the effect {each.path[0]} ({each.path[1]})"
        yield f"It now {what}." if each.word == "added" else f"It no longer {what}."
    for sink in diff.sinks:
        for change in sink.changes:
            yield f"`{sink.path or sink.node}`: {_column(change)}."
    for side in (diff.before, diff.after):
        if not side.ok:
            yield f"{side.document.name} does not pass, so nothing is said about what its sinks write."


def _column(change: Change) -> str:
    if change.path[0].startswith("order of "):
        one, other = (", ".join(each) or "not settled" for each in (change.before, change.after))
        return f"the {change.path[0]} was {one} and is {other}"
    if change.word == "changed":
        return f"column `{change.path[0]}` was {change.before} and is {change.after}"
    word, kind = ("new", change.after) if change.word == "added" else ("gone", change.before)
    return f"column `{change.path[0]}` ({kind}) is {word}"
