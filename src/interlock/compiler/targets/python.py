"""The Python target: one readable module that depends on `duckdb` alone.

The module holds each step as a named SQL statement or as the verbatim source of a Python node with the helpers it
names, then the code that runs them. The same program gives the same bytes, on every machine and in every process.
"""

from __future__ import annotations

import glob
import math
import sys
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from sqlglot import exp

from interlock.compiler.collector import without_collector
from interlock.compiler.standalone.carry import Carried, carry
from interlock.compiler.standalone.harness import IMPORTS, RULER, harness_text
from interlock.ir.artifact import Artifact
from interlock.ir.program import Program, PythonCall, Step, relations
from interlock.ir.types import Schema, parse_column_type
from interlock.registry import sql
from interlock.registry.macros import MACROS, Macro, create_statement, needed
from interlock.registry.tables import Described

FORMAT = 1
"""The version of the module's layout."""

WIDTH = 120
"""Columns of a line, as far as texts allow."""


class _Code(str):
    """A piece of Python that stands for itself, such as a name."""


@without_collector
def emit(program: Program, name: str = "program") -> Artifact:
    """The program as a Python module, with its manifest."""
    carried = Carried()
    for call in _calls(program):
        carry(call.function, carried)  # first, so that no statement takes a name that carried code needs
    steps = [_step(step, carried) for step in program.steps]
    trees = [
        tree
        for step in program.steps
        for tree in (step.query, *(check.violations for check in step.checks))
        if tree is not None
    ]
    macros = needed({call.name for tree in trees for call in tree.find_all(exp.Anonymous) if call.name in MACROS})
    requires = ["duckdb", *sorted(carried.requires - {"duckdb"})]
    body = [
        _docstring(program, requires),
        "from __future__ import annotations",
        _imports(carried.imports | set(IMPORTS)),
        f"PLAN = {_shown(program.plan_digest)}\n\nINPUTS = {_shown({each.name: _input(each) for each in program.inputs})}",
        _ruler("The statements, in the order in which they run. Each reads the ones before it by their names."),
        *(text for texts, _ in steps for text in texts),
    ]
    if carried.sources:
        told = _ruler("The Python of the nodes that read, write or describe files, as their authors wrote it.")
        body += ["\n\n\n".join([told, *carried.sources]) + "\n"]
    body += [
        _ruler("The steps."),
        f"MACROS = {_macros(macros)}",
        "STEPS = [\n" + "".join(f"    {_shown(entry, 4)},\n" for _, entry in steps) + "]\n",
        harness_text(any(step.retry for step in program.steps), sum(step.outward for step in program.steps) > 1) + "\n",
        'if __name__ == "__main__":\n    sys.exit(main())',
    ]
    file = f"{_file_name(name)}.py"
    source = "\n\n".join(body) + "\n"
    return Artifact(file, {file: source}, _manifest(program, requires))


def _calls(program: Program) -> Iterator[PythonCall]:
    """The Python functions that the program calls, in the order of its steps."""
    for step in program.steps:
        if step.call is not None:
            yield step.call
        if step.source is not None and step.source.describe is not None:
            yield step.source.describe


def _imports(lines: set[str]) -> str:
    """Import statements: the standard library's, then others."""
    groups: tuple[list[str], list[str]] = ([], [])
    for line in sorted(lines, key=lambda line: (line.startswith("from"), line)):
        groups[line.split()[1].split(".")[0] not in sys.stdlib_module_names].append(line)
    return "\n\n".join("\n".join(group) for group in groups if group)


def _file_name(name: str) -> str:
    plain = "".join(
        character if character.isascii() and (character.isalnum() or character == "_") else "_" for character in name
    )
    return plain.strip("_")[:100] or "program"


