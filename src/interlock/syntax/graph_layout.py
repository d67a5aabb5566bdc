"""Laying out a graph top-down: layers, an order within each, and coordinates. Knows sizes only, and no colors.

The classic four steps: edges that close a cycle are turned round; every node goes on the layer below its last
predecessor; edges that skip layers get a waypoint on each; sweeps order the layers by barycentre; and positions come
from an exact least-squares fit that keeps order and distance. Everything is deterministic.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

GAP_X, GAP_Y = 32.0, 58.0
_WIDEST_ROW = 1400.0
_WAYPOINT = 10.0
_WIDEST_LAYER = 8
"""More boxes than this do not stand side by side; the rest go further down."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way of an edge from the top down: points that are joined by vertical lines and curves in turn.

    `turned` says that the edge runs upwards: it closes a cycle.
    """

    points: tuple[tuple[float, float], ...]
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Top left corners of the boxes, the route of each edge (None for an edge from a node to itself), and the size."""

    corners: tuple[tuple[float, float], ...]
    routes: tuple[Route | None, ...]
    width: float
    height: float


@dataclass(slots=True)
class _Spot:
    """A box or a waypoint on a layer."""

    layer: int
    width: float
    height: float
    box: bool
    x: float = 0.0
    up: list[int] = field(default_factory=list)
    down: list[int] = field(default_factory=list)


def layout(sizes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int]]) -> Layout:
    """Place boxes of these sizes, joined by these edges (pairs of indices): each connected part, then the parts in rows.

    >>> layout([(100, 40), (100, 40)], [(0, 1)]).corners
    ((0.0, 0.0), (0.0, 98.0))
    """
    parts = _parts(len(sizes), edges)
    corners: list[tuple[float, float]] = [(0.0, 0.0)] * len(sizes)
    routes: list[Route | None] = [None] * len(edges)
    laid = [
        _part([sizes[box] for box in boxes], [_local(edges[edge], boxes) for edge in ways]) for boxes, ways in parts
    ]
    limit = max([_WIDEST_ROW, *(part.width for part in laid)])
    x = y = tallest = widest = 0.0
    for (boxes, ways), part in zip(parts, laid, strict=True):
        if x and x + part.width > limit:
            x, y, tallest = 0.0, y + tallest + GAP_Y * 0.7, 0.0
        for box, (left, top) in zip(boxes, part.corners, strict=True):
            corners[box] = (x + left, y + top)
        for edge, route in zip(ways, part.routes, strict=True):
            if route:
                routes[edge] = Route(tuple((x + a, y + b) for a, b in route.points), route.turned)
        widest, tallest = max(widest, x + part.width), max(tallest, part.height)
        x += part.width + GAP_X * 1.4
    return Layout(tuple(corners), tuple(routes), widest, y + tallest)


def _parts(count: int, edges: Sequence[tuple[int, int]]) -> list[tuple[list[int], list[int]]]:
    """The connected parts, each as its boxes and its edges; single boxes come last."""
    leader = list(range(count))

    def find(box: int) -> int:
        while leader[box] != box:
            leader[box] = leader[leader[box]]
            box = leader[box]
        return box

    for start, end in edges:
        low, high = sorted((find(start), find(end)))
        leader[high] = low
    parts: dict[int, tuple[list[int], list[int]]] = {}
    for box in range(count):
        parts.setdefault(find(box), ([], []))[0].append(box)
    for index, (start, _) in enumerate(edges):
        parts[find(start)][1].append(index)
    return sorted(parts.values(), key=lambda part: len(part[0]) == 1)


def _local(edge: tuple[int, int], boxes: list[int]) -> tuple[int, int]:
    return bisect_left(boxes, edge[0]), bisect_left(boxes, edge[1])


def _part(sizes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int]]) -> Layout:
    """The layout of one connected part."""
    turned = _closing(len(sizes), edges)
    downward = [(b, a) if index in turned else (a, b) for index, (a, b) in enumerate(edges)]
    layers_of = _layers(len(sizes), [pair for pair in downward if pair[0] != pair[1]])
    spots = [_Spot(layer, width, height, True) for layer, (width, height) in zip(layers_of, sizes, strict=True)]
    chains = [_chain(spots, start, end) if start != end else [] for start, end in downward]
    layers: list[list[int]] = [[] for _ in range(max((spot.layer for spot in spots), default=-1) + 1)]
    for index, spot in enumerate(spots):
        layers[spot.layer].append(index)
    _order(spots, layers)
    _place(spots, layers)
    return _routed(spots, layers, chains, turned, len(sizes))


