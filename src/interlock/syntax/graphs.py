"""Graphs of plans: as Mermaid, as DOT, and as an SVG that needs no other program to draw it.

>>> graph = Graph((GraphNode("a", "sales", ("read_csv",), "source"), GraphNode("b", "out")), (GraphEdge("a", "b"),))
>>> print(mermaid(graph).splitlines()[3])
  n0 --> n1
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from interlock.ir.plan import Plan
from interlock.syntax.graph_shapes import Graph, GraphEdge, GraphNode, Kind
from interlock.syntax.words import visible


def plan_graph(
    plan: Plan,
    statuses: Mapping[str, str] | None = None,
    kinds: Mapping[str, Kind] | None = None,
    notes: Mapping[str, str] | None = None,
) -> Graph:
    """The graph of a plan. Where `kinds` does not say otherwise, what has no input is a source, what feeds nothing a sink.

    `notes` gives a last line for some boxes, such as the columns of their results.

    >>> from interlock.ir.plan import Edge, Node
    >>> nodes = (Node("sales", "read_csv", 1, {"path": "a.csv"}), Node("out", "write_csv"))
    >>> plan_graph(Plan(nodes, (Edge("sales", "out"),))).nodes[0].details
    ('read_csv@1', 'path: a.csv')
    """
    fed = {edge.target for edge in plan.edges}
    feeding = {edge.source for edge in plan.edges}
    nodes = []
    for node in plan.nodes:
        guess: Kind = "source" if node.id not in fed else "sink" if node.id not in feeding else "step"
        kind = (kinds or {}).get(node.id, guess)
        details = _details(node.params)
        if notes and node.id in notes:
            details.append(notes[node.id])
        nodes.append(GraphNode(node.id, node.id, (node.reference, *details), kind, (statuses or {}).get(node.id)))
    return Graph(tuple(nodes), tuple(GraphEdge(edge.source, edge.target, edge.port or "") for edge in plan.edges))


def _details(params: Mapping[str, Any]) -> list[str]:
    """The parameters, one a line; of lists of named things and of new columns, each entry has a line of its own."""
    lines: list[str] = []
    for name, value in params.items():
        if isinstance(value, list) and value and all(isinstance(each, Mapping) and "name" in each for each in value):
            lines += [_short(each) for each in value]
        elif isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values()):
            lines += [_short(f"{key} = {each}") for key, each in value.items()]
        else:
            lines.append(f"{name}: {_short(value)}")
    return lines if len(lines) <= 5 else [*lines[:4], f"… {len(lines) - 4} more"]


def _short(value: Any) -> str:
    """A parameter in a few words: `total = sum revenue`, `customer_id = id`, `net = price * 2`."""
    return visible(" ".join(_words(value).split())[:200])


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        shown = [_words(each) for each in value[:4]]
        return ", ".join([*shown, f"… {len(value) - 4} more"] if len(value) > 4 else shown)
    if isinstance(value, Mapping):
        given = dict(value)
        if "name" in given:
            rest = [_words(each) for key, each in given.items() if key != "name" and not isinstance(each, Mapping)]
            return f"{given['name']} = {' '.join(rest)}" if rest else str(given["name"])
        if set(given) == {"left", "right"}:
            return f"{given['left']} = {given['right']}"
        if "column" in given and set(given) <= {"column", "descending", "nulls"}:
            return str(given["column"]) + (" desc" if given.get("descending") is True else "")
        return ", ".join(f"{key} = {_words(each)}" for key, each in list(given.items())[:4]) + (
            ", …" if len(given) > 4 else ""
        )
    return json.dumps(value, ensure_ascii=False, default=str)


_FILLS = {"source": ("#e7f5f0", "#1f8a70"), "step": ("#edf3fe", "#3a6fd8"), "sink": ("#fff4e2", "#b9730a"),
          "check": ("#f6effc", "#8a4fc8"),
          "added": ("#e3f6e8", "#1f8a4c"), "removed": ("#fdeaea", "#c0392b"), "changed": ("#fff3d6", "#b9730a"),
          "same": ("#f4f5f7", "#a3acb9"),
          "done": ("#e3f6e8", "#1f8a4c"), "failed": ("#fdeaea", "#c0392b"), "running": ("#e6efff", "#2563c9"),
          "reused": ("#e5f1f4", "#4a7d8c"), "not run": ("#f4f5f7", "#a3acb9")}  # fmt: skip
_STROKES = {"added": "#1f8a4c", "removed": "#c0392b"}


def mermaid(graph: Graph) -> str:
    """The graph for Mermaid, as Markdown pages show it."""
    lines = ["flowchart TB"]
    for index, node in enumerate(graph.nodes):
        text = "<br/>".join([f"<b>{_mermaid(node.title)}</b>", *map(_mermaid, node.details)])
        status = f"<br/><i>{_mermaid(node.status)}</i>" if node.status else ""
        lines.append(f'  n{index}["{text}{status}"]:::{_class(node.kind)}')
    for start, end, edge in graph.joints():
        middle = f'|"{_mermaid(edge.label)}"|' if edge.label else ""
        lines.append(f"  n{start} {'-.->' if edge.mark == 'removed' else '-->'}{middle} n{end}")
    for index, (_, _, edge) in enumerate(graph.joints()):
        if edge.mark:
            lines.append(f"  linkStyle {index} stroke:{_STROKES[edge.mark]}")
    for kind in dict.fromkeys(node.kind for node in graph.nodes):
        fill, line = _FILLS[kind]
        lines.append(f"  classDef {_class(kind)} fill:{fill},stroke:{line},color:#1c2530")
    return "\n".join(lines) + "\n"


def _class(kind: str) -> str:
    return kind.replace(" ", "_")


def _mermaid(text: str) -> str:
    return "".join(
        character if character.isalnum() or character in " _-.,:()/@=+" else f"#{ord(character)};"
        for character in visible(text)
    )


def dot(graph: Graph) -> str:
    """The graph for Graphviz."""
    lines = [
        "digraph plan {",
        '  graph [rankdir=TB, fontname="Helvetica"]',
        '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11]',
        '  edge [color="#7a8699", fontname="Helvetica", fontsize=9]',
    ]
    for index, node in enumerate(graph.nodes):
        fill, line = _FILLS[node.kind]
        status = [f"[{node.status}]"] if node.status else []
        label = "\\n".join(_dot(text) for text in (node.title, *node.details, *status))
        lines.append(f'  n{index} [label="{label}", fillcolor="{fill}", color="{line}"]')
    for start, end, edge in graph.joints():
        options = [f'label="{_dot(edge.label)}"'] if edge.label else []
        options += [f'color="{_STROKES[edge.mark]}"'] if edge.mark else []
        options += ["style=dashed"] if edge.mark == "removed" else []
        lines.append(f"  n{start} -> n{end}" + (f" [{', '.join(options)}]" if options else ""))
    return "\n".join([*lines, "}"]) + "\n"


def _dot(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace('"', '\\"')


def svg(graph: Graph) -> str:
    """The graph as a self-contained SVG picture; the same graph gives the same bytes."""
    from interlock.syntax.graph_svg import draw  # only who draws pays for the layout

    return draw(graph, _FILLS)


FORMS = {"mermaid": mermaid, "dot": dot, "svg": svg}
"""What a graph can be drawn as, by name."""
