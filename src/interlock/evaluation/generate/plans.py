"""A whole plan: sources, steps that follow their types, sinks and contracts."""

from __future__ import annotations

from random import Random
from typing import Any

from interlock.evaluation.cases import Case
from interlock.evaluation.generate.contracts import draw_contracts
from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.inputs import draw_inputs, input_values, written_inputs
from interlock.evaluation.generate.names import draw_id
from interlock.evaluation.generate.retries import draw_retries
from interlock.evaluation.generate.shape import Shape
from interlock.evaluation.generate.sources import TYPES as SOURCES
from interlock.evaluation.generate.sources import draw_source
from interlock.evaluation.generate.steps.catalogue import draw_step
from interlock.evaluation.generate.steps.drawing import Feed
from interlock.evaluation.generate.tables import draw_pools, known_of
from interlock.registry.node import NodeType
from interlock.registry.registry import Registry

USUAL = Shape()
WEIGHTS = {
    "filter_rows": 5,
    "derive_columns": 6,
    "aggregate": 5,
    "join_tables": 5,
    "query": 6,
    "sort_rows": 3,
    "expect": 3,
    "preview": 1,
}
"""How often some node types are drawn; all others count 2."""

UNUSUAL = frozenset({"network", "model", "human"})
"""Effects that the usual policy does not allow."""


def draw_case(seed: int, registry: Registry, shape: Shape = USUAL) -> Case:
    """A random valid plan with its data; the same for the same seed, in every process."""
    random = Random(f"interlock case {seed}")
    draft = Draft(random, shape, draw_pools(random))
    draw_inputs(draft)
    types = list(registry)
    size = _size(random, shape)
    _draw_sources(draft, registry, types, size)
    steps = [each for each in types if each.ports and not each.is_sink and not set(each.effects) & UNUSUAL]
    weights = [WEIGHTS.get(each.name, 2) for each in steps]
    sinks = [each for each in types if each.is_sink]
    for _ in range(size * 6):
        if len(draft.nodes) >= size:
            break
        _draw_step(draft, random.choices(steps, weights)[0])
    if sinks and not draft.chance(0.08):
        _draw_sinks(draft, sinks, shape)
    _connect_all(draft, steps, shape)
    draw_contracts(draft)
    draw_retries(draft, registry)
    return _finished(draft, seed)


