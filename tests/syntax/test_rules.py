"""Every rule of form has a page worth reading, and a code of its own."""

from __future__ import annotations

import pkgutil

import pytest

from interlock.ir.diagnostics import Rule, rules_of
from interlock.syntax import rules

RULES = rules_of(rules)


def test_every_module_is_a_rule() -> None:
    modules = [module.name for module in pkgutil.iter_modules(rules.__path__)]
    assert sorted(found.name for found in RULES.values()) == sorted(name.replace("_", "-") for name in modules)
    assert list(RULES) == [f"IL{number:03}" for number in range(1, len(RULES) + 1)]


@pytest.mark.parametrize("found", RULES.values(), ids=str)
def test_pages_say_what_why_and_how(found: Rule) -> None:
    first = found.page.splitlines()[0]
    assert first.endswith(".") and found.page.splitlines()[1] == ""
    assert all(part in found.page for part in ("\nBad:", "\nGood:"))
    assert "To mend it" in found.page or "The fix" in found.page
    assert max(map(len, found.page.splitlines())) <= 140
