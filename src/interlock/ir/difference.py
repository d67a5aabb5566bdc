"""What differs between two plans: in meaning, not in text.

Nodes are matched by id; one that is gone and one that is new are the same node renamed if they do the same at the same
place. Order of nodes, layout, names of parameters and comments mean nothing; order of edges into one node does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from interlock.ir.plan import Contract, Input, Node, Plan, canonical_json

Word = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """One value that differs. `path` leads to it: names of keys, places in lists, names of named things."""

    word: Word
    path: tuple[str, ...]
    before: Any = None
    after: Any = None

    def as_dict(self) -> dict[str, Any]:
        """The change as plain data."""
        found: dict[str, Any] = {"what": self.word, "path": list(self.path)}
        if self.word != "added":
            found["before"] = self.before
        if self.word != "removed":
            found["after"] = self.after
        return found


@dataclass(frozen=True)
class NodeChange:
    """A node that is in both plans and differs: its id before and after, its type, and what changed in its parameters.

    `retried` says whether it is tried again in another way; how, `before` and `after` know.
    """

    before: Node
    after: Node
    params: tuple[Change, ...] = ()
    retyped: tuple[str, str] | None = None

    @property
    def retried(self) -> bool:
        return self.before.retry != self.after.retry

    @property
    def renamed(self) -> bool:
        return self.before.id != self.after.id


@dataclass(frozen=True)
class EdgeChange:
    """Edges by the new ids: an arrow added, removed, or led into another port."""

    word: Word
    source: str
    target: str
    port: str = ""
    was: str = ""


@dataclass(frozen=True)
class Difference:
    """What differs between two plans. Ids are those of the new plan, except of nodes that were removed."""

    before: Plan
    after: Plan
    added: tuple[Node, ...] = ()
    removed: tuple[Node, ...] = ()
    changed: tuple[NodeChange, ...] = ()
    edges: tuple[EdgeChange, ...] = ()
    reordered: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = ()
    inputs: tuple[Change, ...] = ()
    contracts: tuple[tuple[str, tuple[Change, ...]], ...] = ()
    words: tuple[Change, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    """For every node of the old plan that is in the new one: its id there."""

    @property
    def same(self) -> bool:
        """Whether the plans mean the same: only name and task may differ."""
        return not (
            self.added or self.removed or self.changed or self.edges or self.reordered or self.inputs or self.contracts
        )


def difference(before: Plan, after: Plan, types: Mapping[str, str] | None = None) -> Difference:
    """What differs. `types` says which node types are one and the same under two names, by reference."""
    meant = types or {}

    def kind(node: Node) -> str:
        return meant.get(node.reference, node.reference)

    ids = {name: name for name in before.by_id if name in after.by_id}
    ids |= _renamed(before, after, ids, kind)
    back = {new: old for old, new in ids.items()}
    changed = []
    for old, new in ids.items():
        one, other = before.by_id[old], after.by_id[new]
        params = tuple(compare(one.params, other.params))
        retyped = (one.reference, other.reference) if kind(one) != kind(other) else None
        change = NodeChange(one, other, params, retyped)
        if change.renamed or change.params or change.retyped or change.retried:
            changed.append(change)
    edges, reordered = _edges(before, after, ids)
    return Difference(
        before,
        after,
        tuple(node for node in after.nodes if node.id not in back),
        tuple(node for node in before.nodes if node.id not in ids),
        tuple(sorted(changed, key=lambda each: each.after.index)),
        tuple(edges),
        tuple(reordered),
        tuple(_inputs(before.inputs, after.inputs)),
        tuple(_contracts(before.contracts, after.contracts, ids)),
        tuple(
            Change("changed", (word,), getattr(before, word), getattr(after, word))
            for word in ("name", "task")
            if getattr(before, word) != getattr(after, word)
        ),
        ids,
    )


def _renamed(before: Plan, after: Plan, ids: Mapping[str, str], kind: Callable[[Node], str]) -> dict[str, str]:
    """Nodes gone and nodes new that can only be each other: told by what they do and where, by one of the two, by a side."""
    found: dict[str, str] = {}
    for marks in (("params", "sources", "targets"), ("params",), ("sources", "targets"), ("sources",), ("targets",)):
        known = {**ids, **found}
        gone = _marked(before, [node for node in before.nodes if node.id not in known], known, kind, marks)
        there = {name: name for name in known.values()}
        new = _marked(after, [node for node in after.nodes if node.id not in there], there, kind, marks)
        for mark, names in gone.items():
            if len(names) == len(new.get(mark, ())) == 1:
                found[names[0]] = new[mark][0]
    return found


def _marked(
    plan: Plan, nodes: list[Node], known: Mapping[str, str], kind: Callable[[Node], str], marks: tuple[str, ...]
) -> dict[str, list[str]]:
    """The nodes' ids by what is looked at; a node that stands beside no known node is not told by its place."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        place = {
            "params": dict(node.params),
            "sources": sorted(known.get(edge.source, "") for edge in plan.edges if edge.target == node.id),
            "targets": sorted(known.get(edge.target, "") for edge in plan.edges if edge.source == node.id),
        }
        if "params" in marks or any(any(place[mark]) for mark in marks):
            found.setdefault(canonical_json([kind(node), *(place[mark] for mark in marks)]), []).append(node.id)
    return found


