"""Drawings: complete, escaped, without overlaps, and the same every time."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from interlock.ir.plan import Edge, Node, Plan
from interlock.syntax.graph_layout import Layout, layout
from interlock.syntax.graphs import Graph, GraphEdge, GraphNode, dot, mermaid, plan_graph, svg

HOSTILE = "</text><script>alert(1)</script>\"'&\x1b[0m`]-->\n#1;"
GRAPH = Graph(
    (GraphNode("a", "sales", ("read_csv@1",), "source", "done"), GraphNode("b", HOSTILE, (HOSTILE,) * 9, "check", HOSTILE),
     GraphNode("c", "out", (), "sink")),
    (GraphEdge("a", "b", HOSTILE), GraphEdge("b", "c"), GraphEdge("a", "c"), GraphEdge("a", "nowhere")),
)  # fmt: skip


def some_graph(seed: int) -> tuple[list[tuple[float, float]], list[tuple[int, int]]]:
    chance = random.Random(seed)
    count = chance.choice([1, 2, 5, 20, 60, 200])
    sizes = [(float(chance.randint(130, 300)), float(chance.choice([44, 61, 95]))) for _ in range(count)]
    edges = [
        (chance.randrange(max(0, end - 12), end), end)
        for end in range(1, count)
        for _ in range(chance.choice([0, 1, 1, 2]))
    ]
    if seed % 4 == 0 and count > 2:
        edges += [(count - 1, 0), (1, 1)]
    if seed % 5 == 0:
        edges += [(0, end) for end in range(1, count)]
    return sizes, edges


def along(points: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Points on the drawn path: straight inside layers, curved between them."""
    found = []
    for index, ((ax, ay), (bx, by)) in enumerate(pairwise(points)):
        for step in range(21):
            t = step / 20
            x = ax + (bx - ax) * (t if index % 2 == 0 else t * t * (3 - 2 * t))
            found.append((x, ay + (by - ay) * t))
    return found


@pytest.mark.parametrize("seed", range(16))
def test_boxes_keep_apart_and_edges_keep_out_of_them(seed: int) -> None:
    sizes, edges = some_graph(seed)
    placed: Layout = layout(sizes, edges)
    boxes = [(x, y, x + w, y + h) for (x, y), (w, h) in zip(placed.corners, sizes, strict=True)]
    for one, other in combinations(boxes, 2):
        assert one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
    for left, top, right, bottom in boxes:
        assert left >= -0.01 and top >= 0 and right <= placed.width + 0.01 and bottom <= placed.height + 0.01
    for (start, end), route in zip(edges, placed.routes, strict=True):
        if route is None:
            assert start == end
            continue
        for x, y in along(route.points):
            hit = [n for n, (x0, y0, x1, y1) in enumerate(boxes) if x0 + 1 < x < x1 - 1 and y0 + 1 < y < y1 - 1]
            assert not set(hit) - {start, end}


def test_every_edge_runs_down_unless_it_closes_a_cycle() -> None:
    placed = layout([(100, 40)] * 3, [(0, 1), (1, 2), (2, 0)])
    assert [route.turned for route in placed.routes if route] == [False, False, True]


def test_the_picture_is_well_formed_and_holds_no_markup_of_the_plan() -> None:
    picture = svg(GRAPH)
    root = ElementTree.fromstring(picture)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags == {"svg", "title", "rect", "g", "path", "text"}
    assert "\x1b" not in picture and "script>alert" not in picture
    assert "done" in picture and picture.count('rx="9"') >= 3


@pytest.mark.parametrize("count", [0, 1, 200])
def test_small_and_large_graphs_are_drawn(count: int) -> None:
    nodes = tuple(GraphNode(str(n), f"node {n}", ("t@1",)) for n in range(count))
    ElementTree.fromstring(svg(Graph(nodes, tuple(GraphEdge("0", str(n)) for n in range(1, count)))))


def test_the_same_graph_gives_the_same_bytes_in_another_process() -> None:
    sizes, edges = some_graph(7)
    code = f"from interlock.syntax.graph_layout import layout; print(layout({sizes}, {edges}))"
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert other.stdout.strip() == str(layout(sizes, edges))
    assert svg(GRAPH) == svg(GRAPH)


def test_mermaid() -> None:
    text = mermaid(GRAPH)
    lines = text.splitlines()
    assert lines[0] == "flowchart TB"
    assert lines[1] == '  n0["<b>sales</b><br/>read_csv@1<br/><i>done</i>"]:::source'
    assert "  n1 --> n2" in lines and "script>" not in text and "\x1b" not in text
    assert all(re.fullmatch(r"[^\"]*(\"[^\"]*\")?[^\"]*", line) for line in lines)


def test_dot() -> None:
    text = dot(GRAPH)
    assert text.startswith("digraph plan {\n") and text.endswith("}\n")
    assert '  n0 [label="sales\\nread_csv@1\\n[done]"' in text
    assert '\\"' in text and "\x1b" not in text and "  n0 -> n2" in text


def test_the_graph_of_a_plan() -> None:
    plan = Plan(
        (Node("a", "read_csv", 1, {"path": "x.csv", "columns": ["p", "q"]}), Node("b", "keep", None, {"where": "p >\n 1"}), Node("c", "out")),
        (Edge("a", "b"), Edge("b", "c", "table")),
    )  # fmt: skip
    graph = plan_graph(plan, {"a": "done"})
    assert [node.kind for node in graph.nodes] == ["source", "step", "sink"]
    assert graph.nodes[0].details == ("read_csv@1", "path: x.csv", "columns: p, q") and graph.nodes[0].status == "done"
    assert graph.nodes[1].details == ("keep", "where: p > 1") and graph.edges[1].label == "table"
