"""What a JSON file must hold for its columns: DuckDB reads other values, and leaves keys out, without a word.

It makes 2 of a nested 1.5, 1 of `true`, 7 of "7", `true` of a 7, and of a `null` beside the objects a row of nulls.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlglot import exp

from interlock.ir.types import Type
from interlock.registry import sql
from interlock.registry.tables import Check

_JSON_TYPES = {"boolean": "BOOLEAN", "bigint": "BIGINT UBIGINT", "varchar": "VARCHAR"}

DEPTH = 4
"""The engine binds functions in functions in twice the time for each level: lists in more lists are not looked into."""

LENGTH = 1000
"""JSON texts of more characters are compared by their structures: in long lists each member would be sought in turn."""


def no_other_keys(path: str, names: list[str], facts: dict[str, Any]) -> Check:
    """That everything in the file is an object, and none has a key which is not a column."""
    text = sql.cast(sql.column("json"), Type("varchar"))
    is_null = exp.EQ(this=text, expression=sql.literal("null"))
    keys = exp.Case(
        ifs=[exp.If(this=is_null, true=sql.literal([None]))], default=sql.call("json_keys", sql.column("json"))
    )
    objects = sql.select(sql.named(sql.call("unnest", keys), "key")).from_(
        sql.read_file("read_json_objects", path, **facts), copy=False
    )
    tree = sql.select(sql.column("key")).distinct().from_(objects.subquery("objects"), copy=False)
    unknown = exp.Not(this=exp.In(this=sql.column("key"), expressions=[sql.literal(name) for name in names]))
    tree = tree.where(sql.any_of(sql.is_null(sql.column("key")), unknown), copy=False)
    title = (
        f"`{path}` has no key that is not a column (give such keys in `types`), and no null where an object should be"
    )
    return Check(title, tree.order_by(sql.column("key"), copy=False), "unknown_keys")


def exact_values(path: str, kinds: dict[str, Type], declared: set[str], facts: dict[str, Any]) -> list[Check]:
    """That boolean and nested columns hold exactly what the file holds: values of their types, and no other keys.

    Each value is read once more as JSON and compared with itself read as such a type, where numbers that can be written
    in several ways stay as they are written.
    """
    nested = {name: kind for name, kind in kinds.items() if _is_nested(kind) or kind.name == "boolean"}
    if not nested:
        return []
    taken = list(nested)

    def unused(name: str) -> str:
        taken.append(sql.fresh(name, taken))
        return taken[-1]

    row, again = unused("row"), {name: unused(f"{name} again") for name in nested if _is_nested(kinds[name])}
    file = sql.read_file("read_json", path, auto_detect=False, columns=dict.fromkeys(nested, "json"), **facts)
    numbered = sql.select(*map(sql.column, nested), sql.named(sql.position(), row)).from_(file, copy=False)
    casts = [
        sql.named(sql.cast(sql.column(name), _kept(kinds[name], name in declared), trying=True), alias)
        for name, alias in again.items()
    ]
    read = sql.select(sql.column(row), *map(sql.column, nested), *casts).from_(numbered.subquery("n"), copy=False)
    ifs = []
    for name, kind in nested.items():
        value = sql.column(name)
        if name in again:
            kept = sql.column(again[name])
            wrong = sql.any_of(_differs(value, kept), _wrong(kept, kind, name in declared))
        else:
            wrong = _wrong(value, kind, name in declared) or _not_boolean(value)
        say = _told(name, value, _place(value, kind, name in declared))
        ifs.append(
            exp.If(this=exp.And(this=sql.not_null(value), expression=sql.grouped(exp.Paren(this=wrong))), true=say)
        )
    problem = sql.named(exp.Case(ifs=ifs), "value")
    tree = sql.select(sql.named(sql.column(row), "row"), problem).from_(read.subquery("r"), copy=False)
    tree = sql.select(sql.column("row"), sql.column("value")).from_(tree.subquery("p"), copy=False)
    tree = tree.where(sql.not_null(sql.column("value")), copy=False)
    title = (
        f"`{path}` holds only values that are exactly of their columns' types (give others, such as json, in `types`)"
    )
    return [Check(title, tree, "exact_values")]


def _told(name: str, value: exp.Expr, place: exp.Expr) -> exp.Expr:
    """Where something wrong stands and what it is, such as `address/lines/0: 7`."""
    at = exp.Column(this=sql.name_of("at"))
    there = sql.call(
        "json_extract",
        value.copy(),
        exp.Case(
            ifs=[exp.If(this=exp.EQ(this=at, expression=sql.literal("")), true=sql.literal("$"))], default=at.copy()
        ),
    )
    text = sql.concat(name, at, ": ", sql.call("left", sql.cast(there, Type("varchar")), 300))
    function = exp.Lambda(this=text, expressions=[sql.name_of("at")])
    found = exp.Array(expressions=[sql.call("coalesce", place, "")])
    return sql.call("list_extract", sql.call("list_transform", found, function), 1)


def _place(value: exp.Expr, kind: Type, declared: bool, depth: int = 0) -> exp.Expr:
    """The way to the first thing in a JSON value that is none of its type, `/` before each key and index, or null."""
    if depth >= DEPTH:
        return exp.Null()
    type_of = sql.call("json_type", value.copy())
    wanted = "ARRAY" if kind.element is not None else "OBJECT" if kind.fields else _JSON_TYPES.get(kind.name, "")
    names = [sql.literal(word) for word in (*wanted.split(), "NULL")]
    here = exp.Not(this=exp.In(this=type_of, expressions=names))
    if not _is_nested(kind):
        if _kept(kind, declared).name == "json":
            here = sql.all_of(
                exp.NEQ(this=type_of.copy(), expression=sql.literal("NULL")),
                _wrong(value, kind, declared) or exp.false(),
            )
        return exp.Case(ifs=[exp.If(this=here, true=sql.literal(""))])
    each, key = sql.name_of(f"e{depth}"), sql.name_of(f"k{depth}")

    def first(items: exp.Expr, way: exp.Expr, *names: exp.Identifier) -> exp.Expr:
        ways = sql.call("list_transform", items, exp.Lambda(this=way, expressions=[name.copy() for name in names]))
        known = exp.Lambda(this=sql.not_null(exp.Column(this=each.copy())), expressions=[each.copy()])
        return sql.call("list_extract", sql.call("list_filter", ways, known), 1)

    if kind.element is not None or kind.name == "map":
        inner = _place(exp.Column(this=each.copy()), kind.element or kind.fields[1][1], declared, depth + 1)
        index = exp.Paren(this=exp.Sub(this=exp.Column(this=key.copy()), expression=sql.literal(1)))
        keys = sql.call("list_extract", sql.call("json_keys", value.copy()), exp.Column(this=key.copy()))
        way = sql.concat("/", keys if kind.name == "map" else index, inner)
        items = sql.call("json_extract", value.copy(), "$.*" if kind.name == "map" else "$[*]")
        inside = [first(items, way, each, key)]
    else:
        known = exp.In(this=exp.Column(this=key.copy()), expressions=[sql.literal(name) for name, _ in kind.fields])
        way = exp.Case(ifs=[exp.If(this=exp.Not(this=known), true=sql.concat("/", exp.Column(this=key.copy())))])
        inside = [first(sql.call("json_keys", value.copy()), way, key)]
        for name, member in kind.fields:
            step = "/" + name.replace("~", "~0").replace("/", "~1")
            inner = _place(sql.call("json_extract", value.copy(), step), member, declared, depth)
            inside.append(sql.concat(step, inner))
    return sql.call("coalesce", exp.Case(ifs=[exp.If(this=here, true=sql.literal(""))]), *inside)


def _is_nested(kind: Type) -> bool:
    return kind.element is not None or bool(kind.fields)


def _kept(kind: Type, declared: bool) -> Type:
    """The type with JSON for every value in it that reading it and writing it again could change."""
    if kind.element is not None:
        return replace(kind, element=_kept(kind.element, declared))
    if kind.name == "map":
        return replace(kind, fields=(kind.fields[0], ("value", _kept(kind.fields[1][1], declared))))
    if kind.fields:
        return replace(kind, fields=tuple((name, _kept(each, declared)) for name, each in kind.fields))
    return kind if not declared and kind.name in ("boolean", "bigint", "varchar") else Type("json")


def _differs(value: exp.Expr, kept: exp.Expr) -> exp.Expr:
    """Whether a JSON value is another than that which was read of it; keys that are missing and nulls are one."""
    written = sql.call("to_json", kept)

    def lacks(left: exp.Expr, right: exp.Expr) -> exp.Expr:
        return exp.Not(this=sql.call("json_contains", left.copy(), right.copy()))

    shapes = lacks(sql.call("json_structure", written), sql.call("json_structure", value))
    short = exp.LT(this=sql.call("length", sql.cast(value, Type("varchar"))), expression=sql.literal(LENGTH))
    return exp.Case(
        ifs=[
            exp.If(this=sql.is_null(kept), true=exp.true()),
            exp.If(this=exp.EQ(this=written, expression=value), true=exp.false()),
            exp.If(this=short, true=lacks(written, value)),
        ],
        default=shapes,
    )


def _not_boolean(value: exp.Expr) -> exp.Expr:
    words = [sql.literal("true"), sql.literal("false")]
    return exp.Not(this=exp.In(this=sql.cast(value, Type("varchar")), expressions=words))


def _wrong(value: exp.Expr, kind: Type, declared: bool, depth: int = 0) -> exp.Expr | None:
    """Whether anything that `_kept` keeps as JSON is none of its type, or None if nothing can be.

    A type that was declared may also be written as text in the file; how, the engine itself is strict about.
    """
    if kind.element is not None:
        return _any(value, kind.element, declared, depth)
    if kind.name == "map":
        return _any(sql.call("map_values", value), kind.fields[1][1], declared, depth)
    if kind.fields:
        found = [
            _wrong(sql.call("struct_extract", value.copy(), name), each, declared, depth) for name, each in kind.fields
        ]
        given = [sql.call("coalesce", each, exp.false()) for each in found if each is not None]
        return sql.any_of(*given)
    text = sql.cast(value, Type("varchar"))
    if kind.is_float:
        first = '"' if declared else "-"
        return exp.Not(this=exp.Between(this=text, low=sql.literal(first), high=sql.literal(":")))
    pattern = _pattern(kind, declared)
    return exp.Not(this=sql.call("regexp_full_match", text, pattern)) if pattern else None


def _pattern(kind: Type, declared: bool) -> str:
    """How a value stands in the file, if the engine would also read others."""
    if kind.name == "boolean":
        return 'true|false|"[^"]*"' if declared else ""
    if kind.is_integer or kind.name == "decimal":
        digits = sql.digits(kind)
        return f'{digits}|"{digits}"' if declared else digits if kind.name != "bigint" else ""
    return ""


def _any(items: exp.Expr, kind: Type, declared: bool, depth: int) -> exp.Expr | None:
    """Whether anything in a list is wrong."""
    if depth >= DEPTH:
        return None
    name = sql.name_of(f"e{depth}")
    inner = _wrong(exp.Column(this=name.copy()), kind, declared, depth + 1)
    if inner is None:
        return None
    function = exp.Lambda(this=inner, expressions=[name])
    return exp.GT(this=sql.call("len", sql.call("list_filter", items.copy(), function)), expression=sql.literal(0))
