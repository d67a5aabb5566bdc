"""Lineage of columns: where one comes from, what has a say in it, and where it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from interlock.compiler.checked import CheckedPlan
from interlock.compiler.lineage import Dataset, Influence, Lineage, Reach, lineage
from interlock.compiler.origins import DIRECT, ROWS, RUN_INPUT, Origin
from interlock.ir.diagnostics import nearest
from interlock.syntax.graph_shapes import Graph, GraphEdge, GraphNode


class NoSuchColumn(Exception):
    """The plan has no column of that name; the message says what is near."""


@dataclass(frozen=True)
class End:
    """A column of a source or a sink, the rows of one (`column` is None), or a run input or an answer (`node` is empty).

    `how` lists the ways in which it is connected: `identity`, `transformation`, `aggregation`, or for an influence the
    ways with the node where it has its say, such as `("filter", "large")`.
    """

    node: str
    path: str | None
    column: str | None
    how: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """The end as plain data."""
        ways = [{"how": how} | ({"node": node} if node else {}) for how, node in self.how]
        if not self.node:
            return {"answer" if "." in (self.column or "") else "input": self.column, "ways": ways}
        return {"node": self.node, "path": self.path, "column": self.column, "ways": ways}


@dataclass(frozen=True)
class Step:
    """A column on the way: the node and expression that make it, and the columns that its value is made of."""

    node: str
    type: str
    column: str
    expression: str
    of: tuple[tuple[str, str], ...]
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The step as plain data."""
        found: dict[str, Any] = {"node": self.node, "type": self.type, "column": self.column}
        found |= {
            "expression": self.expression or None,
            "of": [{"node": node, "column": name} for node, name in self.of],
        }
        return found | ({"note": self.note} if self.note else {})


@dataclass(frozen=True)
class ColumnLineage:
    """The lineage of one column of one node."""

    node: str
    column: str
    type: str
    sources: tuple[End, ...]
    influenced_by: tuple[End, ...]
    steps: tuple[Step, ...]
    sinks: tuple[End, ...]
    influences: tuple[End, ...]
    tests: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """The lineage as plain data."""
        return {
            "node": self.node,
            "column": self.column,
            "type": self.type,
            "sources": [each.as_dict() for each in self.sources],
            "influenced_by": [each.as_dict() for each in self.influenced_by],
            "steps": [each.as_dict() for each in self.steps],
            "sinks": [each.as_dict() for each in self.sinks],
            "influences": [each.as_dict() for each in self.influences],
            "tests": [{"node": node, "title": title} for node, title in self.tests],
        }


