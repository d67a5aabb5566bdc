"""Parameters by their kinds: how a node type is drawn that no family knows, those of users included.

What its parameters may be is read off its annotations; what it gives is asked of its function and the engine's binder.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen, MultipleOf
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from interlock.compiler.binder import BindError, binder
from interlock.compiler.check.resolve import Resolver, plain
from interlock.compiler.check.shapes import shape
from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.expressions.parts import Part
from interlock.evaluation.generate.known import Col, Known
from interlock.evaluation.generate.steps.choosing import expressions, new_name, refer, some, sort_keys
from interlock.evaluation.generate.steps.drawing import Feed
from interlock.ir.diagnostics import Place
from interlock.ir.types import Column, Schema, Type, parse_type
from interlock.registry import kinds, sql
from interlock.registry.node import NodeType
from interlock.registry.tables import NodeError, Select, Table

TRIES = 8
"""How often parameters are drawn anew when the node type refuses them."""
TYPES = ("bigint", "double", "varchar", "date", "boolean", "decimal(9,2)", "timestamp")


class Undrawable(Exception):
    """A parameter of a kind that nothing here knows how to fill, or that the inputs do not go with."""


def draw_by_kinds(draft: Draft, node_type: NodeType, feeds: list[Feed]) -> Step | None:
    """Parameters that the node type takes, and its result; None where none are found."""
    for _ in range(TRIES):
        try:
            params = _params(draft, node_type, feeds)
            result = given_by(draft, node_type, feeds, params)
        except Undrawable:
            continue
        if result is not None:
            return Step(params, result)
    return None


def _params(draft: Draft, node_type: NodeType, feeds: list[Feed]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    values = _Values(draft, feeds)
    for name, parameter in node_type.parameters.items():
        required = parameter.default is parameter.empty
        if required or draft.chance(0.6):
            try:
                found[name] = values.value(node_type.hints[name], None)
            except Undrawable:
                if required:
                    raise
    return found


class _Values:
    """Values for the parameters of one node, by their annotations."""

    def __init__(self, draft: Draft, feeds: list[Feed]) -> None:
        self.draft = draft
        self.feeds = feeds
        self.taken = [name for each in feeds for name in each.known.names]

    def table(self, port: str | None) -> Known:
        found = next((each.known for each in self.feeds if each.port == port), None)
        if found is None and not self.feeds:
            return Known(())
        return found or self.feeds[0].known

    def value(self, hint: Any, port: str | None, bounds: tuple[Any, ...] = ()) -> Any:
        """A value that the annotation allows."""
        origin = typing.get_origin(hint)
        if origin is Annotated:
            inner, *marks = typing.get_args(hint)
            named = next((mark.name for mark in marks if isinstance(mark, kinds.Port)), port)
            limits = [limit for mark in marks if isinstance(mark, FieldInfo) for limit in mark.metadata]
            return self.value(inner, named, (*bounds, *limits, *marks))
        if origin is Literal:
            return self.draft.random.choice(typing.get_args(hint))
        if origin in (typing.Union, types.UnionType):
            members = [each for each in typing.get_args(hint) if each is not type(None)]
            return self.value(self.draft.random.choice(members), port, bounds)
        if origin in (list, tuple):
            return self.listed(hint, port, bounds)
        if origin is dict:
            key, inner = typing.get_args(hint)
            return {self.value(key, port): self.value(inner, port) for _ in range(self.count(bounds))}
        if isinstance(hint, type) and issubclass(hint, kinds.SortKey):
            return self.sort_key(port)
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            return self.structure(hint, port)
        if isinstance(hint, type) and issubclass(hint, kinds.Kind):
            return self.kind(hint, port, bounds)
        return self.scalar(hint, bounds)

    def count(self, bounds: tuple[Any, ...]) -> int:
        least = max([each.min_length for each in bounds if isinstance(each, MinLen)], default=0)
        most = min([each.max_length for each in bounds if isinstance(each, MaxLen)], default=least + 3)
        return self.draft.random.randint(max(least, min(1, most)), max(least, min(most, least + 2, 3), 1))

    def listed(self, hint: Any, port: str | None, bounds: tuple[Any, ...]) -> list[Any]:
        (inner, *_) = typing.get_args(hint) or (str,)
        if inner is kinds.Column:
            found = some(self.draft, self.table(port), max(self.count(bounds), 1), lambda each: True)
            if not found:
                raise Undrawable("no columns")
            return refer(self.draft, found)
        return [self.value(inner, port) for _ in range(self.count(bounds))]

    def structure(self, model: type[BaseModel], port: str | None) -> dict[str, Any]:
        hints = typing.get_type_hints(model, include_extras=True)
        found: dict[str, Any] = {}
        for name, info in model.model_fields.items():
            if info.is_required() or self.draft.chance(0.4):
                found[name] = self.value(hints[name], port, tuple(info.metadata))
        return found

    def sort_key(self, port: str | None) -> Any:
        columns = some(self.draft, self.table(port), 1)
        if not columns:
            raise Undrawable("no column to sort by")
        return sort_keys(self.draft, columns)[0][0]

    def kind(self, hint: type[kinds.Kind], port: str | None, bounds: tuple[Any, ...]) -> str:
        draft, table = self.draft, self.table(port)
        match hint.__name__:
            case "Column":
                found = some(draft, table, 1, lambda each: True)
                if not found:
                    raise Undrawable("no columns")
                return refer(draft, found)[0]
            case "NewColumn":
                name = new_name(draft, self.taken)
                self.taken.append(name)
                return name
            case "Expression":
                return self.part(table).written
            case "Predicate":
                return expressions(draft, table).condition().written
            case "TypeName":
                return draft.random.choice(TYPES)
            case "Name":
                return draft.random.choice(("data", "Figures", "Sales 2024"))
            case "WritePath":
                path = f"out/own_{len(draft.written)}.txt"
                draft.written[path] = path
                return path
            case "Text":
                return self.text(bounds)
        raise Undrawable(f"nothing draws a {hint.__name__}")

    def part(self, table: Known) -> Part:
        return expressions(self.draft, table).value()

    def text(self, bounds: tuple[Any, ...]) -> str:
        least = max([each.min_length for each in bounds if isinstance(each, MinLen)], default=0)
        most = min([each.max_length for each in bounds if isinstance(each, MaxLen)], default=20)
        text = self.draft.random.choice((",", "a", "x-y", "é", "", "it's", "A b"))
        return text[:most] if len(text) >= least else "x" * least

    def scalar(self, hint: Any, bounds: tuple[Any, ...]) -> Any:
        if hint is bool:
            return self.draft.chance(0.5)
        if hint in (int, float):
            return self.number(hint, bounds)
        if hint is str:
            return self.text(bounds)
        if hint is type(None):
            return None
        raise Undrawable(f"nothing draws a {hint}")

    def number(self, hint: type, bounds: tuple[Any, ...]) -> Any:
        low, high, step = -10.0, 20.0, None
        for each in bounds:
            if isinstance(each, Ge | Gt):
                low = float(each.ge if isinstance(each, Ge) else each.gt + (1 if hint is int else 0.5))  # type: ignore[arg-type]
            if isinstance(each, Le | Lt):
                high = float(each.le if isinstance(each, Le) else each.lt - (1 if hint is int else 0.5))  # type: ignore[arg-type]
            if isinstance(each, MultipleOf):
                step = each.multiple_of
        high = high if high >= low else low + 20
        if hint is int:
            found = self.draft.random.randint(
                math.ceil(low), max(math.ceil(low), min(math.floor(high), math.ceil(low) + 20))
            )
            return found - found % step if step else found  # type: ignore[operator]
        return round(self.draft.random.uniform(low, min(high, low + 100)), 3)


def given_by(draft: Draft, node_type: NodeType, feeds: list[Feed], params: Mapping[str, Any]) -> Known | None:
    """What a node gives: asked of its own function; None where it refuses these parameters or inputs."""
    schemas = {each.port: _schema(each.known) for each in feeds}
    model = shape(node_type, dict(params), Place(""))
    if isinstance(model, list):
        return None
    inputs = {each.name: each.type for each in draft.given}
    resolver = Resolver(node_type, schemas, {port: port for port in schemas}, inputs)
    arguments = resolver.resolve(model, Place(""), params)
    if resolver.diagnostics or node_type.wants_description:
        return None
    most = sum(each.known.most for each in feeds) * 10 + 1_000
    if node_type.kind in ("rows", "writes"):
        return _rows_given(node_type, feeds, schemas, arguments, most)
    tables = [Table(port, schema) for port, schema in schemas.items()]
    if not any(port.variadic for port in node_type.ports):
        tables = [next((each for each in tables if each.name == port.name), None) for port in node_type.ports]  # type: ignore[misc]
    try:
        result = node_type.function(*tables, **arguments)
        if not isinstance(result, Select):
            return feeds[0].known if feeds else None
        found = binder().bind(sql.text(result.tree), schemas)
    except (NodeError, BindError):
        return None
    except Exception:  # a fault of the node type: the check says so, and somebody looks
        return Known(())
    return _known(found, most)


def _rows_given(
    node_type: NodeType, feeds: list[Feed], schemas: Mapping[str, Schema], arguments: dict[str, Any], most: int
) -> Known | None:
    """What a node in Python gives: as its `columns` function tells, or as its own result says it."""
    if node_type.is_sink:
        return feeds[0].known if feeds else None
    params = {name: plain(value) for name, value in arguments.items()}
    if node_type.columns is None:
        return None
    try:
        texts = node_type.columns(*schemas.values(), **params)
    except NodeError:
        return None
    except Exception:  # a fault of the node type: the check says so, and somebody looks
        return Known(())
    listed = texts.items() if isinstance(texts, Mapping) else texts
    try:
        return _known([(str(name), parse_type(str(kind).removesuffix(" not null"))) for name, kind in listed], most)
    except (ValueError, TypeError):
        return None


def _known(columns: list[tuple[str, Type]], most: int) -> Known | None:
    if len({name.casefold() for name, _ in columns}) < len(columns):
        return None
    fixed = [(name, Type("integer") if kind.is_null else kind) for name, kind in columns]
    return Known(tuple(Col(name, kind) for name, kind in fixed), most)


def _schema(known: Known) -> Schema:
    return Schema(tuple(Column(each.name, each.type, each.nullable) for each in known.columns))
