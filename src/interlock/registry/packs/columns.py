"""Columns: choose, name, convert, compute and map them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlglot import exp

from interlock.ir.common_types import always_fits, common_type
from interlock.ir.expressions.casts import refusal
from interlock.ir.types import Type
from interlock.registry import sql
from interlock.registry.kinds import Column, Columns, Expression, Literally, NewColumn, Text, TypeName
from interlock.registry.node import node
from interlock.registry.packs.adapters import listed, renamed
from interlock.registry.phrases import columns as phrases
from interlock.registry.tables import Check, NodeError, Select, Table

OnError = Literal["fail", "null"] | None
"""What becomes of a value that cannot be converted; YAML reads a bare `null` as None, which means the same."""

Path = tuple[str | int, ...]


def no_repeats(columns: Sequence[Column], path: Path) -> None:
    """Refuse a list that names a column twice."""
    for index, column in enumerate(columns):
        if column.name in [earlier.name for earlier in columns[:index]]:
            raise NodeError((*path, index), f"column `{column.name}` is listed twice", help=("remove one of them",))


def no_clash(new: Iterable[tuple[Path, str]], kept: Iterable[str]) -> None:
    """Refuse new names (each with its path) that a kept column, or another new one, already has."""
    taken = {name.casefold(): (name, "is already a column of the input") for name in kept}
    for path, name in new:
        other, reason = taken.get(name.casefold(), ("", ""))
        if other:
            help = (
                ()
                if other == name
                else (f"`{other}` and `{name}` are the same name: upper and lower case do not count",)
            )
            raise NodeError(path, f"`{name}` {reason}; choose another name", help=help)
        taken[name.casefold()] = (name, "is given to two columns")


def fitted(value: Literally, column: Column, path: Path) -> exp.Expr:
    """The value as a literal of the column's type, or a refusal."""
    found = None if value is None else sql.fitting(value, column.type)
    if found is not None:
        return found
    shown = repr(value) if isinstance(value, str) else str(value).lower()
    help = []
    if isinstance(value, str) and column.type.is_numeric:
        help.append("write a number without quotes")
    elif isinstance(value, int | float) and column.type.is_text:
        help.append(f"write it in quotes: '{shown}'")
    elif column.type.is_temporal:
        help.append(
            "write it as '2024-01-31', '2024-01-31 08:30:00' or '08:30:00', with the time zone if the type has one"
        )
    raise NodeError(path, f"`{column.name}` is {column.type}, and {shown} is not a value of that type", help=help)


@node(version=1, says=phrases.SELECT_COLUMNS, aliases={"ColumnSelector": listed(renamed(), "columns")})
def select_columns(table: Table, *, columns: Columns) -> Select:
    """Keep only these columns, in the order given; the rows and their order stay.

    Example:
        table: [{id: 1, name: Ana, age: 30}, {id: 2, name: Bo, age: null}]
        params: {columns: [age, id]}
        gives: [{age: 30, id: 1}, {age: null, id: 2}]
    """
    no_repeats(columns, ("columns",))
    return Select(table.select(*(column.sql for column in columns)))


@node(version=1, says=phrases.DROP_COLUMNS, aliases={"ColumnDropper": listed(renamed(), "columns")})
def drop_columns(table: Table, *, columns: Columns) -> Select:
    """Remove these columns and keep all others in their order; the rows and their order stay.

    Example:
        table: [{id: 1, name: Ana, age: 30}]
        params: {columns: [name]}
        gives: [{id: 1, age: 30}]
    """
    no_repeats(columns, ("columns",))
    dropped = {column.name for column in columns}
    kept = [name for name in table.schema.names if name not in dropped]
    if not kept:
        raise NodeError(("columns",), "every column would be dropped; at least one must stay")
    return Select(table.select(*(sql.column(name) for name in kept)))


@node(version=1, says=phrases.RENAME_COLUMNS, aliases={"ColumnRenamer": renamed(mapping="columns", rename="columns")})
def rename_columns(table: Table, *, columns: dict[Column, NewColumn]) -> Select:
    """Give columns new names, as a mapping `{old: new}`; all other columns, the order and the rows stay.

    All names change at once, so two columns can swap their names.

    Example:
        table: [{id: 1, qty: 3}]
        params: {columns: {qty: quantity}}
        gives: [{id: 1, quantity: 3}]
    """
    new = {old.name: str(name) for old, name in columns.items()}
    kept = [name for name in table.schema.names if name not in new]
    no_clash(((("columns", old), name) for old, name in new.items()), kept)
    return Select(table.select(*(sql.named(sql.column(name), new.get(name, name)) for name in table.schema.names)))


