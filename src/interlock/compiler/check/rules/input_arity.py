"""A node has too few or too many inputs.

Each port takes one edge, and every port without a default must have one. `union_tables` and `query` take any number,
each under a name of its own.

    - {from: a, to: joined, port: left}
    - {from: b, to: joined, port: left}      # refused: `left` twice, `right` never

Mend it by adding the missing edge, or by naming the port each edge goes into.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context, each_typed, ports_of
from interlock.compiler.check.rules import unknown_edge_end
from interlock.ir.diagnostics import Diagnostic, Fix, joined, rule
from interlock.ir.plan import Edge

RULE = rule("IL107", "input-arity", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Connect edges to ports: named ones first, then the others to the next free port in the edges' order."""
    arriving: dict[str, list[Edge]] = {}
    for edge in context.edges:
        arriving.setdefault(edge.target, []).append(edge)
    broken = {edge.target for edge in context.plan.edges if edge.source not in context.nodes}
    broken |= unknown_edge_end.meant(context)
    for node, node_type in each_typed(context):
        ports = ports_of(node_type)
        edges = arriving.get(node.id, [])
        if not ports:
            context.connections[node.id] = []
            continue
        variadic = next((port.name for port in node_type.ports if port.variadic), None)
        taken: dict[str, Edge] = {}
        extra: list[Edge] = []
        twice: list[Edge] = []
        for edge in sorted(edges, key=lambda edge: edge.port is None):
            name = edge.port
            if name is None:
                name = edge.source if variadic else next((port for port in ports if port not in taken), None)
            if name is None or (name not in ports and not variadic):
                extra += [edge] if edge.port is None else []
                broken |= {node.id} if edge.port is not None else set()
            elif name in taken:
                twice.append(edge)
            else:
                taken[name] = edge
        free = [name for name in ports if name not in taken and not variadic]
        for edge in twice:
            name = edge.port or edge.source
            to = free.pop(0) if free else None
            step = {"op": "replace" if edge.port else "add", "path": edge.at.child("port").pointer, "value": to}
            yield RULE.found(
                edge.at.child("port") if edge.port else edge.at,
                f"`{node.id}` gets two inputs named `{name}`",
                label="the second one",
                also=[(taken[name].at, "the first one")],
                help=["give this edge a `port` of its own"] if variadic else ["keep one of the two edges"],
                fix=Fix(f"let it go into port `{to}`", (step,)) if to else None,
                found=name,
            )
        for edge in extra:
            yield RULE.found(
                edge.at,
                f"`{node.id}` (`{node_type.name}`) takes {len(ports)} input{'s'[: len(ports) != 1]}, and this edge is one too many",
                label="one too many",
                help=["to stack tables use `union_tables`; to match their rows use `join_tables`"],
                expected=list(ports),
            )
        missing = [
            port.name for port in node_type.ports if port.required and not port.variadic and port.name not in taken
        ]
        if variadic and not taken:
            missing = [variadic]
        for name in missing:
            if node.id in broken or len(twice) > 0:
                continue  # the edge that should fill this port is reported already
            yield RULE.found(
                node.at,
                f"nothing flows into `{node.id}`"
                if len(ports) == 1
                else f"nothing flows into port `{name}` of `{node.id}`",
                label="needs an input" if len(ports) == 1 else f"needs {joined(list(ports))}",
                help=[f"add an edge: {{from: …, to: {node.id}" + (f", port: {name}}}" if len(ports) > 1 else "}")],
                expected=list(ports),
                found=list(taken),
            )
        if not missing:
            order = list(taken) if variadic else [port for port in ports if port in taken]
            if variadic:
                order = [name for edge in edges for name in taken if taken[name] is edge]
            context.connections[node.id] = [(name, taken[name]) for name in order]
