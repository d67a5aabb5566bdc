"""What holds of fixes: they can be applied, they mend what they are offered for, and a safe one breaks nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as budget
from plans import Good, good_plans, misspelt, spoiled

from interlock.api import Checked
from interlock.syntax.patch import apply_patch


@pytest.mark.parametrize("good", good_plans(), ids=str)
def test_fixes_of_misspelt_words(good: Good) -> None:
    for value in list(misspelt(good))[::2]:
        checked = good.check(value)
        mends(good, value, checked)
        # One slip is all that is wrong, so a safe fix leaves nothing wrong.
        for found in checked.diagnostics:
            if found.fix is not None and found.fix.safe and len(checked.diagnostics) == 1:
                assert good.check(apply_patch(value, found.fix.patch)).ok, found


@given(spoiled(most=2))
@budget(max_examples=150)
def test_fixes_of_spoiled_plans(pair: tuple[Good, Any]) -> None:
    good, value = pair
    mends(good, value, good.check(value))


def mends(good: Good, value: Any, checked: Checked) -> None:
    """Every fix removes its finding; a safe one adds no error."""
    for found in checked.diagnostics:
        if found.fix is None:
            continue
        after = good.check(apply_patch(value, found.fix.patch))
        now, before = _counted(after), _counted(checked)
        key = (found.code, found.message)
        # A key of plain data is text already: writing the plan again quotes it.
        assert now[key] < before[key] or found.code == "IL011", f"{found.fix.title} does not mend: {found.message}"
        if found.fix.safe:
            told = {(each.code, each.at.pointer) for each in checked.diagnostics}
            added = {each for each in now - before if _is_error(after, each, told)}
            assert not added, f"{found.fix.title} adds {added}"


def _counted(checked: Checked) -> Counter[tuple[str, str]]:
    return Counter((each.code, each.message) for each in checked.diagnostics)


def _is_error(checked: Checked, key: tuple[str, str], told: set[tuple[str, str]]) -> bool:
    """Whether it is an error that was not there before, if perhaps in other words: of a node that had no name."""
    return any(
        each.severity == "error" and (each.code, each.message) == key and (each.code, each.at.pointer) not in told
        for each in checked.diagnostics
    )
