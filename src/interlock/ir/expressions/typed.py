"""A judged part of an expression: its sqlglot tree, its type, and what is known about nulls."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from interlock.ir.expressions.nodes import Node
from interlock.ir.types import Type

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Typed:
    """A part of an expression with its type.

    `strict` are the columns whose null makes this null; `when_true` and `when_false` are the columns that are
    certainly not null where this is true, or false. `literal` is the value of an integer literal and `text` that of
    a text literal, which take on the type of what they meet.
    """

    node: Node
    tree: exp.Expr
    type: Type
    nullable: bool
    strict: frozenset[str] = NONE
    when_true: frozenset[str] = NONE
    when_false: frozenset[str] = NONE
    literal: int | None = None
    text: str | None = None

    @property
    def pair(self) -> tuple[Type, int | None]:
        return self.type, self.literal

    def cast(self, to: Type) -> Typed:
        """This part, cast so that its type is `to`; nothing is printed when it already is."""
        if self.type == to:
            return self
        return replace(self, tree=cast_tree(self.tree, to), type=to, literal=None, text=None)


def value(node: Node, tree: exp.Expr, type: Type, operands: tuple[Typed, ...], *, maybe: bool = False) -> Typed:
    """A part that is null when any operand is null; and, if `maybe`, in other cases too."""
    strict = NONE.union(*(operand.strict for operand in operands))
    nullable = maybe or any(operand.nullable for operand in operands)
    return Typed(node, tree, type, nullable, strict, strict, strict)


def data_type(kind: Type) -> exp.DataType:
    """The type as sqlglot holds it."""
    return exp.DataType.build(kind.sql, dialect="duckdb")


def cast_tree(tree: exp.Expr, to: Type) -> exp.Expr:
    return exp.Cast(this=tree, to=data_type(to))


def call_tree(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


_ATOMS = (
    exp.Column,
    exp.Dot,
    exp.Literal,
    exp.Cast,
    exp.TryCast,
    exp.Anonymous,
    exp.Paren,
    exp.Case,
    exp.Boolean,
    exp.Null,
    exp.Array,
    exp.Bracket,
    exp.Interval,
    exp.Pow,
)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div)


def atom(tree: exp.Expr) -> exp.Expr:
    """The tree, in parentheses unless it is an atom: then no precedence can tear it apart."""
    return tree if isinstance(tree, _ATOMS) else exp.Paren(this=tree)


def term(tree: exp.Expr, parent: type[exp.Expr], *, right: bool = False) -> exp.Expr:
    """An operand of arithmetic, bare only where every reader agrees: `a + b * c`, `a + b + c`."""
    if parent in (exp.Add, exp.Sub):
        bare = isinstance(tree, (exp.Mul, exp.Div)) or (isinstance(tree, (exp.Add, exp.Sub)) and not right)
    else:
        bare = parent is exp.Mul and isinstance(tree, exp.Mul) and not right
    return tree if bare else atom(tree)


def side(tree: exp.Expr) -> exp.Expr:
    """An operand of a comparison: arithmetic stands bare, everything else that is no atom in parentheses."""
    return tree if isinstance(tree, _ARITHMETIC) else atom(tree)


_TESTS = (
    exp.EQ,
    exp.NEQ,
    exp.LT,
    exp.LTE,
    exp.GT,
    exp.GTE,
    exp.In,
    exp.Between,
    exp.Like,
    exp.ILike,
    exp.Is,
    exp.Escape,
)


def clause(tree: exp.Expr) -> exp.Expr:
    """An operand of `and` or `or`: a plain test stands bare, everything else that is no atom in parentheses."""
    return tree if isinstance(tree, _TESTS) else atom(tree)
