"""Functions that choose between values."""

from __future__ import annotations

from interlock.ir.expressions.functions.signatures import Function

CONDITIONAL: tuple[Function, ...] = (
    Function(
        "coalesce",
        "conditional",
        ("coalesce(value T, others T...) -> T",),
        "all",
        "The first of its values that is not null.",
        "All null: null.",
        (
            ("coalesce(cast(null as integer), 2)", "2"),
            ("coalesce('a', 'b')", "'a'"),
            ("coalesce(cast(null as integer), cast(null as integer))", "cast(null as integer)"),
        ),
        aliases=("ifnull", "nvl"),
    ),
    Function(
        "nullif",
        "conditional",
        ("nullif(value T, other T) -> T",),
        "own",
        "The value, or null if it equals the other.",
        "A null value gives null; a null other gives the value. `a / nullif(b, 0)` is null where `b` is 0.",
        (
            ("nullif('a', '')", "'a'"),
            ("nullif('', '')", "cast(null as varchar)"),
            ("nullif(cast(null as varchar), '')", "cast(null as varchar)"),
        ),
    ),
    Function(
        "if",
        "conditional",
        ("if(condition boolean, then T, otherwise T) -> T",),
        "own",
        "One value where the condition is true, the other where it is false or null.",
        "Null where the chosen value is null.",
        (
            ("if(2 > 1, 'yes', 'no')", "'yes'"),
            ("if(cast(null as boolean), 'yes', 'no')", "'no'"),
            ("if(true, null, 1)", "cast(null as integer)"),
        ),
        aliases=("iff", "iif"),
    ),
    Function(
        "greatest",
        "conditional",
        ("greatest(value T, others T...) -> T",),
        "all",
        "The largest of its values.",
        "Nulls are left out; all null: null. NaN is larger than every number.",
        (
            ("greatest(1, 3, 2)", "3"),
            ("greatest(1, cast(null as integer))", "1"),
            ("greatest(cast(null as integer), cast(null as integer))", "cast(null as integer)"),
        ),
    ),
    Function(
        "least",
        "conditional",
        ("least(value T, others T...) -> T",),
        "all",
        "The smallest of its values.",
        "Nulls are left out; all null: null.",
        (
            ("least(1, 3, 2)", "1"),
            ("least(1, cast(null as integer))", "1"),
            ("least(cast(null as integer), cast(null as integer))", "cast(null as integer)"),
        ),
    ),
)
"""Every function that chooses between values."""
