"""Where every column of a proven plan comes from and where it goes, derived from the statements that will run.

A column is reached *directly* where its value arrives, as it is or worked into another; it is *influenced* by what only
decides which value arrives or which rows there are: filters, join keys, groups, sort keys, windows, conditions. What is
not listed cannot change the column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from interlock.compiler.checked import BoundNode, CheckedPlan
from interlock.compiler.derivation import Unfollowed, derive
from interlock.compiler.origins import (
    DIRECT,
    ROWS,
    RUN_INPUT,
    Derivation,
    How,
    Made,
    Origin,
    compose,
    everything_of_everything,
    passed_on,
)
from interlock.compiler.ties import settle_foreign
from interlock.registry import sql
from interlock.registry.tables import ANSWER, THIS, Copy, Select


@dataclass(frozen=True)
class Influence:
    """How something has a say in a column without being in it, and in which node."""

    how: How
    node: str


@dataclass
class Reach:
    """From which ends a column can be reached: directly, and by influence."""

    direct: dict[Origin, set[How]] = field(default_factory=dict)
    influences: dict[Origin, set[Influence]] = field(default_factory=dict)


@dataclass(frozen=True)
class Test:
    """A test of the data that stops a run: what it says, the node it belongs to, and what it looks at."""

    title: str
    node: str
    looks_at: frozenset[Origin]


@dataclass(frozen=True)
class NodeLineage:
    """What each column of a node's result is made of, by name, and its rows; `note` says why it was not followed."""

    columns: Mapping[str, Made]
    rows: Made
    expressions: Mapping[str, str]
    note: str = ""
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """What a source reads or a sink writes: a file, or rows in the plan itself (no path); its columns by the node's."""

    node: str
    path: str | None
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Lineage:
    """The lineage of a plan. Nodes are in topological order; every question is answered from these."""

    nodes: Mapping[str, NodeLineage]
    sources: Mapping[str, Dataset]
    sinks: Mapping[str, Dataset]

    def upstream(self) -> dict[Origin, Reach]:
        """For every column, and the rows of every node: the source columns and run inputs that it depends on."""
        ends = {Origin(name, column) for name in self.sources for column in (*self.nodes[name].columns, ROWS)}
        return self._reach(ends, inputs=True)

    def downstream(self, origin: Origin) -> dict[Origin, Reach]:
        """The columns and rows that this one reaches."""
        found = self._reach({origin}, inputs=False)
        return {each: reach for each, reach in found.items() if origin in reach.direct or origin in reach.influences}

    def steps(self, origin: Origin) -> list[Origin]:
        """The columns that this one is made of directly, itself included, in the order of the flow."""
        seen: set[Origin] = set()
        waiting = [origin]
        while waiting:
            each = waiting.pop()
            if each in seen or each.relation == RUN_INPUT or each.column is ROWS:
                continue
            seen.add(each)
            made = self.nodes[each.relation].columns[each.column or ""]
            waiting += [other for other, hows in made.items() if hows & {*DIRECT}]
        places = {
            (name, column): (place, index)
            for place, name in enumerate(self.nodes)
            for index, column in enumerate(self.nodes[name].columns)
        }
        return sorted(seen, key=lambda each: places[each.relation, each.column or ""])

    def tests_of(self, origin: Origin) -> list[Test]:
        """The tests that look at this column."""
        return [test for node in self.nodes.values() for test in node.tests if origin in test.looks_at]

    def _reach(self, ends: set[Origin], inputs: bool) -> dict[Origin, Reach]:
        found: dict[Origin, Reach] = {}

        def reach(origin: Origin) -> Reach:
            if origin.relation == RUN_INPUT:
                return Reach({origin: {"identity"}} if inputs or origin in ends else {})
            if origin in ends and origin.column is ROWS:
                return Reach({origin: {"identity"}}, found[origin].influences)
            return found[origin]

        for name, node in self.nodes.items():
            rows = Reach()
            for origin, hows in node.rows.items():
                _decides(rows, reach(origin), hows if origin.column is not ROWS else {"filter"}, name)
            found[Origin(name, ROWS)] = rows
            for column, made in node.columns.items():
                this = Reach()
                for origin, hows in made.items():
                    below = reach(origin)
                    direct = hows & {*DIRECT}
                    for how in direct:
                        for end, inner in below.direct.items():
                            this.direct.setdefault(end, set()).update(compose(how, each) for each in inner)
                    _merge(this, below.influences)
                    _decides(this, below, hows - direct, name)
                own = Origin(name, ROWS)
                _merge(this, rows.influences)
                if own in ends:
                    this.influences.setdefault(own, set()).add(Influence("filter", name))
                if Origin(name, column) in ends:
                    this.direct[Origin(name, column)] = {"identity"}
                found[Origin(name, column)] = this
        return found


def _decides(target: Reach, below: Reach, hows: Iterable[How], node: str) -> None:
    for how in hows:
        for end in below.direct:
            target.influences.setdefault(end, set()).add(Influence(how, node))
    _merge(target, below.influences)


