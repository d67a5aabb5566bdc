"""Tables written into the plan itself."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field
from sqlglot import exp

from interlock.ir.types import Type, parse_type
from interlock.registry import sql
from interlock.registry.kinds import Literally, Text, TypeName
from interlock.registry.node import node
from interlock.registry.phrases import files as phrases
from interlock.registry.tables import NodeError, Select

Row = dict[Text, Literally]


@node(version=1, says=phrases.INLINE_TABLE)
def inline_table(
    *, rows: Annotated[list[Row], Field(max_length=10_000)], types: dict[Text, TypeName] | None = None
) -> Select:
    """Give the rows that are written in the plan.

    Columns come in the order in which they first appear; a key that a row lacks is null. Whole numbers are `bigint`,
    other numbers `double`, and all text is `varchar`, dates too.

    - `types`: the types of some columns, such as `{day: date}`; a table without rows needs them all.

    Example:
        params: {rows: [{code: a, rate: 1}, {code: b, rate: 2.5, since: "2024-01-31"}], types: {since: date}}
        gives: [{code: a, rate: 1.0, since: null}, {code: b, rate: 2.5, since: 2024-01-31}]
    """
    table: list[dict[str, Any]] = [{str(name): value for name, value in row.items()} for row in rows]
    names: dict[str, str] = {}
    for place, row in enumerate(table):
        for name in row:
            if names.setdefault(name.casefold(), name) != name:
                raise NodeError(("rows", place, name), f"`{names[name.casefold()]}` and `{name}` differ only in case")
    declared = {name.casefold(): _type_of(kind) for name, kind in (types or {}).items()}
    for name in types or {}:
        names.setdefault(name.casefold(), name)
    if not names or any(not name for name in names):
        raise NodeError(("rows",), "the table has no column" if not names else "a column has an empty name")
    kinds = {name: declared.get(folded) or _common(table, name) for folded, name in names.items()}
    for name, kind in kinds.items():
        if name.casefold() in declared:
            _all_fit(table, name, kind)
    outputs = [sql.named(sql.cast(sql.column(name), kind), name) for name, kind in kinds.items()]
    mixed = {
        name
        for name, kind in kinds.items()
        if len({_sort(row[name], kind) for row in table if row.get(name) is not None}) > 1
    }
    given = [
        exp.Tuple(expressions=[_cell(row.get(name), kind, name in mixed) for name, kind in kinds.items()])
        for row in table
    ]
    empty = [exp.Tuple(expressions=[exp.Null() for _ in kinds])]
    alias = exp.TableAlias(this=sql.name_of("rows"), columns=[sql.name_of(name) for name in kinds])
    tree = sql.select(*outputs).from_(exp.Values(expressions=given or empty, alias=alias), copy=False)
    if not rows:
        tree = tree.where(exp.Boolean(this=False), copy=False)
    return Select(tree, non_null=frozenset(name for name in kinds if all(row.get(name) is not None for row in table)))


def _type_of(kind: TypeName | str) -> Type:
    return kind.type if isinstance(kind, TypeName) else parse_type(kind)


def _all_fit(rows: list[dict[str, Any]], name: str, kind: Type) -> None:
    """Raise NodeError at the first value of a column that its declared type cannot hold."""
    for place, row in enumerate(rows):
        if kind.is_integer and isinstance(row.get(name), float) and not sql.holds(kind, row[name]):
            raise NodeError(("rows", place, name), f"`{row[name]}` is not a {kind}, which `types` says `{name}` is")
    asked = [
        (place, row[name])
        for place, row in enumerate(rows)
        if row.get(name) is not None and not _plainly_fits(row[name], kind)
    ]
    wrong = _first_misfit(tuple((type(value), value) for _, value in asked), kind)
    if wrong is not None:
        place, value = asked[wrong]
        raise NodeError(("rows", place, name), f"`{value}` is not a {kind}, which `types` says `{name}` is")


def _plainly_fits(value: Any, kind: Type) -> bool:
    """Whether a value is of a type without asking the engine."""
    if isinstance(value, str):
        return kind.name == "varchar"
    if isinstance(value, bool):
        return kind.name in ("boolean", "varchar")
    return kind.name == "double" or (isinstance(value, int) and kind.is_integer and sql.holds(kind, value))


@lru_cache(maxsize=256)
def _first_misfit(values: tuple[tuple[type, Any], ...], kind: Type) -> int | None:
    """The place of the first value that the engine cannot cast. A plan that is mended and checked again mostly has the
    same tables; the Python type stands beside each value since 1, 1.0 and true are equal.
    """
    if not values:
        return None
    tries = [sql.is_null(sql.cast(_value(value, kind), kind, trying=True)) for _, value in values]
    found: list[bool] = sql.value_of(exp.Array(expressions=tries))
    return found.index(True) if True in found else None


def _common(rows: list[dict[str, Any]], name: str) -> Type:
    """The type of the values of one column; raises NodeError where they have none in common."""
    found = ""
    for place, row in enumerate(rows):
        value = row.get(name)
        if value is None:
            continue
        kind = {bool: "boolean", int: "bigint", float: "double"}.get(type(value), "varchar")
        if kind == "bigint" and not -(2**63) <= value < 2**63:
            kind = "hugeint"
            if abs(value) >= 10**38:
                raise NodeError(("rows", place, name), "the number has more than 38 digits; write it as text")
        if found and found != kind:
            if {found, kind} == {"bigint", "hugeint"}:
                kind = "hugeint"
            elif {found, kind} <= {"bigint", "hugeint", "double"}:
                kind = "double"
            else:
                raise NodeError(
                    ("rows", place, name),
                    f"`{name}` is {found} in an earlier row and {kind} here",
                    help=(f"Write them alike, or give `types: {{{name}: …}}`.",),
                )
        found = kind
    return Type(found or "varchar")


def _sort(value: Any, kind: Type) -> str:
    """What the engine does not bring together by itself without loss: text, numbers, true and false."""
    if isinstance(value, float) and (kind.is_integer or kind.name in ("varchar", "decimal")):
        return "float"  # in decimals and texts, a text
    return "text" if isinstance(value, str) else "truth" if isinstance(value, bool) else "number"


def _cell(value: Any, kind: Type, mixed: bool) -> exp.Expr:
    """A value in its row. Among values of several kinds each is cast: the engine would take all for one of the kinds."""
    return sql.cast(_value(value, kind), kind) if mixed and value is not None else _value(value, kind)


def _value(value: Any, kind: Type) -> exp.Expr:
    if isinstance(value, int) and not isinstance(value, bool) and kind.name == "double":
        return sql.literal(float(value))
    if isinstance(value, float) and kind.name in ("varchar", "decimal"):
        return sql.literal(repr(value))
    return sql.literal(value)
