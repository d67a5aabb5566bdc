"""What there is to say about a node type, read off its function: for the command line, the docs and planners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from interlock.registry.kinds import KINDS
from interlock.registry.node import NodeType


def describe(node_type: NodeType) -> dict[str, Any]:
    """A node type as plain data."""
    return {
        "name": node_type.name,
        "version": node_type.version,
        "summary": node_type.summary,
        "doc": node_type.doc,
        "kind": node_type.kind,
        "effects": list(node_type.effects),
        "ports": [
            {"name": port.name, "required": port.required, "variadic": port.variadic} for port in node_type.ports
        ],
        "parameters": node_type.json_schema,
        "aliases": sorted(node_type.aliases),
        "examples": list(node_type.examples),
        "says": list(node_type.says),
        "digest": node_type.digest,
    }


def page(node_type: NodeType, *, heading: str = "") -> str:
    """A node type's page, in Markdown that also reads well on a terminal."""
    lines = [f"{heading}{node_type.name}@{node_type.version}", "", node_type.doc, ""]
    if node_type.ports:
        ports = [
            port.name
            + (
                " (any number, each under a name of its own)"
                if port.variadic
                else ""
                if port.required
                else " (optional)"
            )
            for port in node_type.ports
        ]
        lines.append(f"Inputs: {', '.join(ports)}.")
    else:
        lines.append("Inputs: none; it is a source.")
    if node_type.effects:
        lines.append(f"Effects: {', '.join(node_type.effects)}.")
    if node_type.endings:
        lines.append(f"Writes files that end in: {', '.join(f'`{each}`' for each in node_type.endings)}.")
    if node_type.aliases:
        lines.append(f"Also known as: {', '.join(sorted(node_type.aliases))}.")
    if node_type.function.__module__.startswith("interlock_nodes_"):
        lines.append(f"Defined in: {node_type.defined_in}")
    parameters = list(_parameters(node_type.json_schema))
    lines += ["", "Parameters:", ""] if parameters else ["", "Parameters: none."]
    lines += parameters
    if node_type.says:
        lines += ["", "In English:", "", *(f"- `{phrase}`" for phrase in node_type.says)]
    for example in node_type.examples:
        lines += ["", "Example:", "", *("    " + line for line in example.splitlines())]
    return "\n".join(lines).rstrip() + "\n"


def _parameters(whole: Mapping[str, Any]) -> Iterator[str]:
    required = set(whole.get("required", ()))
    for name, schema in whole.get("properties", {}).items():
        yield f"- `{name}`: {kind_text(whole, schema)}{_default(name in required, schema)}"
        target = _structure(whole, schema)
        if target is not None:
            inner_required = set(target.get("required", ()))
            for inner, inner_schema in target.get("properties", {}).items():
                yield f"  - `{inner}`: {kind_text(whole, inner_schema)}{_default(inner in inner_required, inner_schema)}"


def _default(required: bool, schema: Mapping[str, Any]) -> str:
    if required:
        return " (required)"
    default = schema.get("default")
    return "" if default in (None, [], {}) else f" (default {_shown(default)})"


def _shown(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, repr(value)) if isinstance(value, bool) else repr(value)


def _structure(whole: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The structured type somewhere inside a parameter, if there is one."""
    if "$ref" in schema:
        return whole["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), Mapping):
            return _structure(whole, schema[key])
    for choice in schema.get("anyOf", ()):
        found = _structure(whole, choice)
        if found is not None:
            return found
    return None


def kind_text(whole: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A JSON Schema in a few words.

    >>> kind_text({}, {"type": "array", "items": {"type": "integer", "minimum": 1}})
    'list of whole number (1 or more)'
    """
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[-1]
    if "x-kind" in schema:
        return _KIND_WORDS.get(str(schema["x-kind"]), str(schema["x-kind"]).lower())
    if "enum" in schema or "const" in schema:
        return " | ".join(str(each) for each in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        parts = [kind_text(whole, each) for each in schema["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(parts)) or "null"
    if schema.get("type") == "array":
        return f"list of {kind_text(whole, schema.get('items', {}))}"
    if schema.get("type") == "object":
        key = schema.get("propertyNames", {})
        inner = schema.get("additionalProperties")
        value = kind_text(whole, inner) if isinstance(inner, Mapping) else "value"
        return f"mapping of {kind_text(whole, key) if key else 'name'} to {value}"
    return _PLAIN.get(str(schema.get("type", "")), "value") + _bounds(schema)


_PLAIN = {"integer": "whole number", "number": "number", "boolean": "true/false", "string": "text", "null": "null"}
_KIND_WORDS = {
    "Column": "column",
    "NewColumn": "new column",
    "Expression": "expression",
    "Predicate": "condition",
    "TypeName": "type",
    "Query": "SELECT",
    "ReadPath": "file to read",
    "WritePath": "file to write",
    "ReadDatabase": "database file to read",
    "WriteDatabase": "database file to write",
    "ModelName": "model",
    "Name": "name",
    "Text": "text",
}


def _bounds(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" ({low} to {high})"
    if low is not None:
        return f" ({low} or more)"
    if high is not None:
        return f" (at most {high})"
    return ""


def open_surfaces(types: Iterable[NodeType]) -> list[dict[str, str]]:
    """Parameters that take any text, being neither a closed kind nor a choice."""
    return [
        {"node_type": node_type.reference, "parameter": name}
        for node_type in types
        for name, schema in node_type.json_schema.get("properties", {}).items()
        if _is_open(node_type.json_schema, schema)
    ]


def _is_open(whole: Mapping[str, Any], schema: Any, depth: int = 0) -> bool:
    if not isinstance(schema, Mapping) or depth > 12:
        return False
    if "x-kind" in schema:
        return schema["x-kind"] not in KINDS
    if "enum" in schema or "const" in schema:
        return False
    if "$ref" in schema:
        target = whole["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        return any(_is_open(whole, each, depth + 1) for each in target.get("properties", {}).values())
    if schema.get("type") == "string":
        return not ("pattern" in schema and "maxLength" in schema) and "x-data" not in schema
    inner = [
        *schema.get("anyOf", ()),
        schema.get("items"),
        schema.get("additionalProperties"),
        schema.get("propertyNames"),
    ]
    if schema.get("anyOf") and {each.get("type") for each in schema["anyOf"]} >= {"string", "number", "boolean"}:
        return False  # a literal: a value that is data, whatever its type
    return any(_is_open(whole, each, depth + 1) for each in inner)
