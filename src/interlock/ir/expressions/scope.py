"""What an expression may see, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from interlock.ir.types import Schema, Type


@dataclass(frozen=True)
class Scope:
    """The tables and run inputs that an expression may use.

    The key `""` is a table without a name. A run input counts as never null unless `nullable_inputs` lists it:
    whoever runs the program must hold it to that.
    """

    tables: Mapping[str, Schema]
    inputs: Mapping[str, Type] = field(default_factory=dict)
    nullable_inputs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Expression:
    """An admitted expression: `tree.sql(dialect="duckdb")` is what runs, and it has `type`.

    `nullable` is False only where no data whatever can give null. `columns` and `inputs` are those used, in the order
    of their first use. `non_null` are the columns that are certainly not null where the expression is true.
    """

    text: str
    tree: exp.Expr
    type: Type
    nullable: bool
    columns: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    non_null: frozenset[str] = frozenset()

    @property
    def sql(self) -> str:
        """The expression as DuckDB runs it."""
        return self.tree.sql(dialect="duckdb")
