"""An edge goes into a port that the node does not have.

A node type has the ports that its documentation lists: `join_tables` has `left` and `right`, most have one, sources
have none. A node that takes any number of inputs (`union_tables`, `query`) accepts any port name.

    - {from: customers, to: joined, port: rigth}     # refused: ports are left and right
    - {from: sales, to: other_source}                # refused: a source has no inputs

Mend it with a port that exists, or drop the edge.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context, ports_of
from interlock.ir.diagnostics import Diagnostic, Fix, joined, nearest, replace_fix, rule

RULE = rule("IL105", "unknown-port", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Every named port exists, and no edge goes into a node without ports."""
    for edge in context.edges:
        node_type = context.types.get(edge.target)
        if node_type is None:
            continue
        ports = ports_of(node_type)
        if not ports:
            source = context.types.get(edge.source)
            yield RULE.found(
                edge.at.child("to"),
                f"`{edge.target}` is a source (`{node_type.name}`): nothing can flow into it",
                label="takes no input",
                help=[
                    f"a sink passes on what it wrote: connect `{edge.source}` straight to what comes after `{edge.target}`"
                    if source is not None and source.is_sink
                    else "to bring both together, connect both to a node such as `join_tables` or `union_tables`"
                ],
                fix=Fix(f"drop the edge from `{edge.source}`", ({"op": "remove", "path": edge.at.pointer},)),
                expected="a node with inputs",
                found=node_type.name,
            )
        elif edge.port is not None and edge.port not in ports and not any(port.variadic for port in ports.values()):
            at = edge.at.child("port")
            close = nearest(edge.port, ports) or list(ports)[:1]
            yield RULE.found(
                at,
                f"`{node_type.name}` has no port `{edge.port}`",
                label=f"its ports are {joined(list(ports))}",
                fix=replace_fix(at.pointer, edge.port, close[0]),
                expected=list(ports),
                found=edge.port,
                candidates=close,
            )