def _merge(target: Reach, influences: Mapping[Origin, set[Influence]]) -> None:
    for end, ways in influences.items():
        target.influences.setdefault(end, set()).update(ways)


def lineage(checked: CheckedPlan) -> Lineage:
    """The lineage of a proven plan."""
    passes: dict[str, str] = {}
    nodes: dict[str, NodeLineage] = {}
    sources: dict[str, Dataset] = {}
    sinks: dict[str, Dataset] = {}
    for bound in checked.nodes:
        name = bound.node.id
        if bound.type.is_sink and bound.inputs:
            origin = bound.inputs[0][1]
            passes[name] = passes.get(origin, origin)
            sinks[name] = Dataset(name, _path(bound), {each: each for each in bound.schema.names})
        if not bound.inputs:
            sources[name] = _source(bound)
        nodes[name] = _node(bound, checked, passes)
    return Lineage(nodes, sources, sinks)


def _path(bound: BoundNode) -> str | None:
    if isinstance(bound.result, Copy):
        return str(bound.result.path)
    if bound.source is not None:
        return bound.source.path
    path = bound.params.get("path")
    return str(path) if path is not None else None


def _source(bound: BoundNode) -> Dataset:
    there = {name.casefold(): name for name, _ in bound.source.columns} if bound.source is not None else {}
    return Dataset(bound.node.id, _path(bound), {each: there.get(each.casefold(), each) for each in bound.schema.names})


def _node(bound: BoundNode, checked: CheckedPlan, passes: Mapping[str, str]) -> NodeLineage:
    names = bound.schema.names
    if not bound.inputs:
        return NodeLineage({name: {} for name in names}, {}, {})
    read = {source: checked.by_id[source].schema for _, source in bound.inputs}

    def real(made: Made) -> Made:
        found: Made = {}
        for origin, hows in made.items():
            relation, column = passes.get(origin.relation, origin.relation), origin.column
            if relation == RUN_INPUT and column is not None and column.startswith(ANSWER):
                column = f"{bound.node.id}.{column.removeprefix(ANSWER)}"
            found.setdefault(Origin(relation, column), set()).update(hows)
        return found

    note = ""
    expressions: dict[str, str] = {}
    if isinstance(bound.result, Select | Copy):
        tree = bound.result.tree
        if not bound.type.known_shape:
            tree = settle_foreign(tree, True, read)  # a statement that leaves an order open is ordered by its columns
        try:
            found = derive(tree, read, len(names))
            expressions = dict(zip(names, _texts(bound.result.tree, len(names)), strict=True))
        except Unfollowed as why:
            found, note = _everything(bound, checked), f"not followed: {why}"
    elif bound.type.is_sink:
        source = bound.inputs[0][1]
        found = passed_on(source, names)
    else:
        found, note = _everything(bound, checked), "Python code, which may use every column for every other"
    return NodeLineage(
        {name: real(made) for name, made in zip(names, found.columns, strict=True)},
        real(found.rows),
        expressions,
        note,
        _tests(bound, checked, passes),
    )


def _everything(bound: BoundNode, checked: CheckedPlan) -> Derivation:
    """Every column made of every column: what is true of any code."""
    read = {source: checked.by_id[source].schema.names for _, source in bound.inputs}
    return everything_of_everything(read, len(bound.schema.names))


def _texts(tree: exp.Query, width: int) -> list[str]:
    """The expressions of a statement's columns, as the program has them."""
    selects: list[exp.Select] = []
    waiting: list[exp.Expr] = [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, exp.SetOperation):
            waiting += [each.expression, each.this]
        elif isinstance(each, exp.Subquery):
            waiting.append(each.this)
        elif isinstance(each, exp.Select):
            selects.append(each)
    if not selects or any(len(each.expressions) != width or each.is_star for each in selects):
        return [""] * width
    columns = zip(*(each.expressions for each in selects), strict=True)
    return [" | ".join(dict.fromkeys(sql.text(each.unalias()) for each in column)) for column in columns]


def _tests(bound: BoundNode, checked: CheckedPlan, passes: Mapping[str, str]) -> tuple[Test, ...]:
    """The tests planted by the node and by contracts on it."""
    name = bound.node.id
    result = bound.result
    planted = [(each.title, each.violations) for each in result.checks] if isinstance(result, Select) else []
    planted += [(each.title, each.violations) for each in checked.contract_checks if each.node == name]
    own = passes.get(name, name)
    relations = {THIS: own, name: own} | {source: passes.get(source, source) for _, source in bound.inputs}
    schemas = {THIS: bound.schema, name: bound.schema} | {
        source: checked.by_id[source].schema for _, source in bound.inputs
    }
    found = []
    for title, violations in planted:
        looks: set[Origin] = set()
        try:
            made = derive(violations, schemas, len(violations.selects))
        except Unfollowed:
            looks = {Origin(relations[each], column) for each, schema in schemas.items() for column in schema.names}
        else:
            for origin in (*made.rows, *(each for column in made.columns for each in column)):
                looks.add(Origin(relations.get(origin.relation, origin.relation), origin.column))
        found.append(Test(title, name, frozenset(looks)))
    return tuple(found)