def _size(random: Random, shape: Shape) -> int:
    """How many nodes besides the sinks: mostly a few."""
    chance = random.random()
    if chance < 0.05:
        return 1
    most = 4 if chance < 0.35 else 9 if chance < 0.85 else 16 if chance < 0.97 else 32
    return min(random.randint(2, most), max(1, shape.nodes * 4 // 5))


def _draw_sources(draft: Draft, registry: Registry, types: list[NodeType], size: int) -> None:
    own = [each for each in types if each.is_source and each.name not in SOURCES and not each.effects]
    count = 1 if size < 3 else draft.random.choice((1, 1, 2, 2, 2, 3, 4))
    known = [name for name in SOURCES if registry.find(name) is not None]
    for _ in range(min(count, size)):
        if own and draft.chance(0.1):
            _draw_step(draft, draft.random.choice(own))
            continue
        _add_source(draft, draft.random.choice(known) if draft.chance(0.2) else None)


def _add_source(draft: Draft, only: str | None) -> None:
    stem = f"{draft.random.choice(('sales', 'people', 'days', 'Über', 'x'))}{len(draft.nodes)}"
    form, frame, written = draw_source(draft.random, draft.shape, draft.pools, stem, only)
    name = draw_id(draft.random, form.type.removeprefix("read_"), draft.results)
    draft.nodes.append({"id": name, "type": _versioned(draft, form.type), "params": written.params})
    draft.files.update(written.files)
    draft.sources[name] = frame
    draft.forms[name] = form
    draft.results[name] = known_of(frame)
    draft.uses[name] = 0


def _versioned(draft: Draft, name: str, version: int = 1) -> str:
    return name if draft.chance(0.2) else f"{name}@{version}"


def _pick(draft: Draft, wide: bool) -> str:
    """A result to go on from: mostly one that nothing reads yet, or a late one."""
    names = [
        each
        for each, known in draft.results.items()
        if known.columns and (each not in draft.sinks or draft.chance(0.1))
    ]
    unused = [each for each in names if not draft.uses[each]]
    if unused and draft.chance(0.75):
        return draft.random.choice(unused)
    if not wide and draft.chance(0.4):
        return names[-1]
    return draft.random.choice(names)


def _draw_step(draft: Draft, node_type: NodeType) -> bool:
    """One more node of this type, where some inputs go with it."""
    for _ in range(3):
        feeds = _feeds(draft, node_type)
        if feeds is None:
            continue
        step = draw_step(draft, node_type, feeds)
        if step is not None and len(step.result.columns) <= 400:
            _place(draft, node_type, feeds, step)
            return True
    return False


def _feeds(draft: Draft, node_type: NodeType) -> list[Feed] | None:
    feeds: list[Feed] = []
    for port in node_type.ports:
        count = 1
        if port.variadic:
            count = draft.random.choice((1, 2, 2, 2, 3))
        elif not port.required and not draft.chance(0.4):
            continue
        for _ in range(count):
            if not draft.results:
                return None
            source = _pick(draft, wide=len(node_type.ports) > 1 or port.variadic)
            name = port.name
            if port.variadic:
                taken = {each.port.casefold() for each in feeds}
                name = source if draft.chance(0.6) else draw_id(draft.random, "t", [*taken, *draft.results])
                if name.casefold() in taken:
                    name = draw_id(draft.random, "t", [*taken, *draft.results])
            feeds.append(Feed(source, name, draft.results[source]))
    return feeds


def _place(draft: Draft, node_type: NodeType, feeds: list[Feed], step: Step) -> None:
    name = draw_id(draft.random, node_type.name, draft.results)
    node: dict[str, Any] = {"id": name, "type": _versioned(draft, node_type.name, node_type.version)}
    if step.params or draft.chance(0.2):
        node["params"] = step.params
    draft.nodes.append(node)
    single = len(node_type.ports) == 1 and not node_type.ports[0].variadic
    for each in feeds:
        edge = {"from": each.node, "to": name}
        given = not (each.port == each.node if any(port.variadic for port in node_type.ports) else single)
        if given or draft.chance(0.1):
            edge["port"] = each.port
        draft.edges.append(edge)
        draft.uses[each.node] += 1
    draft.results[name] = step.result
    draft.uses[name] = 0


def _draw_sinks(draft: Draft, sinks: list[NodeType], shape: Shape) -> None:
    """A sink for nearly every result that nothing reads, and some for others."""
    for name in [each for each in draft.results if not draft.uses[each]]:
        if len(draft.nodes) < shape.nodes and not draft.chance(0.04):
            _add_sink(draft, sinks, name)
    while draft.chance(0.25) and len(draft.nodes) < shape.nodes:
        _add_sink(draft, sinks, draft.random.choice([each for each in draft.results if each not in draft.sinks]))


def _connect_all(draft: Draft, steps: list[NodeType], shape: Shape) -> None:
    """A step after every source that stands alone beside other nodes, or none of it: such a plan would be refused."""
    single = [each for each in steps if len(each.ports) == 1 and not each.ports[0].variadic]
    for name in [each["id"] for each in draft.nodes]:
        alone = not draft.uses[name] and not any(edge["to"] == name for edge in draft.edges)
        if not alone or len(draft.nodes) == 1:
            continue
        if len(draft.nodes) >= shape.nodes or not any(
            _follow(draft, node_type, name) for node_type in _shuffled(draft, single)
        ):
            _remove(draft, name)


def _shuffled(draft: Draft, types: list[NodeType]) -> list[NodeType]:
    return draft.random.sample(types, len(types))


def _follow(draft: Draft, node_type: NodeType, source: str) -> bool:
    """A step of this type after a node, if it goes with it."""
    feeds = [Feed(source, node_type.ports[0].name, draft.results[source])]
    step = draw_step(draft, node_type, feeds)
    if step is not None:
        _place(draft, node_type, feeds, step)
    return step is not None


def _remove(draft: Draft, name: str) -> None:
    """Take a node that nothing reads out of the plan, with its files."""
    node = next(each for each in draft.nodes if each["id"] == name)
    draft.nodes.remove(node)
    draft.files.pop(str(node.get("params", {}).get("path")), None)
    for each in (draft.results, draft.uses, draft.sources, draft.forms):
        each.pop(name, None)


def _add_sink(draft: Draft, sinks: list[NodeType], source: str) -> None:
    for _ in range(4):
        node_type = draft.random.choice(sinks)
        feeds = [Feed(source, port.name, draft.results[source]) for port in node_type.ports if port.required]
        step = draw_step(draft, node_type, feeds)
        if step is not None:
            _place(draft, node_type, feeds, step)
            draft.sinks.add(draft.nodes[-1]["id"])
            return


def _finished(draft: Draft, seed: int) -> Case:
    plan: dict[str, Any] = {"interlock": 1}
    if draft.chance(0.3):
        plan["name"] = draft.random.choice(("sales", "report_1", "x"))
    if draft.chance(0.3):
        plan["task"] = draft.random.choice(("Revenue by region.", '日本 — "quoted"', "Several\nlines"))
    inputs = written_inputs(draft)
    if inputs:
        plan["inputs"] = inputs
    nodes = list(draft.nodes)
    if draft.chance(0.3):
        draft.random.shuffle(nodes)
    plan["nodes"] = nodes
    plan["edges"] = draft.edges
    if draft.contracts:
        plan["contracts"] = dict(draft.contracts)
    return Case(plan, draft.files, draft.sources, input_values(draft), seed, draft.forms)
