"""What each result column of one statement is made of, read off the statement's own tree.

sqlglot qualifies the statement (stars, aliases, USING, positions); the walk over it is ours, because it has to see
what decides a result without being in it: filters, join keys, groups, sort keys, windows, conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from interlock.compiler.floats import SPREADS
from interlock.compiler.origins import ROWS, RUN_INPUT, Derivation, How, Made, Origin, compose
from interlock.ir.expressions.functions import aggregates
from interlock.ir.types import Schema


class Unfollowed(Exception):
    """A statement that is not understood well enough to say what its columns are made of."""


def derive(tree: exp.Query, schemas: Mapping[str, Schema], width: int) -> Derivation:
    """The derivation of a statement over relations of these schemas, with `width` result columns; raises Unfollowed."""
    known = {name.casefold(): (name, schema) for name, schema in schemas.items()}
    tables: dict[str, object] = {
        name: {column.name: str(column.type) for column in schema} or {"": "int"} for name, schema in schemas.items()
    }
    try:
        found = qualify(
            tree.copy(),
            dialect="duckdb",
            schema=MappingSchema(tables, dialect="duckdb"),
            validate_qualify_columns=False,
            quote_identifiers=False,
        )
    except (SqlglotError, RecursionError) as error:
        raise Unfollowed(str(error)) from error
    relation = _Reader(known).query(found, _Scope())
    if len(relation.columns) != width:
        raise Unfollowed(f"{len(relation.columns)} columns were found where the result has {width}")
    return Derivation(tuple(relation.columns.values()), relation.rows)


@dataclass
class _Relation:
    """Something a statement reads: its columns by folded name, and its rows."""

    columns: dict[str, Made]
    rows: Made
    members: dict[str, dict[str, Made]] = field(default_factory=dict)
    """Of a column that holds structs made in the statement itself: what each member is made of."""


@dataclass
class _Scope:
    """The names that an expression can use: relations by alias, common table expressions, and what lies around."""

    relations: dict[str, _Relation] = field(default_factory=dict)
    parts: dict[str, _Relation] = field(default_factory=dict)
    outer: _Scope | None = None
    own: dict[str, Made] = field(default_factory=dict)
    """The result's own columns, which ORDER BY may name."""

    def around(self) -> Iterator[_Scope]:
        scope: _Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer


