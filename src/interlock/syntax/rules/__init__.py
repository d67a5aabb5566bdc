"""The rules of form, one a file: a module holds a `RULE`, its page (the docstring) and the words it is reported in."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from interlock.ir.diagnostics import Rule


def _discovered() -> dict[str, Rule]:
    rules = [import_module(f"{__name__}.{module.name}").RULE for module in pkgutil.iter_modules(__path__)]
    return {found.code: found for found in sorted(rules, key=lambda found: found.code)}


RULES: dict[str, Rule] = _discovered()
"""Every rule of form, by its code."""