@node(version=1, says=phrases.NORMALIZE_NAMES, aliases={"ColumnNormalizer": renamed(strategy="style")})
def normalize_names(table: Table, *, style: Literal["snake_case", "lower", "upper"] = "snake_case") -> Select:
    """Write all column names in one style; the rows and the order stay.

    Two columns that would get the same name are refused.

    - `style`: `snake_case` makes `Total Amount (EUR)` and `totalAmountEUR` into `total_amount_eur`: lower case, words
      joined by `_`, everything but letters and digits removed. `lower` and `upper` change only the case.

    Example:
        table: [{"Order ID": 1, "totalAmount": 9.5, "Paid?": true}]
        params: {}
        gives: [{order_id: 1, total_amount: 9.5, paid: true}]
    """
    write = {"snake_case": _snake_case, "lower": str.lower, "upper": str.upper}[style]
    styled: dict[str, str] = {}
    for name in table.schema.names:
        new = write(name)
        if not new:
            message = f"`{name}` has no letters or digits to make a name of"
            raise NodeError(("style",), message, help=("rename it first, with rename_columns",))
        for earlier, taken in styled.items():
            if taken.casefold() == new.casefold():
                message = f"`{earlier}` and `{name}` would both be named `{new}`"
                raise NodeError(("style",), message, help=("rename one of them first, with rename_columns",))
        styled[name] = new
    return Select(table.select(*(sql.named(sql.column(old), new) for old, new in styled.items())))


def _snake_case(name: str) -> str:
    """
    >>> _snake_case("HTTPServer ID"), _snake_case("address2"), _snake_case(" GrößeÄnderung (cm) ")
    ('http_server_id', 'address2', 'größe_änderung_cm')
    """
    shape = "".join(
        "A" if sign.isupper() else "a" if sign.islower() else "1" if sign.isalnum() else "_" for sign in name
    )
    cuts = {cut.start() for cut in re.finditer("(?<=[a1])(?=A)|(?<=A)(?=Aa)", shape)}
    spaced = "".join(f"_{sign}" if place in cuts else sign for place, sign in enumerate(name))
    return re.sub(r"[\W_]+", "_", spaced).strip("_").lower()


_PYTHON_TYPES = {
    "int": "bigint", "int64": "bigint", "Int64": "bigint", "integer": "bigint",
    "float": "double", "float64": "double", "numeric": "double",
    "str": "varchar", "string": "varchar", "object": "varchar", "category": "varchar",
    "bool": "boolean", "datetime": "timestamp", "datetime64": "timestamp", "datetime64[ns]": "timestamp",
}  # fmt: skip


def _caster_params(params: dict[str, Any]) -> dict[str, Any]:
    params = renamed(mapping="types", dtypes="types")(params)
    if not isinstance(params.get("types"), dict):
        return params
    types = {
        name: _PYTHON_TYPES.get(kind, kind) if isinstance(kind, str) else kind for name, kind in params["types"].items()
    }
    return {**params, "types": types}


@node(version=1, says=phrases.CAST_COLUMNS, aliases={"TypeCaster": _caster_params})
def cast_columns(
    table: Table, *, types: dict[Column, TypeName], on_error: OnError = "fail", blank_as_null: bool = False
) -> Select:
    """Convert columns to other types, as a mapping `{column: type}`; nulls stay null, places and the order stay.

    Fractions are rounded to integers (a half in a double to the even neighbour, in a decimal or text away from zero),
    never cut. Text must show a date as `2024-01-31`; parse_dates reads other forms.

    - `on_error`: a value that does not convert stops the run (`fail`) or becomes null (`"null"`).
    - `blank_as_null`: text of nothing but spaces becomes null instead of an error.

    Example:
        table: [{id: "1", price: "9.25"}, {id: "2", price: null}]
        params: {types: {id: bigint, price: "decimal(6,2)"}}
        gives: [{id: 1, price: 9.25}, {id: 2, price: null}]

    Example:
        table: [{day: "2024-01-31"}, {day: soon}, {day: ""}]
        params: {types: {day: date}, on_error: "null"}
        gives: [{day: "2024-01-31"}, {day: null}, {day: null}]
    """
    made: dict[str, exp.Expr] = {}
    solid: set[str] = set()
    for column, wanted in types.items():
        kind = wanted.type
        if column.type == kind:
            continue
        reason = refusal(column.type, kind)
        if reason:
            raise NodeError(
                ("types", column.name), f"`{column.name}` is {column.type}, which cannot become {kind}: {reason}"
            )
        blank = blank_as_null and column.type.is_text and not kind.is_text
        source = null_if_blank(column.sql) if blank else column.sql
        certain = kind.name == "varchar" or (common_type(column.type, kind) == kind and always_fits(column.type, kind))
        made[column.name] = sql.cast(source, kind, trying=on_error != "fail" and not certain)
        if not column.nullable and not blank and (on_error == "fail" or certain):
            solid.add(column.name)
    return Select(
        table.select(*(sql.named(made.get(name, sql.column(name)), name) for name in table.schema.names)),
        non_null=frozenset(solid),
    )


