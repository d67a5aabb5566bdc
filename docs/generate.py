"""Write the reference pages from the code: node types, diagnostics, mistakes, expressions, the command line.

`python docs/generate.py` writes them; `--check` writes nothing and exits with 1 if a page is not what the code says.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
import yaml

from interlock.api import Project, rules
from interlock.doors.cli.main import app
from interlock.ir.expressions.reference import reference
from interlock.registry import packs
from interlock.registry.node import NodeType
from interlock.registry.pages import page
from interlock.registry.registry import installed
from interlock.syntax.render import full

HERE = Path(__file__).parent
MISTAKES = HERE.parent / "examples/twenty_mistakes"
WIDTH = 100
"""Columns of the help texts in `cli.md`, whatever the terminal."""

NOTE = "<!-- Written by docs/generate.py from the code. Change the code's docstrings, then `make docs`. -->"

FAMILIES = {
    "IL0": "Form: the plan can be read",
    "IL1": "Structure: nodes, edges, ports",
    "IL2": "Parameters and expressions",
    "IL3": "Columns, types and sources",
    "IL4": "Contracts",
    "IL5": "Effects and policy",
    "IL6": "Determinism",
    "IL9": "Run time",
}
"""Titles of the families of diagnostics, by the beginning of their codes."""

PACKS = (
    "csv_files", "json_files", "parquet_files", "sheets", "databases", "inline", "rows", "sets", "columns", "text", "grouping",
    "windows", "reshape", "joins", "query", "quality", "people",
)  # fmt: skip
"""Modules of built-in node types, in the order in which the page shows them; one that is not listed comes last."""


def nodes() -> str:
    """Every built-in node type, by the module it is in."""
    families: dict[str, list[NodeType]] = {name: [] for name in PACKS}
    for node_type in sorted(installed(), key=lambda each: (each.name, each.version)):
        package, _, module = node_type.function.__module__.rpartition(".")
        if package == packs.__name__:
            families.setdefault(module, []).append(node_type)
    families = {name: members for name, members in families.items() if members}
    lines = [
        "# Node types", "", NOTE, "",
        f"The {sum(map(len, families.values()))} built-in node types. `interlock nodes` lists them with those of your project;",
        "`interlock nodes NAME` shows one. A plan writes `name` or `name@version`; every example below is executed by the tests.",
        "In an example, `table` (or the names of the inputs) is what goes in and `gives` is what comes out.", "",
    ]  # fmt: skip
    for module, members in families.items():
        links = ", ".join(f"[`{each.name}`](#{each.name})" for each in members)
        lines.append(f"- [{_family(module)[0]}](#{_slug(_family(module)[0])}): {links}")
    for module, members in families.items():
        title, about = _family(module)
        lines += ["", f"## {title}", "", about]
        for each in members:
            lines += ["", f'<a id="{each.name}"></a>', "", page(each, heading="### ").rstrip()]
    return "\n".join(lines) + "\n"


def _family(module: str) -> tuple[str, str]:
    """A family's title and one sentence, from the first line of its module: `Rows: keep, order, cut.`"""
    first = (import_module(f"{packs.__name__}.{module}").__doc__ or module).strip().splitlines()[0]
    title, colon, about = first.partition(": ")
    return (title, about[:1].upper() + about[1:]) if colon else (first.rstrip("."), first)


def diagnostics() -> str:
    """Every diagnostic's page, by code."""
    known = sorted(rules().values(), key=lambda rule: rule.code)
    lines = [
        "# Diagnostics", "", NOTE, "",
        f"The {len(known)} findings that Interlock can report. `interlock explain CODE` prints the same page.",
        "An error refuses the plan, or stops the run. A warning does neither.", "",
        "| code | name | what it means |", "| --- | --- | --- |",
    ]  # fmt: skip
    lines += [f"| [{rule.code}](#{rule.code.lower()}) | {rule.name} | {_cell(_first(rule.page))} |" for rule in known]
    family = ""
    for rule in known:
        if rule.code[:3] != family:
            family = rule.code[:3]
            lines += ["", f"## {FAMILIES.get(family, family + 'xx')}"]
        lines += [
            "",
            f'<a id="{rule.code.lower()}"></a>',
            "",
            f"### {rule.code} {rule.name} ({rule.severity})",
            "",
            rule.page.strip(),
        ]
    return "\n".join(lines) + "\n"


