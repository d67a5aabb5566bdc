"""The Python target: one readable module that depends on `duckdb` alone.

The module holds each step as a named SQL statement or as the verbatim source of a Python node with the helpers it
names, then the code that runs them. The same program gives the same bytes, on every machine and in every process.
"""

from __future__ import annotations

import glob
import pprint
import textwrap
from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from interlock.compiler.standalone.carry import Carried, carry
from interlock.compiler.standalone.harness import IMPORTS, RULER, harness_text
from interlock.ir.artifact import Artifact
from interlock.ir.program import Program, PythonCall, Step, relations
from interlock.ir.types import Schema, parse_column_type
from interlock.registry import sql
from interlock.registry.macros import MACROS, Macro, create_statement, needed
from interlock.registry.tables import Described

REQUIRES = {"python_calamine": "python-calamine", "xlsxwriter": "xlsxwriter"}
"""Distributions of the libraries that carried code may import, by module."""

FORMAT = 1
"""The version of the module's layout."""


def emit(program: Program, name: str = "program") -> Artifact:
    """The program as a Python module, with its manifest."""
    carried = Carried()
    steps = [_step(step, carried) for step in program.steps]
    trees = [
        tree
        for step in program.steps
        for tree in (step.query, *(check.violations for check in step.checks))
        if tree is not None
    ]
    macros = needed({call.name for tree in trees for call in tree.find_all(exp.Anonymous) if call.name in MACROS})
    requires = ["duckdb", *sorted({REQUIRES[module] for module in carried.modules if module in REQUIRES})]
    body = [
        _docstring(program, requires),
        "from __future__ import annotations",
        "\n".join(sorted(carried.imports | set(IMPORTS), key=_import_order)),
        f"PLAN = {program.plan_digest!r}",
        f"INPUTS = {_literal({each.name: _input(each) for each in program.inputs})}",
        _ruler("The statements, in the order in which they run. Each reads the ones before it by their names."),
        *(text for text, _ in steps if text),
        *(
            [
                _ruler("The Python of the nodes that read, write or describe files, as their authors wrote it."),
                *carried.sources,
            ]
            if carried.sources
            else []
        ),
        _ruler("The steps."),
        _macros(macros),
        "STEPS = [\n" + "".join(f"    {entry},\n" for _, entry in steps) + "]",
        harness_text(),
        'if __name__ == "__main__":\n    sys.exit(main())',
    ]
    file = f"{_file_name(name)}.py"
    source = "\n\n".join(part for part in body if part) + "\n"
    return Artifact(file, {file: source}, _manifest(program, requires))


def _import_order(line: str) -> tuple[bool, bool, str]:
    module = line.split()[1].split(".")[0]
    return (module in ("duckdb", *REQUIRES), line.startswith("from"), line)


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
        return "MACROS = {}"
    lines = []
    for macro in macros:
        lines += [f"    # {line}" for line in textwrap.wrap(macro.comment, 110)]
        lines.append(f"    {macro.name!r}: {_text(create_statement(macro))},")
    return "MACROS = {\n" + "\n".join(lines) + "\n}"


def _input(given: Any) -> dict[str, Any]:
    return {"type": parse_column_type(given.type)[0].sql} | ({"default": given.default} if given.has_default else {})


def _step(step: Step, carried: Carried) -> tuple[str, str]:
    """The step's statement as a named text (or nothing), and its entry in STEPS."""
    entry: dict[str, str] = {"id": repr(step.id), "kind": repr(step.kind), "type": repr(step.node_type)}
    entry["reads"] = repr(list(step.reads))
    text = ""
    if step.query is not None:
        name = carried.name_for(step.id)
        text = f"{name} = {_text(sql.text(step.query, pretty=True))}"
        entry["sql"] = name
    if step.call is not None:
        entry |= _call(step.call, carried)
    if step.kind in ("select", "rows", "writes"):
        entry["columns"] = repr([(column.name, column.type.sql) for column in step.schema])
    if step.path is not None:
        entry["path"] = repr(step.path)
    if step.kind == "copy":
        entry["options"] = repr(copy_options(step.options))
    if step.source is not None:
        entry["source"] = _source(step, carried)
    entry["store"] = repr(step.materialise)
    entry["preview"] = repr(step.preview)
    entry["checks"] = repr(
        [
            {"title": check.title, "node": check.node, "code": check.code,
             "sql": sql.text(check.violations), "reads": list(dict.fromkeys(relations(check.violations)))}
            for check in step.checks
        ]
    )  # fmt: skip
    members = [f'"{key}": {value}' for key, value in entry.items()]
    return text, "{" + ", ".join(members) + "}"


def _call(call: PythonCall, carried: Carried) -> dict[str, str]:
    return {
        "call": carry(call.function, carried),
        "arguments": _literal(dict(call.arguments)),
        "paths": repr(list(call.paths)),
    }


def _source(step: Step, carried: Carried) -> str:
    source = step.source
    assert source is not None
    found = {"path": repr(source.path), "columns": repr(list(source.columns)), "describe": "None"}
    if step.query is not None and source.path is not None:
        literal = sql.text(sql.literal(glob.escape(source.path)))
        found["literal"] = repr(literal if literal in sql.text(step.query, pretty=True) else "")
    if source.describe is not None:
        call = _call(source.describe, carried)
        found |= {"describe": call["call"], "arguments": call["arguments"], "paths": call["paths"]}
    return "{" + ", ".join(f'"{key}": {value}' for key, value in found.items()) + "}"


def _literal(value: Any) -> str:
    """A value as Python source: plain data, and descriptions of sources as mappings."""
    return pprint.pformat(_data(value), width=116, sort_dicts=False, compact=True)


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
