"""Building SQL trees: never from text. Names are always quoted, values are always literals."""

from __future__ import annotations

import glob
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from interlock.ir.types import Type

POSITION = "_row"
"""The name of the column that holds a row's position in its input, where a step needs it."""


def column(name: str, table: str | None = None) -> exp.Column:
    """A reference to a column."""
    return exp.Column(this=name_of(name), table=name_of(table) if table else None)


def name_of(name: str) -> exp.Identifier:
    """A quoted identifier."""
    return exp.Identifier(this=name, quoted=True)


def table(name: str, alias: str | None = None) -> exp.Table:
    """A reference to a relation."""
    return exp.Table(this=name_of(name), alias=exp.TableAlias(this=name_of(alias)) if alias else None)


def redirect(mention: exp.Table, name: str) -> None:
    """Make a mention of a relation read another one, under the name and with the column names that it has."""
    if not mention.alias:
        mention.set("alias", exp.TableAlias(this=name_of(mention.name)))
    mention.set("this", name_of(name))


def named(tree: exp.Expr, name: str) -> exp.Expr:
    """`tree AS name`; a column that has that name already stays as it is."""
    if isinstance(tree, exp.Column) and tree.name == name:
        return tree
    return exp.Alias(this=tree, alias=name_of(name))


def call(function: str, *arguments: exp.Expr | Any) -> exp.Anonymous:
    """A call of a DuckDB function; plain Python values become literals."""
    return exp.Anonymous(
        this=function, expressions=[each if isinstance(each, exp.Expr) else literal(each) for each in arguments]
    )


def cast(tree: exp.Expr, kind: Type, *, trying: bool = False) -> exp.Expr:
    """`CAST(tree AS kind)`, or TRY_CAST, which gives null where the value does not fit."""
    target = datatype(kind)
    return exp.TryCast(this=tree, to=target) if trying else exp.Cast(this=tree, to=target)


def datatype(kind: Type) -> exp.Expr:
    """The type as a tree."""
    found = _TYPES.get(kind)
    if found is None:
        found = _TYPES[kind] = sqlglot.parse_one(f"CAST(1 AS {kind.sql})", dialect="duckdb").args["to"]
    return found.copy()


_TYPES: dict[Type, Any] = {}


def literal(value: Any) -> exp.Expr:
    """A Python value as a SQL literal: None, booleans, numbers, text, dates, times, lists and mappings.

    >>> literal("it's").sql(dialect="duckdb"), literal(1.5).sql(dialect="duckdb")
    ("'it''s'", 'CAST(1.5 AS DOUBLE)')
    """
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int):
        number = exp.Literal.number(abs(value))
        return exp.Neg(this=number) if value < 0 else number
    if isinstance(value, float):
        plain = math.isfinite(value) and repr(value) != "-0.0"  # whose sign a decimal would lose
        text = literal_number(repr(value)) if plain else exp.Literal.string(repr(value))
        return cast(text, Type("double"))
    if isinstance(value, Decimal):
        return literal_number(format(value, "f"))
    if isinstance(value, datetime):
        return cast(exp.Literal.string(value.isoformat(sep=" ")), Type("timestamptz" if value.tzinfo else "timestamp"))
    if isinstance(value, date):
        return cast(exp.Literal.string(value.isoformat()), Type("date"))
    if isinstance(value, time):
        return cast(exp.Literal.string(value.isoformat()), Type("time"))
    if isinstance(value, list | tuple):
        return exp.Array(expressions=[literal(each) for each in value])
    if isinstance(value, Mapping):
        return struct({str(key): literal(each) for key, each in value.items()})
    return exp.Literal.string(str(value))


def literal_number(text: str) -> exp.Expr:
    """A number as written: `-1.5` becomes the negation of a literal."""
    return exp.Neg(this=exp.Literal.number(text[1:])) if text.startswith("-") else exp.Literal.number(text)


def struct(members: Mapping[str, exp.Expr]) -> exp.Expr:
    """A struct literal `{'a': …}`."""
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=name_of(key), expression=value) for key, value in members.items()]
    )


def ordered(tree: exp.Expr, *, descending: bool = False, nulls_first: bool = False) -> exp.Ordered:
    """An ORDER BY term that says where nulls go."""
    return exp.Ordered(this=tree, desc=descending, nulls_first=nulls_first)


def order(terms: Iterable[exp.Ordered | exp.Expr]) -> exp.Order | None:
    """An ORDER BY clause, or None for no terms."""
    found = [term if isinstance(term, exp.Ordered) else ordered(term) for term in terms]
    return exp.Order(expressions=found) if found else None


def select(*columns: exp.Expr) -> exp.Select:
    """A SELECT of these columns, without a FROM yet."""
    return exp.Select(expressions=list(columns))


def window(
    function: exp.Expr,
    partition: Iterable[exp.Expr] = (),
    by: Iterable[exp.Ordered] = (),
    frame: exp.WindowSpec | None = None,
) -> exp.Window:
    """`function OVER (PARTITION BY … ORDER BY … frame)`."""
    return exp.Window(this=function, partition_by=list(partition), order=order(by), over="OVER", spec=frame)


