"""Finding the sums, means and deviations of floats in a statement: the aggregates that differ from run to run. So do those
of uhugeint, which the engine adds up as floats.

The type of an aggregate's argument is asked of DuckDB's binder, in the place where the aggregate stands.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from interlock.compiler.binder import BindError, binder
from interlock.ir.types import Schema, Type
from interlock.registry import sql

FAMILIES = {
    "sum": "sum", "fsum": "sum", "kahan_sum": "sum", "sumkahan": "sum",
    "avg": "mean", "mean": "mean", "favg": "mean",
    "stddev": "std", "stddev_samp": "std", "stddev_pop": "stddev_pop",
    "variance": "var_samp", "var_samp": "var_samp", "var_pop": "var_pop",
}  # fmt: skip
SPREADS = {"std": "stddev_samp", "stddev_pop": "stddev_pop", "var_samp": "var_samp", "var_pop": "var_pop"}
"""Families that are computed from the sorted values, each with the engine's name of it."""
UNSUPPORTED = frozenset(
    "corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 "
    "regr_slope regr_sxx regr_sxy regr_syy skewness kurtosis kurtosis_pop sem entropy product geomean geometric_mean".split()
)


class Unprovable(Exception):
    """An aggregate of which it cannot be said whether it is reproducible; the message says why."""


def float_aggregates(tree: exp.Query, schemas: Mapping[str, Schema]) -> list[tuple[exp.Expr, str]]:
    """The aggregate calls over floats, each with its family (`sum`, `mean`, or one of `SPREADS`); raises Unprovable."""
    found: list[tuple[exp.Expr, str]] = []
    if len(schemas) == 0:
        return found
    for call in tree.find_all(exp.Anonymous, exp.AggFunc):
        name = (call.name if isinstance(call, exp.Anonymous) else call.sql_name()).lower()
        if name not in FAMILIES and name not in UNSUPPORTED:
            continue
        arguments = call.expressions if isinstance(call, exp.Anonymous) else [call.this]
        argument = arguments[0] if arguments else None
        distinct = isinstance(argument, exp.Distinct)
        if isinstance(argument, exp.Distinct):
            argument = argument.expressions[0]
        if name in UNSUPPORTED:
            raise Unprovable(f"`{name}` computes in floats, in the order in which threads reach the rows")
        if argument is None:
            continue
        kind = _type(tree, call, argument, schemas)
        if not (kind.is_float or kind.name == "uhugeint" or (kind.is_numeric and FAMILIES[name] in SPREADS)):
            continue
        if distinct and call.find_ancestor(exp.Window, exp.Select).__class__ is exp.Window:
            raise Unprovable(f"`{name}` of distinct values over a window")
        having = call.find_ancestor(exp.Having)
        if (
            having is not None
            and having.parent is not None
            and (having.parent.args.get("qualify") or having.parent.find(exp.Window))
        ):
            raise Unprovable(
                f"`{name}` of floats stands in a HAVING beside window functions; filter the groups in a step of its own"
            )
        found.append((call, FAMILIES[name]))
    return found


def _type(tree: exp.Query, call: exp.Expr, argument: exp.Expr, schemas: Mapping[str, Schema]) -> Type:
    """The type of `argument`, standing where `call` stands in `tree`."""
    scope = call.find_ancestor(exp.Select)
    if scope is None:
        raise Unprovable(f"`{sql.text(call)}` stands in no SELECT")
    if not parts_in_sight(scope) and (known := _of_a_column(scope, argument, schemas)) is not None:
        return known
    try:
        return _given(scope, sql.named(argument.copy(), "argument"), schemas)[1]
    except BindError as error:
        for at, spelled in ((scope, _with_results(scope, argument)), (_with_outer(scope), argument)):
            try:
                return _given(at, sql.named(spelled.copy(), "argument"), schemas)[1]
            except BindError:
                continue
        raise Unprovable(f"the type of `{sql.text(argument)}` cannot be told apart from its query ({error})") from error


def is_column(scope: exp.Select, column: exp.Column, schemas: Mapping[str, Schema]) -> bool:
    """Whether what a SELECT reads has this column."""
    try:
        _given(scope, sql.named(column.copy(), "argument"), schemas)
    except BindError:
        return False
    return True


def engine_name(item: exp.Expr, schemas: Mapping[str, Schema]) -> str:
    """The name that the engine gives to a result that has none of its own; raises Unprovable where it does not say."""
    scope = item.find_ancestor(exp.Select)
    try:
        if scope is not None:
            return _given(scope, item.copy(), schemas, grouped=True)[0]
    except BindError:
        pass
    raise Unprovable(f"`{sql.text(item)}` has no name; write `{sql.text(item)} as …`")


