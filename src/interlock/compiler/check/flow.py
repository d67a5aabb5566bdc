"""Schema flow: every node in turn is shaped, resolved, built and bound on nothing, from the sources to the sinks."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlglot import exp

from interlock.compiler.binder import BindError, binder
from interlock.compiler.check.context import Context, each_typed
from interlock.compiler.check.resolve import Resolver, plain
from interlock.compiler.check.rules import (
    duplicate_column,
    engine_refuses,
    node_fails,
    node_refuses,
    order_sensitive,
    unprovable_sum,
    wrong_type,
)
from interlock.compiler.check.shapes import shape
from interlock.compiler.check.sources import describe
from interlock.compiler.checked import BoundNode
from interlock.compiler.exact import made_exact
from interlock.compiler.floats import Unprovable, float_aggregates, parts_in_sight
from interlock.compiler.implicit_casts import no_values
from interlock.compiler.infer import not_null_columns, sort_order, unique_keys
from interlock.compiler.ties import settle_foreign, unsettled
from interlock.ir.diagnostics import Diagnostic
from interlock.ir.expressions.constants import no_value
from interlock.ir.expressions.query_places import Places
from interlock.ir.expressions.query_types import part_named
from interlock.ir.plan import Node
from interlock.ir.program import Source
from interlock.ir.types import Column, Schema, Type, parse_column_type
from interlock.registry import sql
from interlock.registry.node import NodeType
from interlock.registry.tables import Copy, Described, NodeError, Select, Table


def flow(context: Context) -> None:
    """Bind the nodes in topological order; a node behind a broken one is checked as far as that goes."""
    shaped: set[str] = set()
    for name in context.order:
        if name in context.types:
            _bind(context, context.nodes[name], context.types[name])
            shaped.add(name)
    for node, node_type in each_typed(context):
        if node.id not in shaped:  # on a cycle, or behind one
            _resolve(context, node, node_type, {}, known=False)


def _bind(context: Context, node: Node, node_type: NodeType) -> None:
    connections = context.connections.get(node.id)
    known = connections is not None and all(edge.source in context.bound for _, edge in connections)
    inputs: dict[str, BoundNode] = {}
    if known and connections is not None:
        inputs = {port: context.bound[edge.source] for port, edge in connections}
    resolver = _resolve(context, node, node_type, inputs, known=known)
    if resolver is None or resolver[0].diagnostics or resolver[0].incomplete or not known:
        return
    before = len(context.diagnostics)
    bound = _build(context, node, node_type, inputs, resolver[1], resolver[0].paths)
    if bound is not None and not any(each.severity == "error" for each in context.diagnostics[before:]):
        context.bound[node.id] = bound


def _resolve(
    context: Context, node: Node, node_type: NodeType, inputs: Mapping[str, BoundNode], *, known: bool
) -> tuple[Resolver, dict[str, Any]] | None:
    at = node.at.child("params")
    if not node.params:
        at = node.at
    model = shape(node_type, context.params[node.id], at)
    if isinstance(model, list):
        context.diagnostics += model
        return None
    resolver = Resolver(
        node_type,
        {port: bound.schema for port, bound in inputs.items()},
        {port: bound.node.id if not _variadic(node_type) else port for port, bound in inputs.items()},
        context.inputs,
        known,
    )
    params = resolver.resolve(model, node.at.child("params"), node.params)
    context.diagnostics += resolver.diagnostics
    context.inputs_used |= resolver.inputs_used
    return resolver, params


def _variadic(node_type: NodeType) -> bool:
    return any(port.variadic for port in node_type.ports)


def _build(
    context: Context,
    node: Node,
    node_type: NodeType,
    inputs: Mapping[str, BoundNode],
    params: dict[str, Any],
    paths: Mapping[str, str],
) -> BoundNode | None:
    """The node with its result known, or None with diagnostics."""
    at = node.at
    source = None
    if node_type.is_source and "reads" in node_type.effects:
        source = describe(context, node, node_type, {name: plain(value) for name, value in params.items()}, paths)
        if source is None:
            return None
    arguments = dict(params)
    if node_type.wants_description:
        if source is None:
            return None
        arguments["source"] = Described(source.columns, source.facts)
    names = [(port, bound.node.id) for port, bound in inputs.items()]
    if node_type.kind in ("rows", "writes"):
        schema = _python_schema(context, node, node_type, inputs, params, source)
        if schema is None:
            return None
        first = next(iter(inputs.values()), None)
        return BoundNode(
            node, node_type, tuple(names), params, schema, source=source,
            sorted_by=first.sorted_by if first and node_type.is_sink else (),
            keys=first.keys if first and node_type.is_sink else (),
        )  # fmt: skip
    try:
        result = node_type.function(*_tables(node_type, inputs), **arguments)
    except NodeError as error:
        context.diagnostics.append(node_refuses.found(at.child("params", *error.param_path), error))
        return None
    except (Exception, SystemExit) as error:
        context.diagnostics.append(node_fails.found(at.child("type"), node_type, error))
        return None
    if not isinstance(result, Select | Copy):
        wrong = TypeError(f"it gives {type(result).__name__}, not Select or Copy")
        context.diagnostics.append(node_fails.found(at.child("type"), node_type, wrong))
        return None
    return _bound(context, node, node_type, inputs, params, result, source)


def _tables(node_type: NodeType, inputs: Mapping[str, BoundNode]) -> list[Table | None]:
    """The ports' tables in the order of the function's parameters; None for an optional port left open."""
    if _variadic(node_type):
        return [Table(port, bound.schema) for port, bound in inputs.items()]
    return [
        Table(inputs[port.name].node.id, inputs[port.name].schema) if port.name in inputs else None
        for port in node_type.ports
    ]


def _bound(
    context: Context,
    node: Node,
    node_type: NodeType,
    inputs: Mapping[str, BoundNode],
    params: dict[str, Any],
    result: Select | Copy,
    source: Source | None,
) -> BoundNode | None:
    if isinstance(result, Select):
        ports = {port: bound.node.id for port, bound in inputs.items()} if _variadic(node_type) else {}
        result = _rename_relations(result, ports, context.nodes)
    schemas = {bound.node.id: bound.schema for bound in inputs.values()}
    at = node.at.child("params", "sql") if "sql" in node.params else node.at
    problem = order_sensitive.find(node.at, node_type.reference, result.tree)
    if problem is not None:
        context.diagnostics.append(problem)
        return None
    if source is not None and isinstance(result, Select):
        columns = [Column(name, *parse_column_type(text)) for name, text in source.columns]
        found = [(column.name, column.type) for column in columns]
        nullable = {column.name: column.nullable for column in columns}
        given = [projection.alias_or_name for projection in result.tree.selects]
        kinds = dict(found)
        found = [(name, kinds[name]) for name in given if name in kinds] if given != ["*"] else found
    else:
        try:
            unread = [] if node_type.known_shape else list(_unread(result.tree))
            for part in unread:
                binder().bind(sql.text(part), schemas)
            found = binder().bind(sql.text(result.tree), schemas)
        except BindError as error:
            text = context.params[node.id].get("sql")
            context.diagnostics.append(
                engine_refuses.found(at, node_type.name, error, schemas, text if isinstance(text, str) else None)
            )
            return None
        if not node_type.known_shape:
            wrong = [each for tree in (result.tree, *unread) for each in no_values(tree, schemas, binder())]
            if wrong:
                context.diagnostics += _told_of(context, node, wrong)
                return None
        nullable = {}
    try:
        float_aggregates(result.tree, schemas)
    except Unprovable as error:
        context.diagnostics.append(unprovable_sum.found(at, node_type.reference, str(error)))
        return None
    names = [name for name, _ in found]
    written = [
        projection.alias_or_name if isinstance(projection, exp.Alias | exp.Column) else name
        for projection, name in zip(result.tree.selects, names, strict=False)
    ]
    if (
        len(result.tree.selects) == len(names)
        and "*" not in written
        and len({each.casefold() for each in written}) < len(written)
    ):
        names = written
    if len({name.casefold() for name in names}) < len(names):
        context.diagnostics.append(duplicate_column.found(node.at, node.id, names))
        return None
    if not node_type.known_shape:
        try:
            exact = made_exact(result.tree, schemas)
        except Unprovable as error:
            context.diagnostics.append(unprovable_sum.found(at, node_type.reference, str(error)))
            return None
        reason = _cannot_settle(exact, schemas)
        if reason is not None:
            context.diagnostics.append(order_sensitive.unsettled(at, node_type.reference, reason))
            return None
        nullable = {}
    ordered = [(port, bound) for port, bound in inputs.items()]
    if isinstance(result, Copy):
        first = ordered[0][1]
        return BoundNode(
            node, node_type, tuple((port, bound.node.id) for port, bound in ordered), params, first.schema,
            result, source, first.sorted_by, first.keys,
        )  # fmt: skip
    by_id = {bound.node.id: bound for bound in inputs.values()}
    order = sort_order(result.tree, by_id, node_type.known_shape, names)
    result = _typed(result, found)
    certain = not_null_columns(result, schemas) if node_type.known_shape else set()
    schema = Schema(
        tuple(Column(name, kind.stored, nullable.get(name, True) and name not in certain) for name, kind in found)
    )
    return BoundNode(
        node, node_type, tuple((port, bound.node.id) for port, bound in ordered), params, schema, result, source,
        order,
        unique_keys(result, by_id) if node_type.known_shape else (),
    )  # fmt: skip


def _told_of(context: Context, node: Node, wrong: Sequence[tuple[exp.Literal, str]]) -> Iterator[Diagnostic]:
    """What to tell of literals of a statement that are no values of the type that the engine takes them for."""
    text = context.params[node.id].get("sql")
    places = Places(text) if isinstance(text, str) else None
    for literal, kind in wrong:
        place = places.of(literal) if places else None
        told = no_value(literal.sql(), kind, *place or (0, 0))
        at = node.at.child("params", "sql").span(*place) if place else node.at
        yield wrong_type.RULE.found(at, told.message, label=told.label, help=told.help, found=literal.this)


def _unread(tree: exp.Query) -> Iterator[exp.Query]:
    """A query for each part (`with part as`) that nothing reads: the engine would not look at it."""
    for holder in tree.find_all(exp.With):
        query = holder.parent
        if not isinstance(query, exp.Query) or not _stands_alone(query):
            continue
        read = {table.name.casefold() for table in query.find_all(exp.Table)}
        for part in holder.expressions:
            if part.alias.casefold() not in read:
                found = sql.select(exp.Star()).from_(sql.table(part.alias), copy=False)
                found.set("with_", exp.With(expressions=[each.copy() for each in parts_in_sight(query)]))
                yield found


def _stands_alone(query: exp.Query) -> bool:
    """Whether nothing of the queries around it can be named in a query: it stands in a FROM or is a part."""
    node: exp.Expr = query
    while node.parent is not None:
        if isinstance(node.parent, exp.Select) and node.arg_key not in ("from_", "joins", "with_"):
            return False
        node = node.parent
        if not isinstance(node, exp.Query | exp.From | exp.Join | exp.CTE | exp.With):
            return False
    return True


def _cannot_settle(tree: exp.Query, schemas: Mapping[str, Schema]) -> str | None:
    """Why a statement that others wrote cannot be made to give the same rows in the same order every time."""
    reason = unsettled(tree, schemas)
    if reason is not None:
        return reason
    try:
        binder().bind(sql.text(settle_foreign(tree, True, schemas)), schemas)
    except BindError as error:
        return f"its order cannot be made total ({error})"
    return None


def _typed(result: Select, found: Sequence[tuple[str, Type]]) -> Select:
    """The result with a type for what the engine knows to be null and gives none: it would take another one later on."""
    if all(kind == kind.stored for _, kind in found):
        return result
    tree = result.tree
    columns = [
        sql.named(sql.column(name) if kind == kind.stored else sql.cast(sql.column(name), kind.stored), name)
        for name, kind in found
    ]
    inner = exp.Subquery(this=tree.copy(), alias=exp.TableAlias(this=sql.name_of("result")))
    typed = sql.select(*columns).from_(inner, copy=False)
    return dataclasses.replace(result, tree=typed)


def _rename_relations(result: Select, sources: Mapping[str, str], nodes: Collection[str]) -> Select:
    """A variadic node's tree reads its edges by name; make it read the nodes behind them, under those names.

    A part of the tree (`with name as`) that is named like a node gets another name: it would be read in its place.
    """
    taken = {name.casefold() for name in nodes}
    hidden = [cte for cte in result.tree.find_all(exp.CTE) if cte.alias.casefold() in taken]
    if not sources and not hidden:
        return result
    tree = result.tree.copy()
    meant = {id(table): part_named(table) for table in tree.find_all(exp.Table)}
    by_name = {name.casefold(): node for name, node in sources.items()}
    known = [*nodes, *(cte.alias for cte in tree.find_all(exp.CTE))]
    renamed: dict[int, str] = {}
    for cte in tree.find_all(exp.CTE):
        if cte.alias.casefold() in taken:
            renamed[id(cte)] = sql.fresh(f"{cte.alias}_part", known)
            known.append(renamed[id(cte)])
    for table in list(tree.find_all(exp.Table)):
        name, part = table.name.casefold(), meant.get(id(table))
        if part is not None and id(part) in renamed:
            sql.redirect(table, renamed[id(part)])
        elif part is None and name in by_name and not table.args.get("db") and by_name[name] != table.name:
            sql.redirect(table, by_name[name])
    for cte in tree.find_all(exp.CTE):
        if id(cte) in renamed:
            cte.args["alias"].set("this", sql.name_of(renamed[id(cte)]))
    return dataclasses.replace(result, tree=tree)


def _python_schema(
    context: Context,
    node: Node,
    node_type: NodeType,
    inputs: Mapping[str, BoundNode],
    params: Mapping[str, Any],
    source: Source | None,
) -> Schema | None:
    """The columns of a Python node: as described, as its `columns` hook says, or, for a sink, those of its input. Of a sink
    the hook may refuse columns."""
    passed_on = next(iter(inputs.values())).schema if node_type.is_sink else None
    if passed_on is not None and node_type.columns is None:
        return passed_on
    try:
        if source is not None:
            columns = list(source.columns)
        elif node_type.columns is not None:
            columns = list(node_type.columns(*(bound.schema for bound in inputs.values()), **params))
            if passed_on is not None:
                return passed_on
        else:
            raise TypeError("it gives Rows, and needs `describe` (a source) or `columns` to tell their schema")
        # that a column holds no null is not claimed for code from elsewhere: nothing would enforce it
        read = [(name, *parse_column_type(text)) for name, text in columns]
        return Schema(tuple(Column(name, kind, nullable or not node_type.built_in) for name, kind, nullable in read))
    except NodeError as error:
        context.diagnostics.append(node_refuses.found(node.at.child("params", *error.param_path), error))
    except (Exception, SystemExit) as error:
        context.diagnostics.append(node_fails.found(node.at.child("type"), node_type, error))
    return None
