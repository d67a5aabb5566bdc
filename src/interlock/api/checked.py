"""A plan that was read and checked, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from interlock.compiler.checked import CheckedPlan
from interlock.ir.diagnostics import Diagnostic
from interlock.ir.plan import Plan
from interlock.syntax.documents import Document


class Refused(Exception):
    """A plan that does not pass. `checked` holds its diagnostics and the document they point into."""

    def __init__(self, checked: Checked) -> None:
        errors = [each for each in checked.diagnostics if each.severity == "error"]
        super().__init__("; ".join(f"{each.code} {each.message}" for each in errors[:5]) or "the plan does not pass")
        self.checked = checked


@dataclass(frozen=True)
class Checked:
    """A plan that was read and checked: its document, what was found, and the proof if there was no error."""

    document: Document
    plan: Plan | None
    proven: CheckedPlan | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        return self.proven is not None

    def text(self, *, concise: bool = False, color: bool = False) -> str:
        """The diagnostics with excerpts of the plan, or one line each: the form that a planning model is shown."""
        from interlock.syntax import render

        return (
            render.concise(self.diagnostics, self.document)
            if concise
            else render.full(self.diagnostics, self.document, color)
        )

    def as_json(self) -> list[dict[str, Any]]:
        """The diagnostics as plain data."""
        from interlock.syntax import render

        return render.as_json(self.diagnostics, self.document)
