"""Every function does what its row says: its examples hold in DuckDB, with the type we give them."""

from __future__ import annotations

import pytest
from expression_data import SCOPE, described, evaluate, same

from interlock.ir.expressions import Expression, admit
from interlock.ir.expressions.functions import FAMILIES, FUNCTIONS
from interlock.ir.expressions.functions.signatures import Clash, table

ROWS = [function for family in FAMILIES.values() for function in family]
EXAMPLES = [(function.name, text, value) for function in ROWS for text, value in function.examples]


@pytest.mark.parametrize(("name", "text", "value"), EXAMPLES, ids=[text for _, text, _ in EXAMPLES])
def test_examples_hold(name: str, text: str, value: str) -> None:
    found, wanted = admit(text, SCOPE), admit(value, SCOPE)
    assert isinstance(found, Expression), found
    assert isinstance(wanted, Expression), wanted
    assert same(evaluate(found.sql), evaluate(wanted.sql)), (evaluate(found.sql), evaluate(wanted.sql))
    assert found.type == described(found.sql)


@pytest.mark.parametrize("function", ROWS, ids=[function.name for function in ROWS])
def test_every_function_is_documented(function) -> None:
    assert function.doc.endswith(".") and function.edges.endswith((".", "0"))
    assert function.nulls == "never" or any("null" in text for text, _ in function.examples)
    assert len(function.examples) >= (1 if function.nulls == "never" else 2)
    assert all(form.text.startswith(f"{function.name}(") for form in function.forms)


def test_there_are_enough() -> None:
    sizes = {family: len(rows) for family, rows in FAMILIES.items()}
    assert sizes["text"] >= 30 and sizes["date"] >= 20 and sizes["number"] >= 15


def test_a_clash_is_refused() -> None:
    with pytest.raises(Clash):
        table((FUNCTIONS["lower"],), (FUNCTIONS["lower"],))
