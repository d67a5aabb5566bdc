"""Quality: say what must hold of a table, and look at it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Any

import duckdb
from pydantic import Field
from sqlglot import exp

from interlock.ir.types import quote_name
from interlock.registry import comparing, sql
from interlock.registry.kinds import Column, Columns, Literally, Params, Port, Predicate, Text
from interlock.registry.node import node
from interlock.registry.packs.reshape import typed_literal
from interlock.registry.phrases import quality as phrases
from interlock.registry.tables import THIS, Check, NodeError, Select, Table

Path = tuple[str | int, ...]


class RowCount(Params):
    """How many rows there must be; both limits are allowed themselves."""

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None


class Range(Params):
    """The limits of a column's values; both are allowed themselves."""

    min: Literally = None
    max: Literally = None


class Reference(Params):
    """Columns whose values must occur in `reference_columns` of the port `reference`, or in its columns of the same names."""

    columns: Columns
    reference_columns: Annotated[Columns, Port("reference")] | None = None


@node(version=1, says=phrases.EXPECT, observes=True, aliases=["SchemaValidator"])
def expect(
    table: Table,
    reference: Table | None = None,
    *,
    rows: RowCount | None = None,
    unique: Columns | list[Columns] = [],  # noqa: B006
    not_null: list[Column] = [],  # noqa: B006
    ranges: dict[Column, Range] = {},  # noqa: B006
    allowed: dict[Column, list[Literally]] = {},  # noqa: B006
    matches: dict[Column, Text] = {},  # noqa: B006
    where: list[Predicate] = [],  # noqa: B006
    refers_to: Reference | None = None,
) -> Select:
    """Pass the rows on unchanged, and stop the run if they are not as expected.

    - `rows`: how many there must be, such as `{min: 1, max: 1000}`;
    - `unique`: columns, or several lists of columns; no two rows may agree in all columns of a list, nulls counting as equal;
    - `not_null`: columns without nulls;
    - `ranges`: for a column the smallest and largest value allowed, such as `{price: {min: 0}}`;
    - `allowed`: for a column the list of values allowed;
    - `matches`: for a column of text a regular expression that each whole value must match;
    - `where`: conditions that must be true for every row, so not null either;
    - `refers_to`: columns whose values must occur in the table at the port `reference`.

    Nulls pass `ranges`, `allowed`, `matches` and `refers_to`; NaN passes no range. Values of two types are looked up as
    join_tables compares keys.

    Example:
        table: [{id: 1, price: 2.5, kind: a}, {id: 2, price: null, kind: b}]
        params:
          rows: {min: 1}
          unique: [id]
          not_null: [id, kind]
          ranges: {price: {min: 0, max: 100}}
          allowed: {kind: [a, b]}
          where: [id > 0]
        gives: [{id: 1, price: 2.5, kind: a}, {id: 2, price: null, kind: b}]

    Example:
        table: [{order: 1, customer: 7}, {order: 2, customer: null}]
        reference: [{id: 7}, {id: 8}]
        params: {refers_to: {columns: [customer], reference_columns: [id]}}
        gives: [{order: 1, customer: 7}, {order: 2, customer: null}]
    """
    checks: list[Check] = [] if rows is None else [_row_count(rows)]
    together = [each for each in unique if isinstance(each, list)] or (
        [[each for each in unique if isinstance(each, Column)]] if unique else []
    )
    checks += [_unique(columns) for columns in together]
    checks += [
        Check(f"`{each.name}` is never null", _rows(table, sql.is_null(each.sql)), "not_null") for each in not_null
    ]
    checks += [_in_range(table, column, limits) for column, limits in ranges.items()]
    checks += [_is_allowed(table, column, values) for column, values in allowed.items()]
    checks += [_matches(table, column, pattern) for column, pattern in matches.items()]
    for each in where:
        wrong = exp.Not(this=exp.Is(this=exp.Paren(this=each.sql), expression=exp.Boolean(this=True)))
        checks.append(Check(f"`{_shown(each)}` is true for every row", _rows(table, wrong), "where"))
    if reference is not None and refers_to is None:
        raise NodeError(
            (),
            "nothing refers to the table at `reference`",
            help=("Say in `refers_to` which columns occur there, or remove the edge.",),
        )
    if refers_to is not None:
        checks.append(_refers(table, reference, refers_to))
    certain = {column.name for column in not_null} | {name for each in where for name in each.non_null}
    keys = tuple(column.name for column in together[0]) if together else ()
    return Select(table.select(), tuple(checks), keys, frozenset(certain))


