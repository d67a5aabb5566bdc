"""The shape of parameters: keys, JSON types, bounds and choices, before any schema is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from interlock.compiler.check.rules import missing_parameter, unknown_parameter, wrong_value
from interlock.ir.diagnostics import Diagnostic, Place, joined
from interlock.registry.node import NodeType


def shape(node_type: NodeType, params: dict[str, Any], at: Place) -> BaseModel | list[Diagnostic]:
    """The parameters as the node type's model, or what is wrong with them. `at` is the place of `params`."""
    try:
        return node_type.model.model_validate(params)
    except ValidationError as error:
        found = list(_diagnose(node_type, params, at, error))
        return list({(each.code, each.at.pointer, each.message): each for each in found}.values())


def _diagnose(node_type: NodeType, params: dict[str, Any], at: Place, error: ValidationError) -> Iterator[Diagnostic]:
    for detail in error.errors(include_url=False):
        path, value = _walk(params, detail["loc"])
        place = at.child(*path)
        reference = node_type.name
        if detail["type"] == "missing":
            name = str(detail["loc"][-1])
            parent = at.child(*path)
            yield missing_parameter.found(parent, name, _inside(path), _hint(node_type, [*path, name]), reference)
        elif detail["type"] == "extra_forbidden":
            inside = _at(params, path[:-1])
            known = list(node_type.parameters) if len(path) == 1 else list(_fields(node_type.model, path))
            given = list(inside) if isinstance(inside, dict) else []
            yield unknown_parameter.found(place, str(path[-1]), _inside(path[:-1]), known, given, reference)
        else:
            message, choices = _words(detail, value)
            yield wrong_value.found(place, _inside(path) or "params", message, value, choices)


def _walk(value: Any, location: tuple[int | str, ...]) -> tuple[list[str | int], Any]:
    """The part of pydantic's location that is a path in the data (it also names union members), and the value there."""
    path: list[str | int] = []
    for token in location:
        if (isinstance(value, dict) and token in value) or (
            isinstance(value, list) and isinstance(token, int) and 0 <= token < len(value)
        ):
            path.append(token)
            value = value[token]  # type: ignore[index]
    return path, value


def _at(value: Any, path: list[str | int]) -> Any:
    for token in path:
        value = value[token]
    return value


def _inside(path: list[str | int]) -> str:
    """A path in the parameters as people write it.

    >>> _inside(["measures", 0])
    'measures[0]'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _fields(model: type[BaseModel], path: list[str | int]) -> dict[str, Any]:
    """The fields of the structure that holds the end of `path`, found in the model's JSON Schema."""
    whole = model.model_json_schema()
    node: dict[str, Any] = whole
    for token in path[:-1]:
        node = _resolve(whole, node)
        if isinstance(token, int):
            node = node.get("items", {})
        else:
            node = node.get("properties", {}).get(token) or node.get("additionalProperties") or {}
        node = node if isinstance(node, dict) else {}
    found = _resolve(whole, node).get("properties", {})
    return {name: _resolve(whole, each) for name, each in found.items()}


def _resolve(whole: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    for choice in node.get("anyOf", []):
        if choice.get("type") != "null":
            node = choice
            break
    if "$ref" in node:
        node = whole.get("$defs", {}).get(node["$ref"].rsplit("/", 1)[-1], {})
    return node


def _hint(node_type: NodeType, path: list[str | int]) -> str:
    """What a parameter takes, in a few words: its choices, or its description."""
    found = _fields(node_type.model, path).get(str(path[-1]), {})
    choices = found.get("enum", [])
    return joined([f"`{each}`" for each in choices], "or") if choices else str(found.get("description", ""))


_JSON_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "text", list: "a list", dict: "a mapping"}
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "none_required": "null",
}
_BOUNDS = {
    "greater_than_equal": "at least",
    "greater_than": "more than",
    "less_than_equal": "at most",
    "less_than": "less than",
}


def _words(detail: ErrorDetails, value: Any) -> tuple[str, list[str]]:
    """The expectation in plain words, and the choices if it is one of a few."""
    kind, context = detail["type"], detail.get("ctx", {})
    shown = "null" if value is None else _JSON_NAMES.get(type(value), type(value).__name__)
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        text = repr(value)
        shown = f"{shown} ({text if len(text) <= 40 else text[:37] + '...'})"
    if kind in ("literal_error", "enum"):
        choices = [each.strip("'\" ") for each in str(context.get("expected", "")).replace(" or ", ", ").split(",")]
        return f"expected {joined([f'`{each}`' for each in choices], 'or')}, found {shown}", choices
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, found {shown}", []
    if kind in _BOUNDS:
        return f"expected {_BOUNDS[kind]} {next(iter(context.values()), '')}, found {shown}", []
    if kind in ("too_short", "string_too_short"):
        return f"expected at least {context.get('min_length', 1)} {'character' if kind.startswith('string') else 'entry'}, found none", []
    if kind in ("too_long", "string_too_long"):
        return f"longer than the {context.get('max_length')} allowed", []
    if kind == "string_pattern_mismatch":
        return f"{shown} contains characters that are not allowed here", []
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", detail["msg"])), []
    return f"{detail['msg'][0].lower()}{detail['msg'][1:]}, found {shown}", []
