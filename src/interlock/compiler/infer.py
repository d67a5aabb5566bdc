"""What a statement says about its own result: columns that cannot be null, its sort order, its unique keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from sqlglot import exp

from interlock.compiler.checked import BoundNode, SortTerm
from interlock.compiler.results import result_at
from interlock.ir.types import Schema
from interlock.registry import sql
from interlock.registry.tables import Select


def single_relation(tree: exp.Query) -> str | None:
    """The one relation that a plain SELECT reads (directly, or numbered), or None: no joins, no set operations."""
    if not isinstance(tree, exp.Select) or tree.args.get("joins") or tree.args.get("laterals"):
        return None
    origin = tree.args.get("from_")
    relation = origin.this if origin is not None else None
    if isinstance(relation, exp.Table) and isinstance(relation.this, exp.Identifier):
        return relation.name
    if (
        isinstance(relation, exp.Subquery)
        and isinstance(relation.this, exp.Select)
        and _only_adds_position(relation.this)
    ):
        return single_relation(relation.this)
    return None


def _only_adds_position(tree: exp.Select) -> bool:
    return not any(tree.args.get(clause) for clause in ("group", "distinct", "joins", "limit", "order")) and all(
        isinstance(each, exp.Column) or _is_position(each) for each in tree.selects
    )


def _is_position(projection: exp.Expr) -> bool:
    inner = projection.this if isinstance(projection, exp.Alias) else None
    return isinstance(inner, exp.Window) and isinstance(inner.this, exp.RowNumber)


def keeps_order(tree: exp.Query) -> bool:
    """Whether a statement without ORDER BY gives its rows in the order of the one thing it reads.

    Filters and projections do, over a relation, a file, a list of values, or another statement that does.
    """
    if not isinstance(tree, exp.Select) or tree.args.get("joins") or tree.args.get("laterals"):
        return False
    if any(tree.args.get(clause) for clause in ("group", "distinct", "having", "qualify", "windows", "with_")):
        return False
    if not _reads_in_order(tree):
        return False
    where = tree.args.get("where")
    if any(part.find(exp.Query) is not None for part in (*tree.selects, *([where] if where is not None else []))):
        return False  # the engine makes a join of a query that stands for a value or a list
    return not any(
        isinstance(each, exp.AggFunc | exp.Window | exp.Unnest | exp.Explode)
        or (isinstance(each, exp.Anonymous) and each.name.lower() == "unnest")
        for projection in tree.selects
        for each in projection.walk()
    )


def _reads_in_order(tree: exp.Select) -> bool:
    origin = tree.args.get("from_")
    relation = origin.this if origin is not None else None
    if isinstance(relation, exp.Subquery):
        inner = relation.this
        ordered = isinstance(inner, exp.Select) and (_only_adds_position(inner) or inner.args.get("order") is not None)
        return ordered or (isinstance(inner, exp.Query) and keeps_order(inner))
    return relation is None or isinstance(relation, exp.Table | exp.Values)


def not_null_columns(result: Select, inputs: Mapping[str, Schema]) -> set[str]:
    """Names of result columns that are never null: said by the node, or passed straight through from one input."""
    found = set(result.non_null)
    name = single_relation(result.tree)
    schema = next((schema for node, schema in inputs.items() if name and node.casefold() == name.casefold()), None)
    folded = {each.casefold() for each in found}
    certain: set[str] = set()
    for projection in result.tree.selects:
        inner = projection.this if isinstance(projection, exp.Alias) else projection
        alias = projection.alias_or_name
        if alias.casefold() in folded:
            certain.add(alias)
        elif schema is not None and isinstance(inner, exp.Column):
            column = schema.get(inner.name)
            if column is not None and not column.nullable:
                certain.add(alias)
    return certain


def _origin(tree: exp.Query) -> dict[str, str]:
    """For each result column that is a plain column of the input: the input column's name, folded, to the result's."""
    found: dict[str, str] = {}
    for projection in tree.selects:
        inner = projection.this if isinstance(projection, exp.Alias) else projection
        if isinstance(inner, exp.Column):
            found.setdefault(inner.name.casefold(), projection.alias_or_name)
    return found


def _named(tree: exp.Query, term: exp.Expr) -> str | None:
    """The result's name of what an order names with its table or by its place, or writes as it was selected."""
    at = result_at(tree, term)
    found = tree.selects[at] if at is not None else None
    return found.alias_or_name if isinstance(found, exp.Alias | exp.Column) else None


