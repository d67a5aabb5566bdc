"""The reference names everything that the language has."""

from __future__ import annotations

from interlock.ir.expressions.functions import FAMILIES, aggregates, windows
from interlock.ir.expressions.operator_rows import OPERATORS
from interlock.ir.expressions.reference import reference


def test_everything_is_in_the_reference() -> None:
    page = reference()
    for functions in FAMILIES.values():
        for function in functions:
            assert f"#### `{function.name}`\n" in page
            assert all(form in page for form in function.signatures)
            assert all(f"`{alias}`" in page for alias in function.aliases)
    assert all(row.doc in page for row in OPERATORS)
    assert all(row.doc in page for row in (*aggregates.AGGREGATES, *windows.WINDOWS))


def test_the_reference_is_the_same_every_time() -> None:
    assert reference() == reference()
