"""The closed, typed expression language: SQL scalar expressions, admitted node by node.

`admit` reads one expression; whatever is not in the tables of operators and functions is refused by name. The tree
that comes out is canonical SQL in DuckDB's dialect, and its type is the one DuckDB's binder gives it.
"""

from __future__ import annotations

from interlock.ir.expressions.admission import admit
from interlock.ir.expressions.problems import Problem, Reason
from interlock.ir.expressions.scope import Expression, Scope
from interlock.ir.expressions.select import Select, admit_select

__all__ = ["Expression", "Problem", "Reason", "Scope", "Select", "admit", "admit_select"]
