"""`interlock schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from interlock.doors.cli.output import (
    AsJson,
    PlanPath,
    ProjectFolder,
    fail_usage,
    read_checked,
    require,
    say_json,
    stop,
    table,
)

NAME = "schema"


def command(
    plan: PlanPath,
    node: Annotated[str | None, typer.Argument(help="One node; all without it.", show_default=False)] = None,
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Show the columns that every node will give.

    With their types, order and keys; nothing runs.
    """
    _, checked = read_checked(plan, project, json)
    require(checked, json)
    assert checked.proven is not None
    if node is not None and node not in checked.proven.by_id:
        stop(fail_usage(f"there is no node `{node}`; the nodes are {', '.join(checked.proven.by_id)}", json))
    chosen = [bound for bound in checked.proven.nodes if node in (None, bound.node.id)]
    if json:
        say_json(
            {
                bound.node.id: {
                    "columns": [
                        {"name": each.name, "type": str(each.type), "nullable": each.nullable} for each in bound.schema
                    ],
                    "sorted_by": [{"column": term.column, "descending": term.descending} for term in bound.sorted_by],
                    "unique": [list(keys) for keys in bound.keys],
                }
                for bound in chosen
            }
        )
        return
    for index, bound in enumerate(chosen):
        if index:
            print()
        order = ", ".join(term.column + (" desc" if term.descending else "") for term in bound.sorted_by)
        print(f"{bound.node.id}  {bound.type.reference}" + (f"  sorted by {order}" if order else ""))
        rows = [["  " + each.name, str(each.type), "" if each.nullable else "not null"] for each in bound.schema]
        print(table(["  column", "type", ""], rows))
