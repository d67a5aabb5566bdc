"""How the commands speak: diagnostics on stderr for people, one JSON document on stdout for programs."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from interlock.api import Checked, Project

PlanPath = Annotated[Path, typer.Argument(help="The plan, YAML or JSON; `-` reads standard input.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
ProjectFolder = Annotated[
    Path | None,
    typer.Option(
        "--project",
        help="The project folder. Default: the nearest with an interlock.toml, else this one.",
        show_default=False,
    ),
]

RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="A run: its id, a part of it, or `last`.", show_default=False)
]
OutputFile = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="A file to write; standard output without it.", show_default=False),
]


class Format(StrEnum):
    """What is said of a plan or a run: text, or a drawing."""

    text = "text"
    mermaid = "mermaid"
    dot = "dot"
    svg = "svg"


MOST_SHOWN = 50
"""Diagnostics shown to a person in one go."""


def say_json(value: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def give(text: str, output: Path | None) -> None:
    """Write a text to a file and say which, or print it."""
    if output is not None:
        output.write_text(text, encoding="utf-8")
        print(output)
    else:
        print(text, end="")


def fail_usage(message: str, as_json: bool = False) -> int:
    """Report wrong usage; the exit code for it."""
    if as_json:
        say_json({"ok": False, "error": message})
    print(f"interlock: {message}", file=sys.stderr)
    return 2


def stop(code: int) -> NoReturn:
    """End the command with an exit code."""
    raise typer.Exit(code)


def color() -> bool:
    """Whether stderr wants colour."""
    import os

    return sys.stderr.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def project_for(plan: Path, folder: Path | None) -> Project:
    """The project of a plan: as given, else the nearest upwards from the plan, else the working folder."""
    if folder is not None:
        if not folder.is_dir():
            stop(fail_usage(f"--project: {folder} is not a folder"))
        return Project.at(folder)
    found = Project.at(plan.parent if str(plan) != "-" else ".")
    return found if found.configured else Project.at(".")


def project_here(folder: Path | None) -> Project:
    """The project of a command that names no plan: as given, else that of the working folder."""
    return project_for(Path("-"), folder)


def plan_name(plan: Path) -> str:
    """What to call the program of a plan without a name: after its file.

    >>> plan_name(Path("ledger.plan.yaml"))
    'ledger'
    """
    return "" if str(plan) == "-" else plan.name.split(".")[0]


def read_checked(plan: Path, folder: Path | None, as_json: bool) -> tuple[Project, Checked]:
    """Read and check a plan; a file that cannot be read is wrong usage."""
    project = project_for(plan, folder)
    try:
        checked = project.check_text(sys.stdin.buffer.read(), "<stdin>") if str(plan) == "-" else project.read(plan)
    except OSError as error:
        stop(fail_usage(f"{plan}: {error.strerror or error}", as_json))
    return project, checked


def refuse(checked: Checked) -> NoReturn:
    """Show why a plan does not pass, and end with exit code 1."""
    print(replace(checked, diagnostics=checked.diagnostics[:MOST_SHOWN]).text(color=color()), file=sys.stderr)
    if len(checked.diagnostics) > MOST_SHOWN:
        print(f"… and {len(checked.diagnostics) - MOST_SHOWN:,} more; --json lists all\n", file=sys.stderr)
    errors = sum(each.severity == "error" for each in checked.diagnostics)
    warnings = sum(each.severity == "warning" for each in checked.diagnostics)
    tail = f", {warnings} warning{'s'[: warnings != 1]}" if warnings else ""
    print(f"{checked.document.name}: refused with {errors} error{'s'[: errors != 1]}{tail}", file=sys.stderr)
    stop(1)


def refuse_json(checked: Checked) -> NoReturn:
    """The same as one JSON document."""
    say_json({"ok": False, "diagnostics": checked.as_json()})
    stop(1)


def require(checked: Checked, as_json: bool) -> None:
    """Go on only with a plan that passes; warnings are shown."""
    if not checked.ok:
        refuse_json(checked) if as_json else refuse(checked)
    if checked.diagnostics and not as_json:
        print(checked.text(color=color()), file=sys.stderr)


def times(number: int) -> str:
    """How often, in words.

    >>> times(1), times(3)
    ('once', '3 times')
    """
    return "once" if number == 1 else f"{number} times"


def table(headers: list[str], rows: list[list[Any]], right: set[int] | None = None) -> str:
    """A plain table; columns in `right` are aligned right. Cells are cut at 40 characters.

    >>> print(table(["a", "n"], [["x", 1], ["yy", 10]], {1}))
    a    n
    x    1
    yy  10
    """
    from rich.cells import cell_len, set_cell_size

    from interlock.syntax.words import visible

    cells = [[visible("" if cell is None else str(cell)) for cell in row] for row in [headers, *rows]]
    cells = [[cell if cell_len(cell) <= 40 else set_cell_size(cell, 39) + "…" for cell in row] for row in cells]
    widths = [max(cell_len(row[index]) for row in cells) for index in range(len(headers))]
    lines = []
    for row in cells:
        parts = [
            " " * (width - cell_len(cell)) + cell
            if index in (right or set())
            else cell + " " * (width - cell_len(cell))
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)
