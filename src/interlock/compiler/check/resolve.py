"""Parameters against schemas: columns become typed columns, texts become typed trees, paths are kept for the policy."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel

from interlock.compiler.check.rules import (
    bad_expression,
    bad_type,
    not_allowed,
    not_deterministic,
    too_large,
    unknown_column,
    unknown_function,
    unknown_input,
    wrong_arguments,
    wrong_type,
)
from interlock.ir import expressions
from interlock.ir.diagnostics import Diagnostic, Fix, Place, Rule, unescape_pointer
from interlock.ir.types import Schema, Type, TypeTextError, parse_type
from interlock.registry import kinds
from interlock.registry.node import NodeType

REASONS: Mapping[str, Rule] = {
    "syntax": bad_expression.RULE,
    "unknown-function": unknown_function.RULE,
    "unknown-input": unknown_input.RULE,
    "wrong-arity": wrong_arguments.RULE,
    "not-allowed": not_allowed.RULE,
    "too-large": too_large.RULE,
    "unknown-column": unknown_column.RULE,
    "wrong-type": wrong_type.RULE,
    "not-deterministic": not_deterministic.RULE,
}


@dataclass
class Resolver:
    """Resolves the parameters of one node. `schemas` are its inputs' by name, first port first; None if unknown."""

    node_type: NodeType
    schemas: Mapping[str, Schema]
    sources: Mapping[str, str]
    inputs: Mapping[str, Type]
    known: bool = True
    incomplete: bool = False
    diagnostics: list[Diagnostic] = field(default_factory=list)
    inputs_used: set[str] = field(default_factory=set)
    paths: dict[str, str] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    written: tuple[Place, Any] = (Place(""), None)

    def resolve(self, model: BaseModel, at: Place, written: Any = None) -> dict[str, Any]:
        """The keyword arguments for the node's function; what is wrong is added to `diagnostics`.

        `written` are the parameters as the plan has them at `at`: a structure may stand there as a text, such as a
        sort key `total desc`.
        """
        self.written = (at, written)
        found: dict[str, Any] = {}
        for name in self.node_type.parameters:
            hint = self.node_type.hints.get(name, Any)
            found[name] = self.value(hint, getattr(model, name), at.child(name), None)
            if kinds.path_effect(hint) and isinstance(found[name], str):
                self.paths[name] = found[name]
        return found

    def value(self, hint: Any, value: Any, at: Place, port: str | None) -> Any:
        """`value`, which has been read as `hint`, with every kind inside it resolved."""
        origin = typing.get_origin(hint)
        if origin is Annotated:
            inner, *marks = typing.get_args(hint)
            named = next((mark.name for mark in marks if isinstance(mark, kinds.Port)), port)
            return self.value(inner, value, at, named)
        if value is None:
            return None
        if isinstance(hint, type) and hint in _RESOLVERS:
            return _RESOLVERS[hint](self, value, at, port)
        if isinstance(hint, type) and issubclass(hint, kinds.Kind) and issubclass(hint, str):
            return hint(value)
        if isinstance(value, BaseModel):
            fields = typing.get_type_hints(type(value), include_extras=True)
            return type(value).model_construct(
                **{
                    name: self.value(fields[name], getattr(value, name), at.child(name), port)
                    for name in type(value).model_fields
                }
            )
        if origin in (list, tuple) and isinstance(value, list | tuple):
            (inner, *_) = typing.get_args(hint) or (Any,)
            return [self.value(inner, each, at.child(index), port) for index, each in enumerate(value)]
        if origin is dict and isinstance(value, dict):
            key, inner = typing.get_args(hint)
            self.keys = set(value)
            return {
                self.value(key, name, at.child(name).key(), port): self.value(inner, each, at.child(name), port)
                for name, each in value.items()
            }
        if origin in (typing.Union, types.UnionType):
            return self.value(_member(hint, value), value, at, port)
        return value

    def schema(self, port: str | None) -> tuple[str, Schema] | None:
        """The (source name, schema) that a kind is resolved against: of `port`, or of the first port."""
        if not self.known or not self.schemas:
            return None
        name = port if port in self.schemas else next(iter(self.schemas)) if port is None else None
        return (self.sources.get(name, name), self.schemas[name]) if name is not None else None

    def column(self, name: str, at: Place, port: str | None) -> kinds.Column:
        scope = self.schema(port)
        column = scope[1].get(name) if scope else None
        if scope and column is None:
            place, text = self._as_written(at, name)
            # A text that stands for a column on both sides is one mistake, even if neither side has it.
            if text is None or all(each.at != place for each in self.diagnostics):
                self.diagnostics.append(unknown_column.found(place, name, scope[0], scope[1], self.keys, text))
        if column is None:
            return kinds.Column(name, Type("null"))
        return kinds.Column(column.name, column.type, column.nullable)

    def new_column(self, name: str, at: Place, port: str | None) -> kinds.NewColumn:
        return kinds.NewColumn(name)

    def expression(self, text: str, at: Place, port: str | None) -> Any:
        found = self._admit(text, at, port, None)
        if found is None:
            return None
        return kinds.Expression(found.tree, found.type, found.nullable, found.columns)

    def predicate(self, text: str, at: Place, port: str | None) -> Any:
        found = self._admit(text, at, port, Type("boolean"))
        return None if found is None else kinds.Predicate(found.tree, found.columns, found.non_null)

    def _admit(self, text: str, at: Place, port: str | None, expect: Type | None) -> expressions.Expression | None:
        scope = self.schema(port)
        if (scope is None and not self.known) or self._uses_broken_input(text):
            return None
        tables = {scope[0]: scope[1]} if scope else {}
        result = expressions.admit(text, expressions.Scope(tables, self.inputs), expect)
        if isinstance(result, list):
            self.diagnostics += [self._problem(problem, at, text, scope) for problem in result]
            return None
        self.inputs_used.update(result.inputs)
        return result

    def _uses_broken_input(self, text: str) -> bool:
        """Whether the text names a run input whose type could not be read; that has been reported already."""
        broken = any(kind.is_null and re.search(rf":{re.escape(name)}\b", text) for name, kind in self.inputs.items())
        self.incomplete = self.incomplete or broken
        return broken

    def query(self, text: str, at: Place, port: str | None) -> Any:
        if not self.known or self._uses_broken_input(text):
            return None
        result = expressions.admit_select(text, self.schemas, self.inputs)
        if isinstance(result, list):
            self.diagnostics += [self._problem(problem, at, text, None) for problem in result]
            return None
        self.inputs_used.update(result.inputs)
        return kinds.Query(result.tree, result.tables)

    def type_name(self, text: str, at: Place, port: str | None) -> Any:
        try:
            return kinds.TypeName(parse_type(text))
        except TypeTextError as error:
            self.diagnostics.append(bad_type.found(at, text, error))
            return None

    def _as_written(self, at: Place, word: str) -> tuple[Place, str | None]:
        """Where `at` is in the plan, and the text that stands there in place of a structure: `word` is a part of it."""
        root, value = self.written
        if value is None or at.on_key:
            return at, None
        place = root
        for part in at.pointer[len(root.pointer) :].split("/")[1:]:
            if isinstance(value, str):
                match = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", value)
                return (place.span(*match.span()) if match else place), value
            key = unescape_pointer(part)
            if isinstance(value, dict) and key in value:
                value = value[key]
            elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            else:
                return at, None
            place = place.child(key)
        return at, None

    def _problem(
        self, problem: expressions.Problem, at: Place, text: str, scope: tuple[str, Schema] | None
    ) -> Diagnostic:
        """A problem of the expression language as a diagnostic at its place in the plan."""
        notes = list(problem.notes)
        if problem.reason == "unknown-column" and scope and problem.message.startswith("column"):
            notes = [unknown_column.columns_of(*scope)]
        fix = None
        if problem.replacement is not None:
            safe = problem.safe
            wrong = text[problem.start : problem.end]
            before, after = text[: problem.start], text[problem.end :]
            new = problem.replacement
            if new.startswith(before) and new.endswith(after) and len(new) > len(before) + len(after):
                put = new[len(before) : len(new) - len(after)]
                title = f"replace `{wrong}` with `{put}`"
                named = put.strip('"') in problem.candidates  # it may as well have become text
                if problem.reason == "unknown-column" and named:
                    words = () if wrong.startswith('"') else ("true", "false", "null")  # may be meant as well
                    safe = safe or unknown_column.is_safe(wrong.strip('"'), problem.candidates, words)
            else:
                title = f"write `{new}`"
            fix = Fix(title, ({"op": "replace", "path": at.pointer, "value": new},), safe)
        return REASONS[problem.reason].found(
            at.span(problem.start, problem.end),
            problem.message,
            label=problem.label,
            notes=notes,
            help=problem.help,
            fix=fix,
            found=text[problem.start : problem.end],
            candidates=list(problem.candidates)[:5],
        )


