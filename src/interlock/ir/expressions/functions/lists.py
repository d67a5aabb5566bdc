"""Functions on lists. Places count from 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from interlock.ir.expressions.functions.signatures import Argument, Function, Nulls
from interlock.ir.expressions.promotion import DOUBLE
from interlock.ir.types import Type

_NULL = "cast(null as integer[])"


def _list(
    name: str,
    signatures: tuple[str, ...] | str,
    doc: str,
    edges: str,
    *examples: tuple[str, str],
    nulls: Nulls = "strict",
    aliases: tuple[str, ...] = (),
    result: Callable[[Sequence[Argument]], Type] | None = None,
) -> Function:
    forms = (signatures,) if isinstance(signatures, str) else signatures
    return Function(name, "list", forms, nulls, doc, edges, examples, aliases, result)


def _summed(arguments: Sequence[Argument]) -> Type:
    item = arguments[0].type.element or DOUBLE
    if item.is_integer:
        return Type("hugeint")
    return Type("decimal", (38, item.precision[1])) if item.precision else DOUBLE


LISTS: tuple[Function, ...] = (
    _list(
        "list_contains",
        "list_contains(list T[], item T) -> boolean",
        "Whether a list holds an item.",
        "Null items never match. An empty list holds nothing.",
        ("list_contains([1, 2], 2)", "true"),
        ("list_contains([1, null], 3)", "false"),
        (f"list_contains({_NULL}, 3)", "cast(null as boolean)"),
        aliases=("list_has", "array_contains", "array_has"),
    ),
    _list(
        "list_has_any",
        "list_has_any(list T[], other T[]) -> boolean",
        "Whether two lists share an item.",
        "Null items never match.",
        ("list_has_any([1, 2], [2, 3])", "true"),
        ("list_has_any([1], [2])", "false"),
        (f"list_has_any({_NULL}, [1])", "cast(null as boolean)"),
        aliases=("array_has_any",),
    ),
    _list(
        "list_has_all",
        "list_has_all(list T[], other T[]) -> boolean",
        "Whether a list holds every item of another.",
        "Null items of the other are passed over.",
        ("list_has_all([1, 2, 3], [1, 2])", "true"),
        ("list_has_all([1], [1, 2])", "false"),
        (f"list_has_all({_NULL}, [1])", "cast(null as boolean)"),
        aliases=("array_has_all",),
    ),
    _list(
        "list_extract",
        "list_extract(list T[], place bigint) -> T",
        "The item at a place; the same as `list[place]`.",
        "Negative places count from the end. Place 0, or past the end: null.",
        ("list_extract([10, 20], 2)", "20"),
        ("list_extract([10, 20], -1)", "20"),
        ("list_extract([10, 20], 3)", "cast(null as integer)"),
        (f"list_extract({_NULL}, 1)", "cast(null as integer)"),
        nulls="maybe",
        aliases=("list_element", "element_at"),
    ),
    _list(
        "list_position",
        "list_position(list T[], item T) -> integer",
        "The place where an item first stands in a list.",
        "Not found: null. A null item is found like any other.",
        ("list_position([10, 20], 20)", "2"),
        ("list_position([10, 20], 30)", "cast(null as integer)"),
        (f"list_position({_NULL}, 1)", "cast(null as integer)"),
        nulls="own",
        aliases=("list_indexof", "array_position", "array_indexof"),
    ),
    _list(
        "list_slice",
        "list_slice(list T[], first bigint, last bigint) -> T[]",
        "The items from one place to another, both included.",
        "Negative places count from the end. Out of range: what there is. A null place: null.",
        ("list_slice([1, 2, 3], 2, 3)", "[2, 3]"),
        ("list_slice([1, 2, 3], 2, 9)", "[2, 3]"),
        (f"list_slice({_NULL}, 1, 2)", _NULL),
        nulls="own",
        aliases=("array_slice",),
    ),
    _list(
        "list_sort",
        "list_sort(list T[]) -> T[]",
        "The items in ascending order.",
        "Nulls stand last.",
        ("list_sort([3, 1, 2])", "[1, 2, 3]"),
        ("list_sort([2, null, 1])", "[1, 2, null]"),
        (f"list_sort({_NULL})", _NULL),
        aliases=("array_sort",),
    ),
    _list(
        "list_reverse_sort",
        "list_reverse_sort(list T[]) -> T[]",
        "The items in descending order.",
        "Nulls stand last here too.",
        ("list_reverse_sort([3, 1, 2])", "[3, 2, 1]"),
        ("list_reverse_sort([1, null, 2])", "[2, 1, null]"),
        (f"list_reverse_sort({_NULL})", _NULL),
        aliases=("array_reverse_sort",),
    ),
    _list(
        "list_reverse",
        "list_reverse(list T[]) -> T[]",
        "The items from last to first.",
        "An empty list stays empty.",
        ("list_reverse([1, 2])", "[2, 1]"),
        (f"list_reverse({_NULL})", _NULL),
        aliases=("array_reverse",),
    ),
    _list(
        "list_unique",
        "list_unique(list T[]) -> ubigint",
        "How many different items a list has.",
        "Nulls do not count.",
        ("list_unique([1, 1, 2])", "cast(2 as ubigint)"),
        (f"list_unique({_NULL})", "cast(null as ubigint)"),
        aliases=("array_unique",),
    ),
    _list(
        "list_append",
        "list_append(list T[], item T) -> T[]",
        "The list with an item added at its end.",
        "A null list counts as empty.",
        ("list_append([1], 2)", "[1, 2]"),
        (f"list_append({_NULL}, 2)", "[2]"),
        nulls="own",
        aliases=("array_append", "array_push_back"),
    ),
    _list(
        "list_prepend",
        "list_prepend(item T, list T[]) -> T[]",
        "The list with an item added at its beginning.",
        "A null list counts as empty.",
        ("list_prepend(1, [2])", "[1, 2]"),
        (f"list_prepend(1, {_NULL})", "[1]"),
        nulls="own",
        aliases=("array_prepend",),
    ),
    _list(
        "list_concat",
        "list_concat(list T[], other T[]) -> T[]",
        "The items of two lists, one list after the other.",
        "A null list counts as empty, unlike with `||`.",
        ("list_concat([1], [2])", "[1, 2]"),
        (f"list_concat([1], {_NULL})", "[1]"),
        nulls="own",
        aliases=("list_cat", "array_concat", "array_cat"),
    ),
    _list(
        "flatten",
        "flatten(lists T[][]) -> T[]",
        "The items of a list of lists, as one list.",
        "Null lists inside are passed over.",
        ("flatten([[1], [2, 3]])", "[1, 2, 3]"),
        ("flatten(cast(null as integer[][]))", _NULL),
    ),
    _list(
        "array_to_string",
        "array_to_string(list T[], separator literal) -> varchar",
        "The items as text, with a separator between any two.",
        "Nulls are left out; only nulls: null. An empty list: empty text.",
        ("array_to_string([1, 2], '-')", "'1-2'"),
        ("array_to_string([1, null], '-')", "'1'"),
        (f"array_to_string({_NULL}, '-')", "cast(null as varchar)"),
        nulls="own",
        aliases=("list_to_string", "array_join"),
    ),
    *(
        _list(
            name,
            f"{name}(list T[]) -> T",
            f"The {which} item of a list.",
            "Nulls are passed over. An empty list, or only nulls: null.",
            (f"{name}([2, 1, 3])", value),
            (f"{name}([1, null])", "1"),
            (f"{name}({_NULL})", "cast(null as integer)"),
            nulls="maybe",
            aliases=aliases,
        )
        for name, which, value, aliases in (
            ("list_min", "smallest", "1", ("array_min",)),
            ("list_max", "largest", "3", ("array_max",)),
        )
    ),
    _list(
        "list_sum",
        "list_sum(list number[]) -> double",
        "The sum of a list of numbers.",
        "Nulls are passed over. An empty list, or only nulls: null.",
        ("list_sum([1, 2])", "cast(3 as hugeint)"),
        (f"list_sum({_NULL})", "cast(null as hugeint)"),
        nulls="maybe",
        result=_summed,
    ),
    _list(
        "list_avg",
        "list_avg(list number[]) -> double",
        "The mean of a list of numbers.",
        "Nulls are passed over. An empty list, or only nulls: null.",
        ("list_avg([1, 2])", "1.5e0"),
        (f"list_avg({_NULL})", "cast(null as double)"),
        nulls="maybe",
        aliases=("list_mean",),
    ),
)
"""Every function on lists."""