def _docstring(program: Program, requires: list[str]) -> str:
    options = "".join(f" --input {each.name}=…" for each in program.inputs if not each.has_default)
    reads = sorted({step.source.path for step in program.steps if step.source and step.source.path})
    writes = sorted({step.path for step in program.steps if step.is_sink and step.path})
    lines = [
        f'"""Compiled by Interlock from plan {program.plan_digest}.',
        "",
        f"Run it with `python THIS_FILE{options}` in the project folder; it needs {' and '.join(requires)}, and not Interlock.",
    ]
    lines += [f"Reads:  {_one_line(path)}" for path in reads]
    lines += [f"Writes: {_one_line(path)}" for path in writes]
    return "\n".join([*lines, '"""'])


def _one_line(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _ruler(text: str) -> str:
    return f"{RULER}\n# {text}"


def _macros(macros: list[Macro]) -> str:
    if not macros:
        return "{}"
    lines = []
    for macro in macros:
        lines += [f"    # {line}" for line in textwrap.wrap(macro.comment, 110)]
        lines.append(f"    {_shown(macro.name)}: {_text(create_statement(macro))},")
    return "{\n" + "\n".join(lines) + "\n}"


def _input(given: Any) -> dict[str, Any]:
    return {"type": parse_column_type(given.type)[0].sql} | ({"default": given.default} if given.has_default else {})


def _step(step: Step, carried: Carried) -> tuple[list[str], dict[str, Any]]:
    """The step's statement and its checks as named texts, and its entry in STEPS."""
    entry: dict[str, Any] = {"id": step.id, "kind": step.kind, "type": step.node_type, "reads": list(step.reads)}
    texts: list[str] = []
    if step.query is not None:
        entry["sql"] = _named(step.id, step.query, carried, texts)
    if step.call is not None:
        entry |= _call(step.call, carried)
    if step.call is not None and step.kind == "writes":
        entry |= {"to": step.call.writes, "repeat": step.call.repeat, "staging": step.call.staging}
    if step.kind in ("select", "rows", "writes"):
        entry["columns"] = [(column.name, column.type.sql) for column in step.schema]
    if step.path is not None:
        entry["path"] = step.path
    if step.kind == "copy":
        entry["options"] = copy_options(step.options)
        if step.query is not None:
            entry["names"] = [projection.alias_or_name for projection in step.query.selects]
    if step.source is not None:
        entry["source"] = _source(step, carried)
    entry |= {"store": step.materialise, "keep": step.checkpoint, "preview": step.preview, "checks": []}
    if step.asks is not None:
        entry["asks"] = _data(step.asks)
    if step.retry is not None:
        entry["waits"] = step.retry.waits()
    if step.outward:
        entry["outward"] = True
    for check in step.checks:
        name = _named(f"{check.node}_check", check.violations, carried, texts)
        reads = list(dict.fromkeys(relations(check.violations)))
        entry["checks"].append(
            {"title": check.title, "node": check.node, "code": check.code, "sql": name, "reads": reads}
        )
    return texts, entry


def _named(name: str, query: exp.Query, carried: Carried, texts: list[str]) -> _Code:
    """Add a statement to the texts; the name that it has there."""
    name = carried.name_for(name)
    texts.append(f"{name} = {_text(sql.text(query, pretty=True))}")
    return _Code(name)


def _call(call: PythonCall, carried: Carried) -> dict[str, Any]:
    name = carry(call.function, carried)
    return {"call": _Code(name), "arguments": _data(dict(call.arguments)), "paths": list(call.paths)}


def _source(step: Step, carried: Carried) -> dict[str, Any]:
    source = step.source
    assert source is not None
    found: dict[str, Any] = {"path": source.path, "columns": list(source.columns), "describe": None}
    if step.query is not None and source.path is not None:
        wanted = sql.literal(glob.escape(source.path))
        present = any(each == wanted for each in step.query.find_all(exp.Literal))
        found["literal"] = sql.text(wanted) if present else ""
    if source.describe is not None:
        call = _call(source.describe, carried)
        found |= {"describe": call["call"], "arguments": call["arguments"], "paths": call["paths"]}
    return found


def _shown(value: Any, indent: int = 0, before: int = 0) -> str:
    """A value as Python source, after `before` characters of a line; members share lines as long as they are short.

    >>> _shown({"a": ["b", None]})
    '{"a": ["b", None]}'
    """
    line = _line(value)
    if indent + before + len(line) < WIDTH or not isinstance(value, dict | list | tuple):
        return line
    pad = " " * (indent + 4)
    rows = [pad]
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in members:
        name = f"{_line(key)}: " if isinstance(value, dict) else ""
        short = f"{name}{_line(member)},"
        if len(pad) + len(short) > WIDTH:
            rows += [pad + name + _shown(member, indent + 4, len(name)) + ",", pad]
        elif len(rows[-1]) + len(short) < WIDTH:
            rows[-1] += (" " if rows[-1].strip() else "") + short
        else:
            rows.append(pad + short)
    opened, closed = "{}" if isinstance(value, dict) else "[]" if isinstance(value, list) else "()"
    return "\n".join([opened, *(row for row in rows if row.strip()), " " * indent + closed])


def _line(value: Any) -> str:
    """A value as Python source in one line; texts in double quotes, unless those need more backslashes."""
    if isinstance(value, _Code):
        return str(value)
    if isinstance(value, str):
        if value.count("'") < value.count('"'):
            return repr(value)
        # with a quote at its end, a text without double quotes is shown in double quotes
        return '"' + '\\"'.join(repr(part + "'")[1:-2] for part in value.split('"')) + '"'
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_line(key)}: {_line(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_line, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_line, value)) + ("," if len(value) == 1 else "") + ")"
    return repr(value)