def _looks_like(member: Any, value: Any) -> bool:
    """Whether `value` has the shape of `member`: a list of lists is no list of texts."""
    origin = typing.get_origin(member)
    if origin is Annotated:
        return _looks_like(typing.get_args(member)[0], value)
    if origin in (list, dict):
        if not isinstance(value, origin):
            return False
        inner = (typing.get_args(member) or (Any,))[-1]
        while typing.get_origin(inner) is Annotated:
            inner = typing.get_args(inner)[0]
        first = next(iter(value.values() if isinstance(value, dict) else value), None)
        nested = typing.get_origin(inner) in (list, dict)
        return first is None or nested == isinstance(first, list | dict) or isinstance(first, BaseModel)
    return isinstance(value, BaseModel) and isinstance(member, type) and isinstance(value, member)


def _member(hint: Any, value: Any) -> Any:
    """The member of a union that `value` was read as."""
    members = [each for each in typing.get_args(hint) if each is not type(None)]
    fitting = [member for member in members if _looks_like(member, value)]
    if fitting:
        return fitting[0]
    kind_members = [each for each in members if isinstance(each, type) and issubclass(each, kinds.Kind)]
    if isinstance(value, str) and kind_members:
        return kind_members[0]
    plain = [each for each in members if isinstance(each, type) and isinstance(value, each)]
    return plain[0] if plain else members[0] if isinstance(value, str) else Any


_RESOLVERS: Mapping[type, Callable[[Resolver, Any, Place, str | None], Any]] = {
    kinds.Column: Resolver.column,
    kinds.NewColumn: Resolver.new_column,
    kinds.Expression: Resolver.expression,
    kinds.Predicate: Resolver.predicate,
    kinds.Query: Resolver.query,
    kinds.TypeName: Resolver.type_name,
}


def plain(value: Any) -> Any:
    """Resolved parameters as plain data again, for a Python node's call: names, type texts, numbers, lists."""
    if isinstance(value, kinds.Column | kinds.NewColumn):
        return value.name
    if isinstance(value, kinds.TypeName):
        return str(value.type)
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, dict):
        return {plain(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, str) else value