def _first(text: str) -> str:
    return text.strip().split("\n\n")[0].replace("\n", " ").removesuffix(" (warning)")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def mistakes() -> str:
    """A plan that passes, ways to break it, and what is said of each."""
    project = Project.at(MISTAKES)
    plan = (MISTAKES / "plan.yaml").read_text(encoding="utf-8")
    broken = yaml.safe_load((MISTAKES / "mistakes.yaml").read_text(encoding="utf-8"))
    lines = [
        f"# {len(broken)} mistakes", "", NOTE, "",
        "A plan that passes, ways to break it, and what `interlock check` says of each. Nothing ran in any of them.",
        "The files are in [examples/twenty_mistakes](../examples/twenty_mistakes/README.md).", "", "```yaml", plan.rstrip(), "```",
    ]  # fmt: skip
    for number, each in enumerate(broken, 1):
        checked = project.check_text(plan.replace(each["was"], each["now"]), "plan.yaml")
        told = full(checked.diagnostics, checked.document, False).replace(str(MISTAKES.resolve()), "the project")
        instead = (
            f"`{each['now'].strip()}` for `{each['was'].strip()}`"
            if each["now"]
            else f"without `{each['was'].strip().removeprefix('- ')}`"
        )
        lines += [
            "",
            f"## {number}. {each['title']}",
            "",
            f"{instead[:1].upper()}{instead[1:]}:",
            "",
            "```text",
            told.strip("\n"),
            "```",
        ]
    return "\n".join(lines) + "\n"


def expressions() -> str:
    """The expression language."""
    title, _, rest = reference().partition("\n")
    return f"{title}\n\n{NOTE}\n{rest}"


def cli() -> str:
    """The help text of every command."""
    lines = [
        "# Command line",
        "",
        NOTE,
        "",
        "Every command takes `--json`: one JSON document on standard output and nothing else there.",
        "",
    ]
    for name, text in _help():
        lines += [
            f'<a id="{"-".join(name.split()[1:]) or name}"></a>',
            "",
            f"## `{name}`",
            "",
            "```text",
            text,
            "```",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _help() -> Iterator[tuple[str, str]]:
    """Each command's name and help text, at a fixed width."""
    whole = typer.main.get_command(app)
    context = whole.context_class(whole, info_name="interlock", terminal_width=WIDTH, color=False)
    yield "interlock", _trimmed(whole.get_help(context))
    yield from _inside(whole, context, "interlock")


def _inside(group: Any, context: Any, before: str) -> Iterator[tuple[str, str]]:
    """The commands of a group, each followed by those of its own group, if it is one."""
    for name, command in getattr(group, "commands", {}).items():
        inner = command.context_class(command, info_name=name, parent=context, terminal_width=WIDTH, color=False)
        yield f"{before} {name}", _trimmed(command.get_help(inner))
        yield from _inside(command, inner, f"{before} {name}")


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def _slug(title: str) -> str:
    """The anchor that a heading gets."""
    return "".join(each for each in title.lower().replace(" ", "-") if each.isalnum() or each in "-_")


PAGES: dict[str, Callable[[], str]] = {
    "nodes.md": nodes,
    "diagnostics.md": diagnostics,
    "mistakes.md": mistakes,
    "expressions.md": expressions,
    "cli.md": cli,
}


def stale(folder: Path = HERE) -> list[str]:
    """Names of the pages in `folder` that are not what the code says."""
    return [
        name
        for name, make in PAGES.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != make().encode()
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` name those that are stale; the exit code."""
    if arguments not in ([], ["--check"]):
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    old = stale()
    if arguments:
        for name in old:
            print(f"docs/{name} is not what the code says; `make docs` writes it again", file=sys.stderr)
        return 1 if old else 0
    for name in old:
        (HERE / name).write_bytes(PAGES[name]().encode())
        print(f"docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