def compare(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[Change]:
    """Every value that differs between two values, deep down.

    >>> [each.path for each in compare({"by": ["a"], "where": "x > 1"}, {"by": ["a", "b"], "where": "x > 2"})]
    [('by', 'b'), ('where',)]
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            here = (*path, str(name))
            if name not in after:
                yield Change("removed", here, before[name])
            elif name not in before:
                yield Change("added", here, None, after[name])
            else:
                yield from compare(before[name], after[name], here)
        if list(before) != list(after) and set(before) == set(after) and path:
            yield Change("changed", (*path, "order"), list(before), list(after))
        return
    if isinstance(before, list) and isinstance(after, list) and canonical_json(before) != canonical_json(after):
        yield from _lists(before, after, path)
        return
    if type(before) is not type(after) or before != after:
        yield Change("changed", path, before, after)


def _lists(before: list[Any], after: list[Any], path: tuple[str, ...]) -> Iterator[Change]:
    """Lists of named things and lists of different plain values element by element, others as a whole."""
    one, other = _keyed(before), _keyed(after)
    if one is None or other is None:
        yield Change("changed", path, before, after)
        return
    for name in dict.fromkeys([*one, *other]):
        here = (*path, name)
        if name not in other:
            yield Change("removed", here, one[name])
        elif name not in one:
            yield Change("added", here, None, other[name])
        else:
            yield from compare(one[name], other[name], here)
    if [name for name in one if name in other] != [name for name in other if name in one]:
        yield Change("changed", (*path, "order"), list(one), list(other))


def _keyed(values: list[Any]) -> dict[str, Any] | None:
    """The list by its elements' names (or the plain values themselves), or None where that is not one to one."""
    found: dict[str, Any] = {}
    for each in values:
        name = each.get("name", each.get("column")) if isinstance(each, Mapping) else each
        if not isinstance(name, str | int | float) or str(name) in found:
            return None
        found[str(name)] = each
    return found


def _edges(before: Plan, after: Plan, ids: Mapping[str, str]) -> tuple[list[EdgeChange], list[Any]]:
    old = [
        (ids.get(edge.source, edge.source), ids.get(edge.target, edge.target), edge.port or "") for edge in before.edges
    ]
    new = [(edge.source, edge.target, edge.port or "") for edge in after.edges]
    gone, come = _minus(old, new), _minus(new, old)
    found: list[EdgeChange] = []
    for source, target, port in come:
        same = next((each for each in gone if each[:2] == (source, target)), None)
        if same is not None:
            gone.remove(same)
            found.append(EdgeChange("changed", source, target, port, same[2]))
        else:
            found.append(EdgeChange("added", source, target, port))
    found += [EdgeChange("removed", *each) for each in gone]
    reordered = []
    for target in dict.fromkeys(each[1] for each in new):
        one = tuple(source for source, to, _ in old if to == target)
        other = tuple(source for source, to, _ in new if to == target)
        if one != other and sorted(one) == sorted(other):
            reordered.append((target, one, other))
    return found, reordered


def _minus(these: list[Any], those: list[Any]) -> list[Any]:
    left = list(those)
    found = []
    for each in these:
        if each in left:
            left.remove(each)
        else:
            found.append(each)
    return found


def _inputs(before: tuple[Input, ...], after: tuple[Input, ...]) -> Iterator[Change]:
    def plain(inputs: tuple[Input, ...]) -> dict[str, Any]:
        return {
            each.name: {"type": each.type} | ({"default": each.default} if each.has_default else {}) for each in inputs
        }

    yield from compare(plain(before), plain(after))


def _contracts(
    before: tuple[Contract, ...], after: tuple[Contract, ...], ids: Mapping[str, str]
) -> Iterator[tuple[str, tuple[Change, ...]]]:
    one = {ids.get(each.subject, each.subject): each.body for each in before}
    other = {each.subject: each.body for each in after}
    for subject in dict.fromkeys([*other, *one]):
        changes = tuple(
            compare(
                {subject: one[subject]} if subject in one else {}, {subject: other[subject]} if subject in other else {}
            )
        )
        if changes:
            yield subject, changes


def spliced(difference: Difference, node: Node) -> tuple[str, str] | None:
    """Between which two nodes a new node was put, where an arrow led directly from the one to the other before."""
    sources = [edge.source for edge in difference.after.edges if edge.target == node.id]
    targets = [edge.target for edge in difference.after.edges if edge.source == node.id]
    gone = {(each.source, each.target) for each in difference.edges if each.word == "removed"}
    found = [(source, target) for source in sources for target in targets if (source, target) in gone]
    return found[0] if len(found) == 1 else None