def _rows(table: Table, wrong: exp.Expr | None) -> exp.Select:
    """The rows of the result for which `wrong` holds."""
    return sql.select(*table.columns).from_(sql.table(THIS), copy=False).where(wrong, copy=False)


def _shown(condition: Predicate) -> str:
    """The condition as text, with quotes only around the names that need them."""
    tree = condition.sql
    for name in tree.find_all(exp.Identifier):
        name.set("quoted", quote_name(name.name).startswith('"'))
    return sql.text(tree)


def _row_count(limits: RowCount) -> Check:
    if limits.min is None and limits.max is None:
        raise NodeError(("rows",), "`rows` needs `min`, `max` or both", help=("For example `rows: {min: 1}`.",))
    if limits.min is not None and limits.max is not None and limits.min > limits.max:
        raise NodeError(("rows", "min"), f"no table can have at least {limits.min} and at most {limits.max} rows")
    count = exp.Count(this=exp.Star())
    wrong = sql.any_of(
        exp.LT(this=count.copy(), expression=sql.literal(limits.min)) if limits.min is not None else None,
        exp.GT(this=count.copy(), expression=sql.literal(limits.max)) if limits.max is not None else None,
    )
    tree = sql.select(sql.named(count, "rows")).from_(sql.table(THIS), copy=False)
    tree.set("having", exp.Having(this=wrong))
    return Check(f"the number of rows is {_limits(limits.min, limits.max)}", tree, "rows")


def _limits(least: Any, most: Any) -> str:
    words = [f"at least {least}"] if least is not None else []
    return " and ".join([*words, f"at most {most}"] if most is not None else words)


def _unique(columns: list[Column]) -> Check:
    names = " + ".join(f"`{column.name}`" for column in columns)
    return Check(f"no two rows have the same {names}", repeated(THIS, columns), "unique")


def repeated(
    relation: str, columns: list[Column], values: list[exp.Expr] | None = None, *, nulls: bool = True
) -> exp.Select:
    """The values of `columns` that more than one row has, and how many; without `nulls`, only those without a null.

    `values` are the columns as they are compared, where that is not as they are.
    """
    count = exp.Count(this=exp.Star())
    shown: dict[str, exp.Expr] = {}
    for column, value in zip(columns, values or [column.sql for column in columns], strict=True):
        if value not in shown.values():
            shown[sql.fresh(column.name, shown)] = value
    rows = sql.fresh("rows", shown)
    tree = sql.select(*(sql.named(value, name) for name, value in shown.items()), sql.named(count, rows)).from_(
        sql.table(relation), copy=False
    )
    if not nulls:
        tree = tree.where(sql.all_of(*(sql.not_null(column.sql) for column in columns)), copy=False)
    tree.set("group", exp.Group(expressions=[value.copy() for value in shown.values()]))
    tree.set("having", exp.Having(this=exp.GT(this=count.copy(), expression=sql.literal(1))))
    tree.set("order", sql.order(sql.column(name) for name in shown))
    return tree


def _in_range(table: Table, column: Column, limits: Range) -> Check:
    path: Path = ("ranges", column.name)
    if limits.min is None and limits.max is None:
        raise NodeError(
            path, f"the range of `{column.name}` needs `min`, `max` or both", help=("For example `{min: 0}`.",)
        )
    if not (column.type.is_numeric or column.type.is_temporal or column.type.is_text):
        raise NodeError(
            path,
            f"`{column.name}` is {column.type}, which has no range",
            help=("Ranges are for numbers, dates, times and text.",),
        )
    least = (
        exp.LT(this=column.sql, expression=typed_literal(limits.min, column.type, (*path, "min"), column.name))
        if limits.min is not None
        else None
    )
    most = (
        exp.GT(this=column.sql, expression=typed_literal(limits.max, column.type, (*path, "max"), column.name))
        if limits.max is not None
        else None
    )
    ordered = column.type.name != "enum"  # which goes by its list, not by the letters
    if ordered and least is not None and most is not None and _is_over(least.expression, most.expression):
        raise NodeError(
            (*path, "min"), f"no value of `{column.name}` can be at least {limits.min} and at most {limits.max}"
        )
    odd = sql.call("isnan", column.sql) if column.type.is_float else None
    title = f"`{column.name}` is {_limits(limits.min, limits.max)}"
    return Check(title, _rows(table, sql.any_of(least, most, odd)), "range")


def _is_over(least: exp.Expr, most: exp.Expr) -> bool:
    """Whether the smallest value allowed is larger than the largest one, as the engine orders them."""
    try:
        return sql.value_of(exp.GT(this=least.copy(), expression=most.copy())) is True
    except duckdb.Error:
        return False


