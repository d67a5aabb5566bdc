"""Painting a laid-out graph as SVG: boxes, curves, labels and a legend, with all text escaped."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from html import escape
from itertools import pairwise

from interlock.syntax.graph_layout import Layout, Route, layout
from interlock.syntax.graph_shapes import Graph, GraphNode
from interlock.syntax.words import visible

_TITLE, _DETAIL, _LABEL = 14, 12, 11
_PAD, _LINE, _MARGIN = 14, 17, 28
_NARROWEST, _WIDEST = 132.0, 300.0
_MOST_DETAILS = 5
_INK, _DIM, _EDGE, _PAPER, _WRONG = "#1c2530", "#55606f", "#8591a3", "#fcfcfd", "#c0392b"
_MARKED = {"added": "#1f8a4c", "removed": "#c0392b"}
_STATUSES = {
    "done": "#1f8a4c", "complete": "#1f8a4c", "completed": "#1f8a4c", "ok": "#1f8a4c", "cached": "#4a7d8c",
    "running": "#2563c9", "waiting": "#a86a00", "failed": "#c0392b", "error": "#c0392b", "interrupted": "#c0392b",
}  # fmt: skip
_SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"


def draw(graph: Graph, fills: Mapping[str, tuple[str, str]]) -> str:
    """The picture of the graph; `fills` gives the fill and the line color of each kind."""
    joints = graph.joints()
    labels: dict[int, float] = {}
    for _, end, edge in joints:
        labels[end] = labels.get(end, 0.0) + (_text_width(edge.label, _LABEL) + 14 if edge.label else 0.0)
    sizes = [_size(node, labels.get(index, 0.0)) for index, node in enumerate(graph.nodes)]
    placed = layout(sizes, [(start, end) for start, end, _ in joints])
    kinds = list(dict.fromkeys(node.kind for node in graph.nodes))
    legend = _legend(kinds, fills, placed.height + _MARGIN) if len(kinds) > 1 else []
    width = max(placed.width, 90.0 * len(kinds) if legend else 0.0, 120.0) + 2 * _MARGIN
    height = placed.height + 2 * _MARGIN + (34 if legend else 0)
    shift = (width - 2 * _MARGIN - placed.width) / 2
    body: list[str] = []
    for (start, _end, edge), route in zip(joints, placed.routes, strict=True):
        body.append(_curve(route, edge.mark) if route else _loop(placed, sizes, start))
    for index, node in enumerate(graph.nodes):
        body.append(_box(node, placed.corners[index], sizes[index], fills[node.kind]))
    for (_, _, edge), route in zip(joints, placed.routes, strict=True):
        if edge.label and route:
            body.append(_edge_label(edge.label, route))
    if not graph.nodes:
        body.append(f'<text x="60" y="0" text-anchor="middle" font-size="{_DETAIL}" fill="{_DIM}">no nodes</text>')
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
            f'viewBox="0 0 {_n(width)} {_n(height)}" role="img" font-family="{_SANS}">',
            f"<title>{_xml(_summary(graph))}</title>",
            f'<rect width="100%" height="100%" fill="{_PAPER}"/>',
            f'<g transform="translate({_n(_MARGIN + shift)} {_MARGIN})">',
            *body,
            "</g>",
            *([f'<g transform="translate({_MARGIN} 0)">', *legend, "</g>"] if legend else []),
            "</svg>\n",
        ]
    )


def _summary(graph: Graph) -> str:
    count = len(graph.nodes)
    return f"A graph of {count} node{'' if count == 1 else 's'}: " + ", ".join(node.title for node in graph.nodes[:12])


def _size(node: GraphNode, labels: float) -> tuple[float, float]:
    status = _text_width(node.status, _LABEL) + 26 if node.status else 0.0
    texts = [_text_width(node.title, _TITLE, bold=True) + status]
    texts += [_text_width(line, _DETAIL) for line in node.details[:_MOST_DETAILS]]
    width = max(_NARROWEST, min(max(texts) + 2 * _PAD + 6, _WIDEST), labels / 0.76)
    lines = min(len(node.details), _MOST_DETAILS)
    return round(width), 2 * _PAD + _TITLE + 2 + lines * _LINE


def _box(node: GraphNode, corner: tuple[float, float], size: tuple[float, float], colors: tuple[str, str]) -> str:
    (x, y), (width, height), (fill, line) = corner, size, colors
    left, room = x + _PAD + 4, width - 2 * _PAD - 4
    status, pill_width = "", 0.0
    if node.status:
        pill_width = _text_width(node.status, _LABEL) + 16
        status = _pill(node.status, x + width - pill_width - 9, y + 10, pill_width)
    title = _cut(node.title, _TITLE, room - (pill_width + 6 if pill_width else 0), bold=True)
    parts = [
        "<g>",
        f"<title>{_xml(chr(10).join([node.title, *node.details]))}</title>",
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="9" fill="{fill}" '
        f'stroke="{line}" stroke-width="1.4"/>',
        f'<rect x="{_n(x + 6)}" y="{_n(y + 10)}" width="3.5" height="{_n(height - 20)}" rx="1.75" fill="{line}"/>',
        f'<text x="{_n(left)}" y="{_n(y + _PAD + _TITLE - 2)}" font-size="{_TITLE}" font-weight="600" '
        f'fill="{_INK}">{_xml(title)}</text>',
    ]
    shown = list(node.details[:_MOST_DETAILS])
    if len(node.details) > _MOST_DETAILS:
        shown[-1] = f"… and {len(node.details) - _MOST_DETAILS + 1} more"
    for index, detail in enumerate(shown):
        baseline = y + _PAD + _TITLE + 1 + (index + 1) * _LINE - 2
        text = _xml(_cut(detail, _DETAIL, room))
        parts.append(f'<text x="{_n(left)}" y="{_n(baseline)}" font-size="{_DETAIL}" fill="{_DIM}">{text}</text>')
    return "\n".join([*parts, *([status] if status else []), "</g>"])


def _pill(status: str, x: float, y: float, width: float) -> str:
    color = _STATUSES.get(status.casefold(), "#6b7686")
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="18" rx="9" fill="{color}"/>\n'
        f'<text x="{_n(x + width / 2)}" y="{_n(y + 13)}" font-size="{_LABEL}" font-weight="600" fill="#ffffff" '
        f'text-anchor="middle">{_xml(status)}</text>'
    )


def _curve(route: Route, mark: str = "") -> str:
    """Vertical lines inside the layers, curves between them, and a head at the end where the edge arrives."""
    points = route.points
    path = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for index, ((ax, ay), (bx, by)) in enumerate(pairwise(points)):
        if by == ay and bx == ax:
            continue
        if index % 2 == 0 or ax == bx:
            path.append(f"L{_n(bx)} {_n(by)}")
        else:
            middle = (ay + by) / 2
            path.append(f"C{_n(ax)} {_n(middle)} {_n(bx)} {_n(middle)} {_n(bx)} {_n(by)}")
    wrong = route.turned and not mark
    color = _WRONG if wrong else _MARKED.get(mark, _EDGE)
    dash = ' stroke-dasharray="5 4"' if wrong or mark == "removed" else ""
    (x, y), up = (points[0], -1) if route.turned else (points[-1], 1)
    head = f"M{_n(x)} {_n(y)}L{_n(x - 4.5)} {_n(y - 8 * up)}L{_n(x + 4.5)} {_n(y - 8 * up)}Z"
    return (
        f'<path d="{"".join(path)}" fill="none" stroke="{color}" stroke-width="1.6"{dash}/>\n'
        f'<path d="{head}" fill="{color}"/>'
    )


def _loop(placed: Layout, sizes: list[tuple[float, float]], index: int) -> str:
    (x, y), (width, height) = placed.corners[index], sizes[index]
    right, middle = x + width, y + height / 2
    path = f"M{_n(right)} {_n(middle - 9)}c26 -14 26 32 0 18"
    return f'<path d="{path}" fill="none" stroke="{_WRONG}" stroke-width="1.6" stroke-dasharray="5 4"/>'


def _edge_label(label: str, route: Route) -> str:
    x, y = route.points[0] if route.turned else route.points[-1]
    y += 20 if route.turned else -13
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_LABEL}" fill="{_DIM}" text-anchor="middle" stroke="{_PAPER}" '
        f'stroke-width="4" stroke-linejoin="round" paint-order="stroke">{_xml(_cut(label, _LABEL, 140))}</text>'
    )


def _legend(kinds: list[str], fills: Mapping[str, tuple[str, str]], y: float) -> list[str]:
    parts = []
    for index, kind in enumerate(kinds):
        fill, line = fills[kind]
        x = 90 * index
        parts.append(
            f'<rect x="{x}" y="{_n(y + 22)}" width="14" height="14" rx="4" fill="{fill}" stroke="{line}" '
            f'stroke-width="1.4"/><text x="{x + 21}" y="{_n(y + 33)}" font-size="{_DETAIL}" fill="{_DIM}">{kind}</text>'
        )
    return parts


def _text_width(text: str | None, size: int, bold: bool = False) -> float:
    """A generous guess: fonts differ, and a box that is a little too wide looks better than one too narrow."""
    return sum(_em(character) for character in visible(text or "")) * size * (1.07 if bold else 1.0)


def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 1.0
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0.0
    if character in "iljtfr.,:;'|!()[]{} ":
        return 0.38
    return 0.86 if character in "mwMW@%—…" else 0.71 if character.isupper() else 0.62


def _cut(text: str, size: int, room: float, bold: bool = False) -> str:
    """The text, with an ellipsis where it does not fit."""
    text = visible(text)
    if _text_width(text, size, bold) <= room:
        return text
    used, kept, ellipsis = _em("…") * size, 0, 1.07 if bold else 1.0
    for character in text:
        used += _em(character) * size * ellipsis
        if used > room:
            break
        kept += 1
    return text[:kept].rstrip() + "…"


def _n(number: float) -> str:
    """A number with at most one decimal, so that the bytes do not depend on the last bits of a float."""
    shown = f"{number:.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown


def _xml(text: str) -> str:
    return escape("".join(c if c == "\n" else visible(c) for c in text), quote=True)