class _Reader:
    def __init__(self, tables: Mapping[str, tuple[str, Schema]]) -> None:
        self.tables = tables

    def query(self, tree: exp.Expr, outer: _Scope) -> _Relation:
        """A statement, or a part of one, as a relation."""
        scope = _Scope(outer=outer)
        with_ = tree.args.get("with_")
        for part in with_.expressions if with_ is not None else ():
            scope.parts[part.alias.casefold()] = _renamed(self.query(part.this, scope), part)
        if isinstance(tree, exp.Subquery):
            return self.clauses(tree, self.query(tree.this, scope), scope)
        if isinstance(tree, exp.SetOperation):
            return self.clauses(tree, self.stacked(tree, scope), scope)
        if not isinstance(tree, exp.Select):
            raise Unfollowed(f"`{tree.key}` stands where a SELECT was expected")
        return self.select(tree, scope)

    def stacked(self, tree: exp.SetOperation, scope: _Scope) -> _Relation:
        sides = [self.query(side, scope) for side in (tree.this, tree.expression)]
        rows = _merged(*(side.rows for side in sides))
        first, second = ([*side.columns.values()] for side in sides)
        if len(first) != len(second):
            raise Unfollowed("the sides of a set operation differ in their columns")
        kept = [{}] * len(second) if isinstance(tree, exp.Except) else second
        columns = {name: _merged(one, other) for name, one, other in zip(sides[0].columns, first, kept, strict=True)}
        if tree.args.get("distinct") is not False or isinstance(tree, exp.Except | exp.Intersect):
            _add(rows, [*first, *second], "group_by" if isinstance(tree, exp.Union) else "filter")
        return _Relation(columns, rows)

    def select(self, tree: exp.Select, scope: _Scope) -> _Relation:
        rows: Made = {}
        origin = tree.args.get("from_")
        for source in [origin.this] if origin is not None else []:
            self.read(source, scope, rows)
        for join in tree.args.get("joins") or ():
            self.read(join.this, scope, rows)
            if join.args.get("on") is not None:
                _add(rows, [self.value(join.args["on"], scope)], "join")
            if join.args.get("using"):
                raise Unfollowed("a join with USING was left as it was")
        for lateral in tree.args.get("laterals") or ():
            raise Unfollowed(f"`{lateral.sql(dialect='duckdb')[:60]}`")
        columns: dict[str, Made] = {}
        members: dict[str, dict[str, Made]] = {}
        for place, projection in enumerate(tree.expressions):
            if projection.is_star:
                raise Unfollowed("`*` over something whose columns are not known")
            name = projection.alias_or_name.casefold()
            name = name if name and name not in columns else f"{name}:{place}"
            columns[name] = self.value(projection, scope)
            members[name] = self.members(projection, scope)
            _add(rows, [self.value(each, scope) for each in _multiplying(projection)], "filter")
        for clause in ("where", "having", "qualify"):
            if tree.args.get(clause) is not None:
                _add(rows, [self.value(tree.args[clause].this, scope)], "filter")
        group = tree.args.get("group")
        if group is not None:
            if group.args.get("all"):
                _add(
                    rows,
                    [
                        made
                        for made, each in zip(columns.values(), tree.expressions, strict=True)
                        if not _aggregates(each)
                    ],
                    "group_by",
                )
            _add(rows, [self.value(each, scope) for each in group.iter_expressions()], "group_by")
        scope.own = columns
        if tree.args.get("distinct") is not None:
            on = tree.args["distinct"].args.get("on")
            _add(rows, [self.value(on, scope)] if on is not None else columns.values(), "group_by")
        return self.clauses(tree, _Relation(columns, rows, members), scope)

    def members(self, projection: exp.Expr, scope: _Scope) -> dict[str, Made]:
        """What each member of the structs is made of, where a column is `unnest([{…}, {…}])` or `{…}`."""
        tree = projection.unalias()
        if _is_unnest(tree):
            tree = _unnested(tree)
        structs = tree.expressions if isinstance(tree, exp.Array) else [tree]
        found: dict[str, Made] = {}
        for struct in structs:
            if not isinstance(struct, exp.Struct):
                return {}
            for member in struct.expressions:
                made = self.value(member.expression, scope)
                found[member.name.casefold()] = _merged(found.get(member.name.casefold(), {}), made)
        return found

    def clauses(self, tree: exp.Expr, found: _Relation, scope: _Scope) -> _Relation:
        """ORDER BY, LIMIT and OFFSET, which any kind of statement may have."""
        scope.own = found.columns
        order = tree.args.get("order")
        for term in order.expressions if order is not None else ():
            every = (
                isinstance(term.this, exp.Var | exp.Column)
                and term.this.name.lower() == "all"
                and "all" not in found.columns
            )
            _add(found.rows, found.columns.values() if every else [self.value(term.this, scope)], "sort")
        for clause in ("limit", "offset"):
            if tree.args.get(clause) is not None:
                _add(found.rows, [self.value(tree.args[clause], scope)], "filter")
        return found

    def read(self, source: exp.Expr, scope: _Scope, rows: Made) -> None:
        """Take what stands in FROM or JOIN into the scope."""
        if isinstance(source, exp.Subquery):
            found = _renamed(self.query(source, _Scope(parts=scope.parts, outer=scope.outer)), source)
        elif isinstance(source, exp.Values):
            parts = [[self.value(cell, scope) for cell in _cells(row)] for row in source.expressions]
            names = [each.name.casefold() for each in source.args["alias"].columns] if source.args.get("alias") else []
            names += [f"col{place}" for place in range(len(names), len(parts[0]) if parts else 0)]
            found = _Relation({name: _merged(*(row[place] for row in parts)) for place, name in enumerate(names)}, {})
        elif isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            found = _renamed(self.table(source, scope), source)
        else:
            raise Unfollowed(f"`{source.sql(dialect='duckdb')[:60]}` is read as it stands")
        scope.relations[source.alias_or_name.casefold()] = found
        for origin, hows in found.rows.items():
            rows.setdefault(origin, set()).update(hows)
        for join in source.args.get("joins") or ():
            self.read(join.this, scope, rows)
            if join.args.get("on") is not None:
                _add(rows, [self.value(join.args["on"], scope)], "join")

    def table(self, source: exp.Table, scope: _Scope) -> _Relation:
        name = source.name.casefold()
        for each in scope.around():
            if name in each.parts:
                part = each.parts[name]
                return _Relation(dict(part.columns), part.rows)
        if name not in self.tables:
            raise Unfollowed(f"`{source.name}` is not a relation of the node")
        relation, schema = self.tables[name]
        columns: dict[str, Made] = {
            each.name.casefold(): {Origin(relation, each.name): {"identity"}} for each in schema
        }
        return _Relation(columns, {Origin(relation, ROWS): {"filter"}})

    def value(self, tree: exp.Expr, scope: _Scope) -> Made:
        """What an expression is made of."""
        if isinstance(tree, exp.Alias | exp.Paren):
            return self.value(tree.this, scope)
        if isinstance(tree, exp.TableColumn):
            return self.column(exp.column(tree.name), scope)
        if isinstance(tree, exp.Column):
            return self.column(tree, scope)
        if isinstance(tree, exp.Query):
            inner = self.query(tree, scope)
            return _merged(_through(_merged(*inner.columns.values()), "transformation"), _through(inner.rows, "filter"))
        if isinstance(tree, exp.Anonymous) and tree.name.lower() == "getvariable":
            return {Origin(RUN_INPUT, tree.expressions[0].name): {"identity"}}
        if isinstance(tree, exp.Anonymous) and tree.name.lower() == "struct_extract":
            of, member = tree.expressions
            for each in scope.around() if isinstance(of, exp.Column) else ():
                relation = each.relations.get(of.table.casefold())
                if relation is not None and member.name.casefold() in relation.members.get(of.name.casefold(), {}):
                    return relation.members[of.name.casefold()][member.name.casefold()]
        if isinstance(tree, exp.Lambda):
            named = {each.name.casefold(): _Relation({}, {}) for each in tree.expressions}
            return self.value(tree.this, _Scope(relations=named, outer=scope))
        found: Made = {}
        how: How = "aggregation" if _is_aggregate(tree) else "transformation"
        for name, part in _parts(tree):
            _add(found, [self.value(part, scope)], _INFLUENCES.get((type(tree), name), how))
        for part in self.named_window(tree) if isinstance(tree, exp.Window) else ():
            _add(found, [self.value(part, scope)], "window")
        return found

    def named_window(self, tree: exp.Window) -> list[exp.Expr]:
        """The parts of the WINDOW clause that an `OVER name` refers to."""
        named = tree.args.get("alias")
        select = tree.find_ancestor(exp.Select)
        if named is None or select is None:
            return []
        return [
            part
            for each in select.args.get("windows") or ()
            if each.name.casefold() == named.name.casefold()
            for _, part in _parts(each)
            if part is not each.this
        ]

    def column(self, tree: exp.Column, scope: _Scope) -> Made:
        name, table = tree.name.casefold(), tree.table.casefold()
        for each in scope.around():
            if table in each.relations:
                return self.of(each.relations[table], name, tree)
            if table:
                continue
            if name in each.own:
                return each.own[name]
            if name in each.relations:  # a whole row, or the variable of a lambda
                return _through(_merged(*each.relations[name].columns.values()), "transformation")
            holding = [relation for relation in each.relations.values() if name in relation.columns]
            if len(holding) == 1:
                return holding[0].columns[name]
        raise Unfollowed(f"`{tree.sql(dialect='duckdb')}` could not be traced to a relation")

    def of(self, relation: _Relation, name: str, tree: exp.Column) -> Made:
        if name in relation.columns:
            return relation.columns[name]
        raise Unfollowed(f"`{tree.sql(dialect='duckdb')}` could not be traced to a relation")