def _data(value: Any) -> Any:
    if isinstance(value, Described):
        return {"columns": [tuple(column) for column in value.columns], "facts": _data(dict(value.facts))}
    if isinstance(value, Mapping):
        return {str(key): _data(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_data(each) for each in value]
    if isinstance(value, str):
        return str(value)
    return value


def _text(text: str) -> str:
    """A string literal over several lines, with a line break at either end, that else reads back to `text`."""
    body = "".join(
        each if each.isprintable() or each == "\n" else _escaped(each) for each in text.replace("\\", "\\\\")
    )
    return '"""\n' + body.replace('"""', '\\"\\"\\"') + '\n"""'


def _escaped(character: str) -> str:
    return (
        character.encode("unicode_escape").decode()
        if ord(character) < 0xD800 or ord(character) > 0xDFFF
        else f"\\u{ord(character):04x}"
    )


def copy_options(options: Mapping[str, Any]) -> str:
    """The options of a COPY statement: `FORMAT csv, HEADER true`.

    >>> copy_options({"format": "csv", "header": True, "delimiter": ";"})
    "FORMAT csv, HEADER TRUE, DELIMITER ';'"
    """
    shown = []
    for key, value in options.items():
        if key == "format":
            text = str(value)
        else:
            tree = value if isinstance(value, exp.Expr) else sql.literal(value)
            text = sql.text(tree)
        shown.append(f"{key.upper()} {text}")
    return ", ".join(shown)


def _manifest(program: Program, requires: list[str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "target": "python",
        "plan": program.plan_digest,
        "requires": requires,
        "inputs": {each.name: _input(each) for each in program.inputs},
        "reads": [
            {"step": step.id, "path": step.source.path, "columns": [list(column) for column in step.source.columns]}
            for step in program.steps
            if step.source is not None and step.source.path
        ],
        "writes": [
            {"step": step.id, "path": step.path, "columns": _columns(step.schema)}
            for step in program.steps
            if step.is_sink
        ],
        "steps": [{"id": step.id, "type": step.node_type, "also": list(step.also)} for step in program.steps],
    }


def _columns(schema: Schema) -> list[list[str]]:
    return [[column.name, str(column.type) + ("" if column.nullable else " not null")] for column in schema]