def position() -> exp.Expr:
    """`row_number() OVER ()`: a row's place in its input, which DuckDB guarantees to be the input's order."""
    return window(exp.RowNumber())


def all_of(*conditions: exp.Expr | None) -> exp.Expr | None:
    """Conditions joined by AND, each in parentheses where that is needed; None for none."""
    return _joined(exp.And, conditions)


def any_of(*conditions: exp.Expr | None) -> exp.Expr | None:
    """Conditions joined by OR; None for none."""
    return _joined(exp.Or, conditions)


def _joined(connector: type[exp.And] | type[exp.Or], conditions: Iterable[exp.Expr | None]) -> exp.Expr | None:
    found: exp.Expr | None = None
    for condition in conditions:
        if condition is None:
            continue
        condition = grouped(condition)
        found = condition if found is None else connector(this=found, expression=condition)
    return found


def grouped(tree: exp.Expr) -> exp.Expr:
    """`tree`, in parentheses if it is an operator that could bind to what stands beside it."""
    return (
        exp.Paren(this=tree)
        if isinstance(tree, exp.Binary | exp.Unary | exp.Between | exp.In | exp.Is)
        and not isinstance(tree, exp.Paren | exp.Dot)
        else tree
    )


def is_null(tree: exp.Expr) -> exp.Is:
    """`tree IS NULL`."""
    return exp.Is(this=grouped(tree), expression=exp.Null())


def not_null(tree: exp.Expr) -> exp.Not:
    """`tree IS NOT NULL`."""
    return exp.Not(this=is_null(tree))


class _Printer(DuckDB.Generator):
    """DuckDB's dialect, leaving the names of functions as they were written."""


def text(tree: exp.Expr, *, pretty: bool = False) -> str:
    """The statement as DuckDB reads it."""
    return _Printer(
        dialect="duckdb", pretty=pretty, normalize_functions=False, comments=False, max_text_width=100
    ).generate(tree)


def unused(name: str, taken: Iterable[str]) -> str:
    """`name`, with underscores added until no name of `taken` is equal to it, whatever the case.

    >>> unused("_row", ["id", "_ROW"])
    '_row_'
    """
    folded = {each.casefold() for each in taken}
    while name.casefold() in folded:
        name += "_"
    return name


@lru_cache(maxsize=1)
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"enable_external_access": False, "threads": 1})


def value_of(tree: exp.Expr) -> Any:
    """The value of an expression without columns, as DuckDB computes it; raises duckdb.Error where DuckDB does."""
    row = _engine().cursor().execute(text(select(tree))).fetchone()
    return row[0] if row else None


_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64, "hugeint": 128}
_FLOAT_END = 2.0**128 - 2.0**103
"""The first number that rounds to something larger than a float."""


def holds(kind: Type, value: int | float) -> bool:
    """Whether a numeric type has exactly this number. Of fractions, a float or a double has the nearest one.

    >>> holds(Type("tinyint"), 300), holds(Type("double"), 2**53 + 1), holds(Type("double"), 0.1)
    (False, False, True)
    """
    if kind.is_float and isinstance(value, float):
        return kind.name == "double" or not math.isfinite(value) or abs(value) < _FLOAT_END
    if kind.is_float:
        bits, end = (53, 2**1024) if kind.name == "double" else (24, 2**128)
        return abs(value) < end and int(value).bit_length() - (int(value) & -int(value)).bit_length() < bits
    if not math.isfinite(value):
        return False
    exact = Fraction(repr(value))
    if kind.precision:
        width, scale = kind.precision
        return (exact * 10**scale).denominator == 1 and abs(exact) < 10 ** (width - scale)
    least, most = limits(kind)
    return exact.denominator == 1 and least <= exact <= most


def limits(kind: Type) -> tuple[int, int]:
    """The smallest and the largest value of a type of whole numbers."""
    bits = _BITS[kind.name.removeprefix("u")]
    return (0, 2**bits - 1) if kind.name.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


_WITH_ZONE = re.compile(r"(Z|[+-]\d\d(:?\d\d)?)$", re.IGNORECASE)