def null_if_blank(tree: exp.Expr) -> exp.Expr:
    """`tree`, or null where it is nothing but spaces."""
    trimmed = exp.Trim(this=tree.copy())
    return exp.Case(ifs=[exp.If(this=exp.NEQ(this=trimmed, expression=sql.literal("")), true=tree)])


def _transformer_params(params: dict[str, Any]) -> dict[str, Any]:
    params = renamed(operations="columns", transformations="columns")(params)
    return params if params.get("columns") else {**params, "columns": {}}


@node(version=1, says=phrases.DERIVE_COLUMNS, aliases={"DataTransformer": _transformer_params})
def derive_columns(table: Table, *, columns: dict[NewColumn, Expression]) -> Select:
    """Compute columns by SQL expressions, as a mapping `{name: expression}`; the rows and their order stay.

    A new name is added at the end; the name of an existing column replaces it in its place. Every expression sees
    the input's columns, not the other new ones: compute in two steps what builds on a computed column.

    Example:
        table: [{id: 1, price: 2.5, quantity: 4}, {id: 2, price: 3.0, quantity: null}]
        params: {columns: {total: price * quantity, id: id + 10}}
        gives: [{id: 11, price: 2.5, quantity: 4, total: 10.0}, {id: 12, price: 3.0, quantity: null, total: null}]
    """
    no_clash(((("columns", str(name)), str(name)) for name in columns), ())
    made = {str(name).casefold(): sql.named(value.sql, str(name)) for name, value in columns.items()}
    kept = [made.pop(name.casefold(), sql.column(name)) for name in table.schema.names]
    solid = frozenset(str(name) for name, value in columns.items() if not value.nullable)
    return Select(table.select(*kept, *made.values()), non_null=solid)


Pairs = Annotated[list[dict[Literal["from", "to"], Literally]], Field(min_length=1, max_length=5_000)]


