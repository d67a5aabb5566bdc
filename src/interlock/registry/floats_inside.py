"""Floats inside of a value: of a list, a struct or a map, however deep."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from interlock.ir.types import Type
from interlock.registry import sql


def has_floats(kind: Type) -> bool:
    """Whether values of a type are floats or hold some.

    >>> has_floats(Type("list", element=Type("double"))), has_floats(Type("list", element=Type("bigint")))
    (True, False)
    """
    members = [kind.element] if kind.element else [each for _, each in kind.fields]
    return kind.is_float or any(map(has_floats, members))


def change_floats(
    tree: exp.Expr, kind: Type, change: Callable[[exp.Expr], exp.Expr], *, keys: bool, depth: int = 0
) -> exp.Expr:
    """The value with every float in it changed; of maps the keys too, if `keys`. What holds no floats stays as it is."""
    if not has_floats(kind):
        return tree
    if kind.is_float:
        return change(tree)
    name = f"e{depth}"
    each = exp.Column(this=exp.Identifier(this=name, quoted=True))

    def changed(part: exp.Expr, inner: Type, depth: int = depth + 1) -> exp.Expr:
        return change_floats(part, inner, change, keys=keys, depth=depth)

    def transformed(items: exp.Expr, made: exp.Expr) -> exp.Expr:
        function = exp.Lambda(this=made, expressions=[exp.Identifier(this=name, quoted=True)])
        return sql.call("list_transform", items, function)

    if kind.name == "list" and kind.element:
        return transformed(tree, changed(each, kind.element))
    if kind.name == "map":
        key, value = (sql.call("struct_extract", each.copy(), part) for part in ("key", "value"))
        (_, of_keys), (_, of_values) = kind.fields
        entry = sql.struct({"key": changed(key, of_keys) if keys else key, "value": changed(value, of_values)})
        return sql.call("map_from_entries", transformed(sql.call("map_entries", tree), entry))
    members = {
        name: changed(sql.call("struct_extract", tree.copy(), name), inner, depth) for name, inner in kind.fields
    }
    return exp.Case(ifs=[exp.If(this=sql.not_null(tree.copy()), true=sql.struct(members))])


def plain(tree: exp.Expr, kind: Type) -> exp.Expr:
    """The value with 0.0 for -0.0, and NaN without a sign: values that are equal are shown alike."""
    return change_floats(tree, kind, lambda part: sql.call("plain_zero", part), keys=True)
