"""Runs a relational node's function by itself: parameters as a plan writes them, ports as lists of rows."""

from __future__ import annotations

import types
import typing
from typing import Annotated, Any

import duckdb
import pytest
import sqlglot
from pydantic import BaseModel
from sqlglot import exp

from interlock.compiler.check.resolve import _looks_like
from interlock.ir.types import Column as SchemaColumn
from interlock.ir.types import Schema, parse_column_type
from interlock.registry import kinds, macros, sql
from interlock.registry.node import NodeType
from interlock.registry.tables import THIS, Check, NodeError, Select, Table

_GUESSES = {bool: "boolean", int: "bigint", float: "double", str: "varchar"}


class Bench:
    """A connection with ports as tables; resolves parameters, runs trees and checks."""

    def __init__(self, threads: int = 2) -> None:
        self.connection = duckdb.connect(config={"threads": threads})
        for macro in macros.needed(macros.MACROS):
            self.connection.execute(macros.create_statement(macro))
        self.tables: dict[str, Table] = {}

    def port(self, name: str, rows: list[dict[str, Any]], types: dict[str, str] | None = None) -> Table:
        """Make a port of these rows; the types are guessed from the values, bigger ones given."""
        given = types or {}
        names = list(dict.fromkeys([*(key for row in rows for key in row), *given]))
        columns = []
        for column in names:
            text = given.get(column)
            if text is None:
                seen = [row[column] for row in rows if row.get(column) is not None]
                text = _GUESSES[type(seen[0])] if seen else "varchar"
            kind, nullable = parse_column_type(text)
            columns.append(SchemaColumn(column, kind, nullable))
        quoted = ", ".join(f"{_quote(each.name)} {each.type.sql}" for each in columns)
        self.connection.execute(f"CREATE OR REPLACE TABLE {_quote(name)} ({quoted})")
        if rows:
            marks = ", ".join("?" for _ in columns)
            self.connection.executemany(
                f"INSERT INTO {_quote(name)} VALUES ({marks})",
                [[row.get(each.name) for each in columns] for row in rows],
            )
        self.tables[name] = Table(name, Schema(tuple(columns)))
        return self.tables[name]

    def run(self, node: NodeType, params: dict[str, Any], *, ports: list[Table] | None = None) -> Select:
        """The node's result over the ports, each given by name."""
        specs = node.ports
        if ports is None:
            ports = (
                list(self.tables.values())
                if specs[0].variadic
                else [self.tables[spec.name] for spec in specs if spec.name in self.tables]
            )
        resolved = {}
        hints = node.hints
        for name, parameter in node.parameters.items():
            if name in params:
                resolved[name] = self.resolve(hints[name], params[name], ports[0])
            else:
                assert parameter.default is not parameter.empty, name
        node.model.model_json_schema()
        return node(*ports, **resolved)

    def resolve(self, hint: Any, value: Any, port: Table) -> Any:
        """A parameter as the compiler would hand it to the node."""
        origin = typing.get_origin(hint)
        if origin is Annotated:
            inner, *marks = typing.get_args(hint)
            for mark in marks:
                if isinstance(mark, kinds.Port):
                    port = self.tables[mark.name]
            return self.resolve(inner, value, port)
        if origin in (typing.Union, types.UnionType):
            members = [each for each in typing.get_args(hint) if each is not type(None)]
            if value is None:
                return value
            fitting = [each for each in members if _looks_like(each, value)] or (members if len(members) == 1 else [])
            return self.resolve(fitting[0], value, port) if fitting else value
        if origin is list:
            return [self.resolve(typing.get_args(hint)[0], each, port) for each in value]
        if origin is dict:
            key, inner = typing.get_args(hint)
            return {self.resolve(key, name, port): self.resolve(inner, each, port) for name, each in value.items()}
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            return self._model(hint, value, port)
        if hint is kinds.Column:
            column = port.schema[value]
            return kinds.Column(column.name, column.type, column.nullable)
        if hint is kinds.NewColumn:
            return kinds.NewColumn(value)
        if hint in (kinds.Predicate, kinds.Expression):
            return self._expression(hint, value, port)
        if hint is kinds.Query:
            tree = sqlglot.parse_one(value, dialect="duckdb")
            return kinds.Query(tree, tuple(each.name for each in tree.find_all(exp.Table)))
        return value

    def _model(self, model: type[BaseModel], value: Any, port: Table) -> BaseModel:
        for decorator in model.__pydantic_decorators__.model_validators.values():
            value = decorator.func(value)
        hints = typing.get_type_hints(model, include_extras=True)
        unknown = set(value) - set(model.model_fields)
        assert not unknown, unknown
        found = {}
        for name, field in model.model_fields.items():
            if name in value:
                found[name] = self.resolve(hints[name], value[name], port)
            else:
                assert not field.is_required(), name
                found[name] = field.get_default(call_default_factory=True)
        return model.model_construct(**found)

    def _expression(self, hint: Any, value: str, port: Table) -> Any:
        tree = sqlglot.parse_one(value, dialect="duckdb")
        names = []
        for column in tree.find_all(exp.Column):
            column.this.set("quoted", True)
            names.append(column.name)
        if hint is kinds.Predicate:
            return kinds.Predicate(tree, tuple(names))
        described = self.connection.execute(
            f"DESCRIBE SELECT {sql.text(tree)} AS x FROM {_quote(port.name)}"
        ).fetchone()
        assert described
        return kinds.Expression(tree, parse_column_type(described[1])[0], True, tuple(names))

    def give(self, node: NodeType, params: dict[str, Any], **ports: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows that a node gives for ports of these rows (or those made before)."""
        for name, rows in ports.items():
            self.port(name, rows)
        return self.rows(self.run(node, params))

    def refusal(self, node: NodeType, params: dict[str, Any], **ports: list[dict[str, Any]]) -> NodeError:
        """What a node says against these parameters."""
        with pytest.raises(NodeError) as caught:
            self.give(node, params, **ports)
        return caught.value

    def rows(self, result: Select) -> list[dict[str, Any]]:
        """The rows of a result, as mappings."""
        found = self.connection.execute(sql.text(result.tree))
        names = [each[0] for each in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        certain = not self.broken(result)
        for row in rows if certain else ():
            for name in result.non_null:
                assert row[name] is not None, name
        if result.keys and certain:
            keys = [tuple(row[key] for key in result.keys) for row in rows]
            assert len(set(keys)) == len(keys)
        return rows

    def violations(self, result: Select, check: Check) -> list[tuple[Any, ...]]:
        """The rows that break a check."""
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {_quote(THIS)} AS {sql.text(result.tree)}")
        return self.connection.execute(sql.text(check.violations)).fetchall()

    def broken(self, result: Select) -> dict[str, list[tuple[Any, ...]]]:
        """The checks that do not hold, by title."""
        found = {check.title: self.violations(result, check) for check in result.checks}
        return {title: rows for title, rows in found.items() if rows}


@pytest.fixture(scope="session")
def _benches() -> dict[int, Bench]:
    return {threads: Bench(threads) for threads in (1, 2, 4)}


@pytest.fixture
def bench(_benches: dict[int, Bench]) -> Bench:
    _benches[2].tables.clear()
    return _benches[2]


@pytest.fixture
def benches(_benches: dict[int, Bench]) -> list[Bench]:
    """One for each number of threads."""
    for bench in _benches.values():
        bench.tables.clear()
    return list(_benches.values())


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
