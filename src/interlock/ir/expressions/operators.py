"""The operators: what they take, what they give, and what is known about nulls where they are true or false."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlglot import exp

from interlock.ir.expressions.arithmetic import Arithmetic
from interlock.ir.expressions.nodes import Between, Binary, Distinct, In, Junction, Like, Name, Node, Test, Unary
from interlock.ir.expressions.problems import Problem, mended
from interlock.ir.expressions.promotion import BOOLEAN, VARCHAR
from interlock.ir.expressions.typed import NONE, Typed, atom, clause, side, value

_COMPARISONS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


class Operators(Arithmetic):
    """The part of the binder that knows operators."""

    if TYPE_CHECKING:

        def bind_all(self, nodes: tuple[Node, ...]) -> list[Typed] | None: ...
        def comparable(self, left: Typed, others: Iterable[Typed], node: Node, op: str = "=") -> list[Typed] | None: ...
        def condition(self, part: Typed, why: str) -> Typed | None: ...

    def operator(self, node: Node) -> Typed | None:
        match node:
            case Junction():
                return self.junction(node)
            case Binary() if node.op in _COMPARISONS:
                return self.comparison(node)
            case Binary():
                return self.arithmetic(node)
            case Test():
                return self.test(node)
            case Distinct():
                return self.distinct(node)
            case Between():
                return self.between(node)
            case In():
                return self.membership(node)
            case Like():
                return self.like(node)
        raise TypeError(type(node).__name__)

    def unary(self, node: Unary) -> Typed | None:
        operand = self.bind(node.operand)
        if operand is None:
            return None
        if node.op != "not":
            return self.sign(node, operand)
        operand = self.condition(operand, "`not` needs a condition")
        if operand is None:
            return None
        tree = exp.Not(this=clause(operand.tree))
        return Typed(node, tree, BOOLEAN, operand.nullable, operand.strict, operand.when_false, operand.when_true)

    def junction(self, node: Junction) -> Typed | None:
        bound = [self.bind(operand) for operand in node.operands]
        found: list[Typed] = []
        for index, part in enumerate(bound):
            if part is None:
                continue
            if part.type != BOOLEAN and (shared := self.shared_subject(node, index, part)):
                self.report(shared)
            elif checked := self.condition(part, f"`{node.op}` joins conditions"):
                found.append(checked)
        if len(found) < len(bound):
            return None
        tree = clause(found[0].tree)
        joint = exp.And if node.op == "and" else exp.Or
        for part in found[1:]:
            tree = joint(this=tree, expression=clause(part.tree))
        both = found[0].strict.intersection(*(part.strict for part in found))
        trues, falses = [part.when_true for part in found], [part.when_false for part in found]
        every, some = (trues, falses) if node.op == "and" else (falses, trues)
        union, shared = every[0].union(*every), some[0].intersection(*some)
        when_true, when_false = (union, shared) if node.op == "and" else (shared, union)
        return Typed(node, tree, BOOLEAN, any(part.nullable for part in found), both, when_true, when_false)

    def shared_subject(self, node: Junction, index: int, part: Typed) -> Problem | None:
        """`x = 'a' or 'b'`: the later values want the same subject."""
        previous = node.operands[index - 1] if index else None
        while isinstance(previous, Name) and index > 1:
            index -= 1
            previous = node.operands[index - 1]
        if (
            not isinstance(previous, Binary)
            or previous.op not in ("=", "<>")
            or (part.text is None and not part.type.is_numeric)
        ):
            return None
        subject = self.text[previous.left.start : previous.left.end]
        first, second = self.text[previous.right.start : previous.right.end], self.text[part.node.start : part.node.end]
        replacement = None
        if part.node is not None and len(node.operands) == 2 and ((previous.op == "=") == (node.op == "or")):
            test = "in" if previous.op == "=" else "not in"
            replacement = mended(self.text, previous.start, part.node.end, f"{subject} {test} ({first}, {second})")
        message = f"`{second[:60]}` alone is no condition: `{node.op}` joins whole conditions"
        help = (
            f"write `{subject} in ({first}, {second})`"
            if previous.op == "="
            else f"write `{subject} not in ({first}, {second})`",
        )
        return Problem(
            "wrong-type", message, part.node.start, part.node.end, "not a condition", (), replacement, False, (), help
        )

    def comparison(self, node: Binary) -> Typed | None:
        left, right = self.bind(node.left), self.bind(node.right)
        if left is None or right is None:
            return None
        parts = self.comparable(left, [right], node, node.op)
        if parts is None:
            return None
        tree = _COMPARISONS[node.op](this=side(parts[0].tree), expression=side(parts[1].tree))
        return value(node, tree, BOOLEAN, tuple(parts))

    def test(self, node: Test) -> Typed | None:
        operand = self.bind(node.operand)
        if operand is None:
            return None
        if node.what != "null":
            operand = self.condition(operand, f"`is {node.what}` needs a condition")
            if operand is None:
                return None
        against: exp.Expr = exp.Null() if node.what == "null" else exp.Boolean(this=node.what == "true")
        if node.negated:
            against = exp.Not(this=against)
        tree: exp.Expr = exp.Is(this=atom(operand.tree), expression=against)
        if node.what == "null":
            known, unknown = NONE, operand.strict
        else:
            known, unknown = (operand.when_true if node.what == "true" else operand.when_false), NONE
        if node.negated:
            known, unknown = unknown, known
        return Typed(node, tree, BOOLEAN, False, NONE, known, unknown)

    def distinct(self, node: Distinct) -> Typed | None:
        left, right = self.bind(node.left), self.bind(node.right)
        if left is None or right is None:
            return None
        if left.type.is_null or right.type.is_null:
            other = left if right.type.is_null else right
            word = "is null" if node.negated else "is not null"
            shown = self.text[other.node.start : other.node.end]
            self.report(
                Problem(
                    "wrong-type",
                    f"to test for null, write `{word}`",
                    node.start,
                    node.end,
                    replacement=self.mend(node, f"{shown} {word}"),
                    safe=True,
                )
            )
            return None
        parts = self.comparable(left, [right], node)
        if parts is None:
            return None
        kind = exp.NullSafeEQ if node.negated else exp.NullSafeNEQ
        return Typed(node, kind(this=side(parts[0].tree), expression=side(parts[1].tree)), BOOLEAN, False)

    def between(self, node: Between) -> Typed | None:
        found = self.bind_all((node.operand, node.low, node.high))
        parts = found and self.comparable(found[0], found[1:], node, "between")
        if not parts:
            return None
        tree: exp.Expr = exp.Between(this=side(parts[0].tree), low=side(parts[1].tree), high=side(parts[2].tree))
        # A bound that is null may still leave the whole false, so only the operand's nulls always show.
        strict, inside = parts[0].strict, NONE.union(*(part.strict for part in parts))
        nullable = any(part.nullable for part in parts)
        if node.negated:
            return Typed(node, exp.Not(this=tree), BOOLEAN, nullable, strict, strict, inside)
        return Typed(node, tree, BOOLEAN, nullable, strict, inside, strict)

    def membership(self, node: In) -> Typed | None:
        operand, options = self.bind(node.operand), self.bind_all(node.options)
        if operand is None or options is None:
            return None
        if any(option.type.is_null for option in options):
            null = next(option for option in options if option.type.is_null)
            message = "`null` in a list never matches, and makes `not in` never true"
            help = (f"write `{self.written(node.operand)} is null` beside it",)
            self.report(Problem("wrong-type", message, null.node.start, null.node.end, "never matches", help=help))
            return None
        parts = self.comparable(operand, options, node, "in")
        if parts is None:
            return None
        tree: exp.Expr = exp.In(this=side(parts[0].tree), expressions=[part.tree for part in parts[1:]])
        if node.negated:
            tree = exp.Not(this=tree)
        strict = parts[0].strict
        return Typed(node, tree, BOOLEAN, any(part.nullable for part in parts), strict, strict, strict)

    def like(self, node: Like) -> Typed | None:
        found = self.bind_all((node.operand, node.pattern, *((node.escape,) if node.escape else ())))
        if found is None:
            return None
        for part in found:
            if not part.type.is_text:
                message = f"`{node.op}` compares text, and `{self.written(part.node)}` is {part.type}"
                help = (f"cast it: `cast({self.written(part.node)} as varchar)`",)
                self.report(Problem("wrong-type", message, part.node.start, part.node.end, "not text", help=help))
                return None
        if len(found) == 3 and len(found[2].text or "") != 1:
            message = "the escape of a pattern is one character, in quotes: `escape '!'`"
            self.report(Problem("wrong-type", message, found[2].node.start, found[2].node.end))
            return None
        parts = [part.cast(VARCHAR) for part in found]
        kind = exp.Like if node.op == "like" else exp.ILike
        tree: exp.Expr = kind(this=side(parts[0].tree), expression=side(parts[1].tree))
        if len(parts) == 3:
            tree = exp.Escape(this=tree, expression=parts[2].tree)
        if node.negated:
            tree = exp.Not(this=tree)
        return value(node, tree, BOOLEAN, tuple(parts[:2]))
