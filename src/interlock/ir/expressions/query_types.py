"""The types of the parts of a query: columns are looked up where they stand, the rest is read as a scalar expression.

A part whose type is not known for certain has none: then the engine is the only judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from interlock.ir.expressions.binder import Binder
from interlock.ir.expressions.functions import aggregates, windows
from interlock.ir.expressions.nodes import Node
from interlock.ir.expressions.parser import parse
from interlock.ir.expressions.problems import Refused
from interlock.ir.expressions.promotion import BIGINT, BOOLEAN, DOUBLE, VARCHAR
from interlock.ir.expressions.scope import Scope
from interlock.ir.expressions.typed import Typed
from interlock.ir.types import Column, Schema, Type, TypeTextError, parse_type

Columns = list[tuple[str, Type | None]]
"""The columns of a relation, with their types where they are known."""

_COUNTS = frozenset("count row_number rank dense_rank ntile".split())
_SAME = frozenset(
    "min max first last any_value arg_max arg_min mode lag lead first_value last_value nth_value quantile_disc".split()
)
_LISTS = {"min": 1, "max": 1, "arg_min": 2, "arg_max": 2}
_FIXED = {
    **dict.fromkeys(_COUNTS, BIGINT),
    "count_if": Type("hugeint"),
    "bool_and": BOOLEAN,
    "bool_or": BOOLEAN,
    "string_agg": VARCHAR,
    "percent_rank": DOUBLE,
    "cume_dist": DOUBLE,
}
_LEAVES = (exp.Column, exp.Subquery, exp.Query, exp.Exists, exp.Window, exp.Filter)


class QueryTypes:
    """What every relation and every part of one query is."""

    def __init__(self, tables: Mapping[str, Schema]) -> None:
        self.tables: dict[str, Columns] = {
            name.casefold(): [(column.name.casefold(), column.type) for column in schema]
            for name, schema in tables.items()
        }
        self.known: dict[int, Columns | None] = {}

    # relations

    def sources(self, select: exp.Select) -> list[tuple[str, Columns | None]]:
        """What a SELECT reads: by which name, and with which columns where that is known."""
        start = select.args.get("from_") or select.args.get("from")
        parts = [start.this] if start is not None else []
        parts += [join.this for join in select.args.get("joins") or []]
        return [source for part in parts for source in self.relation(part)]

    def relation(self, part: exp.Expr) -> Iterator[tuple[str, Columns | None]]:
        """What one item of FROM brings into sight; several with a join in parentheses."""
        inner = part.this
        alias = part.args.get("alias")
        renamed = isinstance(alias, exp.TableAlias) and bool(alias.args.get("columns"))
        if isinstance(part, exp.Subquery) and isinstance(inner, exp.Table):
            yield from self.relation(inner)
        elif isinstance(part, exp.Subquery) and not renamed:
            yield part.alias_or_name.casefold(), self.columns_of(inner)
        elif isinstance(part, exp.Table) and isinstance(inner, exp.Identifier) and not renamed:
            yield part.alias_or_name.casefold(), self.table(part)
        else:
            yield part.alias_or_name.casefold(), None
        for join in part.args.get("joins") or []:
            yield from self.relation(join.this)

    def table(self, table: exp.Table) -> Columns | None:
        part = part_named(table)
        if part is None:
            return self.tables.get(table.name.casefold())
        alias = part.args.get("alias")
        if isinstance(alias, exp.TableAlias) and alias.args.get("columns"):
            return None
        return self.columns_of(part.this)

    def columns_of(self, query: exp.Expr) -> Columns | None:
        """The columns that a query gives, in order; None where even their names are not known."""
        if id(query) not in self.known:
            self.known[id(query)] = None  # while it is being found out
            self.known[id(query)] = self.given(query)
        return self.known[id(query)]

    def given(self, query: exp.Expr) -> Columns | None:
        if isinstance(query, exp.Subquery):
            return self.columns_of(query.this)
        if isinstance(query, exp.SetOperation):
            left, right = self.columns_of(query.this), self.columns_of(query.expression)
            if left is None or right is None or len(left) != len(right) or query.args.get("by_name"):
                return None
            return [
                (name, kind if kind == other else None) for (name, kind), (_, other) in zip(left, right, strict=True)
            ]
        if not isinstance(query, exp.Select):
            return None
        found: Columns = []
        for item in query.expressions:
            if isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star)):
                inside = self.starred(query, item)
                if inside is None:
                    return None
                found += inside
            else:
                found.append((item.alias_or_name.casefold(), self.type_of(item.unalias())))
        return found

    def starred(self, select: exp.Select, item: exp.Expr) -> Columns | None:
        star = item if isinstance(item, exp.Star) else item.this
        if any(star.args.values()):
            return None
        wanted = item.args.get("table")
        found: dict[str, Type | None] = {}
        for name, columns in self.sources(select):
            if wanted is not None and name != wanted.name.casefold():
                continue
            if columns is None:
                return None
            for column, kind in columns:
                found[column] = kind if found.get(column, kind) == kind else None
        return list(found.items())

    # columns

    def column(self, column: exp.Column) -> Type | None:
        """The type of a column, looked up from where it stands outwards."""
        if not isinstance(column.this, exp.Identifier) or column.args.get("db"):
            return None
        name, table = column.name.casefold(), column.table.casefold()
        node: exp.Expr = column
        while node.parent is not None:
            above = node.parent
            if isinstance(above, exp.SetOperation) and node.arg_key not in ("this", "expression"):
                return None
            if isinstance(above, exp.CTE):
                return None
            if isinstance(above, exp.Select):
                if not table and _shadowed(above, name, node.arg_key or ""):
                    return None
                hits = [columns for alias, columns in self.sources(above) if not table or alias == table]
                kinds = [kind for columns in hits for each, kind in columns or [] if each == name]
                if kinds:
                    return kinds[0] if all(kind == kinds[0] for kind in kinds) else None
                if None in hits or (table and hits):
                    return None
            node = above
        return None

    # parts

    def type_of(self, node: exp.Expr) -> Type | None:
        found = self.typed(node)
        return found.type if found is not None else None

    def typed(self, node: exp.Expr, place: tuple[int, int] = (0, 0)) -> Typed | None:
        """A part with its type, as if it stood at a place; None where the type is not known."""
        kinds: list[Column] = []
        copy = exp.Paren(this=node.copy())
        pairs = zip(node.walk(prune=_is_leaf), copy.this.walk(prune=_is_leaf), strict=True)
        for original, twin in list(pairs):
            if _is_leaf(original):
                kind = self.leaf(original)
                if kind is None:
                    return None
                kinds.append(Column(f"c{len(kinds)}", kind))
                twin.replace(exp.column(kinds[-1].name, quoted=True))
        text = copy.this.sql(dialect="duckdb")
        try:
            found = Binder(text, Scope({"": Schema(tuple(kinds))})).bind(parse(text))
        except Refused:
            return None
        if found is None:
            return None
        return Typed(Node(*place), found.tree, found.type, True, literal=found.literal, text=found.text)

    def leaf(self, node: exp.Expr) -> Type | None:
        """The type of a part that no scalar expression can hold."""
        match node:
            case exp.Column():
                return self.column(node)
            case exp.Exists() | exp.In():
                return BOOLEAN
            case exp.Window() | exp.Filter():
                return self.leaf(node.this) if _is_leaf(node.this) else None
            case exp.Cast():
                return self.cast_type(node)
            case exp.Anonymous():
                return self.aggregate(str(node.this).lower(), node.expressions)
            case _:
                columns = self.columns_of(node)
                return columns[0][1] if columns and len(columns) == 1 else None

    def cast_type(self, cast: exp.Cast) -> Type | None:
        try:
            return parse_type(cast.to.sql(dialect="duckdb"))
        except TypeTextError:
            return None

    def aggregate(self, name: str, arguments: list[exp.Expr]) -> Type | None:
        if name in _FIXED:
            return _FIXED[name]
        first = arguments[0] if arguments else None
        if name in _LISTS and len(arguments) > _LISTS[name]:
            return None  # with a number of values, it gives a list of them
        if name == "quantile_disc" and not (len(arguments) == 2 and isinstance(arguments[1], exp.Literal)):
            return None  # with a list of fractions, too
        kind = self.type_of(first.this if isinstance(first, exp.Order) else first) if first is not None else None
        if kind is None or name in _SAME:
            return kind if kind is None or not kind.is_null else None
        if name == "avg" and kind.is_numeric:
            return DOUBLE
        if name == "sum" and kind.is_numeric:
            integer = Type("decimal", (38, kind.precision[1])) if kind.precision else Type("hugeint")
            return DOUBLE if kind.is_float else integer
        return None


def _is_leaf(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous):
        name = str(node.this).lower()
        return name in aggregates.BY_NAME or name in windows.BY_NAME
    if isinstance(node, exp.Cast):  # a run input
        return isinstance(node.this, exp.Anonymous) and str(node.this.this).lower() == "getvariable"
    return isinstance(node, _LEAVES) or (isinstance(node, exp.In) and node.args.get("query") is not None)


def _shadowed(select: exp.Select, name: str, clause: str) -> bool:
    """Whether a name means a result of the SELECT, in the clauses that see those first."""
    if clause in ("expressions", "where", "joins", "from", "from_"):
        return False
    given = [item for item in select.expressions if isinstance(item, exp.Alias) and item.alias.casefold() == name]
    return any(not (isinstance(item.this, exp.Column) and item.this.name.casefold() == name) for item in given)


def part_named(table: exp.Table) -> exp.CTE | None:
    """The part of the query (`with name as`) that a table means, if one of that name can be seen from where it stands.

    A part sees only those before it: seen from itself, its name is still free, and DuckDB would look further, for a file.
    """
    name = table.name.casefold()
    node: exp.Expr = table
    while node.parent is not None:
        above = node.parent
        if isinstance(above, exp.With):
            before = above.expressions[: next(i for i, cte in enumerate(above.expressions) if cte is node)]
            found = [cte for cte in before if cte.alias.casefold() == name]
            if found or above.parent is None:
                return found[-1] if found else None
            node = above.parent
            continue
        parts = above.args.get("with_") or above.args.get("with")
        if isinstance(parts, exp.With):
            found = [cte for cte in parts.expressions if cte.alias.casefold() == name]
            if found:
                return found[-1]
        node = above
    return None