_EXACT = frozenset({"exact_sum", "exact_mean", *(f"exact_{family}" for family in SPREADS)})


def _is_aggregate(tree: exp.Expr) -> bool:
    called = tree.name.lower() if isinstance(tree, exp.Anonymous) else ""
    return isinstance(tree, exp.AggFunc) or called in _EXACT or called in aggregates.BY_NAME


def _aggregates(tree: exp.Expr) -> bool:
    return any(_is_aggregate(each) and not isinstance(each.parent, exp.Window) for each in tree.walk())


def _is_unnest(tree: exp.Expr) -> bool:
    return isinstance(tree, exp.Unnest | exp.Explode) or (
        isinstance(tree, exp.Anonymous) and tree.name.lower() == "unnest"
    )


def _multiplying(projection: exp.Expr) -> list[exp.Expr]:
    """The lists whose lengths decide how many rows there are."""
    calls = [each for each in projection.walk() if _is_unnest(each)]
    lists = [_unnested(each) for each in calls]
    return [each for each in lists if not isinstance(each, exp.Array)]


def _unnested(call: exp.Expr) -> exp.Expr:
    return call.expressions[0] if call.expressions else call.this


_INFLUENCES: dict[tuple[type[exp.Expr], str], How] = {
    (exp.Window, "partition_by"): "window",
    (exp.Window, "order"): "window",
    (exp.Filter, "expression"): "conditional",
    (exp.If, "this"): "conditional",
    (exp.Case, "this"): "conditional",
    (exp.Order, "expressions"): "sort",
}
"""Parts of an expression that have a say in its value without being in it."""


def _parts(tree: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    for name, value in tree.args.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, exp.Expr) and not isinstance(each, exp.DataType | exp.Identifier | exp.TableAlias):
                yield name, each


def _cells(row: exp.Expr) -> list[exp.Expr]:
    return row.expressions if isinstance(row, exp.Tuple) else [row]


def _renamed(relation: _Relation, named: exp.Expr) -> _Relation:
    """The relation with the column names that its alias gives: `AS t(a, b)`."""
    alias = named.args.get("alias")
    names = [each.name.casefold() for each in alias.columns] if isinstance(alias, exp.TableAlias) else []
    rest = [*relation.columns][len(names) :]
    columns = dict(zip([*names, *rest], relation.columns.values(), strict=True))
    return _Relation(columns, relation.rows, {} if names else relation.members)


def _merged(*parts: Made) -> Made:
    found: Made = {}
    for part in parts:
        for origin, hows in part.items():
            found.setdefault(origin, set()).update(hows)
    return found


def _through(made: Made, how: How) -> Made:
    return {origin: {compose(how, each) for each in hows} for origin, hows in made.items()}


def _add(target: Made, parts: Iterable[Made], how: How) -> None:
    for part in parts:
        for origin, hows in _through(part, how).items():
            target.setdefault(origin, set()).update(hows)