def fitting(value: bool | int | float | str, kind: Type) -> exp.Expr | None:
    """A plain value as a literal of exactly that type, or None if it does not fit without a change of meaning.

    Text never becomes a number, a number never text, and nothing is rounded.

    >>> text(fitting(3, Type("double"))), fitting(1.5, Type("bigint")), fitting("3", Type("bigint"))
    ('CAST(3 AS DOUBLE)', None, None)
    """
    if isinstance(value, bool):
        return literal(value) if kind.name == "boolean" else None
    if isinstance(value, int | float):
        if not kind.is_numeric or not holds(kind, value):
            return None
        exact: int | float | Decimal = value
        if isinstance(value, float) and math.isfinite(value) and not kind.is_float:
            exact = int(value) if value.is_integer() and kind.is_integer else Decimal(repr(value))
        found = cast(literal(exact), kind, trying=True)
        same = not_null(found) if kind.is_float else exp.EQ(this=found, expression=literal(exact))
    elif kind.name == "varchar":
        return literal(value)
    elif kind.name == "timestamptz" and not _WITH_ZONE.search(value.strip()):
        return None
    elif kind.name in ("enum", "uuid", "interval", "blob", "json") or kind.is_temporal:
        found = cast(literal(value), kind, trying=True)
        same = not_null(found)
        if kind.name == "date":
            same = exp.EQ(
                this=cast(found, Type("timestamp")), expression=cast(literal(value), Type("timestamp"), trying=True)
            )
    else:
        return None
    try:
        fits = value_of(same) is True
    except duckdb.Error:
        return None
    if not fits:
        return None
    inner = found.this
    return (
        inner
        if isinstance(inner, exp.Cast) and inner.args["to"] == found.args["to"]
        else exp.Cast(this=inner, to=found.args["to"])
    )


def options(**values: Any) -> list[exp.Expr]:
    """Named arguments of a table function, `name = value`."""
    return [exp.EQ(this=exp.Var(this=name), expression=literal(value)) for name, value in values.items()]


def read_file(function: str, path: str, **values: Any) -> exp.Table:
    """A table function over exactly one file: `read_csv('data/x.csv', name = value, …)`.

    DuckDB reads `data[1].csv` as a pattern and would silently open `data1.csv`, so such signs are escaped.

    >>> text(select(column("a")).from_(read_file("read_parquet", "data[1].parquet")))
    'SELECT "a" FROM read_parquet(\\'data[[]1].parquet\\')'
    """
    return exp.Table(this=exp.Anonymous(this=function, expressions=[literal(glob.escape(path)), *options(**values)]))


def digits(kind: Type) -> str:
    """How a number that a type of whole numbers or a decimal has exactly is written, as a pattern."""
    scale = kind.precision[1] if kind.precision else 0
    return (
        rf"[+-]?([0-9]+(\.[0-9]{{0,{scale}}}0*)?|\.[0-9]{{1,{scale}}}0*)"
        if scale
        else r"[+-]?[0-9]+(\.0*)?"
        if kind.precision
        else "[+-]?[0-9]+"
    )


def exactly(tree: exp.Expr, kind: Type, label: str, *, quick: bool = True) -> exp.Expr:
    """A text as a whole number or decimal; a text that would have to be rounded stops the run.

    DuckDB's own cast makes 2 of `1.5` without a word. Empty text is null. `quick` tries first whether the number is
    written as the engine would write it: half the time a value, but the engine plans it slowly for thousands of columns.
    """
    message = concat(f"column `{label}`: `", tree, f"` is not a {kind}; declare another type for it, such as varchar")
    first = []
    if (
        kind.is_integer and quick
    ):  # nearly every number is written as the engine would write it: no need to match a pattern
        same = exp.EQ(this=cast(cast(tree.copy(), kind, trying=True), Type("varchar")), expression=tree.copy())
        first = [exp.If(this=same, true=cast(tree.copy(), kind, trying=True))]
    return exp.Case(
        ifs=[
            *first,
            exp.If(this=call("regexp_full_match", tree.copy(), digits(kind)), true=cast(tree.copy(), kind)),
            exp.If(this=exp.NEQ(this=tree.copy(), expression=literal("")), true=call("error", message)),
        ]
    )


def concat(*parts: exp.Expr | str) -> exp.Expr:
    """Texts put together with `||`."""
    trees = [literal(part) if isinstance(part, str) else part.copy() for part in parts]
    found = trees[0]
    for tree in trees[1:]:
        found = exp.DPipe(this=found, expression=tree, safe=True)
    return found


def fresh(name: str, taken: Iterable[str]) -> str:
    """`name`, with as many underscores as it takes to differ from all these names.

    >>> fresh("place", ["Place", "x"])
    'place_'
    """
    used = {each.casefold() for each in taken}
    while name.casefold() in used:
        name += "_"
    return name


def filtered(aggregate: exp.Expr, where: exp.Expr | None) -> exp.Expr:
    """`aggregate FILTER (WHERE where)`, or the aggregate itself without a condition."""
    return exp.Filter(this=aggregate, expression=exp.Where(this=where)) if where is not None else aggregate


def rows_frame(preceding: int | None, following: int | None = 0) -> exp.WindowSpec:
    """`ROWS BETWEEN … AND …`: so many rows before and after the current one, None for all of them."""

    def side(count: int | None, word: str) -> tuple[Any, str | None]:
        if count is None:
            return "UNBOUNDED", word
        return ("CURRENT ROW", None) if count == 0 else (literal(count), word)

    (start, start_side), (end, end_side) = side(preceding, "PRECEDING"), side(following, "FOLLOWING")
    return exp.WindowSpec(kind="ROWS", start=start, start_side=start_side, end=end, end_side=end_side)