@node(version=1, says=phrases.MAP_VALUES)
def map_values(
    table: Table,
    *,
    column: Column,
    mapping: Annotated[dict[Text, Literally], Field(min_length=1, max_length=5_000)] | Pairs,
    unmatched: Literal["keep", "null", "fail"] | None = "keep",
    default: Literally = None,
    into: NewColumn | None = None,
) -> Select:
    """Replace the values of a column by others: `mapping: {old: new}`, or a list of `{from: old, to: new}`.

    Nulls stay null, unless the list form maps them (`{from: null, to: none}`). The rows and their order stay.

    - `unmatched`: a value outside `mapping` is kept, becomes null (`"null"`) or stops the run (`fail`). Where values
      are kept, the new ones must be of the column's type.
    - `default`: instead of `unmatched`, the value for all values outside `mapping`, except null.

    Where no value is kept, the result is boolean, bigint, double or varchar, as the new values are.
    - `into`: a new column at the end for the result; without it, `column` is replaced in its place.

    Example:
        table: [{id: 1, status: A}, {id: 2, status: X}, {id: 3, status: null}]
        params: {column: status, mapping: {A: active, I: inactive}}
        gives: [{id: 1, status: active}, {id: 2, status: X}, {id: 3, status: null}]

    Example:
        table: [{code: 1}, {code: 7}, {code: null}]
        params: {column: code, mapping: [{from: 1, to: low}, {from: null, to: none}], default: other, into: level}
        gives: [{code: 1, level: low}, {code: 7, level: other}, {code: null, level: none}]
    """
    if default is not None and unmatched != "keep":
        raise NodeError(("default",), "`default` already says what becomes of unmatched values; remove `unmatched`")
    if into is not None:
        no_clash([(("into",), into.name)], table.schema.names)
    pairs = list(_pairs(mapping, column))
    keeps = default is None and unmatched == "keep"
    values = [(path, new) for path, _, new in pairs]
    kind = column.type if keeps else _type_of([*values, (("default",), default)])
    target = Column(column.name, kind)
    ifs: list[exp.If] = []
    for path, old, new in pairs:
        if keeps and new is not None and sql.fitting(new, kind) is None:
            message = f"`{column.name}` is {kind}, so it cannot hold {new!r} beside the values that are kept"
            raise NodeError(path, message, help=('write `unmatched: "null"` or a `default`, so that nothing is kept',))
        test = sql.is_null(column.sql) if old is None else exp.EQ(this=column.sql, expression=old)
        ifs.append(exp.If(this=test, true=exp.Null() if new is None else fitted(new, target, path)))
    otherwise: exp.Expr | None = column.sql if keeps else None
    maps_null = any(old is None for _, old, _ in pairs)
    if default is not None:
        otherwise = fitted(default, target, ("default",))
        if column.nullable and not maps_null:
            ifs.append(exp.If(this=sql.is_null(column.sql), true=exp.Null()))
    case = exp.Case(ifs=ifs, default=otherwise)
    typed = keeps or default is not None or any(new is not None for _, new in values)
    result = case if typed else sql.cast(case, kind)
    certain = all(new is not None for _, new in values) and (keeps or default is not None or unmatched == "fail")
    name = into.name if into is not None else column.name
    columns = [sql.named(result, each) if each == name else sql.column(each) for each in table.schema.names]
    if into is not None:
        columns.append(sql.named(result, name))
    checks: tuple[Check, ...] = ()
    if unmatched == "fail":
        known = [old.copy() for _, old, _ in pairs if old is not None]
        outside = exp.Not(this=exp.In(this=column.sql, expressions=known)) if known else sql.not_null(column.sql)
        checks = (
            Check(
                f"every value of `{column.name}` is in the mapping",
                table.select().where(outside, copy=False),
                "mapping",
            ),
        )
    return Select(
        table.select(*columns),
        checks,
        non_null=frozenset({name} if certain and (not column.nullable or maps_null) else ()),
    )


def _pairs(mapping: dict[Text, Literally] | Pairs, column: Column) -> Iterable[tuple[Path, exp.Expr | None, Literally]]:
    """Path, old value and new value of each entry."""
    seen: dict[str, Any] = {}
    entries: list[tuple[Path, Literally, Literally]] = []
    if isinstance(mapping, dict):
        entries = [(("mapping", str(old)), old, new) for old, new in mapping.items()]
    else:
        for index, pair in enumerate(mapping):
            if len(pair) != 2:
                raise NodeError(("mapping", index), "an entry of the list needs both `from` and `to`")
            entries.append((("mapping", index), pair["from"], pair["to"]))
    for path, old, new in entries:
        literal = None
        if old is not None:
            literal = _key(str(old), column, path) if isinstance(mapping, dict) else fitted(old, column, path)
        written = "null" if literal is None else sql.text(literal)
        if written in seen:
            raise NodeError(path, f"{old!r} is mapped twice")
        seen[written] = old
        yield path, literal, new


def _key(text: str, column: Column, path: Path) -> exp.Expr:
    """The key of a mapping, which plans can write as text only, as a value of the column's type."""
    value: Literally = text
    if column.type.is_numeric and re.fullmatch(r"-?\d+", text):
        value = int(text)
    elif column.type.is_numeric and re.fullmatch(r"-?\d*\.\d+", text):
        value = float(text)
    elif column.type.name == "boolean" and text.lower() in ("true", "false"):
        value = text.lower() == "true"
    return fitted(value, column, path)


def _type_of(values: Iterable[tuple[Path, Literally]]) -> Type:
    """The one type of the values."""
    kind = Type("null")
    for path, value in values:
        names = {
            bool: "boolean",
            int: "bigint" if isinstance(value, int) and abs(value) < 2**63 else "hugeint",
            float: "double",
        }
        found = Type("null" if value is None else names.get(type(value), "varchar"))
        common = common_type(kind, found)
        if common is None:
            raise NodeError(path, f"the new values mix {kind} and {found} values; they must be of one type")
        kind = common
    return Type("varchar") if kind.is_null else kind
