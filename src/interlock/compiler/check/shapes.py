"""The shape of parameters: keys, JSON types, bounds and choices, before any schema is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from interlock.compiler.check.rules import missing_parameter, too_large, unknown_parameter, wrong_value
from interlock.ir.diagnostics import Diagnostic, Place
from interlock.ir.expressions.lexer import LONGEST
from interlock.registry.node import NodeType


def shape(node_type: NodeType, params: dict[str, Any], at: Place) -> BaseModel | list[Diagnostic]:
    """The parameters as the node type's model, or what is wrong with them. `at` is the place of `params`."""
    try:
        return node_type.model.model_validate(params)
    except ValidationError as error:
        return list(_diagnose(node_type, params, at, error.errors(include_url=False)))


def _diagnose(
    node_type: NodeType, params: dict[str, Any], at: Place, details: list[ErrorDetails]
) -> Iterator[Diagnostic]:
    missing: dict[tuple[str | int, ...], list[str]] = {}
    unknown: dict[tuple[str | int, ...], list[str]] = {}
    wrong: dict[tuple[str | int, ...], list[ErrorDetails]] = {}
    for detail in details:
        path = tuple(_walk(params, detail["loc"])[0])
        if detail["loc"][-1] == "[key]":
            expected, _ = _words(detail, path[-1])
            yield wrong_value.key_found(at.child(*path), _inside(path[:-1]), node_type.name, expected, str(path[-1]))
            continue
        if detail["type"] == "missing":
            missing.setdefault(path, []).append(str(detail["loc"][-1]))
        elif detail["type"] == "extra_forbidden":
            unknown.setdefault(path[:-1], []).append(str(path[-1]))
        else:
            wrong.setdefault(path, []).append(detail)
    reference = node_type.name
    for parent, names in unknown.items():
        known = list(node_type.parameters) if not parent else list(_fields(node_type.model, [*parent, ""]))
        inside, required = _at(params, parent), missing.get(parent, [])
        for name in names:
            # The one name that is missing is what the one unknown name was meant to be.
            meant = required[0] if len(required) == len(names) == 1 else None
            found = unknown_parameter.found(
                at.child(*parent, name), name, _inside(parent), known, inside, reference, meant
            )
            if found.data["candidates"]:
                missing[parent] = [each for each in required if each != found.data["candidates"][0]]
            yield found
    for parent, names in missing.items():
        for name in dict.fromkeys(names):
            hint = _hint(node_type, [*parent, name])
            yield missing_parameter.found(at.child(*parent), name, _inside(parent), hint, reference)
    for path, several in wrong.items():
        # Of the members of a union, the one that could be read furthest was meant.
        if any(len(path) < len(other) and other[: len(path)] == path for other in (*wrong, *missing, *unknown)):
            continue
        value = _at(params, path)
        most = max(
            (each.get("ctx", {}).get("max_length", 0) for each in several if each["type"] == "string_too_long"),
            default=0,
        )
        if most >= LONGEST and isinstance(value, str):
            yield too_large.too_long(at.child(*path), len(value), most)
            continue
        own = next((detail for detail in several if detail["type"] not in _KNOWN), None)
        if own is not None:
            reason = str(own.get("ctx", {}).get("error", own["msg"]))
            yield wrong_value.refused(at.child(*path), _inside(path), reference, reason, value)
            continue
        words = [_words(detail, value) for detail in several]
        choices = list(dict.fromkeys(choice for _, each in words for choice in each))
        expected = _either(list(dict.fromkeys(text for text, _ in words)))
        yield wrong_value.found(at.child(*path), _inside(path), reference, expected, value, choices)


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


def _at(value: Any, path: Sequence[str | int]) -> Any:
    for token in path:
        value = value[token]
    return value


def _inside(path: Sequence[str | int]) -> str:
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
    return _either([f"`{each}`" for each in choices]) if choices else str(found.get("description", ""))


_EXPECTED = {
    "string_type": "a text",
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


_KNOWN = frozenset(
    [
        *_EXPECTED,
        *_BOUNDS,
        "literal_error",
        "enum",
        "too_short",
        "string_too_short",
        "too_long",
        "string_too_long",
        "string_pattern_mismatch",
    ]
)
"""Kinds of pydantic's errors that have words of ours; others are a node type's own sentence."""


def _either(words: list[str]) -> str:
    """All of the words: of choices, none may be left out.

    >>> _either(["a", "b", "c"])
    'a, b or c'
    """
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _words(detail: ErrorDetails, value: Any) -> tuple[str, list[str]]:
    """What the value must be, in plain words, and the choices if it is one of a few."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in ("literal_error", "enum"):
        choices = [each.strip("'\" ") for each in str(context.get("expected", "")).replace(" or ", ", ").split(",")]
        return _either([f"`{each}`" for each in choices]), choices
    if kind in _EXPECTED:
        return _EXPECTED[kind], []
    if kind in _BOUNDS:
        return f"{_BOUNDS[kind]} {next(iter(context.values()), '')}", []
    one, several = ("character", "characters") if kind.startswith("string") else ("entry", "entries")
    if kind in ("too_short", "string_too_short"):
        least = context.get("min_length", 1)
        return f"at least {least} {one if least == 1 else several} long", []
    if kind in ("too_long", "string_too_long"):
        most = context.get("max_length", 0)
        return f"at most {most:,} {one if most == 1 else several} long", []
    return "without characters that are not allowed here", []