def _is_allowed(table: Table, column: Column, values: list[Any]) -> Check:
    path: Path = ("allowed", column.name)
    plain = [
        typed_literal(each, column.type, (*path, i), column.name) for i, each in enumerate(values) if each is not None
    ]
    if not plain:
        raise NodeError(
            path, f"the list of values allowed in `{column.name}` is empty", help=("List the values it may have.",)
        )
    shown = ", ".join(f"`{each}`" if isinstance(each, str) else str(each).lower() for each in values[:8]) + (
        ", …" if len(values) > 8 else ""
    )
    return Check(
        f"`{column.name}` is one of {shown}",
        _rows(table, exp.Not(this=exp.In(this=column.sql, expressions=plain))),
        "allowed",
    )


def _matches(table: Table, column: Column, pattern: str) -> Check:
    if not column.type.is_text and not column.type.is_null:
        raise NodeError(
            ("matches", column.name),
            f"`matches` needs text, but `{column.name}` is {column.type}",
            help=("Use `ranges` or `allowed` for it.",),
        )
    problem = _pattern_problem(str(pattern))
    if problem is not None:
        raise NodeError(
            ("matches", column.name),
            f"`{pattern}` is not a regular expression: {problem}",
            help=("Patterns are RE2's: no look-around, no back-references.",),
        )
    found = sql.call("regexp_full_match", column.sql, sql.literal(str(pattern)))
    return Check(f"`{column.name}` matches {pattern}", _rows(table, exp.Not(this=found)), "matches")


@lru_cache(maxsize=256)
def _pattern_problem(pattern: str) -> str | None:
    """What the engine says against a regular expression; None if it can be used."""
    with duckdb.connect(config={"threads": 1}) as connection:
        try:
            connection.execute("SELECT regexp_full_match('', ?)", [pattern])
        except duckdb.Error as error:
            return str(error).partition(": ")[2] or str(error)
    return None


def _refers(table: Table, reference: Table | None, wanted: Reference) -> Check:
    if reference is None:
        raise NodeError(
            ("refers_to",),
            "`refers_to` needs a second input: the table to look the values up in",
            help=("Add an edge to this node with `port: reference`.",),
        )
    columns, others = wanted.columns, wanted.reference_columns
    if others is None:
        missing = [column.name for column in columns if column.name not in reference.schema]
        if missing:
            raise NodeError(
                ("refers_to", "columns", [column.name for column in columns].index(missing[0])),
                f"the reference has no column `{missing[0]}`",
                candidates=tuple(reference.schema.names),
                help=("Name its columns in `reference_columns`, in the same order.",),
            )
        found = [reference.schema[column.name] for column in columns]
        others = [Column(each.name, each.type, each.nullable) for each in found]
    if len(others) != len(columns):
        raise NodeError(
            ("refers_to", "reference_columns"),
            f"{len(columns)} columns cannot refer to {len(others)}",
            help=("List as many in `reference_columns` as in `columns`.",),
        )
    same: list[exp.Expr] = []
    for i, (column, other) in enumerate(zip(columns, others, strict=True)):
        equal = comparing.equals(other, column, ("known", "referring"))
        if equal is None:
            raise NodeError(
                ("refers_to", "columns", i),
                f"`{column.name}` is {column.type} and `{other.name}` of the reference is {other.type}, so no value can be equal",
                help=("Cast one of them in a step before this one.",),
            )
        same.append(equal)
    known = (
        sql.select(sql.literal(1))
        .from_(sql.table(reference.name, "known"), copy=False)
        .where(sql.all_of(*same), copy=False)
    )
    given = (sql.not_null(sql.column(column.name, "referring")) for column in columns)
    tree = sql.select(*(sql.column(name, "referring") for name in table.schema.names)).from_(
        sql.table(THIS, "referring"), copy=False
    )
    tree = tree.where(sql.all_of(*given, exp.Not(this=exp.Exists(this=known))), copy=False)
    return Check(f"{_named(columns)} occurs in {_named(others)} of `{reference.name}`", tree, "refers_to")


def _named(columns: Iterable[Column]) -> str:
    return " + ".join(f"`{column.name}`" for column in columns)


@node(version=1, says=phrases.PREVIEW, observes=True, aliases=["Logger"])
def preview(table: Table, *, rows: Annotated[int, Field(ge=1, le=1_000)] = 10) -> Select:
    """Pass the rows on unchanged, and show the first `rows` of them in the run's report.

    Example:
        table: [{id: 2}, {id: 1}]
        params: {rows: 1}
        gives: [{id: 2}, {id: 1}]
    """
    return Select(table.select(), preview=rows)