def _results(tree: exp.Query, columns: Sequence[str]) -> dict[str, str]:
    """What an order may call the columns of the result, folded, to their names there; `columns` are all of these.

    Where a star stands, a name is left out that two columns would have had: the engine calls the second one `name_1`,
    and an order by that name may mean it.
    """
    named = {each.alias_or_name.casefold(): each.alias_or_name for each in tree.selects if not each.is_star}
    stars = [each.this if isinstance(each, exp.Column) else each for each in tree.selects if each.is_star]
    if not stars:
        return named
    if any(each.args.get("replace") or each.args.get("rename") for each in stars):
        return {}
    there = {name.casefold() for name in columns}
    return {name.casefold(): name for name in columns if f"{name.casefold()}_1" not in there}


def sort_order(
    tree: exp.Query, inputs: Mapping[str, BoundNode], known_shape: bool = True, columns: Sequence[str] = ()
) -> tuple[SortTerm, ...]:
    """The columns that the result is known to be sorted by; of a statement that others wrote, by its own ORDER BY alone.

    `columns` are the names of the result's columns, which stars stand for.
    """
    order = tree.args.get("order")
    if not known_shape:
        inputs = {}
    by_name = {name.casefold(): bound for name, bound in inputs.items()}
    source = by_name.get((single_relation(tree) or "").casefold())
    if order is None:
        return _carried(source.sorted_by, tree) if source is not None and keeps_order(tree) else ()
    origin = _origin(tree)
    results = _results(tree, columns)
    found: list[SortTerm] = []
    for term in order.expressions:
        inner = term.this if isinstance(term, exp.Ordered) else term
        if isinstance(inner, exp.Min | exp.Max):
            inner = inner.this
        if not isinstance(inner, exp.Column):
            target = _named(tree, inner)
            if target is None:
                break
            found.append(SortTerm(target, bool(term.args.get("desc")), bool(term.args.get("nulls_first"))))
            continue
        name = inner.name.casefold()
        if known_shape and name.startswith(sql.POSITION) and name not in results:
            return _once([*found, *(_carried(source.sorted_by, tree) if source else _multiplied(tree, by_name))])
        target = results.get(name) if not inner.table else _named(tree, inner)  # a plain name is the result's first
        target = target or (origin.get(name) if known_shape else None)
        if target is None:
            break
        found.append(SortTerm(target, bool(term.args.get("desc")), bool(term.args.get("nulls_first"))))
    return _once(found)


def _multiplied(tree: exp.Query, inputs: Mapping[str, BoundNode]) -> tuple[SortTerm, ...]:
    """The order of an input whose rows a subquery makes several of each, as far as its columns pass through that."""
    origin = tree.args.get("from_")
    inner = origin.this.this if origin is not None and isinstance(origin.this, exp.Subquery) else None
    if not isinstance(inner, exp.Select) or any(
        inner.args.get(each) for each in ("group", "distinct", "limit", "order")
    ):
        return ()
    source = inputs.get((single_relation(inner) or "").casefold())
    passed = {each.name.casefold() for each in inner.selects if isinstance(each, exp.Column)}
    kept = takewhile(lambda term: term.column.casefold() in passed, source.sorted_by if source else ())
    return _carried(tuple(kept), tree)


def _once(terms: list[SortTerm]) -> tuple[SortTerm, ...]:
    """The terms without those on a column that an earlier one sorts by."""
    return tuple(
        {term.column: term for term in reversed(terms)}[name] for name in dict.fromkeys(term.column for term in terms)
    )


def _carried(terms: tuple[SortTerm, ...], tree: exp.Query) -> tuple[SortTerm, ...]:
    """An input's order as far as its columns are still there under some name."""
    origin = _origin(tree)
    found: list[SortTerm] = []
    for term in terms:
        target = origin.get(term.column.casefold())
        if target is None:
            break
        found.append(SortTerm(target, term.descending, term.nulls_first))
    return tuple(found)


def unique_keys(result: Select, inputs: Mapping[str, BoundNode]) -> tuple[tuple[str, ...], ...]:
    """Sets of result columns that are together unique: said by the node, or carried through filters and projections."""
    found = [result.keys] if result.keys else []
    tree = result.tree
    by_name = {name.casefold(): bound for name, bound in inputs.items()}
    source = by_name.get((single_relation(tree) or "").casefold())
    if source is None or not isinstance(tree, exp.Select) or tree.args.get("group"):
        return tuple(found)
    if any(isinstance(each, exp.Anonymous) and each.name.lower() == "unnest" for each in tree.walk()):
        return tuple(found)
    origin = _origin(tree)
    for keys in source.keys:
        names = [origin.get(key.casefold()) for key in keys]
        if all(names):
            found.append(tuple(name for name in names if name))
    return tuple(dict.fromkeys(found))