def _closing(count: int, edges: Sequence[tuple[int, int]]) -> set[int]:
    """The edges that lead back to a node from which one came: turning them round leaves no cycle."""
    out: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    incoming = [0] * count
    for index, (start, end) in enumerate(edges):
        if start != end:
            out[start].append((index, end))
            incoming[end] += 1
    state = [0] * count  # 0 not seen, 1 on the way, 2 done
    closing: set[int] = set()
    for root in sorted(range(count), key=lambda node: (incoming[node] > 0, node)):
        stack = [(root, iter(out[root]))] if not state[root] else []
        state[root] = state[root] or 1
        while stack:
            node, rest = stack[-1]
            for index, end in rest:
                if state[end] == 1:
                    closing.add(index)
                elif state[end] == 0:
                    state[end] = 1
                    stack.append((end, iter(out[end])))
                    break
            else:
                state[node] = 2
                stack.pop()
    return closing


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Longest-path layers, none with too many boxes; then sources sink to just above what they feed."""
    above: list[set[int]] = [set() for _ in range(count)]
    below: list[set[int]] = [set() for _ in range(count)]
    for start, end in edges:
        above[end].add(start)
        below[start].add(end)
    waiting = [len(nodes) for nodes in above]
    ready = [node for node in range(count) if not waiting[node]]
    found = [0] * count
    room: dict[int, int] = {}
    for node in ready:  # grows while it is walked: a topological order
        layer = max((found[parent] + 1 for parent in above[node]), default=0)
        while room.get(layer, 0) >= _WIDEST_LAYER:
            layer += 1
        found[node] = layer
        room[layer] = room.get(layer, 0) + 1
        for child in sorted(below[node]):
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    for node in reversed(ready):
        lowest = min((found[child] for child in below[node]), default=0) - 1
        if not above[node] and lowest > found[node] and room.get(lowest, 0) < _WIDEST_LAYER:
            room[found[node]] -= 1
            found[node] = lowest
            room[lowest] = room.get(lowest, 0) + 1
    used = {layer: rank for rank, layer in enumerate(sorted(set(found)))}
    return [used[layer] for layer in found]


def _chain(spots: list[_Spot], start: int, end: int) -> list[int]:
    """Join two boxes over a waypoint on every layer between them: the spots on the way, both ends included."""
    chain = [start]
    for layer in range(spots[start].layer + 1, spots[end].layer):
        chain.append(len(spots))
        spots.append(_Spot(layer, _WAYPOINT, 0.0, False))
    chain.append(end)
    for upper, lower in pairwise(chain):
        spots[upper].down.append(lower)
        spots[lower].up.append(upper)
    return chain


def _order(spots: list[_Spot], layers: list[list[int]]) -> None:
    """Order every layer by the middle of its neighbours, sweeping down and up; the order with fewest crossings stays."""
    _first_order(spots, layers)
    best, fewest = [list(layer) for layer in layers], _crossings(spots, layers)
    for sweep in range(16):
        if not fewest:
            break
        downwards = sweep % 2 == 0
        for layer in layers if downwards else reversed(layers):
            rank = {spot: index for row in layers for index, spot in enumerate(row)}
            _sort_by_neighbours(spots, layer, rank, downwards)
        crossings = _crossings(spots, layers)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    layers[:] = best


def _first_order(spots: list[_Spot], layers: list[list[int]]) -> None:
    """Start with every component's spots next to each other, as a walk along the edges meets them."""
    met: dict[int, int] = {}
    for root in range(len(spots)):
        stack = [root]
        while stack:
            node = stack.pop()
            if node not in met:
                met[node] = len(met)
                stack.extend(reversed([*spots[node].down, *spots[node].up]))
    for layer in layers:
        layer.sort(key=lambda node: met[node])


def _sort_by_neighbours(spots: list[_Spot], layer: list[int], rank: dict[int, int], downwards: bool) -> None:
    keys: dict[int, float] = {}
    for index, node in enumerate(layer):
        near = spots[node].up if downwards else spots[node].down
        keys[node] = sum(rank[other] for other in near) / len(near) if near else float(index)
    layer.sort(key=lambda node: keys[node])


def _crossings(spots: list[_Spot], layers: list[list[int]]) -> int:
    """How many pairs of edges cross between neighbouring layers, by counting inversions."""
    total = 0
    for upper, lower in pairwise(layers):
        rank = {node: index for index, node in enumerate(lower)}
        ends = [end for node in upper for end in sorted(rank[below] for below in spots[node].down)]
        tree = [0] * (len(lower) + 1)
        for seen, end in enumerate(ends):
            index, smaller = end + 1, 0
            while index:
                smaller += tree[index]
                index &= index - 1
            total += seen - smaller
            index = end + 1
            while index < len(tree):
                tree[index] += 1
                index += index & -index
    return total


