"""Node types in few tokens: one line each, read off the JSON Schema of their parameters.

>>> from interlock.registry.registry import load
>>> print(signature(load().find("filter_rows").type))
filter_rows(where: cond): Keep the rows for which `where` is true
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from interlock.planning import prompts
from interlock.registry.node import NodeType

KIND_WORDS = {
    "Column": "col",
    "NewColumn": "new",
    "Expression": "expr",
    "Predicate": "cond",
    "TypeName": "type",
    "Query": "SELECT",
    "ReadPath": "path",
    "WritePath": "path",
    "ReadDatabase": "path",
    "WriteDatabase": "path",
    "Name": "name",
    "Text": "text",
}
"""How a prompt writes the kinds of parameters; the prompt's own text explains them."""
_PLAIN = {"integer": "int", "number": "num", "boolean": "bool", "string": "text"}
_SCALAR = {"boolean", "integer", "number", "string", "null"}
LONGEST_SUMMARY = 170


def signature(node_type: NodeType) -> str:
    """A node type's line. Ports are named where there is more than one; a source shows only what it cannot do without."""
    schema = node_type.json_schema
    required = set(schema.get("required", ()))
    parts = [
        _parameter(name, each, name in required)
        for name, each in schema.get("properties", {}).items()
        if name in required or not node_type.is_source
    ]
    ports = [("…" if port.variadic else "") + port.name for port in node_type.ports]
    inputs = f" [ports {', '.join(ports)}]" if len(ports) > 1 or any(port.variadic for port in node_type.ports) else ""
    about = prompts.summaries().get(node_type.name) or _summary(node_type)
    return f"{node_type.name}({', '.join(parts)}){inputs}: {about}"


def structures(types: Iterable[NodeType]) -> list[str]:
    """A line for each structured type that the parameters of these node types use, such as `Measure = {…}`."""
    found: dict[str, str] = {}
    for node_type in types:
        whole = {} if node_type.is_source else node_type.json_schema.get("$defs", {})
        for name, each in whole.items():
            found.setdefault(name, _structure(name, each))
    return [found[name] for name in sorted(found)]


def _structure(name: str, schema: Mapping[str, Any]) -> str:
    about = _first_sentence(str(schema.get("description", "")))
    fields, required = schema.get("properties", {}), set(schema.get("required", ()))
    # `revenue desc` may stand for a whole SortKey: where a text may be written, the description says which.
    nulls = fields.get("nulls", {}).get("default")
    if re.search(r": `[^`{]+`", about):
        return f"{name} = {about.rstrip('.')}{f'; nulls {nulls}' if nulls else ''}"
    inner = ", ".join(_parameter(field, each, field in required) for field, each in fields.items())
    return f"{name} = {{{inner}}}"


def _parameter(name: str, schema: Mapping[str, Any], required: bool) -> str:
    """A parameter with its type, or with its default and what else it may be.

    >>> _parameter("keep", {"enum": ["first", "last"], "default": "first"}, False)
    'keep=first|last'
    >>> _parameter("q", {"type": "number", "default": None}, False), _parameter("trim", {"default": True}, False)
    ('q?: num', 'trim=true')
    """
    default = schema.get("default")
    if required or default is None or default == [] or default == {}:
        return f"{name}{'' if required else '?'}: {_words(schema)}"
    kind = _words(schema)
    if "|" not in kind:
        return f"{name}={json.dumps(default, ensure_ascii=False)}"
    return f"{name}={'|'.join(dict.fromkeys((str(default), *kind.split('|'))))}"


def _words(schema: Any) -> str:
    """A parameter's JSON Schema in a word or two.

    >>> _words({"type": "array", "items": {"type": "integer"}}), _words({"enum": ["a", "b"]})
    ('[int]', 'a|b')
    """
    if not isinstance(schema, Mapping):
        return "any"
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "x-kind" in schema:
        return KIND_WORDS.get(str(schema["x-kind"]), str(schema["x-kind"]).lower())
    if "enum" in schema or "const" in schema:
        return "|".join(_together([str(each) for each in schema.get("enum", [schema.get("const")])]))
    if "anyOf" in schema:
        if {each.get("type") for each in schema["anyOf"]} >= _SCALAR - {"null"}:
            return "value"
        return " or ".join(dict.fromkeys(_words(each) for each in schema["anyOf"] if each.get("type") != "null"))
    if schema.get("type") == "array":
        return f"[{_words(schema.get('items', {}))}]"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return f"{{{_words(schema.get('propertyNames', {'type': 'string'}))}: {_words(inner)}}}"
    return _PLAIN.get(str(schema.get("type", "")), "any")


def _together(choices: list[str]) -> list[str]:
    """Choices in fewer tokens: three or more with one beginning are written as one.

    >>> _together(["first", "running_sum", "running_min", "running_max"])
    ['first', 'running_(sum|min|max)']
    """
    found: list[str] = []
    for start, group in groupby(choices, lambda each: each.partition("_")[0]):
        several = list(group)
        if len(several) < 3 or not all("_" in each for each in several):
            found += several
        else:
            found.append(f"{start}_({'|'.join(each.partition('_')[2] for each in several)})")
    return found


def _summary(node_type: NodeType) -> str:
    """What the node type does: the first sentence of its documentation up to its first semicolon, cut where it is long."""
    text = _first_sentence(node_type.summary).partition(";")[0].rstrip(".")
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1].rsplit(" ", 1)[0] + " …"


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=\.)\s+(?=[A-Z`-])", " ".join(text.split("\n\n")[0].split()), maxsplit=1)[0].rstrip()
