"""`interlock nodes`."""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.doors.cli.output import AsJson, ProjectFolder, fail_usage, project_here, say_json, stop, table

NAME = "nodes"


def command(
    name: Annotated[str | None, typer.Argument(help="One node type; all without it.", show_default=False)] = None,
    surfaces: Annotated[
        bool,
        typer.Option("--surfaces", help="List parameters that are open texts: neither a closed kind nor a choice."),
    ] = False,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """List the node types, or describe one.

    A description tells ports, parameters, effects and examples.
    """
    found = project_here(project)
    if surfaces:
        open_ones = found.open_surfaces()
        if json:
            say_json(open_ones)
        elif open_ones:
            print(table(["node type", "parameter"], [[each["node_type"], each["parameter"]] for each in open_ones]))
        else:
            print("no open surfaces: every text parameter is a closed kind, a choice, or data")
        return
    if name is None:
        listed = [
            {"name": each.name, "version": each.version, "summary": each.summary, "effects": list(each.effects)}
            for each in found.registry
        ]
        if json:
            say_json(listed)
            return
        width = max((len(str(each["name"])) for each in listed), default=0)
        for each in listed:
            print(f"{each['name']:{width}}  {each['summary']}")
        return
    known = found.registry.find(name)
    if known is None:
        from interlock.ir.diagnostics import joined, nearest

        close = nearest(name, found.registry.names)
        stop(fail_usage(f"`{name}` is not a node type" + (f"; close to it: {joined(close)}" if close else ""), json))
    description = found.describe_node(known.type)
    if json:
        say_json(description)
        return
    print(found.node_page(known.type))
