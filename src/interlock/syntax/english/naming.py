"""Names given after a step: `call it revenue` names the one number just computed, `call them low and high` both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from interlock.syntax.english.draft import Draft
from interlock.syntax.english.lists import new_name, several
from interlock.syntax.english.scene import Scene

_ONE = (
    "call it", "name it", "call that", "call this", "call the column", "name the column", "call the average", "call the total", "call the sum", "call the count",
    "call the number", "to be named", "to be called", "and call it", "the column should be called", "the column is called", "put the count in a column", "put the count in column",
    "put the total in a column", "name it as", "( name it", "( call it", "the sum column shall bear the designation", "the column shall be called", "column name", "as column",
)  # fmt: skip
_MORE = (
    "call them",
    "name them",
    "( call them",
    "( name them",
    "called",
    "named",
    "call the columns",
    "name the columns",
)


def measure_names(scene: Scene, at: int) -> Iterator[tuple[int, Draft]]:
    """The draft whose last step, an aggregation with names of our making, has these names for its numbers."""
    draft = scene.draft
    node = draft.nodes[-1] if draft.nodes else None
    if node is None or node.type != "aggregate" or node.id != draft.current:
        return
    measures: list[dict[str, Any]] = node.params["measures"]
    if not all(_unnamed(each) for each in measures):
        return
    for words in _ONE if len(measures) == 1 else _MORE:
        split = words.split()
        if not scene.says(at, *split):
            continue
        for end, names in several(scene, at + len(split), lambda start: new_name(scene, start)):
            if len(names) != len(measures) or {*map(str.casefold, names)} & {
                each.casefold() for each in node.params.get("by", ())
            }:
                continue
            if words.startswith("("):
                if scene.word(end) != ")":
                    continue
                end += 1
            named = [{**each, "name": name} for each, name in zip(measures, names, strict=True)]
            after = replace(draft, nodes=(*draft.nodes[:-1], replace(node, params={**node.params, "measures": named})))
            called = after.called(names[0]) if len(names) == 1 and words.endswith(("it", "this", "that")) else None
            yield end, called or after


def _unnamed(measure: dict[str, Any]) -> bool:
    """Whether the measure's name was made of the words."""
    return (
        measure["name"] == "count"
        if "column" not in measure
        else "_" in measure["name"] and measure["name"] != measure["column"]
    )