@dataclass(frozen=True)
class PlanLineage:
    """The lineage of a proven plan."""

    proven: CheckedPlan

    @cached_property
    def found(self) -> Lineage:
        return lineage(self.proven)

    @cached_property
    def upstream(self) -> dict[Origin, Reach]:
        return self.found.upstream()

    def columns(self, text: str) -> list[ColumnLineage]:
        """The lineage of `NODE.COLUMN`, or of every column of that name in a source or sink (else in any node).

        Raises NoSuchColumn.
        """
        return [self.column(node, column) for node, column in self._meant(text)]

    def column(self, node: str, column: str) -> ColumnLineage:
        """The lineage of one column of one node."""
        here = Origin(node, column)
        reach = self.upstream[here]
        below = self.found.downstream(here)
        goes = {
            name: {end: below.get(Origin(name, end), Reach()) for end in (*each.columns, ROWS)}
            for name, each in self.found.sinks.items()
        }
        return ColumnLineage(
            node,
            column,
            str(self.proven.by_id[node].schema[column].type),
            self._ends(reach.direct),
            self._influencing(reach),
            tuple(self._step(each) for each in self.found.steps(here)),
            tuple(
                self._end(Origin(name, end), ((how, "") for how in each.direct[here]))
                for name, ends in goes.items()
                for end, each in ends.items()
                if here in each.direct
            ),
            tuple(
                self._end(Origin(name, end), _ways(each.influences[here]))
                for name, ends in goes.items()
                for end, each in ends.items()
                if here in each.influences and end is not ROWS
            ),
            tuple((test.node, test.title) for test in self.found.tests_of(here)),
        )

    def draw(self, found: ColumnLineage) -> Graph:
        """The way of a column as boxes and arrows: from its sources to itself, and on to the sinks."""
        here = Origin(found.node, found.column)
        way = dict.fromkeys(self.found.steps(here))
        below = self.found.downstream(here)
        way |= dict.fromkeys(each for each, reach in below.items() if here in reach.direct and each.column is not ROWS)
        lines: dict[str, list[str]] = {}
        for each in way:
            node = self.found.nodes[each.relation]
            expression = node.expressions.get(each.column or "", "")
            plain = expression.strip('"') == each.column or not expression
            lines.setdefault(each.relation, []).append(str(each.column) if plain else f"{each.column} = {expression}")
        boxes = []
        for name, bound in self.proven.by_id.items():
            if name in lines:
                kind = "source" if name in self.found.sources else "sink" if name in self.found.sinks else "step"
                mark = "here" if name == found.node else None
                boxes.append(GraphNode(name, name, (bound.type.reference, *lines[name]), kind, mark))
        arrows = dict.fromkeys(
            (origin.relation, each.relation)
            for each in way
            for origin, hows in self.found.nodes[each.relation].columns[each.column or ""].items()
            if origin in way and hows & {*DIRECT}
        )
        return Graph(tuple(boxes), tuple(GraphEdge(*each) for each in arrows))

    def _meant(self, text: str) -> list[tuple[str, str]]:
        nodes = {bound.node.id: {name.casefold(): name for name in bound.schema.names} for bound in self.proven.nodes}
        node, dot, column = text.partition(".")
        if dot and node in nodes:
            if column.casefold() in nodes[node]:
                return [(node, nodes[node][column.casefold()])]
            raise NoSuchColumn(f"`{node}` has no column `{column}`" + _meant_hint(column, nodes[node].values()))
        ends = [name for name in nodes if name in self.found.sources or name in self.found.sinks]
        wanted = text.casefold()
        for names in (ends, nodes):
            found = [(name, nodes[name][wanted]) for name in names if wanted in nodes[name]]
            if found:
                return found
        if dot and column:
            raise NoSuchColumn(f"there is no node `{node}`, and no column `{text}`" + _meant_hint(node, nodes))
        known = dict.fromkeys(name for names in nodes.values() for name in names.values())
        raise NoSuchColumn(f"no node of the plan has a column `{text}`" + _meant_hint(text, known))

    def _step(self, origin: Origin) -> Step:
        node, column = self.found.nodes[origin.relation], origin.column or ""
        made = node.columns[column].items()
        of = [
            (each.relation, each.column or "") for each, hows in made if hows & {*DIRECT} and each.relation != RUN_INPUT
        ]
        kind = self.proven.by_id[origin.relation].type.reference
        return Step(origin.relation, kind, column, node.expressions.get(column, ""), tuple(of), node.note)

    def _influencing(self, reach: Reach) -> tuple[End, ...]:
        """Influences, without the rows of sources that are there anyhow because a column of them is."""
        present = {each.relation for each in (*reach.direct, *reach.influences) if each.column is not ROWS}
        shown = {
            end: ways for end, ways in reach.influences.items() if end.column is not ROWS or end.relation not in present
        }
        order = {name: place for place, name in enumerate(self.found.nodes)}
        return tuple(self._end(end, _ways(ways, order)) for end, ways in shown.items())

    def _ends(self, found: dict[Origin, set[Any]]) -> tuple[End, ...]:
        return tuple(self._end(end, ((how, "") for how in hows)) for end, hows in found.items())

    def _end(self, origin: Origin, ways: Iterable[tuple[str, str]]) -> End:
        if origin.relation == RUN_INPUT:
            return End("", None, origin.column, tuple(ways))
        there: Dataset = self.found.sources.get(origin.relation) or self.found.sinks[origin.relation]
        column = None if origin.column is None else there.columns[origin.column]
        return End(origin.relation, there.path, column, tuple(sorted(ways)))


def _ways(found: Iterable[Influence], order: dict[str, int] | None = None) -> tuple[tuple[str, str], ...]:
    ways = sorted(((each.how, each.node) for each in found), key=lambda way: ((order or {}).get(way[1], 0), way))
    return tuple(ways)


def _meant_hint(text: str, known: Iterable[str]) -> str:
    near = nearest(text, list(known), 3)
    return "; did you mean " + " or ".join(f"`{each}`" for each in near) + "?" if near else ""
