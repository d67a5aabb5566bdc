"""Every diagnostic that Interlock gives."""

from __future__ import annotations

from interlock.ir.diagnostics import Rule, rules_of


def rules() -> dict[str, Rule]:
    """Every diagnostic that Interlock gives, by code."""
    from interlock.compiler.check import rules as of_checks
    from interlock.runtime import rules as of_runs
    from interlock.syntax import rules as of_form

    return {**rules_of(of_form), **rules_of(of_checks), **rules_of(of_runs)}
