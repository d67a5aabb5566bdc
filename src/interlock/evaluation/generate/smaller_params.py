"""Smaller parameters: without one, without an item of a list or mapping, with a simpler expression or value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from interlock.evaluation.cases import Case
from interlock.evaluation.generate.smaller_queries import smaller_queries
from interlock.ir.expressions.nodes import Constant, Node
from interlock.ir.expressions.parser import parse
from interlock.ir.expressions.problems import Refused

EXPRESSIONS = frozenset({"where", "expression"})
"""Parameters that are expressions, wherever they stand; those of `derive_columns` are known by their node type."""


def smaller_params(case: Case) -> Iterator[Case]:
    """The case with one node tried once only, or its parameters made smaller in one place.

    What sources read is left to their tables.
    """
    for place, node in enumerate(case.plan["nodes"]):
        if "retry" in node:
            nodes = list(case.plan["nodes"])
            nodes[place] = {key: part for key, part in node.items() if key != "retry"}
            yield replace(case, plan={**case.plan, "nodes": nodes})
        params = node.get("params")
        if not params or node["id"] in case.forms:
            continue
        derived = str(node["type"]).startswith("derive_columns")
        for smaller in _smaller(params, "", derived):
            nodes = list(case.plan["nodes"])
            nodes[place] = {**node, "params": smaller}
            yield replace(case, plan={**case.plan, "nodes": nodes})


def _smaller(value: Any, key: str, derived: bool) -> Iterator[Any]:
    if isinstance(value, dict):
        for name in value:
            rest = {each: part for each, part in value.items() if each != name}
            if rest or not key:
                yield rest
        for name, part in value.items():
            for smaller in _smaller(part, "where" if derived and key == "columns" else name, derived):
                yield {**value, name: smaller}
    elif isinstance(value, list):
        half = len(value) // 2
        if half > 1:
            yield value[:half]
            yield value[half:]
        for place in range(len(value) if len(value) > 1 else 0):
            yield value[:place] + value[place + 1 :]
        for place, part in enumerate(value):
            for smaller in _smaller(part, key, derived):
                yield [*value[:place], smaller, *value[place + 1 :]]
    elif isinstance(value, str) and key in EXPRESSIONS:
        yield from smaller_expressions(value)
    elif isinstance(value, str) and key == "sql":
        yield from smaller_queries(value)
    elif isinstance(value, int) and not isinstance(value, bool) and value not in (0, 1):
        yield 1


def smaller_expressions(text: str) -> Iterator[str]:
    """Shorter texts: a part of the expression in place of the whole, or in place of what it is a part of.

    >>> list(smaller_expressions("lower(a)"))
    ['a']
    """
    try:
        tree = parse(text)
    except Refused:
        return
    seen = {text}
    for outer in _parts(tree):
        for inner in _children(outer):
            new = text[inner.start : inner.end]
            whole = text[: outer.start] + (new if outer is tree else f"({new})") + text[outer.end :]
            if whole not in seen and len(whole) < len(text):
                seen.add(whole)
                yield whole
    for literal in ("null", "true", "1"):
        if len(text) > 8 and literal not in seen:
            yield literal
    for part in _parts(tree):
        if isinstance(part, Constant) and part.kind == "text" and part.end - part.start > 3:
            yield f"{text[: part.start]}'a'{text[part.end :]}"


def _parts(node: Node) -> Iterator[Node]:
    """The node and all its parts, outermost first."""
    yield node
    for child in _children(node):
        yield from _parts(child)


def _children(node: Node) -> Iterator[Node]:
    for each in fields(node):
        yield from _nodes_in(getattr(node, each.name))


def _nodes_in(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _nodes_in(each)