def _place(spots: list[_Spot], layers: list[list[int]]) -> None:
    """Centre every spot on its neighbours as far as order and distance allow."""
    for layer in layers:
        _fit(spots, layer, [0.0] * len(layer))
    for sweep in range(24):
        downwards = sweep % 2 == 0
        for layer in layers if downwards else reversed(layers):
            wished = []
            for node in layer:
                near = (spots[node].up if downwards else spots[node].down) or spots[node].down or spots[node].up
                wished.append(sum(spots[other].x for other in near) / len(near) if near else spots[node].x)
            _fit(spots, layer, wished)


def _fit(spots: list[_Spot], layer: list[int], wished: list[float]) -> None:
    """The centres closest to the wished ones (in squares) that keep order and gaps: isotonic regression.

    A waypoint pulls harder than a box, so that long edges run straight.
    """
    offset, offsets = 0.0, []
    for index, node in enumerate(layer):
        if index:
            before = spots[layer[index - 1]]
            boxes = before.box + spots[node].box
            gap = (6.0, GAP_X * 0.6, GAP_X)[boxes]
            offset += (before.width + spots[node].width) / 2 + gap
        offsets.append(offset)
    blocks: list[tuple[float, float, int]] = []  # mean, weight, members
    for index, node in enumerate(layer):
        mean, weight, members = wished[index] - offsets[index], 1.0 if spots[node].box else 4.0, 1
        while blocks and blocks[-1][0] > mean:
            other, more, others = blocks.pop()
            mean = (mean * weight + other * more) / (weight + more)
            weight, members = weight + more, members + others
        blocks.append((mean, weight, members))
    means = [mean for mean, _, members in blocks for _ in range(members)]
    for index, node in enumerate(layer):
        spots[node].x = means[index] + offsets[index]


def _routed(
    spots: list[_Spot], layers: list[list[int]], chains: list[list[int]], turned: set[int], boxes: int
) -> Layout:
    left = min((spot.x - spot.width / 2 for spot in spots), default=0.0)
    width = max((spot.x + spot.width / 2 for spot in spots), default=0.0) - left
    heights = [max(spots[node].height for node in layer) for layer in layers]
    for spot in spots:
        spot.x -= left
    leaving = _spread(spots, chains, at_top=False)
    arriving = _spread(spots, chains, at_top=True)
    # Edges that travel far sideways get more room below their layer, so that they do not run flat.
    gaps = [GAP_Y] * len(layers)
    for upper, lower in (pair for chain in chains for pair in pairwise(chain)):
        sideways = abs(spots[upper].x - spots[lower].x)
        gaps[spots[upper].layer] = max(gaps[spots[upper].layer], min(GAP_Y + (sideways - 200) * 0.09, GAP_Y * 2))
    tops = [sum(heights[:index]) + sum(gaps[:index]) for index in range(len(heights))]
    routes: list[Route | None] = []
    for index, chain in enumerate(chains):
        points: list[tuple[float, float]] = []
        for place, node in enumerate(chain):
            spot = spots[node]
            top, bottom = tops[spot.layer], tops[spot.layer] + heights[spot.layer]
            inset = (heights[spot.layer] - spot.height) / 2 if spot.box else 0.0
            if place == 0:
                points += [(leaving[index], bottom - inset), (leaving[index], bottom)]
            elif place == len(chain) - 1:
                points += [(arriving[index], top), (arriving[index], top + inset)]
            else:
                points += [(spot.x, top), (spot.x, bottom)]
        routes.append(Route(tuple(points), index in turned) if points else None)
    corners = [
        (spot.x - spot.width / 2, tops[spot.layer] + (heights[spot.layer] - spot.height) / 2) for spot in spots[:boxes]
    ]
    height = tops[-1] + heights[-1] if tops else 0.0
    return Layout(tuple(corners), tuple(routes), width, height)


def _spread(spots: list[_Spot], chains: list[list[int]], at_top: bool) -> dict[int, float]:
    """Where each edge touches its box: spread over the middle of the side, in the order of the far ends."""
    touching: dict[int, list[tuple[float, int]]] = {}
    for index, chain in enumerate(chains):
        if chain:
            box, next_spot = (chain[-1], chain[-2]) if at_top else (chain[0], chain[1])
            touching.setdefault(box, []).append((spots[next_spot].x, index))
    found: dict[int, float] = {}
    for box, ends in touching.items():
        spot = spots[box]
        step = spot.width * 0.76 / len(ends) if len(ends) > 1 else 0.0
        for rank, (_, index) in enumerate(sorted(ends)):
            found[index] = spot.x + (rank - (len(ends) - 1) / 2) * step
    return found
