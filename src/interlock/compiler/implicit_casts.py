"""Texts that are written in a query where the engine wants a value of another type, and that are none.

In `left(name, 'x')` the engine casts `'x'` to a number, for every row: the statement binds, and stops at the first row. Which
literals it casts to what is read off its own plan of the statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlglot import exp

from interlock.compiler.binder import Binder
from interlock.ir.expressions.constants import holds_value
from interlock.ir.types import Schema
from interlock.registry import sql

_PLAIN = frozenset(
    "BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT FLOAT DOUBLE DATE TIME "
    "TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS INTERVAL UUID".split()
) | {"TIMESTAMP WITH TIME ZONE", "TIME WITH TIME ZONE"}


def no_values(tree: exp.Query, schemas: Mapping[str, Schema], binder: Binder) -> list[tuple[exp.Literal, str]]:
    """The literals of a query that binds which are no values of the type that the engine makes of them, and that type."""
    written = [each for each in tree.find_all(exp.Literal, bfs=False) if each.is_string]
    if not written:
        return []
    text, plan = binder.plan(sql.text(tree), schemas)
    found: list[tuple[exp.Literal, str]] = []
    for value, kind, place in _casts(plan):
        shown = sql.text(exp.Literal.string(value))
        same = [each for each in written if each.this == value]
        if not same or holds_value(f"CAST({shown} AS {kind})"):
            continue
        before = text.encode()[:place].decode(errors="ignore")
        found.append((same[min(before.count(shown), len(same) - 1)], kind.lower()))
    return found


def _casts(plan: Any) -> Iterator[tuple[str, str, int]]:
    """The texts that are cast in a plan of the engine: each with the type, as SQL, and its place in the statement."""
    if isinstance(plan, list):
        for each in plan:
            yield from _casts(each)
    if not isinstance(plan, dict):
        return
    if plan.get("type") == "OPERATOR_CAST":
        if (plan.get("function_data") or {}).get("try_cast"):
            return
        (child,) = plan["children"]
        kind = _kind(plan["return_type"])
        value = child.get("value") if child["expression_class"] == "BOUND_CONSTANT" else None
        if kind and value and value["type"] == {"id": "VARCHAR", "type_info": None} and not value["is_null"]:
            yield value["value"], kind, child["query_location"]
    for each in plan.values():
        yield from _casts(each)


def _kind(told: Mapping[str, Any]) -> str | None:
    """A type of the engine's plan as SQL; None for one with parts."""
    if told["id"] == "DECIMAL":
        return f"DECIMAL({told['type_info']['width']}, {told['type_info']['scale']})"
    return told["id"] if told["id"] in _PLAIN and told["type_info"] is None else None