def _given(scope: exp.Select, item: exp.Expr, schemas: Mapping[str, Schema], grouped: bool = False) -> tuple[str, Type]:
    """The name and type of one result, if a SELECT gave it alone; raises BindError."""
    probe = sql.select(item)
    for clause in ("from_", "joins", "laterals", *(("group",) if grouped else ())):
        part = scope.args.get(clause)
        if clause == "group" and part is not None and any(isinstance(each, exp.Literal) for each in part.expressions):
            continue  # a place among results that are not there
        if part is not None:
            probe.set(clause, [each.copy() for each in part] if isinstance(part, list) else part.copy())
    if parts := parts_in_sight(scope):
        probe.set("with_", exp.With(expressions=[each.copy() for each in parts]))
    ((name, kind),) = binder().bind(sql.text(probe), schemas)
    return name, kind


def given_by(scope: exp.Select, source: exp.Expr, schemas: Mapping[str, Schema]) -> list[tuple[str, Type]]:
    """The columns of one source in the FROM of a SELECT; raises BindError where the engine cannot tell them apart."""
    if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier) and not parts_in_sight(scope):
        schema = next((each for name, each in schemas.items() if name.casefold() == source.name.casefold()), None)
        alias = source.args.get("alias")
        if schema is not None and not (alias is not None and alias.columns):
            return [(column.name, column.type) for column in schema]
    probe = sql.select(exp.Star()).from_(source.copy(), copy=False)
    if parts := parts_in_sight(scope):
        probe.set("with_", exp.With(expressions=[each.copy() for each in parts]))
    return binder().bind(sql.text(probe), schemas)


def parts_in_sight(scope: exp.Query) -> list[exp.CTE]:
    """The parts (`with name as`) in sight of a SELECT; of those of one name, the innermost."""
    found = {
        cte.alias.casefold(): cte
        for outer in _enclosing(scope)
        if outer.args.get("with_")
        for cte in outer.args["with_"].expressions
    }
    return list(found.values())


def _with_results(scope: exp.Select, argument: exp.Expr) -> exp.Expr:
    """An argument with the results of its SELECT that it names in place of their names."""
    named = {each.alias.casefold(): each.this for each in scope.selects if isinstance(each, exp.Alias)}
    holder = exp.Paren(this=argument.copy())
    for column in list(holder.find_all(exp.Column)):
        meant = named.get(column.name.casefold()) if not column.table else None
        if meant is not None and not any(isinstance(each, exp.Window | exp.AggFunc) for each in meant.walk()):
            column.replace(sql.grouped(meant.copy()))
    return holder.this


def _with_outer(scope: exp.Select) -> exp.Select:
    """A SELECT that also reads what the queries around it read: a column of theirs may stand in it."""
    found = sql.select(exp.Star())
    for clause in ("from_", "joins", "laterals"):
        part = scope.args.get(clause)
        if part is not None:
            found.set(clause, [each.copy() for each in part] if isinstance(part, list) else part.copy())
    if parts := parts_in_sight(scope):
        found.set("with_", exp.With(expressions=[each.copy() for each in parts]))
    for outer in _enclosing(scope)[:-1]:
        origin = outer.args.get("from_")
        for source in [
            *([origin.this] if origin is not None else []),
            *(j.this for j in outer.args.get("joins") or []),
        ]:
            found.append("joins", exp.Join(this=source.copy(), kind="CROSS"))
    return found


def _of_a_column(scope: exp.Select, argument: exp.Expr, schemas: Mapping[str, Schema]) -> Type | None:
    """The type of a plain column of the one relation that `scope` reads; None where the engine must be asked.

    Hundreds of sums over hundreds of columns would else be asked one by one, each time over all of the columns.
    """
    if scope.args.get("joins") or scope.args.get("laterals") or scope.args.get("from_") is None:
        return None
    relation = scope.args["from_"].this
    if not (isinstance(relation, exp.Table) and isinstance(relation.this, exp.Identifier)) or relation.args.get(
        "pivots"
    ):
        return None
    alias = relation.args.get("alias")
    if not isinstance(argument, exp.Column) or argument.table or (alias is not None and alias.columns):
        return None
    schema = schemas.get(relation.name)
    column = schema.get(argument.name) if schema is not None and not relation.args.get("db") else None
    return column.type if column is not None else None


def _enclosing(scope: exp.Expr) -> list[exp.Expr]:
    """The statements around `scope`, outermost first, itself last."""
    found: list[exp.Expr] = []
    at: exp.Expr | None = scope
    while at is not None:
        if isinstance(at, exp.Query):
            found.append(at)
        at = at.parent
    return found[::-1]
